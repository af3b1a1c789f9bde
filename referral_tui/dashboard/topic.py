"""What the help says of whatever has the focus."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A title, what it means in a sentence or two, and lines of `name: text` (formula, now, small line …)."""

    title: str
    text: str
    facts: tuple[tuple[str, str], ...] = ()
