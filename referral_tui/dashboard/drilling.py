"""The drill in the terminal: a customer's message, look-ups, four questions, in the dashboard's own look and keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.commands import COMMANDS, Command
from referral_tui.dashboard.frame import HEIGHTS, WIDTHS
from referral_tui.dashboard.preferences import Preferences
from referral_tui.dashboard.saving import free_path
from referral_tui.dashboard.screens.explain import ExplainScreen
from referral_tui.dashboard.status_message import PRESS_Q, StatusMessage
from referral_tui.dashboard.themed import ThemedApp
from referral_tui.dashboard.widgets.bars import KeyBar, KeyHint
from referral_tui.dashboard.widgets.drill_parts import (
    QUESTION,
    READING,
    TITLES,
    DrillBar,
    QuestionBox,
    view_blocks,
)
from referral_tui.dashboard.widgets.inks import COMPONENTS
from referral_tui.dashboard.widgets.reading import Reading
from referral_tui.dashboard.widgets.texts import Notice, StatusLine, TooSmall
from referral_tui.dashboard.widgets.typed import OrderedKeys
from referral_tui.drills.rounds import Round, View
from referral_tui.drills.session import Answered, Help, Session
from referral_tui.drills.supply import Supply
from simulator.domain.drills import CAUSE_WORDS
from simulator.domain.errors import InputError
from simulator.domain.writing import write_text

OWN: tuple[Command, ...] = (
    Command(
        "drill.answer", "1,2,3,4,5", "choose", "Answer", "Gives the answer with this number", "answer", "1-5"
    ),
    Command(
        "drill.next",
        "enter",
        "go_on",
        "Go on",
        "Goes on to the next question, or to the next customer",
        "go on",
    ),
    Command(
        "drill.people",
        "slash",
        "look('people')",
        "People",
        "Looks up the people of the message",
        "people",
        "/",
    ),
    Command("drill.journey", "j", "look('journey')", "Journey", "Looks up the friend's journey", "journey"),
    Command(
        "drill.rewards", "r", "look('rewards')", "Rewards", "Looks up rewards, cap and budget", "rewards"
    ),
    Command("drill.offer", "o", "look('offer')", "Offer", "Looks up the program in words", "offer"),
    Command("drill.data", "d", "look('data')", "Data", "Looks up what the client sent", "data"),
    Command(
        "drill.message", "m,escape", "look('message')", "Message", "Goes back to the message", "message", "m"
    ),
)
"""The drill's own commands."""
_COMMON = tuple(
    replace(command, says="Quits; the cases answered so far are kept") if command.id == "quit" else command
    for command in COMMANDS
    if command.id in ("help", "quit", "theme", "picture")
)
_HELPED = {
    Help.WORKED: "worked through",
    Help.HALF: "half worked",
    Help.OPEN: "",
}
MAKING = (
    "The first case is being made",
    "A small world is simulated from its seed: people share links, buy and cancel, and messages get lost. It "
    "takes a few seconds; later cases are made while you work.",
)


@dataclass
class DrillSetup:
    """What a drill is opened with: where cases come from, in which order, and who answers.

    `keep` is called with each case that was answered; `title` names the class, if there is one.
    """

    supply: Supply
    session: Session
    person: str
    keep: Callable[[Answered], None]
    title: str = ""
    clocks: Clocks = field(default_factory=Clocks)
    preferences: Preferences = field(default_factory=Preferences)
    pictures: Path = field(default_factory=Path)


class DrillScreen(Screen[None]):
    """The screen of a drill."""

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENTS
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(command.binding for command in OWN[1:]),
        *((str(number), f"choose({number - 1})", f"Answer {number}") for number in range(1, 6)),
    ]

    def __init__(self, setup: DrillSetup) -> None:
        """Prepare the screen of a drill."""
        super().__init__()
        self.setup = setup
        self.round: Round | None = None
        self._begun = 0.0
        self.over = False

    def compose(self) -> ComposeResult:
        """Put message, reading and question below one another."""
        yield TooSmall()
        yield DrillBar()
        yield StatusLine()
        yield Reading(TITLES[View.MESSAGE], READING, "", id="message")
        yield Reading(
            "Look something up", READING, "/ people, j journey, r rewards, o offer, d data", id="looked"
        )
        yield QuestionBox()
        yield Notice()
        yield KeyBar()

    def on_mount(self) -> None:
        """Request the first case."""
        self.query_one(KeyBar).show(self.hints())
        self.query_one(DrillBar).show("drill", self.setup.title)
        self.notice(*MAKING)
        self.bring()

    # -- cases ------------------------------------------------------------------------------------------

    def bring(self) -> None:
        """Request the next case, or sum up if there is none."""
        if self.setup.session.queue:
            self.run_worker(self._bring(), exclusive=True)
        else:
            self._sum_up()

    async def _bring(self) -> None:
        session = self.setup.session
        while session.queue:
            case = await self.setup.supply.case(session.queue[0], session.done % 2)
            if case is not None:
                self.open(Round(case, session.help))
                return
            session.skip()
        self._sum_up()

    def open(self, one: Round) -> None:
        """Show a case."""
        self.round = one
        self._begun = self.setup.clocks.steady_ms()
        self.set_class(False, "-notice")
        self.query_one("#message", Reading).show(view_blocks(one.case, View.MESSAGE), top=True)
        self.show_round()
        self.set_focus(self.query_one("#message"))

    def show_round(self) -> None:
        """Show the round as it stands now."""
        one = self.round
        if one is None:
            return
        session = self.setup.session
        helped = f" · {_HELPED[one.help]}" if _HELPED[one.help] else ""
        looks = f"{one.looks} look-up{'' if one.looks == 1 else 's'}"
        title = f"{self.setup.title} · " if self.setup.title else ""
        self.query_one(DrillBar).show(
            f"case {session.done + 1} of {session.total}{helped}", f"{title}{looks} "
        )
        self.set_class(one.view is not View.MESSAGE, "-looking")
        if one.view is not View.MESSAGE:
            looked = self.query_one("#looked", Reading)
            looked.show(view_blocks(one.case, one.view), TITLES[one.view], top=True)
        self.query_one(QuestionBox).show(one)
        self.query_one(StatusLine).show(self._status_message(one))
        self.query_one(KeyBar).show(self.hints())

    def _status_message(self, one: Round) -> StatusMessage:
        if one.over:
            if one.help is Help.WORKED:
                return StatusMessage("That was an example. Enter brings the next customer.", "good")
            right = len(one.case.questions) - len(one.wrong)
            tone: Any = "good" if not one.wrong else "warn"
            back = "" if not one.wrong else " This cause comes back in a moment."
            return StatusMessage(f"{right} of {len(one.case.questions)} right at once.{back}", tone)
        if one.helped:
            return StatusMessage("Answered for you, as an example: look up why, then press enter.")
        if one.answered:
            return StatusMessage("Right. Enter goes on.", "good")
        if one.chosen:
            return StatusMessage("That is refuted below; try again.", "warn")
        return StatusMessage("Look up what you need, then press the number of your answer.")

    def notice(self, title: str, text: str) -> None:
        """Say something in place of a case."""
        self.set_class(True, "-notice")
        self.query_one(Notice).show(title, text, bad=False)

    def _sum_up(self) -> None:
        self.over = True
        self.round = None
        answers = self.setup.session.answers
        tried = [one for one in answers if one.helped < Help.WORKED.value]
        right = [one for one in tried if not one.missed]
        missed = dict.fromkeys(one.cause for one in tried if one.missed)
        lines = [
            f"{len(right)} of {len(tried)} customers answered without a mistake; {len(answers)} cases in all."
        ]
        lines += [f"comes back tomorrow: {CAUSE_WORDS[cause]}" for cause in missed]
        if not answers:
            lines = ["No world has a case of these causes. Another seed may: drill --class 2."]
        self.notice(
            "That is all for today",
            "\n".join([*lines, "", "q quits; tomorrow's drill has what is due then."]),
        )
        self.query_one(StatusLine).show(StatusMessage("Finished.", "good"))
        self.query_one(DrillBar).show("finished", self.setup.title)
        self.query_one(KeyBar).show(self.hints())

    # -- keys -------------------------------------------------------------------------------------------

    def action_choose(self, place: int) -> None:
        """Give an answer."""
        if self.round is not None and self.round.choose(place):
            self.show_round()

    def action_go_on(self) -> None:
        """Go to the next question, or to the next case."""
        one = self.round
        if one is None:
            return
        if one.over:
            self._finish(one)
        elif one.go_on():
            self.show_round()

    def _finish(self, one: Round) -> None:
        setup = self.setup
        seconds = max(0, round((setup.clocks.steady_ms() - self._begun) / 1000))
        answer = one.result(setup.clocks.wall_ms(), setup.person, seconds)
        try:
            setup.keep(answer)
        except InputError as error:
            self.query_one(StatusLine).show(StatusMessage(f"Not kept: {error}", "bad"))
        setup.session.answer(answer)
        self.round = None
        self.bring()

    def action_look(self, view: str) -> None:
        """Look something up, or go back to the message."""
        if self.round is None:
            return
        self.round.look(View(view))
        self.show_round()
        self.set_focus(self.query_one("#message" if self.round.view is View.MESSAGE else "#looked"))

    def hints(self) -> list[KeyHint]:
        """Return the keys that do something now, the most important first."""
        shown: list[KeyHint] = []
        one = self.round
        for command in OWN if one is not None else ():
            idle = {
                "drill.answer": one is None or one.answered or one.over,
                "drill.next": one is None or not (one.answered or one.over),
                "drill.message": one is None or one.view is View.MESSAGE,
            }
            if not idle.get(command.id):
                shown.append(_hint(command, "screen"))
        return [*shown, *(_hint(command, "app") for command in _COMMON)]


def _hint(command: Command, space: str) -> KeyHint:
    read = {"question_mark": "?", "enter": "enter"}
    key = command.shown_key or read.get(command.keys, command.keys)
    # which answer, a click can't say
    action = f"{space}.{command.action}" if command.action != "choose" else ""
    return KeyHint(key, command.label or "", action, command.says, command.pinned)


class DrillApp(OrderedKeys, ThemedApp):
    """An app with one screen, for one setup."""

    CSS_PATH: ClassVar[list[str | PurePath]] = ["dashboard.tcss", "drill.tcss"]
    TITLE = "referral-tui"
    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in _COMMON]
    ENABLE_COMMAND_PALETTE = False

    def __init__(self, setup: DrillSetup) -> None:
        """Prepare a drill; no case is made before the first paint."""
        super().__init__()
        self.setup = setup
        self.use_theme(setup.preferences.theme, setup.preferences.keys)

    def get_default_screen(self) -> Screen[Any]:
        """Open the drill."""
        return DrillScreen(self.setup)

    async def on_unmount(self) -> None:
        """End the process that makes cases."""
        await self.setup.supply.close()

    def action_explain(self) -> None:
        """Explain the question, or what may be looked at, and list the keys."""
        looking = isinstance(self.focused, Reading) and self.focused.id == "looked"
        keys = [(command.shown_key or command.keys, command.says) for command in (*OWN, *_COMMON)]
        self.push_screen(ExplainScreen(READING if looking else QUESTION, keys))

    def action_help_quit(self) -> None:
        """Say which key leaves: in a terminal Ctrl-C is often tried first."""
        self.screen_stack[0].query_one(StatusLine).show(PRESS_Q)

    def action_picture(self) -> None:
        """Save a picture of the screen."""
        path = free_path(self.setup.pictures, "drill", self.setup.clocks.wall_ms(), "svg")
        try:
            write_text(path, self.export_screenshot(title=self.title))
        except InputError as error:
            message = StatusMessage(f"The picture {error}.", "bad")
        else:
            message = StatusMessage(f"Picture saved: {path.absolute()}", "good")
        self.screen_stack[0].query_one(StatusLine).show(message)
