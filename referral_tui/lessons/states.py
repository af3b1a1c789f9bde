"""Define the states that a lesson can set and wait for: a closed vocabulary, and whether a state holds. Pure.

A lesson never asks which key was pressed: it asks for the state of the dashboard (`Seen`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from referral_tui.figures import HOUR
from referral_tui.lessons.model import State
from simulator.domain.definitions import STAGES
from simulator.domain.vocabulary import Outcome, values

SCREENS: Final = ("overview", "journeys", "rewards", "referrers", "program", "data", "load", "whatif")
BOXES: Final = ("help", "names", "journey", "fraud", "commands")
TABS: Final = (
    "leaders",
    "tree",
    "communities",
    "channels",
    "quarantine",
    "dials",
    "health",
    "reconciliation",
)
NOBODY: Final = "nobody"
NOW: Final = "now"
PANELS: Final = {
    "overview": ("tiles", "funnel", "chart", "stream", "rewards", "attributions"),
    "journeys": ("filter", "journeys", "account"),
    "rewards": ("rewards-table", "chart", "queue", "budget", "due"),
    "referrers": ("leaders", "tree", "communities", "channels", "account"),
    "program": ("rules", "words", "toml"),
    "data": ("types", "quarantine", "dials", "health", "reconciliation"),
    "load": (),
    "whatif": ("results", "said", "turning", "both-funnels"),
}
"""The parts of each screen that a step can point to."""


@dataclass(frozen=True, slots=True)
class StateKind:
    """A state: its meaning, its possible values (empty: any text), and whether a step can set it."""

    says: str
    choices: tuple[str, ...] = ()
    settable: bool = True


STATES: Final = {
    "screen": StateKind("the screen that is open", SCREENS),
    "view": StateKind("the side of the wall that is shown", ("platform", "client")),
    "moment": StateKind("the moment that is shown, or a later one: a date, a time, a placeholder, or now"),
    "filter": StateKind("the text that journeys are filtered by"),
    "selected": StateKind("what the cursor stands on: a person, a reward, a rule, an event type", (), False),
    "open": StateKind(f"whose journey is open; {NOBODY} where none is"),
    "stage": StateKind("how far the open or selected friend has come, or further", tuple(STAGES), False),
    "outcome": StateKind("the outcome of the open or selected friend", values(Outcome), False),
    "tab": StateKind("the view of Referrers, or the panel of Data, that is shown", TABS),
    "focus": StateKind("the part that has the focus", tuple(sorted({p for all_ in PANELS.values() for p in all_}))),
    "read": StateKind("the box that was opened and closed again in this step", BOXES, False),
    "box": StateKind("the box that is open", BOXES, False),
    "draft": StateKind("whether a number was turned on What if", ("yes", "no"), False),
    "status": StateKind("what the simulation does", ("running", "paused", "finished", "stopped"), False),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """The state of the dashboard; moments in milliseconds UTC, `moment` None for now.

    `named` are the names of the row under the cursor, `opened` those of the person whose journey is open. `read` are
    the boxes that were opened since the step began.
    """

    screen: str = "overview"
    view: str = "platform"
    moment: int | None = None
    filter: str = ""
    named: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()
    stage: str | None = None
    outcome: str | None = None
    tabs: frozenset[str] = frozenset()
    focus: str = ""
    box: str = ""
    read: frozenset[str] = field(default_factory=frozenset)
    draft: bool = False
    status: str = "unknown"


def holds(states: Iterable[State], seen: Seen) -> bool:
    """Return whether all these states hold."""
    return all(_one(name, value, seen) for name, value in states)


def moment_of(value: str) -> int | None:
    """Read a moment in milliseconds UTC, None for now.

    Raises:
        ValueError: the text is not a moment.

    """
    if value == NOW:
        return None
    if value.isdigit():
        return int(value)
    read = datetime.fromisoformat(value)
    return int((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)


def hour_after(moment: int | None) -> int | None:
    """Return the first full hour at which everything up to a moment can be seen."""
    return None if moment is None else moment - moment % HOUR + HOUR


def _one(name: str, value: str, seen: Seen) -> bool:  # noqa: PLR0911 -- a closed list of states
    match name:
        case "moment":
            wanted = hour_after(moment_of(value))
            return seen.moment is None if wanted is None else seen.moment is None or seen.moment >= wanted
        case "filter":
            return seen.filter.casefold() == value.casefold()
        case "selected":
            return value in seen.named
        case "open":
            return not seen.opened if value == NOBODY else value in seen.opened
        case "stage":
            return seen.stage in STAGES and STAGES.index(seen.stage) >= STAGES.index(value)
        case "tab":
            return value in seen.tabs
        case "read":
            return value in seen.read and not seen.box
        case "draft":
            return seen.draft is (value == "yes")
        case _:
            return bool(getattr(seen, name) == value)
