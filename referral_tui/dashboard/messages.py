"""What the reader thread tells the app; a message that a newer one overtakes says so."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from db.control import WriterCommand
from referral_tui.dashboard.snapshot import Snapshot, Trouble


@dataclass
class SnapshotTaken(Message):
    """Something has changed: here is the whole of it."""

    snapshot: Snapshot

    def can_replace(self, message: Message) -> bool:
        """Make an older picture that is still in the queue go unseen."""
        return isinstance(message, SnapshotTaken)


@dataclass
class ReadFailed(Message):
    """The database can't be read now."""

    trouble: Trouble

    def can_replace(self, message: Message) -> bool:
        """Make an older trouble that is still in the queue go unseen."""
        return isinstance(message, ReadFailed)


@dataclass
class CommandSent(Message):
    """A command is in the control database."""

    command: WriterCommand


@dataclass
class CommandFailed(Message):
    """A command could not be written; `text` says why."""

    text: str
