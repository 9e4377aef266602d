"""What every feature needs of Discord: replies, errors, markdown, limits, permissions, languages, command sync."""
