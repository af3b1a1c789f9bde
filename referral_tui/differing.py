"""Compare two designs sentence by sentence: what is changed (`old → new`), added and removed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher, get_close_matches
from typing import Literal

Sign = Literal["~", "+", "-"]


def changes(before: Sequence[str], after: Sequence[str]) -> list[tuple[Sign, str]]:
    """Return the sentences that are changed (`~`), added (`+`) and removed (`-`), in the order of the new design."""
    gone = [one for one in before if one not in set(after)]
    found: list[tuple[Sign, str]] = []
    for one in (one for one in after if one not in set(before)):
        near = get_close_matches(one, gone, 1, 0.6)
        if near:
            gone.remove(near[0])
            found.append(("~", _both(near[0], one)))
        else:
            found.append(("+", one))
    return [*found, *(("-", one) for one in gone)]


def _both(before: str, after: str) -> str:
    """Merge two sentences into one, with `old → new` where they differ."""
    old, new = before.split(), after.split()
    words: list[str] = []
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            words += new[k:m]
        else:
            words += [*(old[i:j] or ["(nothing)"]), "→", *(new[k:m] or ["(nothing)"])]
    return " ".join(words)
