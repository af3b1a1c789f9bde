"""Format moments for sentences."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def moment(ms: int) -> str:
    """Format a moment as `1 January 2026, 00:00 UTC`, with seconds if it has any.

    Sentences use this form, and whatever commands print for people; tables on screens use those of
    `referral_tui.figures`, and what machines read is RFC 3339 or milliseconds.
    """
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    clock = when.strftime("%H:%M:%S" if when.second or when.microsecond else "%H:%M")
    return f"{when.day} {when.strftime('%B')} {when.year}, {clock} UTC"
