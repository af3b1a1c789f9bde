"""Compute a market's figures from its sums, under the names that `simulate --json` gives them, joined by dots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl

from simulator.domain.definitions import DEFINITIONS, STAGES
from simulator.domain.pending import UNPAID, rewards_by_state
from simulator.domain.spans import DAY_MS
from simulator.domain.vocabulary import Outcome, Receipt, ReversalReason, RewardState, values
from simulator.lab.tally import Sums, Tally

Value = float | str | None
_MONEY: Final = ("issued", "pending", "clawed", "spent")
_STATES: Final = (*values(RewardState), UNPAID)
_LATE: Final = ("issued", "clawed_back", "lost")
_OUTCOMES: Final = values(Outcome)
_REASONS: Final = values(ReversalReason)
_INT, _FLOAT = pl.Int64(), pl.Float64()

MARKET_SCHEMA: Final[dict[str, pl.DataType]] = {
    "design": pl.String(),
    "seed": _INT,
    "received": _INT,
    **dict.fromkeys(values(Receipt), _INT),
    **{f"funnel.{stage}": _INT for stage in STAGES},
    "attributions": _INT,
    **{f"decisions.{outcome}": _INT for outcome in _OUTCOMES},
    **{f"rewards.{state}.{what}": _INT for state in _STATES for what in ("count", "value_minor")},
    **{f"numbers.{key}": _INT for key in _MONEY},
    "numbers.cost": _FLOAT,
    "numbers.k": _FLOAT,
    "numbers.time": _FLOAT,
    **{f"late_reversals.{one}.{what}": _INT for one in _LATE for what in ("count", "value_minor")},
    **{f"reversals_without_effect.{reason}": _INT for reason in _REASONS},
    "budget_ended_at": _INT,
    "budget_ended_day": _INT,
    "paid_to_cheats_minor": _INT,
    "refused_to_honest_minor": _INT,
}
"""Columns of the frame with a row for each design and market; `simulator.lab.study` says what each is."""

WEEK_SCHEMA: Final[dict[str, pl.DataType]] = {
    "design": pl.String(),
    "seed": _INT,
    "week": _INT,
    **{f"funnel.{stage}": _INT for stage in STAGES},
    "attributions": _INT,
    **{f"numbers.{key}": _INT for key in _MONEY},
    **{f"rewards.{state}.value_minor": _INT for state in ("capped", "unfunded", "voided")},
}
"""Columns of the frame with a row for each design, market and week."""
CHANNEL_SCHEMA: Final[dict[str, pl.DataType]] = {
    "design": pl.String(),
    "seed": _INT,
    "channel": pl.String(),
    **dict.fromkeys(("attributions", "qualified", "issued_minor"), _INT),
}
"""Columns of the frame with a row for each design, market and channel that brought somebody."""


def market_rows(design: str, seeds: Sequence[int], tally: Tally) -> list[dict[str, Value]]:
    """Return the figures of markets at their end, by the columns of MARKET_SCHEMA."""
    without_effect = tally.without_effect()
    cheats, honest = tally.paid_to_cheats().tolist(), tally.refused_to_honest().tolist()
    received, duplicates = tally.received.tolist(), tally.duplicates.tolist()
    return [
        {
            "design": design,
            "seed": seed,
            "received": received[place],
            "accepted": received[place] - duplicates[place],
            "duplicate": duplicates[place],
            "conflict": 0,
            "malformed": 0,
            **_standing(totals),
            **{
                f"reversals_without_effect.{reason}": without_effect[place].get(reason, 0)
                for reason in _REASONS
            },
            "budget_ended_at": ended,
            "budget_ended_day": None if ended is None else (ended - tally.start_ms) // DAY_MS + 1,
            "paid_to_cheats_minor": cheats[place],
            "refused_to_honest_minor": honest[place],
        }
        for place, (seed, totals, ended) in enumerate(
            zip(seeds, tally.totals(), tally.budget_ended_at, strict=True)
        )
    ]


def channel_rows(design: str, seeds: Sequence[int], tally: Tally) -> list[list[dict[str, Value]]]:
    """Return for each market what each channel brought, by the columns of CHANNEL_SCHEMA."""
    names = list(CHANNEL_SCHEMA)
    return [
        [
            dict(zip(names, (design, seed, channel, *brought), strict=True))
            for channel, brought in sorted(channels.items())
        ]
        for seed, channels in zip(seeds, tally.channels(), strict=True)
    ]


def _standing(totals: Sums) -> dict[str, Value]:
    """Return the figures that follow from sums by metric."""
    clawed, lost = (totals.get(f"late_reversal.{fate}", (0, 0)) for fate in ("clawed", "lost"))
    late = {"issued": (clawed[0] + lost[0], clawed[1] + lost[1]), "clawed_back": clawed, "lost": lost}
    return {
        **_funnel(totals),
        "attributions": _attributions(totals),
        **{f"decisions.{one}": totals.get(f"decision.{one}", (0, 0))[0] for one in _OUTCOMES},
        **_pairs("rewards", _STATES, rewards_by_state(totals)),
        **{f"numbers.{key}": _number(key, totals) for key in (*_MONEY, "cost", "k", "time")},
        **_pairs("late_reversals", _LATE, late),
    }


def week_rows(design: str, seeds: Sequence[int], tally: Tally, weeks: int) -> list[dict[str, Value]]:
    """Return the figures of markets by week, by the columns of WEEK_SCHEMA."""
    found: list[dict[str, Value]] = []
    for seed, by_week in zip(seeds, tally.weeks(weeks), strict=True):
        pending = 0
        for week, sums in enumerate(by_week):
            pending += int(_number("pending", sums) or 0)
            found.append(
                {
                    "design": design,
                    "seed": seed,
                    "week": week,
                    **_funnel(sums),
                    "attributions": _attributions(sums),
                    **{f"numbers.{key}": _number(key, sums) for key in _MONEY},
                    "numbers.pending": pending,
                    **{
                        f"rewards.{state}.value_minor": sums.get(f"reward.{state}", (0, 0))[1]
                        for state in ("capped", "unfunded", "voided")
                    },
                }
            )
    return found


def _number(key: str, sums: Sums) -> Value:
    """Return a number of DEFINITIONS as screens show it: None if there is nothing to divide by or to report."""
    one = DEFINITIONS[key]
    over = one.over.of(sums)
    if one.under is None:
        return over
    under = one.under.of(sums)
    nothing = key in ("cost", "time") and not over
    return over / under if under and not nothing else None


def _funnel(sums: Sums) -> dict[str, Value]:
    reached = max(sums.get("event.referral.shared", (0, 0))[1], sums.get("stage.visited", (0, 0))[0])
    return {
        "funnel.reached": reached,
        **{f"funnel.{stage}": sums.get(f"stage.{stage}", (0, 0))[0] for stage in STAGES[1:]},
    }


def _attributions(sums: Sums) -> int:
    return sum(sums.get(f"attribution.{method}", (0, 0))[0] for method in ("link", "code"))


def _pairs(name: str, parts: tuple[str, ...], held: dict[str, tuple[int, int]]) -> dict[str, Value]:
    return {
        f"{name}.{part}.{what}": held.get(part, (0, 0))[place]
        for part in parts
        for place, what in enumerate(("count", "value_minor"))
    }
