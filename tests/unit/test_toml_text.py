"""TOML that others wrote: whatever is wrong with it is one kind of error, in words for people."""

from __future__ import annotations

import tomllib
from decimal import Decimal

import pytest

from simulator.domain.toml_text import read_toml


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a = ", "Invalid value"),
        (f"a = {'9' * 5000}", "an integer too long to be read; 9007199254740991 is the most"),
        (f"a = {'[' * 20_000}", "tables or lists nested too deep"),
    ],
)
def test_what_is_wrong_is_one_kind_of_error(text: str, words: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError, match=words):
        read_toml(text)


def test_fractions_are_read_as_asked_for() -> None:
    assert read_toml("a = 0.1", Decimal) == {"a": Decimal("0.1")}
