"""`study --shake`: report how far each assumed number moves the answer, and whether it would reverse the decision."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from referral_tui.cli.wrapping import wrapped
from referral_tui.study_words import Ground

if TYPE_CHECKING:
    from simulator.lab.measures import Measure
    from simulator.lab.shake import Shaken
    from simulator.lab.statistics import Interval

_BAR: Final = 20
_RANGE: Final = 13


@dataclass(frozen=True)
class Tornado:
    """The result of a shake: the figure, the designs, the base answer, and each assumption, the strongest first."""

    measure: Measure
    names: tuple[str, ...]
    base: Interval
    shaken: Sequence[Shaken]
    preset: str

    @property
    def what(self) -> str:
        """The figure, or its difference, in words."""
        title = "New customers" if self.measure.key == "qualified" else self.measure.title
        return (
            f"{title}, {self.names[1]} less {self.names[0]}"
            if len(self.names) > 1
            else f"{title} of {self.names[0]}"
        )


def verdict(one: Tornado) -> str:
    """Say in a sentence whether any assumption would reverse the decision, or which one moves the figure most."""
    if not one.shaken:
        return f"The world of {one.preset} gives no ranges of what it assumes, so there is nothing to shake."
    first = one.shaken[0].assumption.name
    if len(one.names) < 2:
        return f"Of what the world of {one.preset} assumes, {first} moves it most."
    turned = [shaken.assumption.name for shaken in one.shaken if shaken.turn == "turned"]
    opened = [shaken.assumption.name for shaken in one.shaken if shaken.turn == "open"]
    if one.base.sign == 0:
        return (
            f"The answer is open, and would be clear with another {_listed(turned)}."
            if turned
            else "The answer stays open, whatever is assumed within these ranges."
        )
    if turned:
        return f"The answer hangs on what is assumed: another {_listed(turned)} would turn it over."
    return (
        f"Nothing assumed turns the answer over; with another {_listed(opened)} it would be open."
        if opened
        else "Nothing assumed, within these ranges, turns the answer over or leaves it open."
    )


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def lines(one: Tornado, ground: Ground) -> Iterator[str]:
    """Yield the tornado as lines: each assumption, its range, and the answer at both ends with a bar."""
    yield ""
    yield from wrapped(f"What is assumed, one at a time: {one.what}")
    yield from wrapped(verdict(one))
    if not one.shaken:
        return
    write = ground.change if len(one.names) > 1 else ground.value
    values = [end.value or 0.0 for shaken in one.shaken for end in (shaken.low, shaken.high)]
    values.append(one.base.value or 0.0)
    low, high = min(values), max(values)
    yield ""
    yield f"{'':<31}{'from  to':>{_RANGE}}  {'':{_BAR}}{'the answer':>14}"
    for shaken in one.shaken:
        ends = (shaken.low.value or 0.0, shaken.high.value or 0.0)
        mark = {"holds": " ", "open": "?" if one.base.sign else " ", "turned": "!"}[shaken.turn]
        bar = _bar(ends, one.base.value or 0.0, low, high)
        text = f"{write(one.measure, ends[0])} {write(one.measure, ends[1])}"
        range_ = f"{shaken.assumption.low:g}  {shaken.assumption.high:g}"
        yield f"{shaken.assumption.name:<31}{range_:>{_RANGE}} {mark}{bar}{text:>14}"
    yield ""
    base = write(one.measure, one.base.value)
    marks = "; ! turns the decision over, ? leaves it open" if len(one.names) > 1 else ""
    yield from wrapped(f"| is the answer as the file has it, {base}{marks}.")


def _bar(ends: tuple[float, float], base: float, low: float, high: float) -> str:
    """Draw the span between both answers on the scale of all, with a mark where the answer is."""

    def place(value: float) -> int:
        return round((value - low) / (high - low) * (_BAR - 1)) if high > low else 0

    first, last = sorted(map(place, ends))
    cells = ["█" if first <= cell <= last and ends[0] != ends[1] else " " for cell in range(_BAR)]
    cells[place(base)] = "|"
    return "".join(cells)


def fields(one: Tornado) -> dict[str, Any]:
    """Return the tornado for `--json`."""
    from referral_tui.cli.study_json import interval_fields

    return {
        "figure": one.measure.key,
        "designs": list(one.names),
        "sentence": verdict(one),
        "answer": interval_fields(one.base),
        "assumptions": [
            {
                "name": shaken.assumption.name,
                "value": shaken.assumption.value,
                "range": [shaken.assumption.low, shaken.assumption.high],
                "at_low": interval_fields(shaken.low),
                "at_high": interval_fields(shaken.high),
                "turn": shaken.turn,
            }
            for shaken in one.shaken
        ],
    }
