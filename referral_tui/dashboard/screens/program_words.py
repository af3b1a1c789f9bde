"""What the program screen says: the design, what is wrong with a draft, and what it would change. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from referral_tui.dashboard.checking import Checked, Problem
from referral_tui.dashboard.snapshot import Snapshot
from referral_tui.dashboard.widgets.reading import Block
from referral_tui.differing import changes

_WAIT = "Asking the checker …"
_PARTS = (
    ("What is given", re.compile(r'Reward "|The whole program pays|There is no budget')),
    ("What counts", re.compile(r'".*" is reached by')),
    ("Who is refused, and who is reviewed", re.compile(r'Rule "')),
)
"""Parts of the design, in the order in which people ask for them, and how their sentences begin."""
_REST = "Who, when and how"
_INKS = {"~": "warn", "+": "good", "-": "bad"}


def design(checked: Checked | None) -> list[Block]:
    """Return a design in sentences, starting with what is given."""
    if checked is None:
        return [Block(_WAIT, "quiet")]
    if checked.failed:
        return [Block(f"The checker can't be reached: {checked.failed}", "bad")]
    if checked.problems:
        return [Block(one.text, "bad", sign="!", sign_ink="bad") for one in checked.problems]
    parts: dict[str, list[Block]] = {title: [] for title, _begins in _PARTS}
    for sentence in checked.words:
        part = next((title for title, begins in _PARTS if begins.match(sentence)), _REST)
        parts.setdefault(part, []).append(Block(sentence, sign="·", sign_ink="quiet"))
    return [
        block for title, blocks in parts.items() if blocks for block in (Block(title, head=True), *blocks)
    ]


def verdict(draft: Checked | None, running: Checked | None, *, same: bool) -> list[Block]:
    """Say what is wrong with a draft, or what it would change in the running design."""
    if draft is None:
        return [Block(_WAIT, "quiet")]
    if draft.failed:
        return [Block(f"The checker can't be reached: {draft.failed}", "bad")]
    if draft.problems:
        count = len(draft.problems)
        head = Block(f"{count} {'thing is' if count == 1 else 'things are'} wrong", head=True)
        return [head, *(Block(one.text, "plain", _line(one.line), "!", "bad") for one in draft.problems)]
    if same:
        still = "Nothing has been changed yet. Change a value, and its consequences are shown here."
        return [Block("As it runs", head=True), Block(still, "quiet"), *_doubts(draft.warnings)]
    before = running.warnings if running is not None else ()
    changes = changed(running.words if running is not None else (), draft.words)
    return [
        Block("It can be run", head=True),
        *_doubts([one for one in draft.warnings if one not in before]),
        *(changes or [Block("The wording differs, but the design stays the same.", "quiet")]),
        *_doubts([one for one in draft.warnings if one in before], "Also true of the running program"),
    ]


def _doubts(warnings: Sequence[Problem], head: str = "") -> list[Block]:
    """List doubts, under a heading if one is given and there are any."""
    blocks = [Block(one.text, "warn", _line(one.line), "?", "warn") for one in warnings]
    return [Block(head, head=True), *blocks] if head and blocks else blocks


def refusal(snapshot: Snapshot, draft: Checked | None) -> str:
    """Say why a draft can't be applied; empty if it can."""
    if draft is None:
        return "It is still being checked; try again in a moment."
    if not draft.valid:
        first = draft.problems[0] if draft.problems else Problem(None, draft.failed)
        where = f"{_line(first.line)}: " if first.line is not None else ""
        return f"Not applied, since it can't be run. {where}{first.text}"
    if snapshot.request.view.at is not None:
        return "This is the past: return to now with } first, then apply it."
    if snapshot.database_status.made_by != "simulate":
        return "Nothing runs here, so there is nothing to apply it to; ^o saves it to a file."
    if snapshot.status in ("running", "paused"):
        return ""
    return (
        f"This run is {snapshot.status}, so there is nothing to apply it to. ^o saves it to a file; "
        "`referral-tui simulate --program FILE` tries it on the same people."
    )


def changed(before: Sequence[str], after: Sequence[str]) -> list[Block]:
    """Say which sentences of a design change (with `old → new` in them), which go, and which come."""
    return [
        Block(text, "quiet" if sign == "-" else "plain", sign=sign, sign_ink=_INKS[sign])
        for sign, text in changes(before, after)
    ]


def _line(line: int | None) -> str:
    return f"line {line}" if line is not None else ""
