"""Write a study as one JSON object: the designs with their markets, and how they compare."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

    from simulator.lab.statistics import Band, Interval
    from simulator.lab.summary import ChannelSummary, DesignSummary
    from simulator.lab.vary import Design

_BAND = ("median", "low", "high")
_ONLY_WHAT_THERE_IS = ("decisions", "rewards", "reversals_without_effect")
"""`simulate --json` leaves out the parts of these that are zero; so does a study."""


def design_fields(
    programs: Mapping[str, str],
    designs: Sequence[Design],
    summaries: Sequence[DesignSummary],
    markets: pl.DataFrame,
    best: Sequence[bool],
) -> list[dict[str, Any]]:
    """Return the fields of each design; `programs` are the files or presets by the designs' names."""
    return [
        {
            "name": design.name,
            "program": programs[design.name],
            "settings": dict(design.choices),
            "markets": [
                nested(row) for row in markets.filter(design=design.name).drop("design").iter_rows(named=True)
            ],
            "figures": {
                key: {"mean": summary.means[key], **(_band_fields(one) or dict.fromkeys(_BAND))}
                for key, one in summary.bands.items()
            },
            "differences": {
                key: {**interval_fields(one.mean), "band": _band_fields(one.band), "above": one.above}
                for key, one in summary.differences.items()
            },
            "each_further_minor": interval_fields(summary.each_further),
            "budget_ended": summary.budget_ended,
            "frontier": unbeaten,
        }
        for design, summary, unbeaten in zip(designs, summaries, best, strict=True)
    ]


def channel_fields(channels: Sequence[ChannelSummary]) -> dict[str, Any]:
    """Return the fields of a design's channels, none if they were not requested; money is in minor units."""
    if not channels:
        return {}
    found = {
        one.channel: {
            "attributions": _band_fields(one.attributions),
            "qualified": _band_fields(one.qualified),
            "issued_minor": _band_fields(one.issued),
            "issued_minor_for_each_qualified": _band_fields(one.cost),
        }
        for one in channels
    }
    return {"channels": found}


def _band_fields(one: Band | None) -> dict[str, float] | None:
    return None if one is None else {"median": one.median, "low": one.low, "high": one.high}


def nested(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a market's row with the keys of `simulate --json`, from columns whose names are joined by dots."""
    found: dict[str, Any] = {}
    for column, value in row.items():
        *tables, key = column.split(".")
        place = found
        for table in tables:
            place = place.setdefault(table, {})
        place[key] = value
    for table in _ONLY_WHAT_THERE_IS:
        if table in found:
            found[table] = {
                key: one
                for key, one in found[table].items()
                if one not in (0, {"count": 0, "value_minor": 0})
            }
    return found


def interval_fields(one: Interval) -> dict[str, Any]:
    """Return a figure and its bounds, None for each that is missing."""
    return {"value": one.value, "low": one.low, "high": one.high}
