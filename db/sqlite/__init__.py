"""Access to SQLite: connections, locks, and bulk writes."""
