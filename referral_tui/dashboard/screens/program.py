"""The fifth screen: the program as words and as a file, what its rules did, and a draft that can be applied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.widget import Widget

from referral_tui.dashboard.commands import BACK, EDIT, Command
from referral_tui.dashboard.frame import Place
from referral_tui.dashboard.telling import Telling

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.widgets import TextArea

    from referral_tui.dashboard.checking import Checked
    from referral_tui.dashboard.screens.program_board import ProgramBoard
    from referral_tui.dashboard.screens.program_wish import ProgramLook
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step
    from referral_tui.dashboard.widgets.table import Table
    from referral_tui.dashboard.wish import Wish

PAUSE_S = 0.4  # of typing, after which the draft is checked
KEPT = 8  # texts whose check is kept


class ProgramScreen(Place):
    """Rules, the design, and the editor."""

    KEY = "5"
    TITLE_IN_TAB = "Program"
    MODE = "program"
    FIRST_FOCUS = "#rules"
    CSS_PATH = "program.tcss"
    NEEDS_EVENTS = False
    OWN_COMMANDS = (
        EDIT,
        Command(
            "program.apply",
            "ctrl+r",
            "apply",
            "Apply the draft",
            "Brings the edited program into force: every event after it is judged by it",
            "apply",
            "^r",
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
            "Shows the design in words, or the file, where there is no room for both",
            "words/file",
        ),
        Command(
            "program.drop", "z", "drop", "Drop the draft", "Forgets what was edited and not applied", None
        ),
        BACK,
    )

    _draft: str | None = None
    _look: ProgramLook | None = None
    _timer: Timer | None = None

    @property
    def typing(self) -> bool:
        """Whether the file is edited."""
        return self._look is not None and self._board.editing

    def parts(self) -> Iterable[Widget]:
        """Make the board; its module is loaded now, after the frame's paint."""
        from referral_tui.dashboard.screens.program_board import ProgramBoard  # noqa: PLC0415

        self._known: dict[str, Checked] = {}
        self._asked: set[str] = set()
        yield ProgramBoard()

    def wish(self) -> Wish:
        """Ask for the version in force and what its rules did."""
        from referral_tui.dashboard.screens.program_wish import ProgramWish  # noqa: PLC0415

        return ProgramWish()

    def show_parts(self, snapshot: Snapshot, step: Step | None) -> None:
        """Hand the snapshot to the board, and have a version's text told in words."""
        look: ProgramLook | None = snapshot.answer
        if look is None:
            return
        before, self._look = self._look, look
        board = self._board
        board.show(look, snapshot, step)
        self._take_draft()
        if board.editing and self._draft is None and before is not None and before.version < look.version:
            board.leave(changed=False)  # it is in force now
        if self._draft is None and not board.editing:
            board.editor.put(
                look.text
            )  # never while it is edited: keys that are on their way belong to its text
        self._tell()

    # -- what the keys do -----------------------------------------------------------------------------

    def action_edit(self) -> None:
        """Edit the file, at the rule that the cursor stands on."""
        board = self._board
        if board.editing or self._look is None:
            return
        rule = board.rule
        here = self.focused is not None and self.focused.id == "rules"
        board.edit(rule.line if rule is not None and here else None)
        self._tell()
        self.say(Telling("Change a value; what follows from it is told as soon as you stop typing."))

    def action_part(self) -> None:
        """Go to the next part of the file."""
        self._board.editor.go_to_part()

    def action_file(self) -> None:
        """Change between words and file."""
        self._board.toggle_class("-file")

    def action_drop(self) -> None:
        """Forget the draft."""
        if self._draft is None or self._look is None:
            self.say(Telling("There is no draft to drop.", "warn"))
            return
        self._draft = None
        self._board.editor.put(self._look.text)
        self._board.leave(changed=False)
        self.say(Telling("The draft is dropped; this is the program in force.", "good"))

    def action_back(self) -> None:
        """Leave the editor."""
        board = self._board
        if board.editing:
            self._take_draft()
            board.leave(changed=self._draft is not None)
            kept = "The draft is kept: e goes on with it, ^r applies it, z drops it."
            self.say(Telling(kept if self._draft is not None else "Nothing was changed."))

    def action_apply(self) -> None:
        """Apply the draft to the running program."""
        self._take_draft()
        refusal = self._refusal()
        if refusal:
            self.say(Telling(refusal, "warn"))
        else:
            self.order("program", {"text": self._draft})

    def action_save(self) -> None:
        """Save the draft, or the program in force, to a file of its own."""
        from referral_tui.dashboard.saving import free_path  # noqa: PLC0415
        from simulator.domain.errors import InputError  # noqa: PLC0415
        from simulator.domain.writing import write_text  # noqa: PLC0415

        host = self.host
        if self._look is None:
            return
        self._take_draft()
        clock = host.snapshot.standing.clock if host.snapshot else None
        path = free_path(host.setup.pictures, "program", clock.sim_at if clock else 0, "toml")
        try:
            write_text(path, self._draft or self._look.text)
        except InputError as error:
            self.say(Telling(f"The file {error}.", "bad"))
        else:
            self.say(Telling(f"Saved: {path.absolute()}", "good"))

    def on_table_opened(self, _message: Table.Opened) -> None:
        """Edit the rule that is opened."""
        self.action_edit()

    def on_text_area_changed(self, _message: TextArea.Changed) -> None:
        """Keep what is typed, and have it checked after a pause."""
        if self._look is None or not self._board.editing:
            return
        self._take_draft()
        self._tell()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE_S, self._tell_checked)

    # -- inside ---------------------------------------------------------------------------------------

    @property
    def _board(self) -> ProgramBoard:
        from referral_tui.dashboard.screens.program_board import ProgramBoard  # noqa: PLC0415

        return self.query_one(ProgramBoard)

    def _take_draft(self) -> None:
        """Take the draft from the text as it is now: that of the last message may be older."""
        look, board = self._look, self._board
        if look is not None and board.editing:
            text = board.editor.text
            self._draft = text if text != look.text else None

    def _tell(self) -> None:
        """Tell the design, and what is known of the draft; what was never checked waits for a pause of typing."""
        look = self._look
        if look is None:
            return
        running = self._known.get(look.text)
        if running is None:
            self._check(look.text)
        draft = self._draft if self._draft is not None else look.text
        self._board.tell_design(look.version, running)
        self._board.tell_draft(self._known.get(draft), running, same=self._draft is None)

    def _tell_checked(self) -> None:
        if self._draft is not None and self._draft not in self._known:
            self._check(self._draft)

    def _check(self, text: str) -> None:
        if text in self._asked:
            return
        self._asked.add(text)
        running = self._look is not None and text == self._look.text
        self.run_worker(self._checked(text), exclusive=not running, group="design" if running else "draft")

    async def _checked(self, text: str) -> None:
        """Have a text checked by a helper process, and tell what it said."""
        from referral_tui.dashboard import checking  # noqa: PLC0415

        host = self.host
        program = host.snapshot.standing.program if host.snapshot else None
        try:
            found = await checking.check(text, program.currency if program else None)
        finally:
            self._asked.discard(text)
        while len(self._known) >= KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[text] = found
        self._tell()

    def _refusal(self) -> str:
        """Say why the draft can't be applied, where it can't."""
        from referral_tui.dashboard.screens.program_words import refusal  # noqa: PLC0415

        snapshot, draft = self.host.snapshot, self._draft
        if snapshot is None or draft is None:
            return "There is nothing to apply: edit the program first, with e."
        return refusal(snapshot, self._known.get(draft))
