"""One repository a table: the rows of each kind, and what may be done with them."""
