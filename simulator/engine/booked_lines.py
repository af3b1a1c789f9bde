"""Define what the book (`book.py`) holds: reward lines, and the accounts that they are paid to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simulator.engine.agenda import Order
from simulator.engine.arrays import NONE
from simulator.engine.money import converted, worth
from simulator.engine.scopes import CapKeys, Issued
from simulator.engine.terms import ISSUED, OFFERED, Terms


@dataclass(slots=True, eq=False, kw_only=True)
class BookedLine:
    """A reward line. `expected` is what it is booked to become, `fell` whether a reversal voided or revoked it.

    `reason` is why it was forfeited, `fails` why it would be if it were released now, NONE if it is kept. `friend` is
    the person its friend is known as by now, `link` the link of its attribution.

    `earned` is its worth, `granted` what it was issued or offered for, `value` what is left of that, in minor units.
    `choice` is which of its reward's choices it is.

    While the budget may be short (`shortage.py`), a pending line asks it for `asks`, finds `left`, and is `funded` or
    not.
    """

    id: int
    account: int
    terms: Terms
    conversion: int
    friend: int
    link: int
    seq: int
    due: int
    value: int
    earned: int
    granted: int
    state: int
    state_at: int
    expected: int
    issued_at: int | None
    fell: bool
    reason: int = NONE
    fails: int = NONE
    offered_at: int | None = None
    choice: int = NONE
    asks: int = 0
    left: int = 0
    funded: bool = False

    def copied(self) -> BookedLine:
        """Return an independent copy, in a fifth of the time of `dataclasses.replace`."""
        return BookedLine(
            id=self.id,
            account=self.account,
            terms=self.terms,
            conversion=self.conversion,
            friend=self.friend,
            link=self.link,
            seq=self.seq,
            due=self.due,
            value=self.value,
            earned=self.earned,
            granted=self.granted,
            state=self.state,
            state_at=self.state_at,
            expected=self.expected,
            issued_at=self.issued_at,
            fell=self.fell,
            reason=self.reason,
            fails=self.fails,
            offered_at=self.offered_at,
            choice=self.choice,
        )

    @property
    def order(self) -> Order:
        """Its place in the order of release."""
        return self.due, self.seq, self.terms.place

    @property
    def cap_keys(self) -> CapKeys:
        """The key fields that decide which caps count it."""
        return CapKeys(self.terms.reward.name, self.account, self.friend, self.link)

    @property
    def room_at(self) -> int:
        """From when it counts in the budget: when it was offered or issued, which is later than due if it waited."""
        if self.offered_at is not None:
            return self.offered_at
        return self.due if self.issued_at is None else self.issued_at

    @property
    def given(self) -> int:
        """The state that it gets if there is room for it."""
        return OFFERED if self.terms.reward.choices else ISSUED

    @property
    def may_lapse(self) -> bool:
        """Whether it gives back its room and number if nothing is chosen."""
        return bool(self.terms.reward.choices) and self.terms.reward.otherwise is None

    @property
    def choice_ends(self) -> int | None:
        """The last moment (milliseconds) at which something can be chosen, or None."""
        within = self.terms.reward.choose_within_ms
        if self.state != OFFERED or self.offered_at is None or within is None:
            return None
        return self.offered_at + within

    @property
    def expires_at(self) -> int | None:
        """The last moment (milliseconds) at which it can be used, or None if it is not issued or never expires."""
        span = self.terms.reward.expires_ms
        return (
            None if self.state != ISSUED or self.issued_at is None or span is None else self.issued_at + span
        )

    def share_of(self, amount: int, currency: str | None) -> int:
        """Return what the line is worth for an amount (minor units of a currency); 0 for nothing."""
        program = self.terms.program
        return int(worth(self.terms.reward, np.array([converted(program, currency, amount)]))[0])

    @property
    def clawback_until(self) -> int | None:
        """The last moment (milliseconds) at which it can be taken back, or None."""
        clawback = self.terms.reward.clawback_ms
        return None if self.issued_at is None or clawback is None else self.issued_at + clawback


@dataclass(slots=True, eq=False, kw_only=True)
class BookedAccount:
    """What was released to an account and counts now: how many lines, how many passed their number, what was issued."""

    releases: int
    taken: int
    issued: Issued

    def with_(self, other: BookedAccount) -> BookedAccount:
        """Return the sum of two accounts."""
        return BookedAccount(
            releases=self.releases + other.releases,
            taken=self.taken + other.taken,
            issued=self.issued.with_(other.issued),
        )

    def copied(self) -> BookedAccount:
        """Return an independent copy."""
        return BookedAccount(releases=self.releases, taken=self.taken, issued=self.issued.copied())
