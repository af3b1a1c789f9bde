"""Read times in the forms that systems write, as RFC 3339 in UTC."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final, NamedTuple

from simulator.events.values import show
from simulator.mapping.wrong import WrongValueError

_YEAR_3000_S: Final = 32_503_680_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER: Final = re.compile(r"-?[0-9]{1,17}(?:\.[0-9]{1,9})?")
_HOURS: Final = ("%H", "%I", "%c", "%X", "%s")
_LAST: Final = time(23, 59, 59, 999_000)
FORMS: Final = ("rfc3339", "iso", "epoch-s", "epoch-ms", "date")


class ParsedTime(NamedTuple):
    """A moment in RFC 3339, and whether its time of day is inferred because only a day was given."""

    text: str
    inferred: bool = False


Parse = Callable[[Any], ParsedTime]


def time_parser(form: str, zone: tzinfo | None) -> Parse:
    """Return a parser for times in one of `FORMS`, or in a strptime pattern such as `%d/%m/%Y %H:%M`.

    `zone` applies to times that state none. If clocks are put back, the earlier of two moments is meant. A day alone is
    read as its last millisecond, so that it isn't before what led to it on that day.
    """
    if form == "rfc3339":
        return lambda value: ParsedTime(value) if isinstance(value, str) else _not(value, "an RFC 3339 text")
    if form in ("epoch-s", "epoch-ms"):
        per = 1000 if form == "epoch-s" else 1
        return lambda value: _epoch(value, per)
    if form == "iso":
        return lambda value: _iso(value, zone)
    pattern = "%Y-%m-%d" if form == "date" else form
    of_day = not any(sign in pattern for sign in _HOURS)
    return lambda value: _patterned(value, pattern, zone, of_day=of_day)


def _not(value: object, what: str) -> ParsedTime:
    raise WrongValueError(f"{show(value)}; it must be {what}")


def _epoch(value: Any, per: int) -> ParsedTime:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return _not(
            value, "a number of seconds since 1970" if per > 1 else "a number of milliseconds since 1970"
        )
    try:
        if type(value) is int and per == 1000 and 0 <= value < _YEAR_3000_S:
            days, seconds = divmod(value, 86_400)
            return ParsedTime(
                f"{_day(days)}T{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000Z"
            )
        return ParsedTime(_written(_EPOCH + timedelta(milliseconds=round(value * per))))
    except (OverflowError, ValueError):
        return _not(value, "a moment of the years 0001 to 9999")


@lru_cache(maxsize=4096)
def _day(days: int) -> str:
    """Write a day since 1970; a file has few distinct ones, and a cached one takes a third of the time."""
    return (_EPOCH + timedelta(days=days)).date().isoformat()


def _iso(value: Any, zone: tzinfo | None) -> ParsedTime:
    try:
        moment = datetime.fromisoformat(value.strip())
    except (AttributeError, ValueError):
        return _not(value, "a moment of ISO 8601, such as 2026-03-01T09:30:00+0100")
    return ParsedTime(_in_utc(moment, zone, value))


def _patterned(value: Any, pattern: str, zone: tzinfo | None, *, of_day: bool) -> ParsedTime:
    try:
        moment = datetime.strptime(value.strip(), pattern)
    except (AttributeError, ValueError, TypeError):
        return _not(value, f"a time as {pattern}")
    if of_day:
        moment = datetime.combine(moment, _LAST, moment.tzinfo)
    return ParsedTime(_in_utc(moment, zone, value), of_day)


def _in_utc(moment: datetime, zone: tzinfo | None, value: Any) -> str:
    if moment.tzinfo is None:
        if zone is None:
            raise WrongValueError(
                f'{show(value)} states no offset; say in the mapping which zone = "…" is meant'
            )
        moment = moment.replace(tzinfo=zone)
    try:
        return _written(moment.astimezone(UTC))
    except OverflowError:
        return _not(value, "a moment of the years 0001 to 9999").text


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
