"""The messages from the reader thread to the app; a newer one may replace an older one."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from db.control import WriterCommand
from referral_tui.dashboard.snapshot import Snapshot, Trouble


@dataclass
class SnapshotTaken(Message):
    """Something has changed: here is the whole snapshot."""

    snapshot: Snapshot

    def can_replace(self, message: Message) -> bool:
        """Replace an older snapshot that is still in the queue."""
        return isinstance(message, SnapshotTaken)


@dataclass
class ReadFailed(Message):
    """The database can't be read now."""

    trouble: Trouble

    def can_replace(self, message: Message) -> bool:
        """Replace an older failure that is still in the queue."""
        return isinstance(message, ReadFailed)


@dataclass
class CommandSent(Message):
    """A command is in the control database."""

    command: WriterCommand


@dataclass
class CommandFailed(Message):
    """A command could not be written; `text` says why."""

    text: str
