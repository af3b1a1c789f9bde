"""Guide somebody through a lesson: which step is open, what it waits for, and the state it needs. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

from referral_tui.lessons.model import Lesson, State, Step
from referral_tui.lessons.states import NOBODY, NOW, STATES, Seen, holds

Phase = Literal["do", "ask", "done"]
"""What a step waits for: a state, an answer, or the key that goes on."""

_BEGINNING: Final[tuple[State, ...]] = (
    ("screen", "overview"),
    ("view", "platform"),
    ("moment", NOW),
    ("filter", ""),
    ("open", NOBODY),
)


def scene(lesson: Lesson, place: int) -> tuple[State, ...]:
    """Return the states that the step at `place` (from 0) begins in: what earlier steps set and waited for."""
    held = dict(_BEGINNING)
    for step in lesson.steps[:place]:
        held |= dict(step.show)
        held |= {name: value for name, value in step.until if STATES[name].settable}
    return tuple((held | dict(lesson.steps[place].show)).items())


class Guide:
    """One person's progress through one lesson."""

    def __init__(self, lesson: Lesson, place: int = 0) -> None:
        """Begin at the step at `place`, from 0."""
        self.lesson = lesson
        self.place = min(max(place, 0), len(lesson.steps) - 1)
        self.finished = False
        self._begin()

    def _begin(self) -> None:
        self.phase: Phase = "do"
        self.chosen: int | None = None
        self._read: frozenset[str] = frozenset()
        if not self.step.until:
            self._reached()

    def _reached(self) -> None:
        self.phase = "done" if self.step.ask is None else "ask"

    @property
    def step(self) -> Step:
        """The step that is open."""
        return self.lesson.steps[self.place]

    @property
    def waits_for_key(self) -> bool:
        """Whether nothing is left to do but to go on."""
        return self.phase == "done"

    @property
    def answered_right(self) -> bool:
        """Whether the step's question was answered rightly."""
        return self.step.ask is not None and self.chosen == self.step.ask.right

    def note_box(self, box: str) -> None:
        """Record the box that is open over the screen; empty if there is none."""
        if box:
            self._read |= {box}

    def see(self, seen: Seen) -> bool:
        """Take the dashboard's state; return whether that completed the step, so that the next one is open."""
        self.note_box(seen.box)
        if self.phase != "do" or not holds(self.step.until, replace(seen, read=self._read)):
            return False
        self._reached()
        return self.waits_for_key and self.go_on()

    def answer(self, choice: int) -> None:
        """Record an answer, the place of a choice from 0; after a wrong one, another can follow."""
        if self.phase == "ask" and self.step.ask is not None and choice < len(self.step.ask.choices):
            self.chosen = choice
            if self.answered_right:
                self.phase = "done"

    def go_on(self) -> bool:
        """Go to the next step; return whether there was one."""
        if self.place + 1 >= len(self.lesson.steps):
            self.finished = True
            return False
        self.jump(self.place + 1)
        return True

    def jump(self, place: int) -> None:
        """Go to the step at `place`, from 0."""
        self.place = min(max(place, 0), len(self.lesson.steps) - 1)
        self.finished = False
        self._begin()
