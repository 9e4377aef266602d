"""A server's models: which one writes, and what `/models` and `/about` show of them."""
