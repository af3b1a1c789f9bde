"""The parts of the program screen: rules, the design in words, the file, and what the checker says of a draft."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Container

from referral_tui.dashboard import checking
from referral_tui.dashboard.numbers import Path, numbers_of, turned
from referral_tui.dashboard.screens.fraud_box import FraudBox
from referral_tui.dashboard.screens.program_words import design, refusal, verdict
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.editor import Editor
from referral_tui.dashboard.widgets.number_form import NumberForm
from referral_tui.dashboard.widgets.reading import Reading
from referral_tui.dashboard.widgets.rule_table import RuleTable
from referral_tui.dashboard.widgets.table import Table

if TYPE_CHECKING:
    from referral_tui.dashboard.checking import Checked
    from referral_tui.dashboard.query import Side
    from referral_tui.dashboard.screens.program_query import ProgramLook, RuleLine
    from referral_tui.dashboard.snapshot import Snapshot
    from referral_tui.dashboard.step import Step

LEFT_FOR_WORDS = 8  # lines


class ProgramBoard(Container):
    """The parts; `-editing` while the file is edited, `-file` while it is shown in place of the words."""

    def __init__(self) -> None:
        super().__init__(id="board")
        self._rows = ""
        self._rule = ""  # whose place in the file was shown last

    def compose(self) -> ComposeResult:
        """Make the parts; with two columns the file is in the second."""
        yield RuleTable()
        yield NumberForm()
        yield Editor()
        yield Reading(
            "The design in words",
            Topic(
                "The design in words",
                "What the program file says, a sentence for each part of it. v changes between the words and "
                "the file if there is no room for both; e edits the file.",
            ),
            "No program yet.",
            id="words",
        )
        yield Reading(
            "Your draft",
            Topic(
                "Your draft",
                "What is wrong with the draft, each with its line; or, if nothing is wrong, what it would change: "
                "~ sentences that change, old → new; + those that come; - those that go. ? marks doubts, "
                "such as data that nothing uses, and data that a rule waits for and that never came.",
            ),
            "Nothing is edited.",
            id="verdict",
        )

    @property
    def editing(self) -> bool:
        """Whether the file is being edited."""
        return self.has_class("-editing")

    @property
    def turning(self) -> bool:
        """Whether the form of the numbers is open."""
        return self.has_class("-form")

    @property
    def form(self) -> NumberForm:
        """The numbers."""
        return self.query_one(NumberForm)

    @property
    def editor(self) -> Editor:
        """The file."""
        return self.query_one(Editor)

    @property
    def rule(self) -> RuleLine | None:
        """The rule under the cursor."""
        return self.query_one(RuleTable).row

    def show(self, look: ProgramLook, snapshot: Snapshot, step: Step | None) -> None:
        """Show rules; the words and the file are set separately."""
        table = self.query_one(RuleTable)
        table.use(snapshot.database_status.program)
        table.show(look.rules)
        reasons = (
            {entry.reason.partition(":")[0] for entry in step.audit_entries if entry.reason} if step else ()
        )
        table.mark(frozenset(reasons))
        self._fit()

    def show_design(self, version: int, checked: Checked | None) -> None:
        """Show the running design."""
        self.query_one("#words", Reading).show(design(checked), f"The design in words, version {version}")

    def show_draft(self, draft: Checked | None, running: Checked | None, *, same: bool) -> None:
        """Show what is wrong with the draft, and mark it in the file, or show what it would change."""
        problems = draft.problems if draft is not None else ()
        self.editor.mark(frozenset(one.line for one in problems if one.line is not None))
        self.query_one("#verdict", Reading).show(verdict(draft, running, same=same), top=True)

    def show_numbers(self, draft: str, running: str) -> None:
        """Show the numbers of a draft in the form, beside those of the program in force; both are texts."""
        self.form.take(numbers_of(draft), numbers_of(running))

    def turned(self, text: str, path: Path, up: int, digits: int) -> tuple[str, int] | None:
        """Turn the number at a path of a program's text one value up (1) or down (-1).

        Returns the text with the new value, and the line of it; None if it is at its end, or gone.
        """
        number = next((one for one in numbers_of(text) if one.path == path), None)
        changed = turned(text, number, up, digits) if number is not None else None
        return None if number is None or changed is None else (changed, number.line)

    async def check(self, text: str, currency: str | None, database: FilePath | None = None) -> Checked:
        """Check a program's text in a helper process; `currency` must be kept.

        With a database, it is also compared with what came there, which reads the whole log.
        """
        return await checking.check(text, currency, database)

    def refusal(self, snapshot: Snapshot, draft: Checked | None) -> str:
        """Say why a draft can't be applied; empty if it can."""
        return refusal(snapshot, draft)

    def open_fraud(self, path: FilePath, side: Side) -> None:
        """Open the fraud score, which only the client's side may see."""
        self.app.push_screen(FraudBox(path, side))

    def put(self, text: str) -> None:
        """Show this file, at the rule under the cursor if it was another file."""
        if self.editor.put(text):
            self._rule = ""
            self.show_rule()

    def show_rule(self) -> None:
        """Show the place of the rule under the cursor in the file, unless it is the one before with new results."""
        rule = self.rule
        if self.editor.size.height and rule is not None and rule.line and rule.code != self._rule:
            self._rule = rule.code
            self.editor.go_to(rule.line)

    def edit(self, line: int | None) -> None:
        """Begin to edit, at a line (from 1) if given."""
        editor = self.editor
        self.set_class(False, "-form")
        self.set_class(True, "-editing")
        editor.read_only = False
        editor.border_title = "Your draft: ^r applies, ^o saves, escape leaves"
        self.screen.set_focus(editor)  # at once: the next key is typed
        if line:
            editor.go_to(line)
        self._fit()

    def turn(self) -> None:
        """Open the form of the numbers."""
        self.set_class(True, "-form")
        self.screen.set_focus(self.form)
        self._fit()

    def leave(self, *, changed: bool) -> None:
        """Stop editing or turning; a draft that was changed stays in the file."""
        editor = self.editor
        self.set_class(False, "-editing")
        self.set_class(False, "-form")
        editor.read_only = True
        editor.border_title = (
            "Your draft, not applied: e goes on, z drops it" if changed else "The program file"
        )
        self.screen.set_focus(self.query_one(RuleTable))
        self._fit()

    def on_resize(self, _event: events.Resize) -> None:
        """Share the new height."""
        self._fit()

    def on_editor_resized(self) -> None:
        """Show the rule under the cursor in a file that is seen only now."""
        if not (self.editing or self.turning):
            self.show_rule()

    def _fit(self) -> None:
        """Give the rules the lines they need, provided that enough are left for the words."""
        if self.turning:
            self._share("1fr 9")
            return
        wide = self.query_one(Editor).region.x > 0 or not self.editing
        wanted = min(len(self.query_one(RuleTable).rows) + 3, max(5, self.size.height - LEFT_FOR_WORDS))
        self._share(f"{max(5, wanted)} 1fr" if wide else "1fr 8")

    def _share(self, rows: str) -> None:
        if rows != self._rows:
            self._rows = rows
            self.styles.grid_rows = rows

    def on_table_left(self, message: Table.Left) -> None:
        """Stay: there is nothing above the rules."""
        message.stop()
