"""Merges that wait until the end of a batch come to the same as ones that cut it, among events of all kinds."""

from __future__ import annotations

import random
from functools import partial

import numpy as np
import polars as pl
import pytest

from simulator.engine import engine
from simulator.engine.postponing import NamedMerge, Part, _Merge, _note, find_parts
from simulator.engine.state import State
from tests.engine.agreeing import check, disagreement
from tests.engine.logbook import Event, message
from tests.engine.strategies import CODES, TYPES, Case, Step
from tests.engine.term_strategies import case_with_terms

_KINDS = (
    "friend.claimed",
    "friend.claimed",
    "friend.opted_in",
    "session.authenticated",
    "customer.identified",
    "link.created",
)
# how often, of a hundred, something of the kind is in the log before a merge
_BEFORE = (60, 50, 40, 20, 20, 6)


def _lookers(dice: random.Random, number: int) -> list[tuple[str, str | None, dict[str, str | None]]]:
    """What the two references of a friend who looks around, and may buy, do in order: type, subject and data."""
    guest, account = f"guest-{number}", f"account-{number}"
    said: list[tuple[str, str | None, dict[str, str | None]]] = [
        ("friend.visited", guest, {"code": dice.choice(CODES), "channel": "chat"})
        for _ in range(dice.randrange(3))
    ]
    for kind, chance in zip(_KINDS, _BEFORE, strict=True):
        if dice.randrange(100) < chance:
            who = account if dice.randrange(100) < 60 else guest
            code = {"link.created": f"NEW{number}", "friend.claimed": dice.choice((None, *CODES))}.get(kind)
            contact = f"c{dice.randrange(4)}" if kind == "customer.identified" else None
            said.append((kind, who, {"code": code, "contact_ref": contact}))
    bought = None
    if dice.randrange(100) < 50:
        bought = f"looker-{number}-{len(said)}"
        said.append((dice.choice(TYPES), account if dice.randrange(100) < 85 else guest, {}))
    said.append(("customer.merged", guest, {"into": account}))
    if bought is not None and dice.randrange(100) < 40:
        said.append(("conversion.reversed", None, {"reverses": bought}))
    later = dice.randrange(100)
    if later < 15:
        said.append(("friend.claimed", dice.choice((guest, account)), {"code": dice.choice(CODES)}))
    elif later < 30:
        said.append(("friend.visited", account, {"code": dice.choice(CODES), "channel": "chat"}))
    elif later < 40:
        other = f"guest-{max(number - 1, 0)}"
        said.append(("customer.merged", dice.choice((guest, account)), {"into": other}))
    return said


def _among(case: Case, seed: int) -> Case:
    """The same case with a dozen such friends among its people."""
    dice = random.Random(seed)
    at: dict[int, list[Event]] = {}
    places = [place for place, step in enumerate(case.steps) if not isinstance(step, int)]
    for number in range(12):
        told = _lookers(dice, number)
        for turn, place in enumerate(sorted(dice.choices(places, k=len(told)))):
            kind, who, data = told[turn]
            step = case.steps[place]
            assert not isinstance(step, int)
            received = step["received_at"]
            key = f"looker-{number}-{turn}"
            extra = message(kind, who, at=received, received=received, source="client/web", key=key, **data)
            at.setdefault(place, []).append(extra)
    steps: list[Step] = []
    for place, step in enumerate(case.steps):
        steps += [*at.get(place, ()), step]
    return Case(case.program, steps, case.final, case.programs)


def _agree(seeds: range, batch: int | None, monkeypatch: pytest.MonkeyPatch) -> list[Part]:
    """Compare engine and oracle, and return the parts in which the engine folded."""
    parts: list[Part] = []

    def watched(events: pl.DataFrame, types: np.ndarray, state: State) -> list[Part]:
        found = find_parts(events, types, state)
        parts.extend(found)
        return found

    monkeypatch.setattr(engine, "find_parts", watched)
    for seed in seeds:
        check(
            _among(case_with_terms(seed, ("people", "standing"), 30, 60), seed),
            partial(disagreement, batch=batch),
        )
    return parts


@pytest.mark.parametrize(("batch", "first"), [(None, 0), (9, 100)])
def test_they_agree_where_merges_wait(batch: int | None, first: int, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = _agree(range(first, first + 7), batch, monkeypatch)
    assert sum(len(part.postponed) for part in parts) > 20
    assert any(part.early for part in parts)
    assert sum(part.opening is not None for part in parts) > 10


@pytest.mark.long
@pytest.mark.parametrize("block", range(10))
def test_they_agree_where_merges_wait_long(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _agree(range(1000 + 100 * block, 1100 + 100 * block), (None, 1, 9)[block % 3], monkeypatch)


def test_many_merges_into_one_person_look_at_each_event_once() -> None:
    hashed = 0

    class Counted(int):
        def __hash__(self) -> int:
            nonlocal hashed
            hashed += 1
            return super().__hash__()

    count, kind = 1_000, 7
    one = Counted(count)
    merges = {row: _Merge(NamedMerge(row, row, count), (Counted(row), one)) for row in range(count)}
    _note(merges, [(row, person, kind) for row in range(count) for person in (Counted(row), one)])
    assert hashed < 20 * count
    assert [merge.until for merge in merges.values()] == [*range(1, count), None]
    assert [merge.before for merge in merges.values()] == [set(), *[{(kind, count)}] * (count - 1)]
