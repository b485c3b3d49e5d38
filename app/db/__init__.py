"""The database: the engine (the only commit), the tables, the journal store."""
