"""A sentence for the status line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["quiet", "plain", "good", "warn", "bad"]
SYMBOLS: dict[Tone, str] = {"quiet": "·", "plain": ":", "good": "✓", "warn": "…", "bad": "!"}


@dataclass(frozen=True, slots=True)
class StatusMessage:
    """A sentence and its tone."""

    text: str
    tone: Tone = "quiet"


PRESS_Q = StatusMessage("Press q to quit. (Ctrl-C copies the selection.)", "warn")
