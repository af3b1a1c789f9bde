"""Find where a person is named in a text: by a reference, code, contact or device that is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable


def naming(texts: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of these texts where it is not a part of a longer word; nothing without texts."""
    any_of_them = "|".join(map(re.escape, texts)) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{any_of_them})(?![\w-])")
