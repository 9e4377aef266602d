"""The bot's features, a cog each: defer, await one method, send."""
