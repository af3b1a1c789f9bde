"""SQLite itself: connections, locks, rows in and out."""
