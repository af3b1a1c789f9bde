"""Share what records of reward lines have in common: entries in the trail, and the counts of issued lines."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.engine.arrays import Array, Ints
from simulator.engine.line_results import Lines, Released
from simulator.engine.record import Rows
from simulator.engine.record_parts import count_channels
from simulator.engine.rollup import METRIC
from simulator.engine.terms import ISSUED


def count_issued(rows: Rows, released: Released) -> None:
    """Count the lines that were issued by channel, and the time that it took."""
    of = released.states == ISSUED
    issued = released.lines.at(of)
    waited = issued.due - issued.occurred
    rows.metrics.add_of(issued.friend, METRIC["time_to_reward"], issued.due, 1, waited)
    count_channels(rows, "channel.issued", released.channels[of], issued.due, 1, issued.value)


def enter_lines(
    rows: Rows,
    kind: str | Sequence[str],
    stage: int,
    lines: Lines,
    at: Ints,
    seq: Array,
    trigger: Array,
    ends: Sequence[str] = (),
) -> None:
    """Enter lines in the trail; `ends` are the suffixes of their texts, which may be empty."""
    words = line_words(rows, lines)
    rows.trail.of_events(
        stage,
        kind,
        at=at,
        seq=seq,
        trigger=trigger,
        person=lines.friend,
        ref=lines.ids + 1,
        version=rows.names.versions_of(lines.terms),
        detail=[f"{one}{end}" for one, end in zip(words, ends, strict=True)] if ends else words,
    )


def line_words(rows: Rows, lines: Lines) -> list[str]:
    """Return the beginning of lines' entries: the reward, its value (minor units) and the role."""
    ends = [(f"{entry.reward.name}: ", f" to {entry.reward.to}") for entry in rows.names.terms]
    columns = zip(lines.value.tolist(), lines.terms.tolist(), strict=True)
    return [f"{ends[term][0]}{value}{ends[term][1]}" for value, term in columns]
