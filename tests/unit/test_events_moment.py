"""Moments: single texts and whole columns are read alike, and written moments are read back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.domain.errors import InputError
from simulator.events import moment
from simulator.events.moment import (
    EARLIEST_MS,
    LATEST_MS,
    format_moment,
    format_moments,
    parse_moment,
    parse_moments,
)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
milliseconds = st.integers(EARLIEST_MS, LATEST_MS)


def two(low: int, high: int) -> st.SearchStrategy[str]:
    return st.integers(low, high).map(lambda number: f"{number:02d}")


@st.composite
def moments(draw: st.DrawFn) -> str:
    """Draw moments, most of them valid, all of them nearly."""
    year = draw(st.one_of(st.integers(1995, 2030), st.integers(0, 9999)))
    text = f"{year:04d}-{draw(two(0, 13))}-{draw(two(0, 32))}{draw(st.sampled_from('TTTTt _'))}"
    text += f"{draw(two(0, 24))}:{draw(two(0, 60))}:{draw(two(0, 60))}"
    text += draw(
        st.sampled_from(
            ["", "", ".", ".1", ".12", ".123", ".1239", ".123456789", ".1x", ",1", "." + "9" * 60]
        )
    )
    text += draw(
        st.sampled_from(
            ["Z", "Z", "z", "", "+01:00", "-23:59", "+00:00", "+24:00", "+0100", "\u221201:00", "ü"]
        )
    )
    if draw(st.integers(0, 5)) == 0:
        at = draw(st.integers(0, len(text) - 1))
        text = text[:at] + draw(st.sampled_from("09-+:.Zé \U0001f600")) + text[at + 1 :]
    return text


@pytest.fixture(params=[16, 0], ids=["few", "many"], autouse=True, scope="module")
def read_as(request: pytest.FixtureRequest) -> Iterator[None]:
    """Read the moments of a column one by one, as for a few, and together, as for many."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(moment, "_FEW", request.param)
        yield


@settings(max_examples=40, deadline=None)
@given(st.lists(moments(), max_size=20))
def test_columns_are_read_as_single_texts_are(texts: list[str]) -> None:
    read, good = parse_moments(texts)
    for text, ms, ok in zip(texts, read.tolist(), good.tolist(), strict=True):
        if ok:
            assert parse_moment(text) == ms
        else:
            with pytest.raises(InputError):
                parse_moment(text)


@settings(deadline=None)
@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)), st.integers(-1439, 1439))
def test_a_moment_is_what_the_standard_library_says(local: datetime, minutes: int) -> None:
    offset = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    text = local.isoformat(timespec="microseconds") + offset
    expected = (local.replace(tzinfo=UTC) - timedelta(minutes=minutes) - EPOCH) // timedelta(milliseconds=1)
    assert parse_moment(text) == expected
    assert parse_moments([text])[0].tolist() == [expected]


@settings(deadline=None)
@given(st.lists(milliseconds))
def test_what_is_written_is_read_back(numbers: list[int]) -> None:
    written = format_moments(np.array(numbers, dtype=np.int64))
    assert written == [format_moment(ms) for ms in numbers]
    assert {len(text) for text in written} <= {24}
    read, good = parse_moments(written)
    assert read.tolist() == numbers
    assert good.all()


@pytest.mark.parametrize("ms", [EARLIEST_MS - 1, LATEST_MS + 1])
def test_a_moment_that_rfc_3339_can_not_write_is_an_error(ms: int) -> None:
    with pytest.raises(InputError, match="0001 to 9999"):
        format_moment(ms)
    with pytest.raises(InputError, match="0001 to 9999"):
        format_moments(np.array([0, ms]))
