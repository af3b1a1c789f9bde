"""The engine's shape: stages and recorders change nothing, the state changes in `State.apply` alone."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import db.write
import simulator.domain
import simulator.engine
import simulator.platform
from simulator.engine import fold, release, results
from simulator.engine.arrays import Columns
from simulator.engine.history import History
from simulator.engine.interner import BoundedLabels, Codes, Interner, Words
from simulator.engine.keys import KeyIndex
from simulator.engine.line_results import Released
from simulator.engine.state import State
from simulator.program.model import Program
from tests.engine.agreeing import run
from tests.engine.strategies import case_of
from tests.engine.term_strategies import TRIED, case_with_terms

NUMBERED = (Interner, Codes, Words)  # looking a text up may give it a number
MEMOS = {"_histories"}  # what is worked out once and then kept up to date
BLANK = {"accounts": {"recipient", "role"}}  # a new account says only whose it is


def digest(state: State) -> str:
    """A fingerprint of all that the state remembers, without what merely numbers and names."""
    found = hashlib.sha256()
    _add(found.update, state, set())
    return found.hexdigest()


def _add(update: Callable[[bytes], None], value: Any, seen: set[int]) -> None:
    if isinstance(value, np.ndarray):
        update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, (list, tuple, set, dict)):
        update(f"{type(value).__name__} {len(value)}".encode())
        for one in value.items() if isinstance(value, dict) else value:
            _add(update, one, seen)
    elif isinstance(value, (KeyIndex, BoundedLabels)):
        update(str(len(value) if isinstance(value, KeyIndex) else value.kept).encode())
    elif dataclasses.is_dataclass(value) or hasattr(value, "__dict__"):
        if id(value) in seen or isinstance(value, (*NUMBERED, Program, History)):
            return
        seen.add(id(value))
        names = (
            [one.name for one in dataclasses.fields(value)]
            if dataclasses.is_dataclass(value)
            else vars(value)
        )
        for name in names:
            held = getattr(value, name)
            _add_field(update, name, held, seen)
    else:
        update(repr(value).encode())


def _add_field(update: Callable[[bytes], None], name: str, held: Any, seen: set[int]) -> None:
    if name in MEMOS or name in {"account_ids", "milestone_ids", "_texts"} or callable(held):
        return
    update(name.encode())
    if not isinstance(held, Columns):
        _add(update, held, seen)
        return
    for column, (_, fill) in held._spec.items():
        rows = held[column][: len(held)]
        if column not in BLANK.get(name, ()):
            told = np.flatnonzero(rows != fill)  # a blank row is none
            _add(update, (column, told, rows[told]), seen)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names the results that were applied, and fails where the state has changed between two of them."""
    applied: list[str] = []
    before: dict[int, tuple[State, str]] = {}
    apply = State.__dict__["apply"]

    def noted(state: State, result: object) -> None:
        if id(state) in before:
            assert digest(state) == before[id(state)][1], (
                f"changed before {type(result).__name__} was applied"
            )
        apply.__get__(state, State)(result)
        before[id(state)] = state, digest(state)
        applied.append(type(result).__name__)

    monkeypatch.setattr(State, "apply", noted)
    return applied


def test_stages_and_recorders_change_nothing(watched: list[str]) -> None:
    for seed in range(6300, 6302):
        run(case_of(seed), (None, 7)[seed % 2])
    run(case_with_terms(6300, TRIED["people"]), 3)
    assert {
        "FixedFacts",
        "Withheld",
        "Voided",
        "Booked",
        "Released",
        "Expected",
        "Reversals",
        "Decided",
    } <= set(watched)


@pytest.mark.parametrize("change", ["a number", "a column"])
def test_a_stage_that_changes_the_state_is_noticed(
    change: str, watched: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def meddling(state: State, before: int) -> Released:
        if change == "a number":
            state.ledger.spent += 1
        else:
            state.people["stage"][0] += 1
        return release.release(state, before)

    monkeypatch.setattr(fold, "release", meddling)
    with pytest.raises(AssertionError, match="changed before Released was applied"):
        run(case_of(6300), 3)


def dataclasses_of(package: ModuleType) -> list[Any]:
    """All dataclasses that are defined in a package."""
    modules = (import_module(one.name) for one in walk_packages(package.__path__, f"{package.__name__}."))
    return [
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and dataclasses.is_dataclass(one) and one.__module__ == module.__name__
    ]


def test_results_are_frozen_and_made_by_name() -> None:
    found = [one for one in dataclasses_of(simulator.engine) if one.__module__ == results.__name__]
    assert len(found) > 20
    for one in found:
        assert one.__dataclass_params__.frozen, one
        assert all(field.kw_only for field in dataclasses.fields(one)), one


@pytest.mark.parametrize("package", [simulator.engine, simulator.platform, simulator.domain, db.write])
def test_what_has_many_fields_is_made_by_name(package: ModuleType) -> None:
    for one in dataclasses_of(package):
        made = [field for field in dataclasses.fields(one) if field.init and not field.kw_only]
        required = [field for field in made if field.default is field.default_factory is dataclasses.MISSING]
        assert len(required) <= 8, one
