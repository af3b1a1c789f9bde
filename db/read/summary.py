"""Summarise a database: attributions, decisions, rewards, how late events arrived, the chains' hashes."""

from __future__ import annotations

from typing import Any, Final

from db.read.figures import figure
from db.read.traffic import LATENESS, by_type, cost_of_lateness
from db.sqlite.readonly import Select
from simulator.domain.definitions import WITHOUT_EFFECT
from simulator.domain.pending import rewards_by_state
from simulator.domain.vocabulary import AuditKind
from simulator.domain.without_effect import KIND_OF

MOST_EARLY = 100_000
"""The most conversions that `conversions_before_visits` looks at, which takes half a second."""
MONEY: Final = ("issued", "pending", "clawed", "spent", "cost")
"""The numbers that `--json` reports as the screens show them; keys of `simulator.domain.definitions`."""


def summary(query: Select) -> dict[str, Any]:
    """Return the figures that `ingest --json` and `simulate --json` report.

    `rewards` are by state, each with `count` and `value_minor`: `pending` is what would be issued if nothing else
    happened, `unpaid` the pending lines that would pay nothing; `lateness` is by event type
    (milliseconds between occurrence and receipt, see `simulator.domain.lateness`); `late_reversals` are rewards issued
    before the arrival of a reversal that would have voided them; `reversals_without_effect` are by reason;
    `without_effect` are all events that changed nothing, by what they are and the reason (a scan of the audit trail, a
    tenth of a second for a million entries); `numbers` are those of `simulator.domain.definitions` that are money, in
    minor units; `chain` has each chain's newest hash.
    """
    totals = {metric: (count, value) for metric, count, value in query("SELECT * FROM total", ())}

    def named(prefix: str) -> dict[str, tuple[int, int]]:
        return {
            metric.removeprefix(prefix): pair
            for metric, pair in sorted(totals.items())
            if metric.startswith(prefix) and pair != (0, 0)
        }

    counts = query(f"SELECT part, count FROM breakdown WHERE metric = '{WITHOUT_EFFECT}' ORDER BY part", ())
    cost = cost_of_lateness(totals)
    reversals = {reason: count for reason, count in counts if count}
    heads = query("SELECT chain, hash, MAX(number) FROM block GROUP BY chain ORDER BY chain", ())
    numbers = {key: figure(key, totals) for key in MONEY}
    return {
        "numbers": {
            key: one.numerator if one.denominator is None else one.shown for key, one in numbers.items()
        },
        "attributions": sum(count for count, _ in named("attribution.").values()),
        "decisions": {outcome: count for outcome, (count, _) in named("decision.").items()},
        "rewards": {
            state: {"count": count, "value_minor": value}
            for state, (count, value) in rewards_by_state(totals).items()
        },
        "lateness": {
            kind: {"events": late.count, "median_ms": late.median, "p95_ms": late.p95, "worst_ms": late.worst}
            for kind, late in by_type(query(LATENESS, ())).items()
        },
        "late_reversals": {
            name: {"count": count, "value_minor": value}
            for name, (count, value) in (
                ("issued", cost.issued),
                ("clawed_back", cost.clawed),
                ("lost", cost.lost),
            )
        },
        "reversals_without_effect": reversals,
        "without_effect": ({"reversal": reversals} if reversals else {}) | _others_without_effect(query),
        "chain": {chain: digest for chain, digest, _ in heads},
    }


def _others_without_effect(query: Select) -> dict[str, dict[str, int]]:
    """Count the events but reversals that changed nothing, by what they are and the reason."""
    kinds = [str(kind) for kind in KIND_OF.values() if kind is not AuditKind.REVERSAL_WITHOUT_EFFECT]
    sql = f"SELECT kind, detail, COUNT(*) FROM audit WHERE kind IN ({', '.join('?' * len(kinds))}) GROUP BY 1, 2"
    found: dict[str, dict[str, int]] = {}
    for kind, detail, count in query(sql, kinds):
        reasons = found.setdefault(kind.removesuffix("-without-effect"), {})
        reason = detail.rpartition(": ")[2]  # a verdict's names the milestone before it
        reasons[reason] = reasons.get(reason, 0) + count
    return found


def conversions_before_visits(query: Select, after_seq: int) -> int:
    """Count unattributed conversions after `after_seq` for which an earlier visit arrived only afterwards.

    Looks at the first `MOST_EARLY` unattributed ones.
    """
    # a walk back over each friend's events, not a look for each conversion: one friend may have very many
    sql = (
        "WITH lost AS MATERIALIZED "
        "(SELECT DISTINCT seq, friend FROM decision WHERE seq > ? AND reason = 'unattributed' LIMIT ?), "
        "walk AS (SELECT seq, occurred_at, MIN(CASE type WHEN 'friend.visited' THEN occurred_at END) OVER "
        "(PARTITION BY person ORDER BY seq DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS visited_at "
        "FROM event WHERE person IN (SELECT friend FROM lost)) "
        "SELECT COUNT(*) FROM lost JOIN walk USING (seq) WHERE visited_at <= occurred_at"
    )
    return int(query(sql, (after_seq, MOST_EARLY))[0][0])


def receipts(query: Select) -> dict[str, int]:
    """Count the messages received so far, by receipt."""
    rows = query("SELECT metric, count FROM total WHERE metric LIKE 'receipt.%'", ())
    return {metric.removeprefix("receipt."): count for metric, count in rows}


def decision_reasons(query: Select) -> list[tuple[str, str | None, int]]:
    """Count decisions by outcome and reason, the most frequent first; reads every decision."""
    sql = "SELECT outcome, reason, COUNT(*) FROM decision GROUP BY outcome, reason ORDER BY 3 DESC, 1, 2"
    return query(sql, ())


def row_counts(query: Select) -> dict[str, int]:
    """Count the rows of tables that are numbered without gaps, from their greatest number."""
    return {
        table: query(f"SELECT COALESCE(MAX({column}) + 1 - {first}, 0) FROM {table}", ())[0][0]
        for table, (column, first) in _NUMBERED.items()
    }


_NUMBERED = {
    "person": ("id", 0),
    "event": ("seq", 1),
    "decision": ("id", 1),
    "reward": ("id", 1),
    "audit": ("seq", 1),
}
"""By table: the column of numbers, and the first number."""
