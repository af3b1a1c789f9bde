"""Check that there is a terminal for commands that draw on the whole screen."""

from __future__ import annotations

import os
import sys

from simulator.domain.errors import InputError


def need_terminal(command: str) -> None:
    """Raise InputError if output goes where nothing can be drawn, unless a server provides the display."""
    if os.environ.get("TEXTUAL_DRIVER"):
        return
    # Textual draws on the third
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        raise InputError(
            f"{command}: needs a terminal to draw on; `export` and `verify` write what a pipe or a file can take"
        )
    if os.environ.get("TERM") == "dumb":
        raise InputError(
            f"{command}: TERM=dumb is a terminal on which only lines can be written; use another, or `demo --serve`"
        )
