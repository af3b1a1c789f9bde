"""Runs what `referral-tui demo` runs, without a terminal: its simulation, and the dashboard until it shows events."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from referral_tui.dashboard.app import Dashboard
from referral_tui.dashboard.launch import writer
from referral_tui.dashboard.setup import Setup

SECONDS = 60


async def seen(path: Path) -> bool:
    """Open the dashboard on the database; whether events came to its screen."""
    app = Dashboard(Setup(path, starting=True))
    async with app.run_test(size=(120, 40)) as pilot:
        for _ in range(SECONDS * 10):
            await pilot.pause(0.1)
            if app.snapshot is not None and app.snapshot.database_status.accepted:
                return True
    return False


def main() -> int:
    """Give 0 where the demo came alive."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.db"
        simulation = [
            sys.executable,
            "-m",
            "referral_tui",
            "simulate",
            "--preset",
            "telecom",
            "--pace",
            "1d/s",
        ]
        with writer([*simulation, "--db", str(path)], Path(folder)):
            alive = asyncio.run(seen(path))
    print("the demo runs" if alive else "the demo showed no event", file=sys.stdout if alive else sys.stderr)
    return 0 if alive else 1


if __name__ == "__main__":
    sys.exit(main())
