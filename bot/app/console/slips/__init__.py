"""What somebody probably meant by a line, an option or a value that was mistyped; writes nothing itself."""
