"""What people see and fill in of a training: the form, the report, the progress and its buttons."""
