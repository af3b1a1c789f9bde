"""Compare referral codes regardless of capitals and surrounding white space."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.engine.arrays import NONE, Columns, Ints
from simulator.engine.interner import Codes, Interner, hash_texts

WHITE_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""White space as defined by Unicode; Python's `strip` removes four control characters as well."""


def folded(code: str) -> str:
    """Return a code as it is compared: without white space around it, in full default case folding."""
    return code.strip(WHITE_SPACE).casefold()


class FoldedCodes:
    """Find the first link among those whose codes are equal when folded; link ids and code ids are the same.

    It is built from all links when a program first folds codes, and kept up to date from then on.
    """

    def __init__(self, codes: Codes) -> None:
        self._ids = Interner()
        self._links = Columns({"link": (np.int32, NONE)})
        known = np.arange(len(codes))
        self.add(pl.Series(codes.texts(known), dtype=pl.String), known)

    def find(self, texts: pl.Series) -> Ints:
        """Return the first link whose folded code equals each text's; NONE for null and unknown codes."""
        ids = self._ids.find(hash_texts(_fold(texts)))
        return np.where(ids == NONE, NONE, self._links["link"][ids]).astype(np.int64)

    def new(self, texts: pl.Series) -> Ints:
        """Return the rows of texts whose folded form equals no link's code and no earlier text."""
        unknown = np.flatnonzero(self.find(texts) == NONE)
        alike = _fold(texts)[unknown]
        return unknown[np.flatnonzero(alike.is_first_distinct().to_numpy())]

    def add(self, texts: pl.Series, links: Ints) -> None:
        """Add new links, in order, by their codes."""
        firsts = self._ids.assign(hash_texts(_fold(texts)))[1]
        self._links.append(link=links[firsts])


def _fold(texts: pl.Series) -> pl.Series:
    given = texts.to_list()
    known = {text: None if text is None else folded(text) for text in set(given)}
    return pl.Series([known[text] for text in given], dtype=pl.String)
