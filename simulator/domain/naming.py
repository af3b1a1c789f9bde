"""Find where a text names a person: by a reference, code, contact or device of theirs."""

from __future__ import annotations

import re
from collections.abc import Iterable


def naming(texts: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds any of these texts as whole words; without texts it matches nothing."""
    any_of_them = "|".join(map(re.escape, texts)) or "(?!)"
    return re.compile(rf"(?<![\w-])(?:{any_of_them})(?![\w-])")
