"""Compute the facts that rules may read, each as of its conversion event, in columns.

There is one function per fact (or family of facts), so that only those that the program's rules read are computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from simulator.domain.spans import DAY_MS
from simulator.domain.stopwatch import OFF, Meter
from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.engine.arrays import NONE, Bools, Ints
from simulator.engine.attributes import of_events
from simulator.engine.batch import Batch
from simulator.engine.experiments import variant_of
from simulator.engine.frames import select
from simulator.engine.standing import Counts
from simulator.engine.state import FAR, State
from simulator.program.model import Attribute, Experiment, Program


@dataclass(frozen=True, kw_only=True)
class FactContext:
    """Conversions of attributed friends to compute facts for: rows of the batch and the people involved."""

    batch: Batch
    state: State
    program: Program
    counts: Counts
    rows: Ints
    friend: Ints
    attribution: Ints
    referrer: Ints

    def made(self, column: str) -> Ints:
        """Return a column of the friends' attributions."""
        return self.state.attributions[column][self.attribution]

    def words(self, ids: Ints) -> pl.Series:
        """Return the words of these ids, null for NONE."""
        texts = self.state.words.texts
        return pl.Series([texts[number] if number >= 0 else None for number in ids.tolist()], dtype=pl.String)


_Column = Callable[[FactContext], pl.Series]
_Who = Callable[[FactContext], Ints]
_WHO: dict[str, _Who] = {
    "friend": lambda context: context.friend,
    "referrer": lambda context: context.referrer,
}
_AS_TEXT = pl.struct(pl.all()).struct.json_encode()
HEIGHTS = 10  # how many levels of referrers above a referrer are checked


def facts_of(context: FactContext, names: tuple[str, ...], meter: Meter = OFF) -> pl.DataFrame:
    """Compute the named facts of these conversions, one row each, in the types of `program.rules.column_types`."""
    columns = []
    own = _own_columns(context.program)
    meter.mark()
    for name in names:
        column = own[name] if name in own else FACT_COLUMNS[name]
        columns.append(column(context).alias(name))
        meter.piece(f"fact {name}")
    return pl.DataFrame(columns)


def as_texts(facts: pl.DataFrame) -> list[str | None]:
    """Return the facts of each row as JSON, or None if none was computed."""
    if not facts.width:
        return [None] * len(facts)
    texts: list[str | None] = select(facts, _AS_TEXT).to_series().to_list()
    return texts


def _numbers(values: np.ndarray, known: Bools | None = None) -> pl.Series:
    values = values.astype(np.float64)
    return pl.Series(values if known is None else np.where(known, values, np.nan), nan_to_null=True)


def _amount(context: FactContext) -> pl.Series:
    minor = context.batch.amount[context.rows]
    # NumPy divides; Polars multiplies by the reciprocal of a constant, and 1999 * 0.01 is not 19.99
    return _numbers(minor / 10**context.program.digits, minor != NONE)


def _column(name: str) -> Callable[[FactContext], pl.Series]:
    return lambda context: context.batch.events[name][context.rows]


def _method(context: FactContext) -> pl.Series:
    return pl.Series(np.where(context.made("by_code") > 0, "code", "link"), dtype=pl.String)


def _touch_age_days(context: FactContext) -> pl.Series:
    return _numbers((context.batch.occurred[context.rows] - context.made("touch_at")) / DAY_MS)


def _claim_delay_seconds(context: FactContext) -> pl.Series:
    claims = context.state.people["claim"][context.friend] - 1
    delays = context.state.claims["occurred_at"][claims] - context.made("touch_at")
    return _numbers(delays / 1000.0, _claimed(context))


def _claimed(context: FactContext) -> Bools:
    claims = context.state.people["claim"][context.friend] - 1
    seqs = context.state.claims["seq"][claims]
    known: Bools = (claims != NONE) & (seqs <= context.batch.seq[context.rows])
    return known


def _had_happened(context: FactContext, column: str) -> Bools:
    firsts = context.state.people[column][context.friend]
    return (firsts > 0) & (firsts <= context.batch.seq[context.rows])


def _known_event(column: str) -> Callable[[FactContext], pl.Series]:
    return lambda context: pl.Series(_had_happened(context, column))


def _eligible(context: FactContext) -> pl.Series:
    states = context.batch.eligible.at(context.friend, context.rows)
    return pl.Series([None if state == NONE else state > 0 for state in states.tolist()], dtype=pl.Boolean)


def _same_person(context: FactContext) -> pl.Series:
    return pl.Series(context.friend == context.referrer)


def _same_contact(context: FactContext) -> pl.Series:
    contacts = context.batch.contact.at(context.friend, context.rows)
    return pl.Series(
        (contacts != NONE) & (contacts == context.batch.contact.at(context.referrer, context.rows))
    )


def _same_device(context: FactContext) -> pl.Series:
    """Return whether friend and referrer had a device in common by then.

    Walks the shorter of the two people's device lists and looks each device up with the other person.
    """
    people, devices = context.state.people, context.state.devices.rows
    fewer = people["devices"][context.friend] <= people["devices"][context.referrer]
    walked = np.where(fewer, context.friend, context.referrer)
    other = np.where(fewer, context.referrer, context.friend)
    now = context.batch.seq[context.rows]
    same = np.zeros(len(now), bool)
    active, nodes = np.arange(len(now)), people["device"][walked]
    while True:
        on = (nodes != NONE) & ~same[active]
        active, nodes = active[on], nodes[on]
        if not len(active):
            return pl.Series(same)
        theirs = context.state.devices.find(other[active], devices["device"][nodes])
        by_then = (theirs >= 0) & (devices["seq"][nodes] <= now[active])
        by_then &= devices["seq"][np.maximum(theirs, 0)] <= now[active]
        same[active[by_then]] = True
        nodes = devices["before"][nodes]


def _cross_referral(context: FactContext) -> pl.Series:
    theirs = context.state.people["attribution"][context.referrer]
    made = context.state.attributions
    back = context.state.people_of(made["referrer"][theirs])
    crossed = (theirs != NONE) & (back == context.friend) & (context.friend != context.referrer)
    return pl.Series(crossed & (made["seq"][theirs] <= context.batch.seq[context.rows]))


def _friend_is_upline(context: FactContext) -> pl.Series:
    """Return whether the friend is not the referrer, but one of the at most HEIGHTS people above them."""
    made, now = context.state.attributions, context.batch.seq[context.rows]
    found = np.zeros(len(now), bool)
    active = np.flatnonzero(context.friend != context.referrer)
    above = context.referrer[active]
    for _ in range(HEIGHTS):
        theirs = context.state.people["attribution"][above]
        there = (theirs != NONE) & (made["seq"][theirs] <= now[active])
        active, above = active[there], context.state.people_of(made["referrer"][theirs[there]])
        same = above == context.friend[active]
        found[active[same]] = True
        active, above = active[~same], above[~same]
    return pl.Series(found)


def _friend_first_conversion_days(context: FactContext) -> pl.Series:
    """Return the days from the earliest of the friend's conversions that are in the log by then."""
    batch = context.batch
    rows = batch.conversions
    earliest = FAR - context.state.people["first_conversion"][batch.person[rows]]
    order = np.lexsort((rows, batch.person[rows]))
    people, at = batch.person[rows[order]], np.minimum(earliest, batch.occurred[rows])[order]
    starts = np.flatnonzero(np.r_[True, people[1:] != people[:-1]])
    for start, end in pairwise((*starts.tolist(), len(at))):
        if end - start > 1:
            at[start:end] = np.minimum.accumulate(at[start:end])
    first = np.empty(len(batch), np.int64)
    first[rows[order]] = at
    return _numbers((batch.occurred[context.rows] - first[context.rows]) / DAY_MS)


def _closed(who: _Who) -> _Column:
    return lambda context: pl.Series(context.batch.closed.at(who(context), context.rows) > 0)


def _counted(who: _Who, which: int | None = None) -> _Column:
    return lambda context: _numbers(context.counts.at(who(context), context.rows, which))


def _own_columns(program: Program) -> dict[str, _Column]:
    """Return the facts that a program itself defines: the attributes it declares, and variants."""
    own: dict[str, _Column] = {}
    for one in program.attributes:
        if one.of == "conversion":
            own[one.name] = _conversion_attribute(one)
        else:
            own.update({f"{name}_{one.name}": _attribute(who, one) for name, who in _WHO.items()})
    for experiment in program.experiments:
        own[f"variant_{experiment.name}"] = _variant(experiment)
    return own


def _conversion_attribute(one: Attribute) -> _Column:
    return lambda context: of_events(context.batch.events["attributes"][context.rows], one.name, one.type)


def _attribute(who: _Who, one: Attribute) -> _Column:
    def column(context: FactContext) -> pl.Series:
        held = context.state.attributes
        slots = held.find(one.name, who(context))
        return held.column(context.batch.attributes.at(slots, context.rows), one.type)

    return column


def _variant(experiment: Experiment) -> _Column:
    def column(context: FactContext) -> pl.Series:
        state, made = context.state, context.made(experiment.by)
        if experiment.by == "friend":
            references = context.batch.events["subject"][context.rows].to_list()
        else:
            references = state.owners.at(state.people["link"][context.referrer].astype(np.int64) - 1)
        if state.merged_refs:  # the reference is the one at the time of the attribution
            pairs = zip(made.tolist(), references, strict=True)
            references = [state.merged_refs.get(person, reference) for person, reference in pairs]
        known = {reference: variant_of(experiment, reference) for reference in dict.fromkeys(references)}
        return pl.Series([known[reference] for reference in references], dtype=pl.String)

    return column


def _friend_word(name: str) -> Callable[[FactContext], pl.Series]:
    return lambda context: context.words(getattr(context.batch, name).at(context.friend, context.rows))


def _referrer_word(name: str) -> Callable[[FactContext], pl.Series]:
    return lambda context: context.words(getattr(context.batch, name).at(context.referrer, context.rows))


def _referrer_age_days(context: FactContext) -> pl.Series:
    links = context.state.people["link"][context.referrer] - 1
    linked_at = context.state.links["received_at"][links]
    return _numbers((context.made("attributed_at") - linked_at) / DAY_MS)


_COUNTED: dict[str, _Column] = {
    **{f"{name}_conversions": _counted(who) for name, who in _WHO.items()},
    **{
        f"{name}_{kind.replace('.', '_')}_count": _counted(who, which)
        for name, who in _WHO.items()
        for which, kind in enumerate(CONVERSION_TYPES)
    },
}
FACT_COLUMNS: dict[str, Callable[[FactContext], pl.Series]] = {
    "amount": _amount,
    "outcome": _column("outcome"),
    "currency": _column("currency"),
    "new_customer": _column("new_customer"),
    "channel": lambda context: context.words(context.made("channel")),
    "method": _method,
    "touch_age_days": _touch_age_days,
    "claim_delay_seconds": _claim_delay_seconds,
    "claimed": lambda context: pl.Series(_claimed(context)),
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
    "referrer_friends_24h": lambda context: _numbers(context.made("rank_day")),
    "referrer_friends": lambda context: _numbers(context.made("rank")),
    "friend_is_upline": _friend_is_upline,
    "friend_first_conversion_days": _friend_first_conversion_days,
    **{f"{name}_closed": _closed(who) for name, who in _WHO.items()},
    **_COUNTED,
}
COUNTED_FACTS = frozenset(_COUNTED)
"""The facts that count conversions that stand."""
