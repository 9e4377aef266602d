"""One measure of scenes a module, from texts alone."""
