"""Interactions: what people do in the Discord app, and how the bot may answer."""
