"""What exists: guilds, channels, users, roles and messages."""
