"""Whether what is stored holds a raw contact, by the recogniser of the door; engine and store don't ask."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.events.masking import mask
from simulator.events.typed import fit_texts
from simulator.proof.compare import DifferenceError


class ContactSearch:
    """Looks for raw contacts and hidden characters while stored rows pass by, and remembers the first."""

    def __init__(self, numeric: bool) -> None:
        """Begin; with `numeric`, references may look like phone numbers."""
        self._numeric = numeric
        self._found: str | None = None

    def events(self, events: pl.DataFrame) -> None:
        """Look at events (EVENT_SCHEMA)."""
        if self._found is not None:
            return
        unfit = np.flatnonzero(~fit_texts(events, self._numeric))
        if len(unfit):
            seq = events["seq"][int(unfit[0])]
            self._found = (
                f"event with seq {seq}: a text of it is a raw contact, or has a character that can't be seen"
            )

    def quarantine(self, refused: pl.DataFrame) -> None:
        """Look at rows of the quarantine, which are masked."""
        for number, message in refused.select("number", "message").iter_rows():
            if self._found is None and mask(message) != message:
                self._found = (
                    f"quarantine with number {number}: its message has a raw contact that is not masked"
                )

    def check(self) -> str:
        """Return the line of a verdict. Raises DifferenceError with the first row that has a contact."""
        if self._found is not None:
            raise DifferenceError(self._found)
        return "no raw contact"
