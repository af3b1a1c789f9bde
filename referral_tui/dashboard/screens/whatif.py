"""The eighth screen: the design beside a copy of it, whose numbers can be changed, and what each change would bring."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from referral_tui.dashboard.commands import Command
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.status_message import StatusMessage

if TYPE_CHECKING:
    from referral_tui.dashboard.screens.whatif_board import WhatIfBoard
    from referral_tui.dashboard.screens.whatif_query import WhatIfLook, WhatIfQuery
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step
    from referral_tui.dashboard.what_if import Answer, Question, Study, World
    from referral_tui.dashboard.widgets.bars import Tab
    from referral_tui.dashboard.widgets.number_form import NumberForm
    from referral_tui.dashboard.widgets.table import Table

GROUP = "what-if"
NO_PEOPLE = (
    "No simulated people belong to these events, so there is nobody to try a copy on.\n"
    "referral-tui whatif PROGRAM --preset NAME\ntries a program file on the people of a preset."
)


class WhatIfScreen(DashboardScreen):
    """Numbers to change, and what comes of it."""

    KEY = "8"
    TITLE_IN_TAB = "What if"
    MODE = "whatif"
    FIRST_FOCUS = "#turning"
    BOARD = "whatif_board:WhatIfBoard"
    QUERY = "whatif_query:WhatIfQuery"
    CSS_PATH = "whatif.tcss"
    NEEDS_EVENTS = False
    OWN_COMMANDS = (
        Command(
            "whatif.apply",
            "enter",
            "apply",
            "Apply the copy",
            "Brings the copy into force: it judges every event from then on",
            "apply",
            steers=True,
        ),
        Command(
            "whatif.save", "ctrl+o", "save", "Save the copy", "Saves the copy as a program file", "save", "^o"
        ),
        Command(
            "whatif.drop",
            "z",
            "drop",
            "Begin again",
            "Resets the copy to the running design",
            "begin again",
        ),
        Command(
            "whatif.draw",
            "u",
            "draw",
            "Draw the response",
            "Draws how people respond afresh for each market, within what is assumed, or stops doing so",
            "draw response",
        ),
    )

    board: WhatIfBoard
    _screen_query: WhatIfQuery

    def __init__(self, tabs: Sequence[Tab] = ()) -> None:
        """Make the screen; see `DashboardScreen`."""
        super().__init__(tabs)
        self._asked: Question | None = None
        self._finished = False

    _study: Study | None = None
    _text: str | None = None
    _world: World | None = None
    _money: tuple[str, int] = ("", 0)
    _draft: str | None = None
    _drawn = False
    _wrong = ""

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:  # noqa: ARG002 -- a step shows nothing here
        """Take the design that runs and its people."""
        look: WhatIfLook | None = snapshot.answer
        program = snapshot.program
        if look is None or program is None:
            return
        if look.world is None:
            self.notice("Nobody to try it on", NO_PEOPLE, bad=False)
            return
        self._begin(look.text, look.world, program.currency, program.digits)

    def show_alone(self) -> bool:
        """Show the design that the app was opened with if there is no database."""
        alone = self.host.setup.alone
        if alone is None or not self.query(self.FIRST_FOCUS):  # not yet in its place
            return False
        self._begin(alone.text, alone.world, alone.currency, alone.digits)
        return True

    async def on_unmount(self) -> None:
        """Release whatever answers."""
        self.workers.cancel_group(self, GROUP)
        if self._study is not None:
            await self._study.close()

    def on_screen_suspend(self) -> None:
        """Stop computing while another screen is open."""
        if self._asked is not None and not self._finished:
            self.workers.cancel_group(self, GROUP)
            self._asked = None

    # -- what the keys do -----------------------------------------------------------------------------

    def action_apply(self) -> None:
        """Apply the copy to the running program."""
        snapshot = self.host.snapshot
        if self._draft is None:
            self.say(
                StatusMessage("The copy is the same as the running design: turn a number first.", "warn")
            )
        elif snapshot is None:
            self.say(StatusMessage("Nothing runs here to apply it to; ^o saves it to a file.", "warn"))
        else:
            refusal = self._wrong or self.board.refusal(snapshot)
            if refusal:
                self.say(StatusMessage(refusal, "warn"))
            else:
                self.send_command("program", {"text": self._draft})

    def action_save(self) -> None:
        """Save the copy, or the design if nothing was changed."""
        if self._text is not None:
            self.save_file("program", "toml", self._draft or self._text)

    def action_drop(self) -> None:
        """Make the copy equal to the design again."""
        if self._draft is None:
            self.say(StatusMessage("The copy is the same as the running design already.", "warn"))
        self._turn_to(None)

    def action_draw(self) -> None:
        """Draw how people respond for each market, or let them respond as the world file says."""
        self._drawn = not self._drawn
        self._ask()

    def on_table_opened(self, _message: Table.Opened) -> None:
        """Apply: enter means the same on the numbers as elsewhere on the screen."""
        self.action_apply()

    def on_number_form_turned(self, message: NumberForm.Turned) -> None:
        """Change a number of the copy, and ask what that brings."""
        if self._text is None:
            return
        before = self._draft or self._text
        text = self.board.turned(before, message.row.path, message.up, self._money[1])
        if text is None:
            end = "maximum" if message.up > 0 else "minimum"
            self.say(
                StatusMessage(f"{message.row.what} of {message.row.part} is already at its {end}.", "warn")
            )
            return
        self._turn_to(None if text == self._text else text)

    # -- inside ---------------------------------------------------------------------------------------

    def _begin(self, text: str, world: World, currency: str, digits: int) -> None:
        """Set the design; if it is the copy that was applied, nothing differs any more."""
        self._money = currency, digits
        if self._draft == text:
            self._draft = None
        if (text, world) != (self._text, self._world):
            self._text, self._world = text, world
            self.board.show_numbers(self._draft or text, text)
        self._ask()

    def _turn_to(self, draft: str | None) -> None:
        if self._text is not None:
            self._draft = draft
            self.board.show_numbers(draft or self._text, self._text)
            self._ask()

    def _ask(self) -> None:
        """Ask about what is set now, unless that is what was asked; earlier questions are abandoned."""
        from dataclasses import replace

        from referral_tui.dashboard.what_if import Question

        if self._text is None or self._world is None or self.app.screen is not self:
            return
        question = Question(replace(self._world, drawn=self._drawn), self._text, self._draft)
        if question != self._asked:
            self._asked, self._finished, self._wrong = question, False, ""
            self.run_worker(self._answered(question), exclusive=True, group=GROUP)

    async def _answered(self, question: Question) -> None:
        """Show answer after answer, each from more markets."""
        from referral_tui.dashboard.what_if import UnanswerableError

        if self._study is None:
            self._study = self.board.study()
        try:
            async with aclosing(self._study.answers(question)) as answers:
                async for answer in answers:
                    self._show(question, answer)
        except UnanswerableError as error:
            self._wrong = f"It can't be run: {error}"
            self.board.show_text(self._wrong, "bad")
        self._finished = True

    def _show(self, question: Question, answer: Answer) -> None:
        self.board.show(answer, question.world, *self._money)
