"""Tables and JSON: columns found by name and content; pandas is used here alone."""
