"""What the bot does in channels by itself, as it is stored: performances, faces, programmes and their seasons."""
