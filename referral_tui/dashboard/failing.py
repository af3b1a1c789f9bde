"""Report that the dashboard failed: a line on the terminal, and the details in a file for the person who fixes it."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

import platformdirs

from simulator.domain.printable import printable


def report_failure(error: BaseException, folder: Path | None = None) -> None:
    """Say on standard error that the dashboard failed, and where the details are; the terminal is no longer ours."""
    folder = platformdirs.user_log_path("referral-tui", appauthor=False) if folder is None else folder
    path = folder / "dashboard-failure.txt"
    message = printable(f"{type(error).__name__}: {error}".splitlines()[0])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        where = printable(f"the details are in {path}")
    except OSError:
        where = "the details could not be kept"
    sys.stderr.write(
        f"referral-tui: the dashboard failed ({message}); {where}. What runs beside it is not touched.\n"
    )
