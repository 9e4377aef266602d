"""The database, the data folder and the settings: schema, migrations and repositories; knows no Discord."""
