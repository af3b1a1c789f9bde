"""Represent a lesson as frozen values: the content of a checked file, before or after placeholders are filled in.

Standard library and the domain only, since the dashboard loads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["lesson", "talk"]
State = tuple[str, str]
"""A state of `lessons.states`, and its value as text."""

TYPE: Final = "type "
"""What an entry of `do` begins with if it is a text to type rather than a key."""


@dataclass(frozen=True, slots=True)
class Question:
    """A closed question; `replies` says for each choice why it is right or wrong, `right` is the place from 0."""

    text: str
    choices: tuple[str, ...]
    replies: tuple[str, ...]
    right: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it says, the state it sets, what to press, and which state it waits for.

    `show` are states that are set on arrival, `panel` is the part to look at. `do` are keys, by Textual's names, and
    texts to type; with `again` the last one is pressed until the step is done. `until` must hold before the next step
    begins; empty, the step ends with a key. `needs` and `lacks` are placeholders: the step is left out unless all of
    the first and none of the second have a value. `figure` is a number that a talk shows large, `notes` are for the
    speaker.
    """

    number: int
    line: int
    say: str
    title: str = ""
    show: tuple[State, ...] = ()
    panel: str = ""
    do: tuple[str, ...] = ()
    again: bool = False
    until: tuple[State, ...] = ()
    ask: Question | None = None
    answers: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    figure: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """The simulated world of a lesson: the same values give the same events. `program` is a file, or empty."""

    preset: str = "telecom"
    seed: int = 7
    referrers: int = 400
    days: int = 120
    faults: tuple[str, ...] = ()
    program: str = ""

    def arguments(self) -> list[str]:
        """Return the arguments of `simulate` that make it."""
        given = ["simulate", "--preset", self.preset, "--seed", str(self.seed)]
        given += ["--referrers", str(self.referrers), "--days", str(self.days)]
        for fault in self.faults:
            given += ["--faults", fault]
        return [*given, "--program", self.program] if self.program else given


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson or a talk; `cast` names people of its world by what happened to them (see `db.read.cast`)."""

    id: str
    kind: Kind
    title: str
    about: str
    minutes: int
    world: World
    cast: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What placeholders stand for: words by name, and the moments among them in milliseconds UTC."""

    words: dict[str, str] = field(default_factory=dict)
    moments: dict[str, int] = field(default_factory=dict)

    def joined(self, other: Facts) -> Facts:
        """Return both."""
        return Facts(self.words | other.words, self.moments | other.moments)
