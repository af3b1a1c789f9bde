"""Open the platform's database for a command that writes, or create it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.platform.platform import Platform


def opened_database(db: Path, program: str | None) -> Platform:
    """Open a platform's database, or create it by a program (a file or a preset's name) if there is none.

    Raises:
        InputError: there is none and no program, or the program can't be read.
        DatabaseError: it can't be opened, or somebody else writes it.

    """
    from referral_tui.cli.migrate import migrate_first
    from referral_tui.cli.progress import Bar
    from simulator.platform.session import open_or_create
    from simulator.program.load import load_program
    from simulator.program.presets import find_program

    design = load_program(*find_program(program)) if program is not None else None
    migrate_first(db)
    with Bar("fold the log again", None) as bar:
        return open_or_create(db, design, bar.set)
