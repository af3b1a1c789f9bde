"""Read how a database was made: its settings. Standard library only."""

from __future__ import annotations

from typing import Any

from db.sqlite.readonly import Database


def setting(db: Database, name: str) -> Any:
    """Return a setting as it is stored (a text, unless somebody changed it), or None if there is none."""
    found = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
    return None if found is None else found[0]


def all_settings(db: Database) -> dict[str, str]:
    """Return all settings by name."""
    return {str(name): str(value) for name, value in db.execute("SELECT name, value FROM setting")}
