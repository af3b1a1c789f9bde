"""Calendar periods in time zones: where days and months begin, including daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.domain.calendars import NO_END, NO_START, Period, next_period_start, period_start
from simulator.domain.zones import data_version, zone_names

PERIODS: tuple[Period, ...] = ("calendar-day", "calendar-week", "calendar-month", "calendar-year")
HOUR = 3_600_000


def ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def said(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def starts(at: str, zone: str) -> list[str]:
    return [said(period_start(ms(at), period, zone)) for period in PERIODS]


def test_a_month_of_auckland_turns_at_its_own_midnight() -> None:
    # daylight saving, UTC+13, lasts until 5 April
    last, first = ms("2026-03-31T23:59:59.999+13:00"), ms("2026-04-01T00:00:00+13:00")
    assert first == last + 1
    zone = "Pacific/Auckland"
    assert said(period_start(last, "calendar-month", zone)) == "2026-02-28T11:00:00.000Z"
    assert said(period_start(first, "calendar-month", zone)) == "2026-03-31T11:00:00.000Z"
    assert next_period_start(last, "calendar-month", zone) == first
    # in UTC both are still in March
    assert period_start(first, "calendar-month", "UTC") == ms("2026-03-01T00:00:00Z")


def test_a_month_in_which_the_clocks_change_is_an_hour_longer_or_shorter() -> None:
    zone = "Pacific/Auckland"
    lengths = {
        month: next_period_start(ms(f"2026-{month:02}-15T00:00:00Z"), "calendar-month", zone)
        - period_start(ms(f"2026-{month:02}-15T00:00:00Z"), "calendar-month", zone)
        for month in (4, 6, 9)
    }
    assert lengths == {4: 30 * 24 * HOUR + HOUR, 6: 30 * 24 * HOUR, 9: 30 * 24 * HOUR - HOUR}


@pytest.mark.parametrize(
    ("zone", "at", "day", "week", "month", "year"),
    [
        (
            "UTC", "2026-02-28T23:59:59.999Z",
            "2026-02-28T00:00", "2026-02-23T00:00", "2026-02-01T00:00", "2026-01-01T00:00",
        ),
        (
            "Asia/Kathmandu", "2026-01-01T00:00:00Z",
            "2025-12-31T18:15", "2025-12-28T18:15", "2025-12-31T18:15", "2025-12-31T18:15",
        ),
        # the clocks go forward at midnight: the date begins at one o'clock
        (
            "America/Santiago", "2026-09-06T12:00:00Z",
            "2026-09-06T04:00", "2026-08-31T04:00", "2026-09-01T04:00", "2026-01-01T03:00",
        ),
        # they go back at one o'clock to midnight: the date begins at the first of the two
        (
            "America/Havana", "2026-11-01T12:00:00Z",
            "2026-11-01T04:00", "2026-10-26T04:00", "2026-11-01T04:00", "2026-01-01T05:00",
        ),
        # they went back at midnight: the 17th lasted 25 hours
        (
            "America/Sao_Paulo", "2018-02-18T02:30:00Z",
            "2018-02-17T02:00", "2018-02-12T02:00", "2018-02-01T02:00", "2018-01-01T02:00",
        ),
        # they went back a minute after midnight, into the day before: the date has begun all the same
        (
            "America/St_Johns", "2010-11-07T03:00:00Z",
            "2010-11-07T02:30", "2010-11-01T02:30", "2010-11-01T02:30", "2010-01-01T03:30",
        ),
        # 30 December 2011 never was
        (
            "Pacific/Apia", "2011-12-30T10:00:00Z",
            "2011-12-30T10:00", "2011-12-26T10:00", "2011-12-01T10:00", "2011-01-01T10:00",
        ),
    ],
)  # fmt: skip
def test_a_period_begins_at_the_first_instant_of_its_date(
    zone: str, at: str, day: str, week: str, month: str, year: str
) -> None:
    assert starts(at, zone) == [f"{one}:00.000Z" for one in (day, week, month, year)]


def test_a_lifetime_begins_and_ends_nowhere() -> None:
    assert period_start(0, "lifetime", "UTC") == NO_START
    assert next_period_start(0, "lifetime", "UTC") == NO_END


@settings(max_examples=150, deadline=None)
@given(
    st.integers(ms("1985-01-01T00:00:00Z"), ms("2100-01-01T00:00:00Z")),
    st.sampled_from(PERIODS),
    st.sampled_from(zone_names()),
)
def test_every_moment_is_in_one_period(at: int, period: Period, zone: str) -> None:
    begins, following = period_start(at, period, zone), next_period_start(at, period, zone)
    assert begins <= at < following
    assert period_start(begins, period, zone) == begins
    assert period_start(following - 1, period, zone) == begins
    assert period_start(following, period, zone) == following


def test_the_zone_data_has_a_version_and_its_zones_names() -> None:
    assert data_version() >= "2026"
    assert {"UTC", "Pacific/Auckland", "Europe/London", "America/New_York"} <= set(zone_names())
