"""What stands in a database, from its rollups: attributions, decisions, rewards, how late events came, hashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from db.read.traffic import LATENESS, by_type, cost_of_lateness


def standing(query: Callable[[str], list[tuple[Any, ...]]]) -> dict[str, Any]:
    """The figures that `ingest --json` and `simulate --json` report; `query` gives the rows of a SELECT.

    `rewards` are by state, each with `count` and `value_minor`; `lateness` is by event type (milliseconds between
    occurrence and receipt, see `simulator.domain.lateness`); `late_reversals` are rewards issued before the news of the
    reversal that would have voided them; `chain` has each chain's newest hash.
    """
    totals = {metric: (count, value) for metric, count, value in query("SELECT * FROM total")}

    def named(prefix: str) -> dict[str, tuple[int, int]]:
        return {
            metric.removeprefix(prefix): pair
            for metric, pair in sorted(totals.items())
            if metric.startswith(prefix) and pair != (0, 0)
        }

    cost = cost_of_lateness(totals)
    heads = query("SELECT chain, hash, MAX(number) FROM block GROUP BY chain ORDER BY chain")
    return {
        "attributions": sum(count for count, _ in named("attribution.").values()),
        "decisions": {outcome: count for outcome, (count, _) in named("decision.").items()},
        "rewards": {
            state: {"count": count, "value_minor": value}
            for state, (count, value) in named("reward.").items()
        },
        "lateness": {
            kind: {"events": late.count, "median_ms": late.median, "p95_ms": late.p95, "worst_ms": late.worst}
            for kind, late in by_type(query(LATENESS)).items()
        },
        "late_reversals": {
            name: {"count": count, "value_minor": value}
            for name, (count, value) in (
                ("issued", cost.issued),
                ("clawed_back", cost.clawed),
                ("lost", cost.lost),
            )
        },
        "chain": {chain: digest for chain, digest, _ in heads},
    }
