"""Episode codes: what a scene is made of as a short text, and that scene written again."""
