"""Values of a program file are changed in its text, and everything else stays the same."""

from __future__ import annotations

import tomllib

import pytest

from simulator.program.presets import preset_names, preset_text
from simulator.program.revise import find_positions, revise

TEXT = """\
# about it
[program]
name     = "A # no comment"   # kept
currency = "GBP"

[[reward]]  # the first
name    = "one"
value   = 25.00          # Powershop
caps    = [
    { value = 150.00, window = "calendar-year" },   # by the year, = assumed
    { count = 3, window = "30d" },
]

[[reward]]
name = "two"   # the second

[budget]
"""


def test_a_value_is_changed_and_its_comment_stays() -> None:
    assert revise(TEXT, {("reward", 0, "value"): "30.00"}) == TEXT.replace("= 25.00 ", "= 30.00 ")


def test_a_value_inside_of_a_list_of_tables_is_changed() -> None:
    changed = revise(TEXT, {("reward", 0, "caps", 1, "count"): "4", ("reward", 0, "caps", 0, "value"): "99"})
    assert changed == TEXT.replace("count = 3", "count = 4").replace("150.00", "99")


def test_a_key_that_is_missing_is_added_below_the_others_of_its_table() -> None:
    changed = revise(TEXT, {("reward", 1, "hold"): '"7d"', ("reward", 0, "hold"): '"7d"'})
    assert changed == TEXT.replace("# the second\n", '# the second\nhold = "7d"\n').replace(
        '"30d" },\n]\n', '"30d" },\n]\nhold    = "7d"\n'
    )


def test_a_table_that_is_missing_is_added_at_the_end() -> None:
    changed = revise(TEXT, {("attribution", "window"): '"7d"', ("budget", "total"): "10"})
    assert changed.endswith('[budget]\ntotal = 10\n\n[attribution]\nwindow = "7d"\n')


@pytest.mark.parametrize("name", preset_names())
def test_every_value_of_a_preset_is_found_and_can_be_changed(name: str) -> None:
    text = preset_text(name)
    spots = find_positions(text)
    leaves = dict(_leaves((), tomllib.loads(text)))
    assert set(leaves) <= set(spots.values)
    for path, value in leaves.items():
        start, end = spots.values[path]
        assert tomllib.loads(f"x = {text[start:end]}")["x"] == value, path
    assert tomllib.loads(revise(text, dict.fromkeys(leaves, "7"))) == _sevens(tomllib.loads(text))


def _leaves(path: tuple[str | int, ...], value: object) -> list[tuple[tuple[str | int, ...], object]]:
    if isinstance(value, dict):
        return [leaf for key, one in value.items() for leaf in _leaves((*path, key), one)]
    if isinstance(value, list):
        return [leaf for key, one in enumerate(value) for leaf in _leaves((*path, key), one)]
    return [(path, value)]


def _sevens(value: object) -> object:
    if isinstance(value, dict):
        return {key: _sevens(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_sevens(one) for one in value]
    return 7
