"""Make the world of a drill: a small platform database, and the client's own records beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from db.sqlite.readonly import snapshot
from simulator.drills.client_log import client_log
from simulator.drills.designs import Design, load_design
from simulator.drills.mishaps import SentLog, strike
from simulator.events.decode import decode_lines
from simulator.explain.source import Source
from simulator.platform.platform import Platform


@dataclass(frozen=True)
class Practice:
    """A world to make cases from: its design and seed, what was sent, and the platform's database, open."""

    design: Design
    seed: int
    sent: SentLog
    source: Source

    @property
    def now(self) -> int:
        """The moment at which customers write, milliseconds UTC."""
        return self.sent.now


@contextmanager
def practice(name: str, seed: int) -> Iterator[Practice]:
    """Make the world of a design from a seed; its database is removed afterwards.

    Raises:
        DatabaseError: the temporary database can't be written.

    """
    design = load_design(name)
    sent = strike(design, client_log(design, seed), seed)
    with TemporaryDirectory(prefix="referral-drill-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "drill.db"
        with Platform.create(path, design.program) as platform:
            decoded = decode_lines(sent.lines, platform.receiver(None), platform.check_program)
            platform.receive(decoded, sent.lines)
            platform.advance(max(sent.now, platform.earliest_now))
            platform.clock("finished", sent.now)
        with snapshot(path) as db:
            yield Practice(design, seed, sent, Source(db))
