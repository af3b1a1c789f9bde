"""Find where a text names a person: by a reference, code, contact or device of theirs, or as the client knows them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

_SPACE: Final = r"\s+"
_APART: Final = r"[\s().\-/]*"
"""What people write between the digits of a phone number."""
_EXTENSION: Final = re.compile(r"(?:x|ext\.?|#)\s*\d+\s*$", re.IGNORECASE)
_DIGITS: Final = 9
"""So many of the last digits of a phone number tell whose it is, with or without country code or a leading 0."""


def naming(texts: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of these texts as whole words; without texts it matches nothing."""
    return _any_of(map(re.escape, texts))


def mentioning(texts: Iterable[str], known_as: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds a person in free text.

    It finds any of `texts`, as `naming` does, and any of `known_as`: names, in either order, phone numbers, whatever
    their spacing, and e-mail addresses, in upper or lower case.
    """
    return _any_of([*map(re.escape, texts), *(f"(?i:{_written(one)})" for one in known_as if one.strip())])


def probe(text: str) -> str:
    """Return a part of a text that is present wherever `mentioning` finds it, once ASCII letters are lower case."""
    return max(re.findall(r"[a-z0-9]+", text.lower()), key=len, default="")


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    any_of_them = "|".join(patterns) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{any_of_them})(?![\w-])")


def is_phone(text: str) -> bool:
    """Return whether what the client's records call somebody is a phone number, maybe with an extension."""
    number = _EXTENSION.sub("", text)
    return not any(map(str.isalpha, number)) and sum(map(str.isdigit, number)) >= 7


def _written(known_as: str) -> str:
    """Return the pattern of a name, a phone number or an e-mail address as people write it."""
    if is_phone(known_as):
        digits = [sign for sign in _EXTENSION.sub("", known_as) if sign.isdigit()]
        before = rf"\+?(?:\d{_APART}){{0,{max(0, len(digits) - _DIGITS) + 1}}}"
        return before + _APART.join(digits[-_DIGITS:])
    words = [_word(word) for word in known_as.split()]
    if len(words) == 1:
        return words[0]
    return f"{_SPACE.join(words)}|{words[-1]},?{_SPACE}{_SPACE.join(words[:-1])}"


def _word(word: str) -> str:
    """Return the pattern of a word, also as JSON may have it."""
    escaped = json.dumps(word)[1:-1]
    return re.escape(word) if escaped == word else f"(?:{re.escape(word)}|{re.escape(escaped)})"
