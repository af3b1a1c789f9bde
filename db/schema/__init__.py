"""The tables, once, and how a database is made and recognised."""
