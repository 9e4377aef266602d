"""Scripts: who speaks, found by how lines begin, and brought into the common form."""
