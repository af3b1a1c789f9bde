"""Ask a helper process for what needs the engine: the same command with `--json`, so that this process stays light."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SAID = 600  # characters of a helper's standard error that are shown


@dataclass(frozen=True, slots=True)
class Reply:
    """What a helper said: its exit status, its JSON object (None if it gave none), and its error message."""

    status: int
    data: Any
    said: str


def explaining(database: Path, what: str) -> list[str]:
    """Return the arguments that ask for an account of `what`, which may look like an option."""
    return ["explain", "--db", str(database), "--json", "--", what]


async def ask(arguments: Sequence[str], stdin: bytes = b"") -> Reply:
    """Run `referral-tui ARGUMENTS`, for instance `explain … --json`; takes about as long as the command by hand.

    Call it in a worker of Textual (`run_worker(…, exclusive=True, group=…)`): when the worker is cancelled, because
    something else is requested or the dashboard is closed, the process ends too.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "referral_tui", *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate(stdin)
    except BaseException:
        if process.returncode is None:
            process.kill()
            await process.wait()
        raise
    try:
        data = json.loads(out)
    except ValueError:
        data = None
    message = err.decode(errors="replace").strip()[-SAID:]
    return Reply(process.returncode or 0, data, message)
