"""What an erasure reaches beside the platform's database: its commands, the client's customer system, batch files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.platform.erasing import Erasure


def beside(db: Path, erased: Erasure, folder: Path | None) -> dict[str, int]:
    """Erase the same people in the files beside the database at `db`; return how many rows or lines each had."""
    from db.client.forgetting import forget as forget_customers
    from db.client.people import crm_path
    from db.control import control_path
    from db.control import forget as forget_commands
    from simulator.delivery.spool import files_path
    from simulator.files.blanking import blank_lines

    names = erased.texts
    done = {
        control_path(db).name: forget_commands(db, list(names)),
        crm_path(db).name: forget_customers(db, erased.references),
    }
    for one in {files_path(db), folder or files_path(db)}:
        done[one.name] = blank_lines(one, names)
    return {name: count for name, count in done.items() if count}
