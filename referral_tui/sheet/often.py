"""Say how often a program's data is passed, in paragraphs that can be pasted into a ticket."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from referral_tui import figures
from referral_tui.sheet.model import EventSheet
from referral_tui.sheet.passing import Passing, Way
from simulator.program.words import duration, either, listed

if TYPE_CHECKING:
    from simulator.program.model import Program

_WAYS: dict[Way, str] = {
    "real-time": "In real time",
    "near-real-time": "In near real time",
    "batch": "In batches",
}


def how_often(
    program: Program, passing: Passing, events: Sequence[EventSheet], database: str
) -> tuple[str, ...]:
    """Return the paragraphs: the three ways for this program, what may be late, and with a database what was."""
    used = [one for one in events if one.used]
    client = [one for one in used if one.systems[0] != "platform"]
    ours = [one.event for one in used if one.systems == ("platform",) and "operators" not in one.direction]
    sentences = [
        f"{program.name} passes one event for each thing that happens, and never a copy of a table.",
        *(_way(way, [one for one in client if passing.way_of(one.event) == way]) for way in _WAYS),
        f"The platform itself collects {listed(ours)}, at once." if ours else "",
    ]
    found = [" ".join(filter(None, sentences))]
    if not passing.known_from:
        found.append("How the client delivers its events is not stated; at once is assumed.")
    found += _lateness(program, client)
    if database:
        found += _came(client, database)
    return tuple(found)


def _way(way: Way, events: Sequence[EventSheet]) -> str:
    """Say which types are delivered in one way, grouping those with the same timetable."""
    if not events:
        return ""
    groups: dict[tuple[str, str], list[str]] = {}
    for one in events:
        systems = listed([name for name in one.systems if name != "platform"])
        timetable = "" if way == "real-time" else f", {one.delivery}"
        groups.setdefault((systems, timetable), []).append(one.event)
    senders = [f"{listed(names)} from {systems}{timetable}" for (systems, timetable), names in groups.items()]
    return f"{_WAYS[way]}: {'; '.join(senders)}."


def _lateness(program: Program, client: Sequence[EventSheet]) -> Iterator[str]:
    """Say how late a conversion and a reversal may arrive."""
    if not program.rewards:
        return
    first = min(program.rewards, key=lambda reward: reward.hold_ms)
    yield (
        "A conversion that comes late is judged by when it happened, and paid late. "
        f"A friend's visit counts for {duration(program.attribution.window_ms)}."
    )
    if not any(one.event == "conversion.reversed" for one in client):
        return
    if not first.hold_ms:
        yield f'"{first.name}" is paid at once, so that a reversal always comes after it.{_back(program)}'
        return
    yield (
        f"Pass a reversal within {duration(first.hold_ms)} of the conversion if you can: until then "
        f'"{first.name}", the first reward to fall due, is not paid.{_back(program)}'
    )


def _back(program: Program) -> str:
    back = [f'"{one.name}" for {duration(one.clawback_ms)}' for one in program.rewards if one.clawback_ms]
    if not back:
        return " Once paid, no reward of this program can be taken back."
    return f" Once paid, these can still be taken back: {listed(back)}."


def _came(client: Sequence[EventSheet], database: str) -> Iterator[str]:
    came, never = [], []
    for one in client:
        if one.came is None:
            continue
        if not one.came.count:
            never.append(one.event)
            continue
        late = ""
        if one.came.median_ms is not None and one.came.p95_ms is not None:
            half, most = (_late(ms) for ms in (one.came.median_ms, one.came.p95_ms))
            late = f", half of them within {half} and 95 %" if half != most else ", 95 % of them"
            late += f" within {most}"
        came.append(f"{one.event} {_often(one.came.a_day, one.came.count)}{late}")
    if came:
        yield f"In {database} they came as follows: {'; '.join(came)}."
    if never:
        yield f"In {database} there has never been {either(never)}."


def _often(a_day: float, count: int) -> str:
    if a_day >= 1:
        return f"{a_day:,.0f} times a day" if a_day >= 1.5 else "once a day"
    return f"{'once' if count == 1 else f'{count:,} times'} in all"


def _late(ms: int) -> str:
    return figures.duration(ms) if ms >= figures.SECOND else "a second"
