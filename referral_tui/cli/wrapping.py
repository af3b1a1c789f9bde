"""Wrap sentences to the width of a page, for reports of several commands."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

PAGE: Final = 79


def wrapped(text: str, before: str = "") -> list[str]:
    """Wrap a sentence to lines of a page, the first after `before`; a word that is too long stays whole."""
    return wrap(
        text,
        PAGE,
        initial_indent=before,
        subsequent_indent=" " * len(before),
        break_long_words=False,
        break_on_hyphens=False,
    )
