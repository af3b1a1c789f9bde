"""Which conversions stand, with what amount: reversals, reinstatements and adjustments that have effect."""

from __future__ import annotations

from simulator.domain.vocabulary import CONVERSION_TYPES
from tests.engine.oracle_people import People
from tests.engine.oracle_records import Event
from tests.engine.oracle_state import Key, key_of


class Standing(People):
    """A conversion stands unless an effective reversal of it, with no reinstatement since, is in the log."""

    def conversion_named(self, key: Key) -> Event | None:
        """The conversion of this source and id, if it has been received."""
        event = self.accepted.get(key)
        return event if event is not None and event["type"] in CONVERSION_TYPES else None

    def stands(self, conversion: Event) -> bool:
        return key_of(conversion) not in self.undone

    def standing(self, person: str, kind: str | None = None, judged: Event | None = None) -> int:
        """How many conversions of a person stand, of one type or any; the event judged is counted in any case."""
        kinds = CONVERSION_TYPES if kind is None else (kind,)
        return sum(e is judged or self.stands(e) for e in self.of(person, *kinds))

    def fits(self, event: Event, conversion: Event) -> bool:
        """Whether the subject, where one is given, is the conversion's."""
        return event["subject"] is None or self.same(event["subject"], conversion["subject"])

    def amount_now(self, conversion: Event) -> int | None:
        """Its amount in minor units of its own currency, after adjustments."""
        amount: int | None = self.amounts.get(key_of(conversion), conversion["amount_minor"])
        return amount

    # Why an event about a conversion has no effect; None where it has.

    def reversal_fails(self, event: Event, conversion: Event) -> str | None:
        if not self.fits(event, conversion):
            return "other-subject"
        return None if self.stands(conversion) else "already-reversed"

    def reinstatement_fails(self, event: Event, conversion: Event | None) -> str | None:
        if conversion is None:
            return "unknown"
        if not self.fits(event, conversion):
            return "other-subject"
        return "standing" if self.stands(conversion) else None

    def adjustment_fails(self, event: Event, conversion: Event | None) -> str | None:
        if conversion is None:
            return "unknown"
        if not self.fits(event, conversion):
            return "other-subject"
        if not self.stands(conversion):
            return "reversed"
        if conversion["amount_minor"] is None:
            return "no-amount"
        theirs = conversion["currency"] or self.program.currency
        return None if event["currency"] in (None, theirs) else "other-currency"
