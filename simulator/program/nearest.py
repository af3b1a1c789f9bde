"""Word a problem: quote what was written, and suggest what would be right, in one line that is safe to print."""

from __future__ import annotations

import json
from collections.abc import Iterable
from difflib import SequenceMatcher, get_close_matches

_SHOWN = 60  # characters of a value that a message quotes; enough to find it by


def shown(value: object) -> str:
    """Quote a value on one line: texts in quotes, long ones cut, control characters escaped."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, str):
        cut = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
        text = json.dumps(cut, ensure_ascii=False)
    elif isinstance(value, list):
        text = "a list"
    elif isinstance(value, dict):
        text = "a table"
    else:
        text = str(value) if not isinstance(value, int) or abs(value) < 10**30 else "a very large number"
        text = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "surrogatepass").decode()
        for sign in text
    )


def nearest(word: str, valid: Iterable[str]) -> str | None:
    """Return the valid name nearest to `word`, whatever its case, or None if none is near."""
    by_lower: dict[str, str] = {}
    for name in valid:
        by_lower.setdefault(name.casefold(), name)
    folded = word[:_SHOWN].casefold()
    close = get_close_matches(folded, by_lower, n=8, cutoff=0.6)
    best = max(close, key=lambda name: _similarity(name, folded), default=None)
    return None if best is None else by_lower[best]


def _similarity(name: str, word: str) -> tuple[float, bool, bool]:
    """Return a sort key: the most similar names first; of equals, two letters swapped, then the same first letters."""
    return SequenceMatcher(None, name, word).ratio(), sorted(name) == sorted(word), name[:2] == word[:2]


def advice(word: str, valid: Iterable[str], otherwise: str | None = None) -> str:
    """Say what would be right in place of `word`: the nearest valid name, else `otherwise`, else all valid names."""
    names = list(valid)
    near = nearest(word, names)
    if near is not None:
        return f'did you mean "{near}"?'
    if otherwise is not None:
        return otherwise
    return (
        f"use one of {', '.join(shown(name)[1:-1] for name in names)}"
        if names
        else "there is none to choose from"
    )
