"""The door over HTTP, where the database is served: who calls, what became of it, and what waits to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from referral_tui.dashboard.screens.door_words import door_blocks
from referral_tui.dashboard.topic import Topic
from referral_tui.dashboard.widgets.reading import Reading

if TYPE_CHECKING:
    from db.door_status import DoorStatus

_TOPIC = Topic(
    "The door",
    "`referral-tui serve` takes events over HTTP, and posts what follows from them to those who subscribed. "
    "Requests and receipts are counted since it was started.",
    (
        (
            "accepted, duplicate, refused",
            "messages of a client by receipt; refused are conflict and malformed",
        ),
        (
            "waiting",
            "entries of the audit trail that a subscriber has not got yet, whether it wants them or not",
        ),
        (
            "given up",
            "webhooks for which every try failed; `referral-tui hooks replay NAME --dead` sends them again",
        ),
        ("veto", "rewards about which the address given with `--veto` has not answered"),
    ),
)


class DoorPanel(Reading):
    """Shown while the database is served."""

    def __init__(self) -> None:
        super().__init__("The door", _TOPIC, "No door is open.", id="door")

    def take(self, door: DoorStatus | None) -> bool:
        """Show a door, or nothing if there is none, and return whether there is one."""
        if door is not None:
            self.show(door_blocks(door))
        return door is not None
