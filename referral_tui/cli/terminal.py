"""What a command that draws on the whole screen needs."""

from __future__ import annotations

import sys

from simulator.errors import InputError


def need_terminal(command: str) -> None:
    """Refuse to draw into a file or a pipe; raises InputError."""
    if not all(
        stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    ):  # Textual draws on the third
        raise InputError(
            f"{command}: needs a terminal to draw on; `export` and `verify` write what a pipe or a file can take"
        )
