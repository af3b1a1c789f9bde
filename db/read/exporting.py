"""Read whole tables for `export`: rows in log order, people by their references, times in milliseconds UTC.

Standard library only. Payouts have a module of their own, `db.read.payouts`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from db.schema.blocks import BLOCK_ROWS
from db.sqlite.readonly import Database

Row = tuple[Any, ...]


def attributions(db: Database) -> Iterator[Row]:
    """Yield friend, referrer, code, channel, method, times of the touch, of the attribution and of its end."""
    return db.execute(
        "SELECT friend.ref, referrer.ref, a.code, a.channel, a.method, a.touch_at, a.attributed_at, a.ended_at "
        "FROM attribution a JOIN person friend ON friend.id = a.friend "
        "JOIN person referrer ON referrer.id = a.referrer ORDER BY a.seq"
    )


def merges(db: Database) -> Iterator[Row]:
    """Yield the references of the person merged and of whom they were merged into, and when."""
    return db.execute(
        "SELECT subject.ref, target.ref, m.at FROM merge m JOIN person subject ON subject.id = m.subject "
        "JOIN person target ON target.id = m.target ORDER BY m.seq"
    )


def decisions(db: Database) -> Iterator[Row]:
    """Yield the conversion's source and id, milestone, friend, referrer, outcome, reason, time, rules and offers.

    The last two are JSON.
    """
    return db.execute(
        "SELECT e.source, e.id, d.milestone, friend.ref, referrer.ref, d.outcome, d.reason, d.decided_at, d.failed, "
        "d.offered FROM decision d JOIN event e ON e.seq = d.seq JOIN person friend ON friend.id = d.friend "
        "LEFT JOIN person referrer ON referrer.id = d.referrer ORDER BY d.id"
    )


def rewards(db: Database) -> Iterator[Row]:
    """Yield the conversion's source and id, milestone, reward, role, recipient, money, kind, state, reason, times.

    The money is what the line earned and its value, in minor units; the times are when it is due and that of its state.
    The recipient is a person's reference or a community's name.
    """
    return db.execute(
        "SELECT e.source, e.id, d.milestone, r.reward, r.role, COALESCE(r.community, person.ref), "
        "r.earned_minor, r.value_minor, r.kind, r.state, r.reason, r.due_at, r.state_at "
        "FROM reward r JOIN event e ON e.seq = r.seq JOIN decision d ON d.id = r.decision "
        "LEFT JOIN person ON person.id = r.recipient ORDER BY r.id"
    )


def quarantine(db: Database) -> Iterator[Row]:
    """Yield time of receipt, source, id, receipt, field, reason, masked message, its SHA-256, file and line."""
    return db.execute(
        "SELECT received_at, source, id, receipt, field, reason, message, sha256, file, line FROM quarantine "
        "ORDER BY number"
    )


def audit(db: Database) -> Iterator[Row]:
    """Yield number, time, kind, person, detail, source and id of the trigger, program version, hash of the block.

    The hash is a SHA-256 over the hash of the block before and the rows of the block as they are yielded, as JSON. It
    isn't that of the database's chain, which is salted: equal logs should give equal rows.
    """
    rows = db.execute(
        "SELECT a.seq, a.at, a.kind, person.ref, a.detail, e.source, e.id, a.program_version FROM audit a "
        "LEFT JOIN event e ON e.seq = a.trigger LEFT JOIN person ON person.id = a.person ORDER BY a.seq"
    )
    before = b""
    while block := list(islice(rows, BLOCK_ROWS)):
        text = json.dumps(block, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(before + text.encode()).digest()
        yield from ((*row, before.hex()) for row in block)
