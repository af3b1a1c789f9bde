"""What stands in a database, from its rollups: attributions, decisions, rewards with their money, newest hashes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def standing(query: Callable[[str], list[tuple[Any, ...]]]) -> dict[str, Any]:
    """The figures that `ingest --json` and `simulate --json` report; `query` gives the rows of a SELECT.

    `rewards` are by state, each with `count` and `value_minor`; `chain` has each chain's newest hash.
    """
    totals = {metric: (count, value) for metric, count, value in query("SELECT * FROM total")}

    def named(prefix: str) -> dict[str, tuple[int, int]]:
        return {
            metric.removeprefix(prefix): pair
            for metric, pair in sorted(totals.items())
            if metric.startswith(prefix) and pair != (0, 0)
        }

    heads = query("SELECT chain, hash, MAX(number) FROM block GROUP BY chain ORDER BY chain")
    return {
        "attributions": sum(count for count, _ in named("attribution.").values()),
        "decisions": {outcome: count for outcome, (count, _) in named("decision.").items()},
        "rewards": {
            state: {"count": count, "value_minor": value}
            for state, (count, value) in named("reward.").items()
        },
        "chain": {chain: digest for chain, digest, _ in heads},
    }
