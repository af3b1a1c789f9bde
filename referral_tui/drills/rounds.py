"""Hold one case as it is worked on: which question is open, what was answered, what was looked up. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from referral_tui.drills.session import Answered, Help
from simulator.domain.drills import ASKED, Case, Question


class View(StrEnum):
    """What the reading panel shows; everything but the message is a look-up, and is counted."""

    MESSAGE = "message"
    PEOPLE = "people"
    JOURNEY = "journey"
    REWARDS = "rewards"
    OFFER = "offer"
    DATA = "data"


@dataclass
class Round:
    """A case that is open."""

    case: Case
    help: Help
    question: int = 0
    chosen: list[int] = field(default_factory=list)
    """The answers given to the open question, by their places; the last may be the right one."""
    wrong: list[str] = field(default_factory=list)
    looks: int = 0
    view: View = View.MESSAGE

    def __post_init__(self) -> None:
        """Answer the first questions, if the case is a worked example."""
        self._help_out()

    @property
    def over(self) -> bool:
        """Whether all questions are answered."""
        return self.question >= len(self.case.questions)

    @property
    def open_question(self) -> Question | None:
        """The open question, None if all are answered."""
        return None if self.over else self.case.questions[self.question]

    @property
    def title(self) -> str:
        """The open question with its number, and whether it is answered for the learner."""
        asked = self.open_question
        if asked is None:
            return "What it was"
        given = "" if not self.helped else " · worked through"
        return f"{self.question + 1} of {len(self.case.questions)} · {ASKED[asked.ask]}{given}"

    @property
    def helped(self) -> bool:
        """Whether the open question is answered for the learner."""
        return self.question < self.help.value

    @property
    def answered(self) -> bool:
        """Whether the open question has its right answer."""
        asked = self.open_question
        return asked is not None and asked.right in self.chosen

    @property
    def fact(self) -> str:
        """The fact behind the last answer; empty before one is given."""
        asked = self.open_question
        return asked.options[self.chosen[-1]].fact if asked is not None and self.chosen else ""

    def choose(self, place: int) -> bool:
        """Give an answer, by its place from 0; return whether that had an effect."""
        asked = self.open_question
        if asked is None or self.answered or place in self.chosen or not 0 <= place < len(asked.options):
            return False
        if place != asked.right and asked.ask not in self.wrong:
            self.wrong.append(asked.ask)
        self.chosen.append(place)
        return True

    def go_on(self) -> bool:
        """Go to the next question, if the open one is answered; return whether that had an effect."""
        if not self.answered:
            return False
        self.question += 1
        self.chosen = []
        self._help_out()
        return True

    def look(self, view: View) -> None:
        """Show a view; anything but the message counts as a look-up, each time it is opened."""
        if view is not self.view and view is not View.MESSAGE:
            self.looks += 1
        self.view = view

    def result(self, at: int, person: str, seconds: int) -> Answered:
        """Return the result to keep."""
        case = self.case
        return Answered(
            at=at,
            person=person,
            case=case.id,
            cause=case.cause,
            wrong=tuple(self.wrong),
            looks=self.looks,
            seconds=seconds,
            helped=self.help.value,
        )

    def _help_out(self) -> None:
        asked = self.open_question
        if asked is not None and self.helped:
            self.chosen = [asked.right]
