"""The HTTP API: routes, request bodies, rate limits and error answers."""
