"""Convert moments: RFC 3339 text with an offset to integer milliseconds UTC, and back.

One reader for a single text, which says what is wrong with a bad one, and one for whole columns in NumPy.
Both truncate to the millisecond and cover the years 0001 to 9999; leap seconds are not supported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from simulator.domain.errors import InputError

EARLIEST_MS = -62_135_596_800_000  # 0001-01-01T00:00:00.000Z
LATEST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z
EXAMPLE = "2026-03-01T09:30:00Z"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SHAPE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})([Tt])([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
    r"(?:([Zz])|([+-])([0-9]{2}):([0-9]{2}))"
)
_NO_OFFSET = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?")
_SPACED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}.*", re.DOTALL)
_SHORTEST, _LONGEST = 20, 64  # characters; columns read what lies between, the rest goes one by one
_FEW = 16  # moments that are read one by one in less time than together
_BODY = 19  # characters of YYYY-MM-DDTHH:MM:SS
_OFFSET = 6  # characters of +HH:MM
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.int64)


def parse_moment(text: str) -> int:
    """Read one RFC 3339 moment with an offset as milliseconds UTC, truncated (not rounded) to the millisecond.

    Raises `InputError` with what is wrong and what would be right; the text itself is not repeated.
    """
    match = _SHAPE.fullmatch(text)
    if match is None:
        raise InputError(_why_no_shape(text))
    year, month, day, hour, minute, second = (int(match[i]) for i in (1, 2, 3, 5, 6, 7))
    if second == 60:
        raise InputError("a leap second (:60) has no place on the time line; write :59 or the next second")
    try:
        local = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise InputError(f"no such date or time of day ({error})") from None
    ms = (local - _EPOCH) // timedelta(milliseconds=1) + int((match[8] or "").ljust(3, "0")[:3])
    if match[9] is None:
        hours, minutes = int(match[11]), int(match[12])
        if hours > 23 or minutes > 59:
            raise InputError(f"no such offset ({match[10]}{match[11]}:{match[12]}); at most 23:59")
        shift = (hours * 60 + minutes) * 60_000
        ms += shift if match[10] == "-" else -shift
    if not EARLIEST_MS <= ms <= LATEST_MS:
        raise InputError("outside the years 0001 to 9999 in UTC")
    return ms


def _why_no_shape(text: str) -> str:
    if _SPACED.fullmatch(text):
        return f"a space where a T belongs; write it as {EXAMPLE}"
    if _NO_OFFSET.fullmatch(text):
        return "no offset from UTC; end it with Z or with one such as +01:00"
    return f"not an RFC 3339 moment with an offset, such as {EXAMPLE}"


def parse_moments(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read a column of moments: milliseconds UTC (0 if bad), and which of them are good.

    The same as `parse_moment` for each, but some thirty times faster: texts of equal length are read together.
    """
    moments = np.zeros(len(texts), dtype=np.int64)
    good = np.zeros(len(texts), dtype=np.bool_)
    if len(texts) <= _FEW:
        _parse_singly(texts, range(len(texts)), moments, good)
        return moments, good
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    for length in np.unique(lengths).tolist():
        where = np.flatnonzero(lengths == length)
        if length > _LONGEST:
            _parse_singly(texts, where.tolist(), moments, good)
        elif length >= _SHORTEST:
            some = texts if len(where) == len(texts) else [texts[i] for i in where.tolist()]
            # one byte a character: what Latin-1 does not know becomes "?", which no place of a moment allows
            raw = np.frombuffer("".join(some).encode("latin-1", "replace"), dtype=np.uint8)
            moments[where], good[where] = _parse_block(raw.reshape(-1, length))
    moments[~good] = 0
    return moments, good


def _parse_singly(
    texts: Sequence[str], where: Iterable[int], moments: NDArray[np.int64], good: NDArray[np.bool_]
) -> None:
    for i in where:
        try:
            moments[i], good[i] = parse_moment(texts[i]), True
        except InputError:
            continue


def _parse_block(chars: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Read moments of one length; `chars` has a row for each."""
    rows, length = chars.shape
    moments = np.zeros(rows, dtype=np.int64)
    good = np.zeros(rows, dtype=np.bool_)
    zulu = (chars[:, -1] | 0x20) == ord("z")
    for is_zulu, tail in ((True, 1), (False, _OFFSET)):
        fraction = length - _BODY - tail
        which = np.flatnonzero(zulu == is_zulu)
        if not len(which) or fraction < 0 or fraction == 1:
            continue
        some = chars if len(which) == rows else chars[which]
        ms, ok = _parse_body(some)
        ms, ok = _add_fraction(some[:, _BODY : _BODY + fraction], ms, ok)
        if not is_zulu:
            ms, ok = _take_offset(some[:, -_OFFSET:], ms, ok)
        moments[which], good[which] = ms, ok & (ms >= EARLIEST_MS) & (ms <= LATEST_MS)
    return moments, good


def _parse_body(chars: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    digits = chars[:, [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18]] - np.uint8(48)
    ok = (digits < 10).all(axis=1)
    ok &= (chars[:, [4, 7]] == ord("-")).all(axis=1) & (chars[:, [13, 16]] == ord(":")).all(axis=1)
    ok &= (chars[:, 10] | 0x20) == ord("t")
    number = digits.astype(np.int64)
    year = number[:, 0] * 1000 + number[:, 1] * 100 + number[:, 2] * 10 + number[:, 3]
    month, day, hour, minute, second = (number[:, i] * 10 + number[:, i + 1] for i in range(4, 14, 2))
    ok &= (year >= 1) & (month >= 1) & (month <= 12) & (hour <= 23) & (minute <= 59) & (second <= 59)
    month = np.clip(month, 1, 12)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    ok &= (day >= 1) & (day <= _MONTH_DAYS[month] + (leap & (month == 2)))
    seconds = ((_days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
    return seconds * 1000, ok


def _days(year: NDArray[np.int64], month: NDArray[np.int64], day: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the days since 1970-01-01 (the civil-date formula over years that begin in March)."""
    year = year - (month <= 2)
    era = year // 400
    year_of_era = year - era * 400
    day_of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days: NDArray[np.int64] = (
        era * 146_097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719_468
    )
    return days


def _add_fraction(
    chars: NDArray[np.uint8], ms: NDArray[np.int64], ok: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Add the milliseconds of a fraction, its point included; no column at all is no fraction."""
    if chars.shape[1] == 0:
        return ms, ok
    digits = chars[:, 1:] - np.uint8(48)
    ok = ok & (chars[:, 0] == ord(".")) & (digits < 10).all(axis=1)
    for place, worth in enumerate((100, 10, 1)[: digits.shape[1]]):
        ms = ms + digits[:, place].astype(np.int64) * worth
    return ms, ok


def _take_offset(
    chars: NDArray[np.uint8], ms: NDArray[np.int64], ok: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    digits = chars[:, [1, 2, 4, 5]] - np.uint8(48)
    ahead, behind = chars[:, 0] == ord("+"), chars[:, 0] == ord("-")
    ok = ok & (digits < 10).all(axis=1) & (chars[:, 3] == ord(":")) & (ahead | behind)
    number = digits.astype(np.int64)
    hours, minutes = number[:, 0] * 10 + number[:, 1], number[:, 2] * 10 + number[:, 3]
    ok &= (hours <= 23) & (minutes <= 59)
    return ms + np.where(behind, 1, -1) * (hours * 60 + minutes) * 60_000, ok


def format_moment(ms: int) -> str:
    """Write milliseconds UTC as RFC 3339 with three decimals and `Z`.

    Raises `InputError` outside the years 0001 to 9999, which RFC 3339 can't write.
    """
    _check_range(ms, ms)
    moment = _EPOCH + timedelta(milliseconds=ms)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z".rjust(24, "0")


def format_moments(moments: NDArray[np.int64]) -> list[str]:
    """Write a column of milliseconds UTC, each as `format_moment` does; raises `InputError` likewise."""
    if not len(moments):
        return []
    _check_range(int(moments.min()), int(moments.max()))
    written = np.datetime_as_string(moments.astype("datetime64[ms]"), unit="ms")
    return [text + "Z" for text in written.tolist()]


def _check_range(least: int, greatest: int) -> None:
    for ms in (least, greatest):
        if not EARLIEST_MS <= ms <= LATEST_MS:
            raise InputError(
                f"{ms} milliseconds lie outside the years 0001 to 9999, which RFC 3339 can write"
            )
