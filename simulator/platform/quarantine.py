"""Build quarantine rows: messages not accepted, masked, with an actionable reason, in order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl

from simulator.events.decode import Rejected
from simulator.events.encode import encode_events
from simulator.events.masking import quarantine_text
from simulator.events.values import shorten
from simulator.platform.receipts import conflict_reason

SCHEMA: dict[str, pl.DataType] = {
    "number": pl.Int64(),
    "received_at": pl.Int64(),
    "source": pl.String(),
    "id": pl.String(),
    "receipt": pl.String(),
    "field": pl.String(),
    "reason": pl.String(),
    "message": pl.String(),
    "sha256": pl.String(),
    "file": pl.String(),
    "line": pl.Int64(),
}
Where = Callable[[int], tuple[str, int]]
"""Returns the file, and the line in it (from 1), of the message that arrived at a position."""
_NONE = pl.DataFrame(schema=SCHEMA)


def rows(
    messages: pl.DataFrame,
    positions: pl.Series | None,
    conflicts: Sequence[tuple[int, str]],
    rejected: Sequence[Rejected],
    texts_of: Callable[[Sequence[int]], Sequence[bytes]],
    *,
    after: int,
    where: Where | None = None,
) -> pl.DataFrame:
    """Return conflicting messages (row of `messages`, field that differs) and malformed ones as rows of the table.

    `positions` says for each row of `messages` where it arrived (None: at the row's own number). `texts_of` returns
    the lines that arrived at some positions, `where` their file and line. `after` is the last number assigned so
    far. It costs nothing if there are no such messages.
    """
    if not conflicts and not rejected:
        return _NONE
    found = [
        (one.position, one.received_at, one.source, one.id, "malformed", one.field, one.reason)
        for one in rejected
    ]
    contacts = {one.position: one.contacts for one in rejected}
    places = [row for row, _ in conflicts]
    arrived = places if positions is None else positions.gather(places).to_list()
    named = messages.select("received_at", "source", "id")[places].rows()
    for position, (received_at, source, own_id), (_, field) in zip(arrived, named, conflicts, strict=True):
        names = (shorten(source), shorten(own_id, bare=False))
        found.append((position, received_at, *names, "conflict", field, conflict_reason(field)))
    found.sort(key=lambda one: one[0])
    texts = texts_of([one[0] for one in found])
    return pl.DataFrame(
        [
            (
                number,
                *one[1:],
                *quarantine_text(text, contacts.get(one[0], ())),
                *((None, None) if where is None else where(one[0])),
            )
            for number, (one, text) in enumerate(zip(found, texts, strict=True), start=after + 1)
        ],
        schema=SCHEMA,
        orient="row",
    )


def lines_of(messages: pl.DataFrame, rows: Sequence[int]) -> list[bytes]:
    """Return some messages that arrived as columns as the lines of JSON they would have been."""
    return encode_events(messages[list(rows)])
