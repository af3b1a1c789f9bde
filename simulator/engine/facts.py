"""The facts a rule may read, each as of its conversion event, in columns.

One function a fact (or family of facts), so that only what the program's rules read is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from simulator.domain.spans import DAY_MS
from simulator.domain.stopwatch import OFF, Meter
from simulator.engine.arrays import NONE, Bools, Ints
from simulator.engine.batch import Batch
from simulator.engine.state import State
from simulator.program.model import Program


@dataclass(frozen=True)
class Asked:
    """Conversions of attributed friends whose facts are asked for: rows of the batch, and who is who."""

    batch: Batch
    state: State
    program: Program
    rows: Ints
    friend: Ints
    attribution: Ints
    referrer: Ints

    def made(self, column: str) -> Ints:
        """A column of the friends' attributions."""
        return self.state.attributions[column][self.attribution]

    def words(self, ids: Ints) -> pl.Series:
        """Words of these ids, null for NONE."""
        texts = self.state.words.texts
        return pl.Series([texts[number] if number >= 0 else None for number in ids.tolist()], dtype=pl.String)


def facts_of(asked: Asked, names: tuple[str, ...], meter: Meter = OFF) -> pl.DataFrame:
    """The named facts of these conversions, a row each, in the types of `simulator.program.rules.FACTS`."""
    columns = []
    meter.mark()
    for name in names:
        columns.append(FACT_COLUMNS[name](asked).alias(name))
        meter.piece(f"fact {name}")
    return pl.DataFrame(columns)


def _numbers(values: np.ndarray, known: Bools | None = None) -> pl.Series:
    values = values.astype(np.float64)
    return pl.Series(values if known is None else np.where(known, values, np.nan), nan_to_null=True)


def _amount(asked: Asked) -> pl.Series:
    minor = asked.batch.amount[asked.rows]
    # NumPy divides; Polars multiplies by the reciprocal of a constant, and 1999 * 0.01 is not 19.99
    return _numbers(minor / 10**asked.program.digits, minor != NONE)


def _column(name: str) -> Callable[[Asked], pl.Series]:
    return lambda asked: asked.batch.events[name][asked.rows]


def _method(asked: Asked) -> pl.Series:
    return pl.Series(np.where(asked.made("by_code") > 0, "code", "link"), dtype=pl.String)


def _touch_age_days(asked: Asked) -> pl.Series:
    return _numbers((asked.batch.occurred[asked.rows] - asked.made("touch_at")) / DAY_MS)


def _claim_delay_seconds(asked: Asked) -> pl.Series:
    claims = asked.state.people["claim"][asked.friend] - 1
    delays = asked.state.claims["occurred_at"][claims] - asked.made("touch_at")
    return _numbers(delays / 1000.0, _claimed(asked))


def _claimed(asked: Asked) -> Bools:
    claims = asked.state.people["claim"][asked.friend] - 1
    seqs = asked.state.claims["seq"][claims]
    known: Bools = (claims != NONE) & (seqs <= asked.batch.seq[asked.rows])
    return known


def _happened(asked: Asked, column: str) -> Bools:
    firsts = asked.state.people[column][asked.friend]
    return (firsts > 0) & (firsts <= asked.batch.seq[asked.rows])


def _known_event(column: str) -> Callable[[Asked], pl.Series]:
    return lambda asked: pl.Series(_happened(asked, column))


def _eligible(asked: Asked) -> pl.Series:
    states = asked.batch.eligible.at(asked.friend, asked.rows)
    return pl.Series([None if state == NONE else state > 0 for state in states.tolist()], dtype=pl.Boolean)


def _same_person(asked: Asked) -> pl.Series:
    return pl.Series(asked.friend == asked.referrer)


def _same_contact(asked: Asked) -> pl.Series:
    contacts = asked.batch.contact.at(asked.friend, asked.rows)
    return pl.Series((contacts != NONE) & (contacts == asked.batch.contact.at(asked.referrer, asked.rows)))


def _same_device(asked: Asked) -> pl.Series:
    """Walk the shorter of the two people's device lists and ask whether the other knows the device by then."""
    people, devices = asked.state.people, asked.state.devices.rows
    fewer = people["devices"][asked.friend] <= people["devices"][asked.referrer]
    walked = np.where(fewer, asked.friend, asked.referrer)
    other = np.where(fewer, asked.referrer, asked.friend)
    now = asked.batch.seq[asked.rows]
    same = np.zeros(len(now), bool)
    going, nodes = np.arange(len(now)), people["device"][walked]
    while True:
        on = (nodes != NONE) & ~same[going]
        going, nodes = going[on], nodes[on]
        if not len(going):
            return pl.Series(same)
        theirs = asked.state.devices.find(other[going], devices["device"][nodes])
        by_then = (theirs >= 0) & (devices["seq"][nodes] <= now[going])
        by_then &= devices["seq"][np.maximum(theirs, 0)] <= now[going]
        same[going[by_then]] = True
        nodes = devices["before"][nodes]


def _cross_referral(asked: Asked) -> pl.Series:
    theirs = asked.state.people["attribution"][asked.referrer]
    made = asked.state.attributions
    crossed = (theirs != NONE) & (made["referrer"][theirs] == asked.friend) & (asked.friend != asked.referrer)
    return pl.Series(crossed & (made["seq"][theirs] <= asked.batch.seq[asked.rows]))


def _friend_word(name: str) -> Callable[[Asked], pl.Series]:
    return lambda asked: asked.words(getattr(asked.batch, name).at(asked.friend, asked.rows))


def _referrer_word(name: str) -> Callable[[Asked], pl.Series]:
    return lambda asked: asked.words(getattr(asked.batch, name).at(asked.referrer, asked.rows))


def _referrer_age_days(asked: Asked) -> pl.Series:
    links = asked.state.people["link"][asked.referrer] - 1
    linked_at = asked.state.links["received_at"][links]
    return _numbers((asked.made("attributed_at") - linked_at) / DAY_MS)


FACT_COLUMNS: dict[str, Callable[[Asked], pl.Series]] = {
    "amount": _amount,
    "outcome": _column("outcome"),
    "currency": _column("currency"),
    "new_customer": _column("new_customer"),
    "channel": lambda asked: asked.words(asked.made("channel")),
    "method": _method,
    "touch_age_days": _touch_age_days,
    "claim_delay_seconds": _claim_delay_seconds,
    "claimed": lambda asked: pl.Series(_claimed(asked)),
    "opted_in": _known_event("opted_in_seq"),
    "authenticated": _known_event("authenticated_seq"),
    "eligible": _eligible,
    "same_person": _same_person,
    "same_contact": _same_contact,
    "same_device": _same_device,
    "cross_referral": _cross_referral,
    "friend_segment": _friend_word("segment"),
    "referrer_segment": _referrer_word("segment"),
    "friend_country": _friend_word("country"),
    "referrer_country": _referrer_word("country"),
    "referrer_kind": _referrer_word("kind"),
    "community": _referrer_word("community"),
    "referrer_age_days": _referrer_age_days,
    "referrer_friends_24h": lambda asked: _numbers(asked.made("rank_day")),
    "referrer_friends": lambda asked: _numbers(asked.made("rank")),
}
