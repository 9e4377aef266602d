"""What Discord refuses: limits of messages, components and commands, and whom a message pings."""
