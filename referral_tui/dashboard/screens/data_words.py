"""Describe the data in words: who usually owns a type, how it is delivered, what each dial does, and its health."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from db.read.deliveries import Refused
from referral_tui import figures
from referral_tui.dashboard.screens.source_arrivals import SourceArrivals
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.reading import Block
from referral_tui.names import short_name
from referral_tui.words import CATEGORY_TITLES, category

if TYPE_CHECKING:
    from db.read.queries import Program
    from db.read.type_examples import Example
    from referral_tui.dashboard.screens.data_query import DataLook
    from referral_tui.dashboard.screens.data_types import DataTypeRow

DIAL_SAYS: Final = {
    "duplicate": "the same message once more",
    "lost-ack": "the answer is lost, so it is sent again",
    "conflict": "the same id with other content",
    "rebooked": "the same purchase under a new id",
    "swap": "two messages overtake each other",
    "delay": "a message comes much later",
    "outage": "a channel stands still, then a burst",
    "lost": "only reconciliation brings it back",
    "malformed": "a message that breaks the contract",
    "skew": "a sender's clock that is wrong",
    "file-late": "a batch file after its hour",
    "file-missing": "a batch file that never comes",
    "file-empty": "a batch file with nothing in it",
    "file-twice": "a batch file sent twice",
    "file-overlap": "a batch file with rows of the one before",
    "file-short": "a batch file that is cut short",
    "file-corrected": "a batch file that is sent again, corrected",
}
EVENT_SAYS: Final = (
    "An event type: a moment that is shared with the platform, and no more than its fields. Below are the latest "
    "examples, as the platform knows them: people by short names, never by their real ones."
)
_MOST_CLIENTS: Final = 3  # of a source that are named
LADDER: Final = (0.0, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""The rates that a key turns a dial to."""


def turned(rate: float, up: int) -> float | None:
    """Find the next rate above (`up` 1) or below (-1); None if there is none."""
    if up > 0:
        return next((step for step in LADDER if step > rate * 1.0001), None)
    return next((step for step in reversed(LADDER) if step < rate * 0.9999), None)


def health(look: DataLook, program: Program | None, came: Mapping[str, SourceArrivals]) -> list[Block]:
    """List receipts, how each source's messages came, what lateness cost, and the state of the chains."""
    blocks = [Block("Receipts", head=True)]
    total = sum(count for _, count in look.receipts)
    inks = {"accepted": "good", "conflict": "bad", "malformed": "bad", "duplicate": "warn"}
    for kind, count in look.receipts:
        part = f", {figures.share(count / total)}" if total else ""
        blocks.append(Block(f"{figures.count(count)}{part}", inks[kind] if count else "quiet", kind))
    for sender in look.senders:
        accepted, *others = sender.receipts
        blocks.append(
            Block(
                f"{figures.count(accepted)} accepted, {figures.count(sum(others))} not"
                f"{_came_words(came[sender.source])}",
                "plain",
                sender.source,
            )
        )
    blocks.append(Block("What late reversals cost", head=True))
    count, minor = look.cost.issued
    if not count:
        text = "Nothing: no reward was issued after the reversal that would have voided it."
        blocks.append(Block(text, "quiet"))
    elif program is not None:

        def money(pair: tuple[int, int]) -> str:
            value = figures.money(pair[1], program.currency, program.digits)
            return f"{value} in {figures.counted(pair[0], 'reward')}"

        blocks.append(Block(f"{money((count, minor))} before the reversal came", "warn", "issued"))
        blocks.append(Block(money(look.cost.clawed), "plain", "clawed back"))
        blocks.append(Block(money(look.cost.lost), "bad", "lost"))
    if look.chains is not None:
        blocks.append(Block("The audit chain", head=True))
        for chain in look.chains:
            text = f"{figures.count(chain.rows)} rows in {figures.counted(chain.blocks, 'block')}, newest {chain.hash}"
            blocks.append(Block(text, "plain", chain.chain))
        blocks.append(Block("`referral-tui verify` derives all of it again and compares.", "quiet"))
    return blocks


def _came_words(came: SourceArrivals) -> str:
    parts = [f"{name} {figures.count(accepted)}" for name, accepted in came.clients[:_MOST_CLIENTS]]
    more = len(came.clients) - len(parts)
    ways = [f"over the door {', '.join(parts)}{f' and {more} more' if more else ''}"] if parts else []
    ways += [f"{figures.count(rest)} {how}" for how, rest in came.rest if parts]
    ways += [how for how, _ in came.rest if not parts]
    return f"; {', '.join(ways)}" if ways else ""


def type_topic(row: DataTypeRow, examples: Sequence[Example]) -> Topic:
    """Describe an event type for a box: its fields, owner, delivery, lateness, and latest examples, pseudonymous."""
    fields = dict.fromkeys(name for one in examples for name, _value in one.fields)
    facts = [
        ("category", CATEGORY_TITLES[category(row.type)]),
        ("owner", f"usually the client's {row.owner}"),
        ("delivery", f"{row.delivery}; from {row.sources}"),
        ("how many", f"{figures.count(row.count)}, {row.a_day:,} a day"),
    ]
    if row.median is not None and row.p95 is not None and row.worst is not None:
        late = [figures.short_duration(one) for one in (row.median, row.p95, row.worst)]
        facts.append(("late", f"half by {late[0]}, 95 % by {late[1]}, at worst {late[2]}"))
    facts.append(("fields", ", ".join(fields) or "none beside subject and moment"))
    for one in examples:
        values = [f"{name} {value}" for name, value in one.fields]
        who = [short_name(one.subject)] if one.subject else []
        at = f"happened {figures.moment(one.occurred_at)}, received {figures.moment(one.received_at)} UTC"
        if one.time_inferred:
            at = f"received {figures.moment(one.received_at)} UTC, time inferred"
        facts.append((f"event {one.seq}", ", ".join([*who, *values, f"from {one.source}", at])))
    if not examples:
        facts.append(("examples", "none among the newest events"))
    return Topic(row.type, EVENT_SAYS, tuple(facts))


def message_topic(row: Refused) -> Topic:
    """Describe a message in quarantine for a box."""
    return Topic(
        f"Message {row.number} in quarantine",
        "It was not accepted. It can be corrected and sent again"
        + (
            ": a correction of a conflict needs a new id."
            if row.receipt == "conflict"
            else " under the same id."
        ),
        (
            ("receipt", row.receipt),
            ("field", row.field or "the message as a whole"),
            ("why", row.reason),
            ("received", f"{figures.moment(row.received_at)} UTC"),
            ("from", row.source or "not said"),
            ("id", row.id or "not said"),
            ("message", row.message),
            ("SHA-256", row.sha256),
        ),
    )
