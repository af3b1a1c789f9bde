"""Write and read the client's lists: which events a file or a day should contain, by source, id and digest.

A list is JSON Lines. Its first line gives the event type, the end of the time it covers, the number of events, and
when the two sides compare it; each further line names an event.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Final

import numpy as np
import orjson
import polars as pl

from simulator.delivery.digests import digests
from simulator.delivery.models import Channels
from simulator.delivery.spool import list_name
from simulator.delivery.wire import due_of
from simulator.domain.errors import DatabaseError
from simulator.domain.spans import DAY_MS, HOUR_MS
from simulator.events.columns import TYPE, TYPES
from simulator.world.draws import Ints

GRACE_MS: Final = 12 * HOUR_MS
"""How long after a list's last message is due the two sides compare it.

Assumed to be half a day, so that a late file does not count as missing.
"""

_LINE = pl.Schema({"source": pl.String(), "id": pl.String(), "digest": pl.String()})
_AS_JSON = pl.concat_str(
    pl.lit('{"source":"'),
    "source",
    pl.lit('","id":"'),
    "id",
    pl.lit('","digest":"'),
    "digest",
    pl.lit('"}'),
)
KEY: Final = ("type", "until")


def listed(events: pl.DataFrame, files: Ints, arrivals: Ints, channels: Channels) -> pl.DataFrame:
    """Assign each of the client's events to a list.

    Adds `until` (the list covers what occurred before: when the file is due, or the day's end) and `compare_at`
    (milliseconds UTC). `files` and `arrivals` are as planned.
    """
    occurred = events["occurred_at"].to_numpy()
    kinds = events["type"].to_physical().to_numpy()
    day_end = (occurred // DAY_MS + 1) * DAY_MS
    until = np.where(files > 0, due_of(files), day_end)
    last_due = np.where(files > 0, arrivals, day_end + channels.period[kinds])
    return events.with_columns(until=pl.Series(until), compare_at=pl.Series(last_due + GRACE_MS))


def exchange_lists(rows: pl.DataFrame, exchange: Callable[[str, bytes], bytes]) -> pl.DataFrame:
    """Write lists one by one, pass them to `exchange` by name, and read what comes back.

    Takes rows of `listed`; returns `type`, `until`, `compare_at`, `source`, `id` and `digest`, in the lists' order.

    Raises:
        DatabaseError: what was read back is not a list, or not as long as it says.

    """
    parts = []
    order = rows.sort("until", "type", maintain_order=True)
    order = order.select("type", "until", "compare_at", "source", "id", digests(order))
    texts = order.select(_AS_JSON.alias("line"))["line"].to_list()
    first = 0
    for (kind, until, compare_at), count in _lists(order):
        head = orjson.dumps({"type": kind, "until": until, "compare_at": compare_at, "count": count}).decode()
        name = list_name(kind, until)
        content = "\n".join([head, *texts[first : first + count], ""]).encode()
        parts.append((name, exchange(name, content)))
        first += count
    return _read(parts)


def _lists(order: pl.DataFrame) -> list[tuple[tuple[str, int, int], int]]:
    """Return each list's type, end and time of comparison, and its number of rows in `order`."""
    found = order.group_by("type", "until", "compare_at", maintain_order=True).agg(pl.len())
    return [((str(kind), until, at), count) for kind, until, at, count in found.rows()]


def _read(lists: list[tuple[str, bytes]]) -> pl.DataFrame:
    heads, bodies, counts = [], [], []
    for name, content in lists:
        first, _, body = content.partition(b"\n")
        try:
            head = orjson.loads(first)
            kind, until, at, count = (head[key] for key in ("type", "until", "compare_at", "count"))
        except (orjson.JSONDecodeError, KeyError, TypeError) as error:
            raise DatabaseError(f"list {name}: the first line is not the head of a list") from error
        there = body.count(b"\n")
        if count != there or kind not in TYPES:
            raise DatabaseError(f"list {name}: announces {count} events of {kind}, but has {there} lines")
        heads.append((kind, until, at))
        bodies.append(body)
        counts.append(count)
    lines = pl.read_ndjson(BytesIO(b"".join(bodies)), schema=_LINE) if bodies else pl.DataFrame(schema=_LINE)
    of = np.repeat(np.arange(len(heads)), counts)
    named = pl.DataFrame(
        heads, schema={"type": TYPE, "until": pl.Int64, "compare_at": pl.Int64}, orient="row"
    )
    return pl.concat([named[of], lines], how="horizontal")
