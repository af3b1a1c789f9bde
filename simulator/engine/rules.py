"""Evaluate the program's rules: each rule's result, and each row's outcome, reason and stored record of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import orjson
import polars as pl

from simulator.domain.stopwatch import OFF, Meter
from simulator.domain.vocabulary import Outcome, values
from simulator.engine.arrays import Array, Ints
from simulator.engine.frames import select
from simulator.engine.kept import KeptAnswers
from simulator.engine.version import CompiledProgram

PASS, FAIL, MISSING, UNASKED = 0, 1, 2, 3
RESULTS = ("pass", "fail", "missing")
_WORDS = {FAIL: "fail", MISSING: "missing"}
OUTCOMES = values(Outcome)
QUALIFIED, REVIEW, REFUSED, IGNORED = (
    OUTCOMES.index(outcome)
    for outcome in (Outcome.QUALIFIED, Outcome.REVIEW, Outcome.REFUSED, Outcome.IGNORED)
)


@dataclass(frozen=True, kw_only=True)
class Verdicts:
    """The rules' results for each row: outcome code, reason, failed rules as JSON.

    `results` are codes of RESULTS by row and rule, UNASKED if a rule does not apply to the row's milestone;
    `deciding` is the index of the rule that decided the row, if one failed.
    """

    outcome: Ints
    reason: list[str | None]
    failed: list[str]
    results: Array
    deciding: Ints


def judge_by_rules(
    compiled: CompiledProgram,
    facts: pl.DataFrame,
    milestones: Ints,
    seqs: Ints,
    kept: KeptAnswers,
    meter: Meter = OFF,
) -> Verdicts:
    """Evaluate every rule of each row's milestone (`milestones`: places in the file) over its facts.

    `kept` answers are used instead for the conversions (`seqs`) that have some.
    """
    count = len(milestones)
    reason: list[str | None] = [None] * count
    failed: list[str] = ["[]"] * count
    if not compiled.rules:
        none = np.zeros(count, np.int64)
        return Verdicts(
            outcome=none,
            reason=reason,
            failed=failed,
            results=np.zeros((count, 0), np.int8),
            deciding=none,
        )
    results = _results(compiled, facts, count, meter)
    names = [compiled.program.milestones[place].name for place in milestones.tolist()] if kept.failed else []
    kept.put_results(results, seqs, names, [rule.code for rule in compiled.rules])
    applies = _applies(compiled)[milestones]
    results[~applies] = PASS
    outcome, deciding = _outcomes(compiled, results)
    codes = [rule.code for rule in compiled.rules]
    known: dict[bytes, str] = {}
    for row in np.flatnonzero(outcome != QUALIFIED).tolist():
        rule, states = deciding[row], results[row]
        reason[row] = codes[rule] + (":missing" if states[rule] == MISSING else "")
        pattern = states.tobytes()
        if pattern not in known:
            pairs = [[codes[place], _WORDS[state]] for place, state in enumerate(states.tolist()) if state]
            known[pattern] = orjson.dumps(pairs).decode()
        failed[row] = known[pattern]
    results[~applies] = UNASKED
    return Verdicts(outcome=outcome, reason=reason, failed=failed, results=results, deciding=deciding)


def _results(compiled: CompiledProgram, facts: pl.DataFrame, count: int, meter: Meter) -> Array:
    """Return PASS, FAIL or MISSING by row and rule."""
    frame = facts if facts.width else pl.DataFrame({"": np.zeros(count, np.int8)})
    if meter.detailed:  # one by one, so that each is timed separately
        meter.mark()
        columns = []
        for rule, condition in zip(compiled.rules, compiled.conditions, strict=True):
            columns.append(frame.select(condition).to_series())
            meter.piece(f"rule {rule.code}")
    else:
        columns = select(frame, *compiled.conditions).get_columns()
    return np.column_stack([answers(column, true=PASS, false=FAIL, missing=MISSING) for column in columns])


def _applies(compiled: CompiledProgram) -> Array:
    """Return whether each rule applies to each milestone, as a matrix by milestone and rule."""
    applies = np.zeros((len(compiled.rules_of), len(compiled.rules)), bool)
    for milestone, places in enumerate(compiled.rules_of):
        applies[milestone, places] = True
    return applies


def answers(condition: pl.Series, *, true: int, false: int, missing: int) -> Array:
    """Return the results of an evaluated condition by row, as these codes; `missing` is for null."""
    if not condition.null_count():
        return np.where(condition.to_numpy(), np.int8(true), np.int8(false))
    codes = {True: true, False: false, None: missing}
    return np.array([codes[answer] for answer in condition.to_list()], np.int8)


def _outcomes(compiled: CompiledProgram, results: Array) -> tuple[Ints, Ints]:
    """Return each row's outcome and the rule that decided it.

    That is the first failing rule that refuses, else the first failing one.
    """
    failing = results != PASS
    refuses = np.array([rule.on_fail == "refuse" for rule in compiled.rules])
    refusing = failing & refuses
    refused, failed = refusing.any(axis=1), failing.any(axis=1)
    outcome = np.where(refused, REFUSED, np.where(failed, REVIEW, QUALIFIED))
    return outcome, np.where(refused, refusing.argmax(axis=1), failing.argmax(axis=1))
