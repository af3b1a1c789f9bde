"""Read events from the database as the wide frame that the engine takes, with `person` added.

`subject` comes from the table `person`, an operator's data and reasons that somebody wrote from the JSON in `steering`;
`type` stays text, since the database doesn't know the closed list of types.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import polars as pl

from db.sqlite.connection import Connection
from db.sqlite.readonly import DamagedDatabaseError
from simulator.domain.vocabulary import WRITTEN_REASONS

STEERING = (
    *("decision_source", "decision_id", "decision_milestone", "verdict", "by", "program"),
    *("reward_source", "reward_id", "reward_milestone", "reward_reward", "choice", "into"),
)
"""Data fields of operators' and other rare events, which are stored as JSON in one column."""

_REASON = "reason"
"""In `steering` where somebody wrote it (`WRITTEN_REASONS`), so that it can be erased; else in a column of its own."""
_HELD = (*STEERING, _REASON)
_WRITTEN = frozenset(map(str, WRITTEN_REASONS))
_INT, _TEXT, _BOOL = pl.Int64(), pl.String(), pl.Boolean()
PLAIN: dict[str, pl.DataType] = {
    "seq": _INT,
    "received_at": _INT,
    "source": _TEXT,
    "id": _TEXT,
    "type": _TEXT,
    "occurred_at": _INT,
    "time_inferred": _BOOL,
    "subject": _TEXT,
    "code": _TEXT,
    "channel": _TEXT,
    "contact_ref": _TEXT,
    "contact_kind": _TEXT,
    "via": _TEXT,
    "referrer_kind": _TEXT,
    "segment": _TEXT,
    "community": _TEXT,
    "country": _TEXT,
    "device_ref": _TEXT,
    "reach": _INT,
    "eligible": _BOOL,
    "amount_minor": _INT,
    "currency": _TEXT,
    "outcome": _TEXT,
    "new_customer": _BOOL,
    "reverses": _TEXT,
    "reason": _TEXT,
    "attributes": _TEXT,
    "adjusts": _TEXT,
    "reinstates": _TEXT,
}
SCHEMA: dict[str, pl.DataType] = {**PLAIN, **dict.fromkeys(STEERING, _TEXT), "person": _INT}
_SELECT = (
    f"SELECT {', '.join('person.ref' if name == 'subject' else f'event.{name}' for name in PLAIN)}, "
    "event.person, event.steering FROM event LEFT JOIN person ON person.id = event.person "
)
_FETCH = 10_000  # tuples alive at once on the way into columns
_BOUND = 900  # values of one IN (…); SQLite's lowest limit is 999


def steering_json(fields: dict[str, str | None]) -> str | None:
    """Return an operator's data as JSON, in the order of `STEERING` and without absent fields; None if all are."""
    there = {name: fields[name] for name in _HELD if fields.get(name) is not None}
    return orjson.dumps(there).decode() if there else None


def with_steering(events: pl.DataFrame) -> pl.DataFrame:
    """Return events with the column `steering` in place of the fields of operators' data and of written reasons."""
    texts: list[str | None] = [None] * events.height
    # by names and series, not by expressions, which cost a batch of a few events as much as storing it
    others = events[[name for name in events.columns if name not in STEERING]]
    written = _written_reasons(events)
    if not written and all(events[name].null_count() == events.height for name in STEERING):
        return others.hstack([pl.Series("steering", texts, _TEXT)])
    there = events.select(pl.any_horizontal(pl.col(STEERING).is_not_null())).to_series().arg_true().to_list()
    places = sorted({*there, *written})
    for place, fields in zip(places, events[places].select(STEERING).iter_rows(named=True), strict=True):
        texts[place] = steering_json(fields | {_REASON: written.get(place)})
    if written:
        kept = others[_REASON].to_list()
        for place in written:
            kept[place] = None
        others = others.with_columns(pl.Series(_REASON, kept, _TEXT))
    return others.hstack([pl.Series("steering", texts, _TEXT)])


def _written_reasons(events: pl.DataFrame) -> dict[int, str]:
    """Return the reasons that somebody wrote, by their row."""
    reasons = events[_REASON]
    if reasons.null_count() == events.height:
        return {}
    there = reasons.is_not_null().arg_true()
    rows = zip(
        there.to_list(), events["type"][there].cast(_TEXT).to_list(), reasons[there].to_list(), strict=True
    )
    return {place: reason for place, kind, reason in rows if kind in _WRITTEN}


def read(connection: Connection | sqlite3.Connection, after_seq: int, rows: int) -> Iterator[pl.DataFrame]:
    """Yield the log after `after_seq`, in order, in frames of at most `rows` rows.

    Raises:
        DamagedDatabaseError: a row holds a value that no event can have; says which.

    """
    while True:
        cursor = connection.execute(
            _SELECT + "WHERE event.seq > ? ORDER BY event.seq LIMIT ?", (after_seq, rows)
        )
        parts = []
        while fetched := cursor.fetchmany(_FETCH):
            parts.append(_frame(fetched))
        if not parts:
            return
        frame = pl.concat(parts, rechunk=True)
        yield frame
        after_seq = frame["seq"][-1]
        if frame.height < rows:
            return


def at(connection: Connection | sqlite3.Connection, seqs: Sequence[int]) -> pl.DataFrame:
    """Return the events with these numbers (`seq`), in the order given."""
    wanted = sorted(set(seqs))
    parts = [pl.DataFrame(schema=SCHEMA)]
    for start in range(0, len(wanted), _BOUND):
        some = wanted[start : start + _BOUND]
        marks = ", ".join("?" * len(some))
        parts.append(
            _frame(
                connection.execute(
                    _SELECT + f"WHERE event.seq IN ({marks}) ORDER BY event.seq", some
                ).fetchall()
            )
        )
    found = pl.concat(parts, rechunk=True)
    if found["seq"].to_list() == list(seqs):
        return found
    place = {seq: row for row, seq in enumerate(found["seq"].to_list())}
    return found[[place[seq] for seq in seqs]]


def _frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Make a frame of fetched rows; the last value of each is `steering`."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * (len(PLAIN) + 2)
    try:
        series = [
            pl.Series(name, _booleans(values) if kind == _BOOL else values, kind, strict=True)
            for (name, kind), values in zip(PLAIN.items(), columns, strict=False)
        ]
        held = _steering(columns[-1])
        reason = list(PLAIN).index(_REASON)
        series[reason] = series[reason].zip_with(series[reason].is_not_null(), held.pop())
        series += held
        series.append(pl.Series("person", columns[-2], _INT, strict=True))
    except (
        TypeError,
        ValueError,
        KeyError,
        AttributeError,
        OverflowError,
        pl.exceptions.PolarsError,
    ) as error:
        raise _damage(rows) from error
    return pl.DataFrame(series)


def _booleans(values: Sequence[Any]) -> list[bool | None]:
    names = {None: None, 0: False, 1: True}
    return [names[value] for value in values]


def _steering(texts: Sequence[str | None]) -> list[pl.Series]:
    if not any(texts):
        return [pl.Series(name, [None] * len(texts), _TEXT) for name in _HELD]
    fields = [orjson.loads(text) if text else {} for text in texts]
    return [pl.Series(name, [one.get(name) for one in fields], _TEXT, strict=True) for name in _HELD]


def _damage(rows: list[tuple[Any, ...]]) -> DamagedDatabaseError:
    """Say which row and column holds a value that no event can have."""
    for row in rows:
        for (name, kind), value in zip(PLAIN.items(), row, strict=False):
            if value is not None and not _fits(value, kind):
                return DamagedDatabaseError(
                    f"event {row[0]}: {name} holds {value!r}, not {kind}; the database is damaged"
                )
        if row[-1] is not None and not _is_steering(row[-1]):
            return DamagedDatabaseError(
                f"event {row[0]}: steering holds {row[-1]!r}, not a JSON object of texts; the database is damaged"
            )
    return DamagedDatabaseError(
        f"events {rows[0][0]} to {rows[-1][0]}: can't be read; the database is damaged"
    )


def _fits(value: object, kind: pl.DataType) -> bool:
    """Return whether a stored value has the column's type; text that was not UTF-8 contains surrogates."""
    if kind == _TEXT:
        return isinstance(value, str) and not any("\ud800" <= sign <= "\udfff" for sign in value)
    return isinstance(value, int) and (kind == _INT or value in (0, 1))


def _is_steering(value: object) -> bool:
    try:
        fields = orjson.loads(value)  # type: ignore[arg-type]
    except (orjson.JSONDecodeError, TypeError):
        return False
    return isinstance(fields, dict) and all(isinstance(one, str) for one in fields.values())
