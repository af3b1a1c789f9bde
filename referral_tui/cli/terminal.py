"""What a command that draws on the whole screen needs."""

from __future__ import annotations

import os
import sys

from simulator.domain.errors import InputError


def need_terminal(command: str) -> None:
    """Refuse to draw into a file or a pipe; raises InputError. A server in front of us draws elsewhere."""
    if not os.environ.get("TEXTUAL_DRIVER") and not all(
        stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)
    ):  # Textual draws on the third
        raise InputError(
            f"{command}: needs a terminal to draw on; `export` and `verify` write what a pipe or a file can take"
        )
