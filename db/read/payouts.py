"""Read reward lines for payment: what, how much, to whom, why, and in whose journey."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from db.sqlite.readonly import Database
from simulator.domain.definitions import PAID

ISSUED_AT = f"CASE WHEN r.state = 'issued' THEN r.state_at WHEN r.state IN {PAID} THEN i.at END"
"""SQL: when a row of `reward r` was issued, by its entry `i` in the audit trail."""
PAYOUTS = (
    "SELECT r.id, r.state, CASE WHEN r.state = 'pending' THEN COALESCE(r.expected, 'issued') END, "
    "r.kind, r.reward, v.currency, v.digits, r.value_minor, r.role, "
    f"COALESCE(r.community, recipient.ref), d.milestone, r.due_at, {ISSUED_AT}, r.state_at, "
    "referrer.ref, friend.ref, e.source, e.id "
    "FROM reward r JOIN decision d ON d.id = r.decision JOIN event e ON e.seq = r.seq "
    "JOIN program_version v ON v.version = d.program_version JOIN person friend ON friend.id = d.friend "
    "LEFT JOIN (SELECT ref, MAX(at) AS at FROM audit WHERE kind = 'issued' GROUP BY ref) i ON i.ref = r.id "
    "LEFT JOIN person referrer ON referrer.id = d.referrer LEFT JOIN person recipient ON recipient.id = r.recipient "
    "ORDER BY r.id"
)
"""Number, state, what a pending line is expected to become, kind, reward, currency, minor digits, minor units, role,
recipient, milestone, when it was due, issued, and got its state (milliseconds UTC), referrer, friend, and the
conversion's source and id."""


def payouts(db: Database) -> Iterator[tuple[Any, ...]]:
    """Yield all reward lines by number, in the columns of `PAYOUTS`."""
    yield from db.execute(PAYOUTS)


def currency_digits(db: Database) -> int:
    """Return the minor digits of the program's currency, which is the same in all versions."""
    return int(db.execute("SELECT MAX(digits) FROM program_version").fetchone()[0])
