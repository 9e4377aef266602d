"""`python -m bot.move`: takes a bot on SQLite and one machine's disk along to PostgreSQL and a store."""
