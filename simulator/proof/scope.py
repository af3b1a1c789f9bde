"""Define what `verify` proves of each table, and what it can't; a test checks that every table is listed.

A table is proven if each of its rows can be derived again from the log, or for a merged database from its shards. What
can't be derived again (measurements, what the world did in transit, the state a restart needs) is listed with the
reason, and printed.
"""

from __future__ import annotations

from typing import Final

from simulator.proof.compare import Comparison

# the one metric that the log and the quarantine don't tell
_UNLOGGED: Final = ("metric", ("receipt.duplicate",))
LOG: Final = (Comparison("program_version", 1), Comparison("person", 1), Comparison("event", 1))
OUTCOMES: Final = tuple(
    Comparison(table, 1) for table in ("merge", "attribution", "decision", "reward", "audit")
)
QUARANTINE: Final = Comparison("quarantine", 1)
"""Proven by its chain alone: its rows are not in the log."""
BLOCKS: Final = Comparison("block", 2)
ERASURES: Final = (Comparison("opened_block", 2), Comparison("blanked", 3), Comparison("kept_answer", 2))
"""Proven by the digests in the log, and by the chains that they are part of."""
ROLLUPS: Final = (
    Comparison("total", 1, without=_UNLOGGED),
    Comparison("hour", 2, without=_UNLOGGED),
    Comparison("week", 2, without=_UNLOGGED),
    Comparison("breakdown", 2, without=_UNLOGGED),
    Comparison("breakdown_hour", 3, without=_UNLOGGED),
    Comparison("breakdown_week", 3, without=_UNLOGGED),
    Comparison("lateness", 2),
    Comparison("lateness_day", 3),
    Comparison("due", 3),
    Comparison("leader", 2),
)
PROVEN: Final = (*LOG, *OUTCOMES, QUARANTINE, BLOCKS, *ERASURES, *ROLLUPS)

UNPROVEN: Final = {
    Comparison(
        "setting", 1
    ): "how it was made; only its schema, the program's SHA-256 and the number of receipts are",
    Comparison("clock", 1): "where the writer stood, by its own account",
    Comparison("command", 1): "commands executed; verdicts and changes of the program are in the log too",
    Comparison("fault", 2): "the world's own count of what it did on the way",
    Comparison("reconciliation", 2): "the client's lists are not kept; only that its counts add up",
    Comparison("meter", 1): "measured",
}
"""Tables that folding the log does not reproduce, and why."""

OF_SHARDS: Final = {
    Comparison("setting", 1): "only its schema, its kind and the names of the shards are",
    Comparison("meter", 1): "measured",
}
"""The same for a merged database; everything else is derived again from its shards."""


def unproven_lines(unproven: dict[Comparison, str]) -> list[str]:
    """Return a line for each table that is not proven: its name, and why."""
    return [f"{what.table} ({why})" for what, why in unproven.items()]
