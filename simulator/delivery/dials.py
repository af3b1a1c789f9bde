"""Parse the dials for what can go wrong in delivery: names, rates by event type, and when each rate holds.

A rate is the share of messages, hours or files that the dial strikes, from 0 to 1. `lost=0.01` turns a dial for every
event type that a client sends, `bill.paid:lost=0.05` for one, which takes precedence. A dial's draws depend on its
name: turning one does not affect what the others strike.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from db.read.deliveries import DIALS
from simulator.delivery.models import client_types
from simulator.domain.errors import InputError
from simulator.events.columns import TYPES
from simulator.program.nearest import advice, shown
from simulator.world.draws import Floats, Ints

_BEGINNING = -(2**62)
_RIGHT = "use a mix's name, DIAL=RATE or TYPE:DIAL=RATE, such as lost=0.01 or bill.paid:lost=0.05"

SPOILING: Final = ("conflict", "malformed", "skew", "file-short", "file-corrected")
"""The dials that change what a message says; the others lose, delay or repeat it."""
Rates = Mapping[str, float]
"""Rates by the name before the equals sign: `lost`, or `bill.paid:lost`."""


@cache
def mixes() -> dict[str, dict[str, float]]:
    """Return the named mixes of `mixes.toml`, checked."""
    text = (files("simulator.delivery") / "mixes.toml").read_text(encoding="utf-8")
    return {name: check_rates(rates, f"mix {name}: ") for name, rates in tomllib.loads(text).items()}


def parse_faults(texts: Iterable[str]) -> dict[str, float]:
    """Parse the values of `--faults` in order: a later dial overrides an earlier one, a mix replaces all before it.

    Raises:
        InputError: an unknown mix, dial or type, or an impossible rate.

    """
    rates: dict[str, float] = {}
    for text in texts:
        name, equals, number = text.partition("=")
        if not equals:
            rates = dict(mix(name))
            continue
        try:
            rate = float(number.removesuffix("%")) / (100 if number.endswith("%") else 1)
        except ValueError:
            raise InputError(f"--faults {text}: {shown(number)} is not a rate; {_RIGHT}") from None
        rates |= check_rates({name: rate}, "--faults ")
    return rates


def mix(name: str) -> dict[str, float]:
    """Return the rates of a named mix.

    Raises:
        InputError: there is no such mix; the message suggests the nearest name.

    """
    if name not in mixes():
        right = f"use one of {', '.join(mixes())}, or DIAL=RATE"
        raise InputError(f"--faults {name}: no such mix; {advice(name, mixes(), right)}")
    return mixes()[name]


def check_rates(rates: Mapping[str, object], where: str) -> dict[str, float]:
    """Return rates by name after checking that each dial exists and each rate is from 0 to 1.

    Raises:
        InputError: a check fails; the message begins with `where`.

    """
    found = {}
    for name, rate in rates.items():
        kind, colon, dial = name.rpartition(":")
        if dial not in DIALS:
            raise InputError(f"{where}{name}: no such dial; {advice(dial, DIALS)}")
        if colon and kind not in client_types():
            raise InputError(
                f"{where}{name}: not an event type that a client sends; {advice(kind, client_types())}"
            )
        usable = isinstance(rate, int | float) and not isinstance(rate, bool) and math.isfinite(rate)
        if not usable or not 0 <= rate <= 1:  # type: ignore[operator]
            raise InputError(
                f"{where}{name}={rate}: not a possible rate; give a share from 0 to 1, or 0% to 100%"
            )
        found[name] = float(rate)  # type: ignore[arg-type]
    return found


def check_unspoiled(rates: Rates) -> None:
    """Check that no dial is on that changes the content of messages.

    Raises:
        InputError: there is one; the message names the dials that may be on.

    """
    for name, rate in rates.items():
        if rate and name.rpartition(":")[2] in SPOILING:
            right = ", ".join(dial for dial in DIALS if dial not in SPOILING)
            raise InputError(
                f"fault {name}: changes what a message says, and a study keeps no messages; use {right}"
            )


def changed_rates(rates: Rates, change: object) -> dict[str, float]:
    """Return the rates after a change: a mix's name sets all dials, a mapping those it names.

    Raises:
        InputError: the change is neither, or `check_rates` refuses it.

    """
    if isinstance(change, str):
        return dict(mix(change))
    if isinstance(change, Mapping) and all(isinstance(name, str) for name in change):
        return {**rates, **check_rates(change, "dial ")}
    raise InputError(f"dial {shown(change)}: {_RIGHT}")


class Timeline:
    """The rate of each dial for each event type, and from when on it holds."""

    def __init__(self, rates: Rates) -> None:
        """Begin with `rates`; a dial not named is at 0."""
        self._turns: list[tuple[int, Rates]] = [(_BEGINNING, rates)]
        self._lay_out()

    def turn(self, from_ms: int, change: object) -> None:
        """Apply a change from `from_ms` on (milliseconds UTC); of two changes at one moment the later one holds.

        Raises:
            InputError: as `changed_rates`.

        """
        before = [rates for at, rates in self._turns if at <= from_ms][-1]
        self._turns.append((from_ms, changed_rates(before, change)))
        self._turns.sort(key=lambda turn: turn[0])
        self._lay_out()

    @property
    def latest(self) -> Rates:
        """The rates last set."""
        return self._turns[-1][1]

    def ever(self) -> set[tuple[str, str]]:
        """Return dial and event type of every rate that was ever above 0."""
        lit = self._table.max(axis=0) > 0
        return {(DIALS[dial], TYPES[kind]) for dial, kind in zip(*np.nonzero(lit), strict=True)}

    def rate(self, dial: str, kinds: Ints, at: Ints) -> Floats:
        """Return a dial's rate for each type code at each moment."""
        turns = np.searchsorted(self._moments, at, side="right") - 1
        return np.asarray(self._table[turns, DIALS.index(dial), kinds], dtype=np.float64)

    def any_on(self, dials: Iterable[str], from_ms: int, until_ms: int) -> bool:
        """Return whether any of some dials is above 0 for any type, at any time of a span."""
        first = int(np.searchsorted(self._moments, from_ms, side="right")) - 1
        last = int(np.searchsorted(self._moments, until_ms))
        rows = [DIALS.index(dial) for dial in dials]
        return bool((self._table[first:last, rows] > 0).any())

    def _lay_out(self) -> None:
        self._moments: Ints = np.array([at for at, _ in self._turns], dtype=np.int64)
        self._table = np.stack([_laid_out(rates) for _, rates in self._turns])


def _laid_out(rates: Rates) -> Floats:
    """Return rates as a table by dial and type code."""
    table = np.zeros((len(DIALS), len(TYPES)))
    clients = [TYPES.index(name) for name in client_types()]
    for name, rate in sorted(rates.items(), key=lambda one: ":" in one[0]):  # the general ones first
        kind, _, dial = name.rpartition(":")
        table[DIALS.index(dial), TYPES.index(kind) if kind else clients] = rate
    return table
