"""The gateway: connections, sessions, intents and the events that they are sent."""
