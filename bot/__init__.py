"""A Discord bot, and the same in a terminal, over `core`; its process serves with NumPy alone."""
