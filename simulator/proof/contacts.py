"""Search stored rows for raw contacts, with the recogniser that intake uses; engine and store don't check."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.events.masking import mask
from simulator.events.typed import fit_texts
from simulator.proof.compare import DifferenceError


class ContactSearch:
    """Searches stored rows for raw contacts and hidden characters, and remembers the first."""

    def __init__(self, numeric: bool) -> None:
        """Start a search; with `numeric`, references may look like phone numbers."""
        self._numeric = numeric
        self._found: str | None = None

    def events(self, events: pl.DataFrame) -> None:
        """Search events (EVENT_SCHEMA)."""
        if self._found is not None:
            return
        unfit = np.flatnonzero(~fit_texts(events, self._numeric))
        if len(unfit):
            seq = events["seq"][int(unfit[0])]
            self._found = (
                f"event with seq {seq}: one of its texts is a raw contact, or has an invisible character"
            )

    def quarantine(self, refused: pl.DataFrame) -> None:
        """Search rows of the quarantine, whose messages should be masked."""
        for number, message in refused.select("number", "message").iter_rows():
            if self._found is None and mask(message) != message:
                self._found = (
                    f"quarantine with number {number}: its message has a raw contact that is not masked"
                )

    def check(self) -> str:
        """Return the line for the verdict.

        Raises:
            DifferenceError: a row holds a contact; names the first.

        """
        if self._found is not None:
            raise DifferenceError(self._found)
        return "no raw contact"
