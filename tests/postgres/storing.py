"""Ingest a log into a store of either kind, and read the result."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from db.postgres.upstream import PostgresUpstream
from simulator.events.decode import decode_lines
from simulator.files.export import export
from simulator.platform.platform import Platform
from simulator.platform.session import WATCHED, IntakeSession, open_or_create
from simulator.program.model import Program

SEEDED: Final = {"seed": "1"}
"""Settings by which the salts of the chains follow from a number, so that hashes can be compared."""
WHATS: Final = ("events", "quarantine", "merges", "attributions", "decisions", "rewards", "payouts", "audit")


def opened(place: Path | PostgresUpstream, program: Program) -> Platform:
    """Open a store, or create it with known salts."""
    path, upstream = (place, None) if isinstance(place, Path) else (place.path, place)
    if path.exists():
        return open_or_create(path, program, upstream=upstream)
    return Platform.create(path, program, SEEDED, upstream=upstream)


def take_in(platform: Platform, lines: Sequence[bytes], batch: int = 100) -> None:
    """Receive lines in batches, each in a transaction of its own, and release what is due by the last of them."""
    with IntakeSession(platform, clock=None, batching=WATCHED) as session:
        for start in range(0, len(lines), batch):
            some = [line.rstrip() for line in lines[start : start + batch]]
            session.receive(decode_lines(some, session.receiver(), platform.check_program), some)


def exported(path: Path) -> dict[str, bytes]:
    """Everything that can be exported, as bytes."""
    written = {}
    for what in WHATS:
        out = io.BytesIO()
        export(path, what, "jsonl", out)
        written[what] = out.getvalue()
    return written
