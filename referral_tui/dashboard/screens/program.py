"""The fifth screen: the program as words and as a file, what its rules did, and a draft that can be applied."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from referral_tui.dashboard.commands import BACK, EDIT, Command
from referral_tui.dashboard.frame import DashboardScreen
from referral_tui.dashboard.status_message import StatusMessage

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widgets import TextArea

    from referral_tui.dashboard.checking import Checked
    from referral_tui.dashboard.screens.program_board import ProgramBoard
    from referral_tui.dashboard.screens.program_query import ProgramLook, ProgramQuery
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step
    from referral_tui.dashboard.widgets.bars import Tab
    from referral_tui.dashboard.widgets.number_form import NumberForm
    from referral_tui.dashboard.widgets.table import Table

PAUSE_S = 0.4  # of typing, after which the draft is checked
KEPT = 8  # texts whose check is kept


class ProgramScreen(DashboardScreen):
    """Rules, the design, and the editor."""

    KEY = "5"
    TITLE_IN_TAB = "Program"
    MODE = "program"
    FIRST_FOCUS = "#rules"
    BOARD = "program_board:ProgramBoard"
    QUERY = "program_query:ProgramQuery"
    CSS_PATH = "program.tcss"
    NEEDS_EVENTS = False
    OWN_COMMANDS = (
        Command(
            "program.form",
            "f",
            "form",
            "Form of the numbers",
            "Changes amounts, budget, times and limits with the arrow keys; the file is updated",
            "form",
        ),
        EDIT,
        Command(
            "program.apply",
            "ctrl+r",
            "apply",
            "Apply the draft",
            "Brings the edited program into force: it judges every event from then on",
            "apply",
            "^r",
            steers=True,
        ),
        Command(
            "program.save",
            "ctrl+o",
            "save",
            "Save the program",
            "Saves the draft, or else the program in force, to a file",
            "save",
            "^o",
        ),
        Command(
            "program.part",
            "ctrl+n",
            "part",
            "Next part",
            "Goes to the next part of the file: a milestone, a rule, a reward, the budget",
            "next part",
            "^n",
        ),
        Command(
            "program.file",
            "v",
            "file",
            "Words or file",
            "Switches between the design in words and the file if there is no room for both",
            "words/file",
        ),
        Command(
            "program.fraud",
            "x",
            "fraud",
            "Fraud and its cost",
            "How well the rules tell cheats from honest people, and what it costs: on the client's side of the wall",
            "fraud",
        ),
        Command(
            "program.drop", "z", "drop", "Drop the draft", "Discards the edits that were not applied", None
        ),
        BACK,
    )

    board: ProgramBoard
    _screen_query: ProgramQuery

    def __init__(self, tabs: Sequence[Tab] = ()) -> None:
        """Make the screen; see `DashboardScreen`."""
        super().__init__(tabs)
        self._known: dict[str, Checked] = {}
        self._asked: set[str] = set()

    _draft: str | None = None
    _look: ProgramLook | None = None
    _timer: Timer | None = None
    _applying: str | None = None
    """A draft that is applied as soon as it is checked."""

    @property
    def typing(self) -> bool:
        """Whether the file is being edited."""
        return self._look is not None and self.board.editing

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board, and request a version's text in words."""
        look: ProgramLook | None = snapshot.answer
        if look is None:
            return
        before, self._look = self._look, look
        board = self.board
        board.show(look, snapshot, step)
        self._take_draft()
        if self._draft == look.text:
            self._draft = None  # it is in force now
        if board.editing and self._draft is None and before is not None and before.version < look.version:
            board.leave(changed=False)  # it is in force now
        # never while it is edited: keys that are on their way belong to its text
        if self._draft is None and not board.editing:
            board.put(look.text)
        self._show_numbers()
        self._show_design_and_draft()

    # -- what the keys do -----------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Edit the file, at the rule under the cursor."""
        board = self.board
        if board.editing or self._look is None:
            return
        at = {"rules": board.rule, "form": board.form.row}.get(str(self.focused.id) if self.focused else "")
        board.edit(at.line if at is not None else None)
        self._show_design_and_draft()
        self.say(StatusMessage("Change a value; its consequences are shown as soon as you stop typing."))

    def action_form(self) -> None:
        """Change numbers with the arrow keys."""
        board = self.board
        if board.editing or self._look is None:
            return
        board.turn()
        self._show_numbers()
        self._show_design_and_draft()
        self.say(
            StatusMessage("right and left turn a number, ^r applies what you have turned, escape leaves.")
        )

    def action_part(self) -> None:
        """Go to the next part of the file, in place of the words if there is no room for both."""
        if not self.board.editor.size:
            self.board.add_class("-file")
        self.board.editor.go_to_part()

    def action_file(self) -> None:
        """Change between words and file."""
        self.board.toggle_class("-file")

    def action_fraud(self) -> None:
        """Open the fraud score, which only the client's side may see."""
        self.board.open_fraud(self.host.setup.path, self.host.view.side)

    def action_drop(self) -> None:
        """Discard the draft."""
        if self._draft is None or self._look is None:
            self.say(StatusMessage("There is no draft to drop.", "warn"))
            return
        self._draft = None
        self.board.put(self._look.text)
        self.board.leave(changed=False)
        self.say(StatusMessage("The draft is dropped; this is the program in force.", "good"))

    def action_back(self) -> None:
        """Leave the editor."""
        board = self.board
        if board.editing or board.turning:
            self._take_draft()
            board.leave(changed=self._draft is not None)
            kept = "The draft is kept: e goes on with it, ^r applies it, z drops it."
            self.say(StatusMessage(kept if self._draft is not None else "Nothing was changed."))

    def action_apply(self) -> None:
        """Apply the draft to the running program."""
        self._take_draft()
        draft = self._draft
        if draft is not None and draft not in self._known:
            self._applying = draft
            self._check(draft)
            self.say(StatusMessage("The draft is being checked, and is applied as soon as it passes."))
            return
        refusal = self._refusal()
        if refusal:
            self.say(StatusMessage(refusal, "warn"))
        else:
            self.send_command("program", {"text": self._draft})

    def action_save(self) -> None:
        """Save the draft, or the program in force, to a file of its own."""
        if self._look is None:
            return
        self._take_draft()
        self.save_file("program", "toml", self._draft or self._look.text)

    def on_table_opened(self, _message: Table.Opened) -> None:
        """Edit the rule or the number that is opened."""
        self.action_edit()

    def on_number_form_turned(self, message: NumberForm.Turned) -> None:
        """Turn a number in the draft: it is looked up again, since the draft may have changed meanwhile."""
        look, snapshot = self._look, self.host.snapshot
        if look is None or snapshot is None or snapshot.database_status.program is None:
            return
        text = look.text if self._draft is None else self._draft
        turned = self.board.turned(
            text, message.row.path, message.up, snapshot.database_status.program.digits
        )
        if turned is None:
            end = "maximum" if message.up > 0 else "minimum"
            self.say(
                StatusMessage(f"{message.row.what} of {message.row.part} is already at its {end}.", "warn")
            )
            return
        changed, line = turned
        self._draft = changed if changed != look.text else None
        self.board.editor.put(changed)
        self.board.editor.go_to(line)
        self._show_numbers()
        self._show_design_and_draft()
        self._check_soon()

    def on_table_moved(self, message: Table.Moved) -> None:
        """Show the place of a number or a rule in the file."""
        board = self.board
        if message.table.id == "form" and board.turning and message.row is not None:
            board.editor.go_to(message.row.line)
        elif message.table.id == "rules" and not (board.turning or board.editing):
            board.show_rule()

    def on_text_area_changed(self, _message: TextArea.Changed) -> None:
        """Keep what is typed, and check it after a pause."""
        if self._look is None or not self.board.editing:
            return
        self._take_draft()
        self._show_design_and_draft()
        self._check_soon()

    # -- inside ---------------------------------------------------------------------------------------

    def _check_soon(self) -> None:
        """Check the draft after a pause."""
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE_S, self._check_draft)

    def _take_draft(self) -> None:
        """Take the draft from the current text: that of the last message may be older."""
        look, board = self._look, self.board
        if look is not None and board.editing:
            text = board.editor.text
            self._draft = text if text != look.text else None

    def _show_numbers(self) -> None:
        """Show the draft's numbers if their form is open."""
        look, board = self._look, self.board
        if look is not None and board.turning:
            board.show_numbers(look.text if self._draft is None else self._draft, look.text)

    def _show_design_and_draft(self) -> None:
        """Show the design, and what is known of the draft; an unchecked draft waits for a pause in typing."""
        look = self._look
        if look is None:
            return
        running = self._known.get(look.text)
        if running is None:
            self._check(look.text)
        draft = self._draft if self._draft is not None else look.text
        self.board.show_design(look.version, running)
        self.board.show_draft(self._known.get(draft), running, same=self._draft is None)

    def _check_draft(self) -> None:
        if self._draft is not None and self._draft not in self._known:
            self._check(self._draft)

    def _check(self, text: str) -> None:
        if text in self._asked:
            return
        self._asked.add(text)
        running = self._look is not None and text == self._look.text
        self.run_worker(self._checked(text), exclusive=not running, group="design" if running else "draft")

    async def _checked(self, text: str) -> None:
        """Check a text in a helper process, show the result, and then compare the text with what came."""
        status = self.host.snapshot.database_status if self.host.snapshot else None
        currency = status.program.currency if status is not None and status.program is not None else None
        try:
            found = await self.board.check(text, currency)
        finally:
            self._asked.discard(text)
        while len(self._known) >= KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[text] = found
        self._show_design_and_draft()
        if text == self._applying:
            self._applying = None
            if text == self._draft:
                self.action_apply()
        if found.valid and status is not None and status.accepted:
            await self._compare(text, currency)

    async def _compare(self, text: str, currency: str | None) -> None:
        """Compare a valid text with what came, and show the doubts."""
        try:
            compared = await self.board.check(text, currency, self.host.setup.path)
        except asyncio.CancelledError:
            self._known.pop(text, None)  # to be asked again, should the draft return to it
            raise
        if compared.valid and text in self._known:
            self._known[text] = compared
            self._show_design_and_draft()

    def _refusal(self) -> str:
        """Say why the draft can't be applied, if it can't."""
        snapshot, draft = self.host.snapshot, self._draft
        if snapshot is None or draft is None:
            return "There is nothing to apply: edit the program first, with e."
        return self.board.refusal(snapshot, self._known.get(draft))
