"""The parts of the drill's screen: the line at the top, the question with its answers, and what may be read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.cells import cell_len
from rich.style import Style
from textual.geometry import Size
from textual.strip import Strip

from db.read.queries import Program
from referral_tui.dashboard.account import blocks as account_blocks
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.lines import LineWidget, wrap
from referral_tui.dashboard.widgets.reading import Block
from referral_tui.drills.rounds import Round, View
from referral_tui.figures import moment
from referral_tui.names import PSEUDONYMS
from simulator.domain.drills import Case

BRAND = " ◆ referral  "
TITLES = {
    View.MESSAGE: "A customer writes",
    View.PEOPLE: "People",
    View.JOURNEY: "The friend's journey",
    View.REWARDS: "Rewards",
    View.OFFER: "The program in words",
    View.DATA: "What was sent",
}
QUESTION = Topic(
    "The question",
    "Four questions for each case: the state, what decided it, what would have paid, and what you do. Press "
    "the number of your answer. A wrong one is answered with the fact that refutes it, and you may try again.",
    (
        ("right", "what `explain` says of the conversion and its rewards"),
        ("look-ups", "counted, and not held against you"),
    ),
)
READING = Topic(
    "What you may look at",
    "The message is what the customer wrote. The other views are look-ups, as an agent has them; each is counted.",
    (
        ("/", "the people of the message, their codes and accounts"),
        ("j", "the friend's journey, as the platform has it: events, the match, each rule"),
        ("r", "the customer's rewards, the room of the cap, the budget"),
        ("o", "the offer: the program in words"),
        ("d", "what the client sent: its records, its files, the quarantine, reversals"),
    ),
)


class DrillBar(LineWidget):
    """The brand, the place in the session, and how many look-ups there were."""

    def __init__(self) -> None:
        super().__init__(id="top")
        self._left, self._right = "", ""

    def show(self, left: str, right: str) -> None:
        """Take what stands at the left and at the right."""
        if (left, right) != (self._left, self._right):
            self._left, self._right = left, right
            self.redraw()

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002 -- one line whatever the height
        """Draw the line."""
        line = self.line(width).add(BRAND[:3], self.ink("accent")).add(BRAND[3:], self.ink("strong"))
        room = line.left - cell_len(self._right) - 2
        line.add(self._left, self.ink("plain"), max(0, room)).skip()
        yield line.add(self._right, self.ink("participation")).strip()


class QuestionBox(LineWidget, can_focus=False):
    """The open question: its answers, those that were given, and the fact behind the last one."""

    def __init__(self) -> None:
        super().__init__(id="question", classes="panel")
        self._lines: list[tuple[str, str, str]] = []
        self._round: Round | None = None
        self.border_title = "The question"

    def topic(self) -> Topic:
        """Say how questions are answered."""
        return QUESTION

    def show(self, one: Round) -> None:
        """Take a round as it stands."""
        self._round = one
        self.border_title = one.title
        self.border_subtitle = "enter goes on" if one.answered or one.over else ""
        self.refresh(layout=True)
        self._drawn = None

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """Return how many lines it needs at a width."""
        return max(1, len(list(self._texts(width))))

    def draw(self, width: int, height: int) -> Iterator[Strip]:  # noqa: ARG002 -- as many as it needs
        """Draw answers and fact."""
        for sign, text, ink, place in self._texts(width):
            click = Style() if place is None else Style(meta={"@click": f"screen.choose({place})"})
            style = self.ink(ink) + click
            yield self.line(width).skip().add(sign, style, 4).add(text, style).strip()

    def _texts(self, width: int) -> Iterator[tuple[str, str, str, int | None]]:
        """Yield sign, text, ink and, of an answer that may still be given, its place for each line."""
        one = self._round
        if one is None:
            return
        room = max(10, width - 6)
        asked = one.open_question
        if asked is None:
            for line in one.case.account:
                yield from _broken("→", line, "plain", room)
            return
        for place, option in enumerate(asked.options):
            sign, ink = f"{place + 1}", "plain"
            if place in one.chosen:
                sign, ink = ("✓", "good") if option.right else ("✕", "bad")
            elif one.answered:
                ink = "quiet"
            given = one.answered or place in one.chosen
            yield from _broken(sign, option.text, ink, room, None if given else place)
        if one.fact:
            yield "", "", "plain", None
            yield from _broken("→", _sentence(one.fact), "good" if one.answered else "warn", room)


def _broken(
    sign: str, text: str, ink: str, room: int, place: int | None = None
) -> Iterable[tuple[str, str, str, int | None]]:
    lines = wrap(text, room) or [""]
    return [(sign if number == 0 else "", line, ink, place) for number, line in enumerate(lines)]


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def view_blocks(case: Case, view: View) -> list[Block]:
    """Return what is read in a view of a case."""
    if view is View.MESSAGE:
        when = Block(f"{case.brand}, {moment(case.now)} UTC", "quiet", wide=True)
        return [when, Block(), Block(case.message, wide=True)]
    if view is View.JOURNEY:
        program = Program(1, case.brand, case.currency, case.digits)
        return account_blocks(dict(case.journey), PSEUDONYMS, program)
    lines = {
        View.PEOPLE: case.search,
        View.REWARDS: case.rewards,
        View.OFFER: case.program,
        View.DATA: case.data,
    }[view]
    begins_with_name = view is View.PEOPLE
    texts = [line if begins_with_name else f"{line[:1].upper()}{line[1:]}" for line in lines]
    return [Block(text, sign="·", sign_ink="quiet", wide=True) for text in texts]
