"""The database: engine, schema, migrations and repositories; knows no Discord."""
