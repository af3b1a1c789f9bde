"""Everything that touches SQLite; nothing outside this package sends SQL of its own to a database."""
