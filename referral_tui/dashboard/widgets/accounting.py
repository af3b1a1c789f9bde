"""The text beside a table that explains one person: requested from a helper process, kept while nothing changes."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from textual.message import Message

from referral_tui.dashboard import helper
from referral_tui.dashboard.account import Explanation, as_of, blocks, references
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.reading import Block, Reading
from referral_tui.names import PSEUDONYMS, Names

if TYPE_CHECKING:
    from db.read.queries import Program

KEPT: Final = 64  # accounts kept: a few kilobytes each
TOPIC: Final = Topic(
    "One journey, and why",
    "Everything that happened to one person, in the order in which the platform learned of it; how they were matched "
    "to a referrer, with the visits that lost; each decision rule by rule with the values it read; and which "
    "smallest change would have paid.",
    (
        (
            "sent",
            "which of the client's systems sent an event, and how late; if none is named, the platform saw it",
        ),
        ("touch", "a visit by a referrer's link: the one that won says who referred the friend"),
        ("counted", "a line that was released, but only counts toward a bonus"),
        ("upline", "who brought the referrer"),
        ("✓ ✕ ?", "a rule passed, failed, or had no value to read, which counts as a fail"),
        (
            "why not",
            "each change was tried: the conversion was judged again with it, and qualified or was paid",
        ),
    ),
)


class AccountPane(Reading):
    """One person's journey, and why it ended as it did."""

    class Named(Message):
        """An account names these people: the screen may want their names."""

        def __init__(self, people: tuple[str, ...]) -> None:
            """Say who."""
            super().__init__()
            self.people = people

    def __init__(self, *, referrer_first: bool = False) -> None:
        """Make it; with `referrer_first`, what somebody did as a referrer comes before their own journey."""
        super().__init__("Nobody is open", TOPIC, "Enter opens the row under the cursor.", id="account")
        self._referrer_first = referrer_first
        self.ref: str | None = None
        self._asked: tuple[str, Hashable] | None = None
        self._kept: dict[tuple[str, Hashable], Explanation] = {}
        self._explanation: Explanation | None = None
        self._names: Names = PSEUDONYMS
        self._program: Program | None = None
        self._at: int | None = None

    def open(self, path: Path, ref: str, stamp: Hashable) -> None:
        """Show a person; `stamp` changes when anything has happened to them."""
        key = (ref, stamp)
        if key == self._asked:
            return
        if ref != self.ref:
            self._explanation = None
        self.ref, self._asked = ref, key
        kept = self._kept.get(key)
        if kept is not None:
            self._take(kept)
            return
        self._draw(top=self._explanation is None)
        self.run_worker(self._ask(path, key), group="account", exclusive=True)

    def close(self) -> None:
        """Show nobody."""
        self.workers.cancel_group(self, "account")
        self.ref = self._asked = self._explanation = None
        self.border_subtitle = ""
        self.show([], "Nobody is open")

    def call(self, names: Names, program: Program | None, at: int | None) -> None:
        """Use these names for people, as of a moment (None: now)."""
        if (names, program, at) != (self._names, self._program, self._at):
            self._names, self._program, self._at = names, program, at
            self._draw()

    async def _ask(self, path: Path, key: tuple[str, Hashable]) -> None:
        reply = await helper.ask(helper.explaining(path, key[0]))
        if reply.status or not isinstance(reply.data, dict):
            message = reply.said or f"it ended with status {reply.status} and said nothing"
            self.show(
                [Block(f"It can't be explained now: {message}", "bad", sign="!", sign_ink="bad")],
                self._names(key[0]),
                top=True,
            )
            self.border_subtitle = ""
            self._explanation, self._asked = None, None
            return
        if len(self._kept) >= KEPT:
            self._kept.clear()
        self._kept[key] = reply.data
        self._take(reply.data)

    def _take(self, explanation: Explanation) -> None:
        first, self._explanation = self._explanation is None, explanation
        self.post_message(self.Named(references(explanation)))
        self._draw(top=first)

    def _draw(self, *, top: bool = False) -> None:
        if self.ref is None:
            return
        title = self._names(self.ref)
        if self._explanation is None:
            waiting = Block("Asking what happened to them, and why: about a second …", "quiet", sign="◌")
            self.show([waiting], title, top=top)
            return
        explanation = self._explanation if self._at is None else as_of(self._explanation, self._at)
        laid_out = blocks(explanation, self._names, self._program, referrer_first=self._referrer_first)
        self.show(laid_out, title, top=top)
