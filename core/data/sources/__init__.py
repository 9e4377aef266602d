"""Where scripts come from: a path, an address, an upload, and what one file or many of them hold; knows no format."""
