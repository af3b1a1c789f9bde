"""Run a dashboard that logs what it costs: `python -m benchmarks.watched DB NOTES`, a JSON line every half second."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from referral_tui.dashboard import app
from referral_tui.dashboard.app import Dashboard
from referral_tui.dashboard.launch import run
from referral_tui.dashboard.messages import SnapshotTaken
from referral_tui.dashboard.setup import Setup


class Watched(Dashboard):
    """Counts the messages of its feed, and the CPU time of the whole process, by open screen."""

    CSS_PATH = str(Path(app.__file__).with_name("dashboard.tcss"))

    def __init__(self, setup: Setup, notes: Path) -> None:
        super().__init__(setup)
        self._notes = notes
        self._fresh = 0

    def on_snapshot_taken(self, _message: SnapshotTaken) -> None:
        """Count a message; Textual also runs the dashboard's own handler."""
        self._fresh += 1

    def on_mount(self) -> None:
        """Start logging."""
        self.set_interval(0.5, self._note)

    def _note(self) -> None:
        note = {
            "at": time.monotonic(),
            "place": self.current_mode,
            "fresh": self._fresh,
            "cpu": time.process_time(),
        }
        with self._notes.open("a", encoding="utf-8") as file:
            file.write(json.dumps(note) + "\n")


if __name__ == "__main__":
    run(Watched(Setup(Path(sys.argv[1])), Path(sys.argv[2])))
