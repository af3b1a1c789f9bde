"""The dials of what can go wrong on the way: their names, their rates by event type, and when each rate holds.

A rate is the share of messages, hours or files that it strikes, from 0 to 1. `lost=0.01` turns a dial for every event
type of the client's, `bill.paid:lost=0.05` for one, which then goes before the other. A dial's draws come of its name:
turning one leaves what the others strike as it was.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

import numpy as np

from db.read.deliveries import DIALS
from simulator.delivery.models import client_types
from simulator.domain.errors import InputError
from simulator.events.columns import TYPES
from simulator.program.nearest import advice, shown
from simulator.world.draws import Floats, Ints

_BEGINNING = -(2**62)
_RIGHT = "right is a mix's name, DIAL=RATE or TYPE:DIAL=RATE, such as lost=0.01 or bill.paid:lost=0.05"

Rates = Mapping[str, float]
"""Rates by what is written before the equals sign: `lost`, or `bill.paid:lost`."""


@cache
def mixes() -> dict[str, dict[str, float]]:
    """The named mixes of `mixes.toml`, checked."""
    text = (files("simulator.delivery") / "mixes.toml").read_text(encoding="utf-8")
    return {name: checked(rates, f"mix {name}: ") for name, rates in tomllib.loads(text).items()}


def parse_faults(texts: Iterable[str]) -> dict[str, float]:
    """What is written after each `--faults`, the last word on a dial counting; a mix sets aside what came before it.

    Raises InputError for an unknown mix, dial or type, or an impossible rate.
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
            raise InputError(f"--faults {text}: {shown(number)} is no rate; {_RIGHT}") from None
        rates |= checked({name: rate}, "--faults ")
    return rates


def mix(name: str) -> dict[str, float]:
    """The rates of a named mix; raises InputError with the nearest name where there is none."""
    if name not in mixes():
        right = f"use one of {', '.join(mixes())}, or DIAL=RATE"
        raise InputError(f"--faults {name}: no such mix; {advice(name, mixes(), right)}")
    return mixes()[name]


def checked(rates: Mapping[str, object], where: str) -> dict[str, float]:
    """Rates by name, each known and from 0 to 1; raises InputError, its line beginning with `where`."""
    found = {}
    for name, rate in rates.items():
        kind, colon, dial = name.rpartition(":")
        if dial not in DIALS:
            raise InputError(f"{where}{name}: no such dial; {advice(dial, DIALS)}")
        if colon and kind not in client_types():
            raise InputError(
                f"{where}{name}: no event type that a client sends; {advice(kind, client_types())}"
            )
        usable = isinstance(rate, int | float) and not isinstance(rate, bool) and math.isfinite(rate)
        if not usable or not 0 <= rate <= 1:  # type: ignore[operator]
            raise InputError(
                f"{where}{name}={rate}: no possible rate; right is a share from 0 to 1, or 0% to 100%"
            )
        found[name] = float(rate)  # type: ignore[arg-type]
    return found


def turned(rates: Rates, order: object) -> dict[str, float]:
    """Rates after an order: a mix's name puts all dials as the mix has them, a mapping turns those it names.

    Raises InputError for anything else, or what `checked` refuses.
    """
    if isinstance(order, str):
        return dict(mix(order))
    if isinstance(order, Mapping) and all(isinstance(name, str) for name in order):
        return {**rates, **checked(order, "dial ")}
    raise InputError(f"dial {shown(order)}: {_RIGHT}")


class Timeline:
    """Which rate each dial has for each event type, and from when on."""

    def __init__(self, rates: Rates) -> None:
        """Begin with `rates`; what is not named stands at 0."""
        self._turns: list[tuple[int, Rates]] = [(_BEGINNING, rates)]
        self._lay_out()

    def turn(self, from_ms: int, order: object) -> None:
        """Obey an order from a moment on (milliseconds UTC), as `turned`; of two for one moment the later holds."""
        before = [rates for at, rates in self._turns if at <= from_ms][-1]
        self._turns.append((from_ms, turned(before, order)))
        self._turns.sort(key=lambda turn: turn[0])
        self._lay_out()

    @property
    def latest(self) -> Rates:
        """What was ordered last."""
        return self._turns[-1][1]

    def ever(self) -> set[tuple[str, str]]:
        """Dial and event type of every rate that ever stood above 0."""
        lit = self._table.max(axis=0) > 0
        return {(DIALS[dial], TYPES[kind]) for dial, kind in zip(*np.nonzero(lit), strict=True)}

    def rate(self, dial: str, kinds: Ints, at: Ints) -> Floats:
        """The rate of a dial for each type code at each moment."""
        turns = np.searchsorted(self._moments, at, side="right") - 1
        return np.asarray(self._table[turns, DIALS.index(dial), kinds], dtype=np.float64)

    def any_on(self, dials: Iterable[str], from_ms: int, until_ms: int) -> bool:
        """Whether any of some dials stands above 0 for any type, at any time of a span."""
        first = int(np.searchsorted(self._moments, from_ms, side="right")) - 1
        last = int(np.searchsorted(self._moments, until_ms))
        rows = [DIALS.index(dial) for dial in dials]
        return bool((self._table[first:last, rows] > 0).any())

    def _lay_out(self) -> None:
        self._moments: Ints = np.array([at for at, _ in self._turns], dtype=np.int64)
        self._table = np.stack([_laid_out(rates) for _, rates in self._turns])


def _laid_out(rates: Rates) -> Floats:
    """Rates as a table by dial and type code."""
    table = np.zeros((len(DIALS), len(TYPES)))
    clients = [TYPES.index(name) for name in client_types()]
    for name, rate in sorted(rates.items(), key=lambda one: ":" in one[0]):  # the general ones first
        kind, _, dial = name.rpartition(":")
        table[DIALS.index(dial), TYPES.index(kind) if kind else clients] = rate
    return table
