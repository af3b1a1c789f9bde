"""Change one thing in a design at a time, and find which changes no journey notices.

A journey notices a change if a decision on the friend has another result, or one of their reward lines ends in another
state or is worth something else. A line that is still pending counts as what it is expected to become, so that a longer
hold is not noticed merely by the end of the market's time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

import polars as pl

from simulator.domain.spans import DAY_MS
from simulator.lab.evidence import DetailedTally, run_tallies
from simulator.lab.pool import WorkerPool
from simulator.lab.setting import Setting
from simulator.lab.vary import COMPARED
from simulator.program.model import Cap, Program, Reward, Rule
from simulator.program.source import Path, find_line_numbers
from simulator.program.words import money

Journeys = Mapping[str, tuple[tuple[Any, ...], ...]]
"""By friend, what became of their decisions and reward lines."""


@dataclass(frozen=True)
class Mutant:
    """A design in which one thing differs: where in the file, and what is changed, in words."""

    path: Path
    subject: str
    change: str
    program: Program


@dataclass(frozen=True)
class Tested:
    """A change, its line in the file (from 1; None if it is not known), and how many journeys noticed it."""

    line: int | None
    subject: str
    change: str
    noticed: int


def mutants(program: Program) -> Iterator[Mutant]:
    """Yield the design with one thing in a rule or a reward changed, in the order of the file."""
    for place, rule in enumerate(program.rules):
        for key, change, other in _changed_rule(rule):
            rules = (*program.rules[:place], *([] if other is None else [other]), *program.rules[place + 1 :])
            path: Path = ("rule", place, key) if key else ("rule", place)
            yield Mutant(path, f'rule "{rule.code}"', change, replace(program, rules=rules))
    for place, reward in enumerate(program.rewards):
        for key, change, changed in _changed_reward(reward, program):
            rewards = (
                *program.rewards[:place],
                *([] if changed is None else [changed]),
                *program.rewards[place + 1 :],
            )
            path = ("reward", place, key) if key else ("reward", place)
            yield Mutant(path, f'reward "{reward.name}"', change, replace(program, rewards=rewards))


def try_mutants(
    setting: Setting,
    program: Program,
    seeds: Sequence[int],
    progress: Callable[[int, int], None] | None = None,
    pool: WorkerPool | None = None,
) -> list[Tested]:
    """Run each mutant over the markets with these seeds, and return how many journeys noticed it.

    `progress` is called with the number of mutants done and the total. The processes of a `pool` share the work;
    without one, this process does it, with the same result.

    Raises:
        ReferralError: a process that shared the work ended.

    """
    lines = find_line_numbers(program.text)
    all_of_them = list(mutants(program))
    programs = [program, *(one.program for one in all_of_them)]
    pool = WorkerPool(1) if pool is None else pool
    workers = pool.size(setting, len(programs) * len(seeds))
    runs = pool.map(partial(_journeys, setting, seeds), programs, workers)
    wanted = next(runs)
    found: list[Tested] = []
    for one, theirs in zip(all_of_them, runs, strict=True):
        noticed = sum(wanted.get(ref) != theirs.get(ref) for ref in wanted.keys() | theirs.keys())
        line = lines.line(one.path)
        found.append(
            Tested(lines.line(one.path[:2]) if line is None else line, one.subject, one.change, noticed)
        )
        if progress is not None:
            progress(len(found), len(all_of_them))
    return found


def _changed_rule(rule: Rule) -> Iterator[tuple[str | None, str, Rule | None]]:
    """Yield the key, the change in words, and the changed rule (None if it is removed)."""
    for found in COMPARED.finditer(rule.require):
        for step in (1, -1):
            number = str(Decimal(found[2]) + step)
            require = rule.require[: found.start(2)] + number + rule.require[found.end(2) :]
            yield (
                "require",
                f"{found[1]} compared with {number} instead of {found[2]}",
                replace(rule, require=require),
            )
    yield "require", "the opposite (NOT)", replace(rule, require=f"NOT ({rule.require})")
    yield None, "left out", None


def _changed_reward(reward: Reward, program: Program) -> Iterator[tuple[str | None, str, Reward | None]]:
    for step, words in ((DAY_MS, "a day longer"), (-DAY_MS, "a day shorter")):
        if reward.hold_ms + step >= 0:
            yield "hold", f"hold {words}", replace(reward, hold_ms=reward.hold_ms + step)
    if reward.every is not None:
        for number in (reward.every + 1, reward.every - 1):
            if number >= 1:
                yield "every", f"every {number} instead of {reward.every}", replace(reward, every=number)
    for place, cap in enumerate(reward.caps):
        for words, other in _changed_caps(cap, program):
            caps = (*reward.caps[:place], other, *reward.caps[place + 1 :])
            yield "caps", words, replace(reward, caps=caps)
    if reward.when is not None:
        yield "when", "the opposite of when (NOT)", replace(reward, when=f"NOT ({reward.when})")
    if reward.keep_if is not None:
        yield "keep_if", "the opposite of keep_if (NOT)", replace(reward, keep_if=f"NOT ({reward.keep_if})")
    yield None, "left out", None


def _changed_caps(cap: Cap, program: Program) -> Iterator[tuple[str, Cap]]:
    for step in (1, -1):
        if cap.count is not None and cap.count + step >= 1:
            yield f"a cap of {cap.count + step} instead of {cap.count}", replace(cap, count=cap.count + step)
        if cap.value_minor is not None:
            minor = cap.value_minor + step * 10**program.digits
            if minor > 0:
                words = f"a cap of {money(minor, program)} instead of {money(cap.value_minor, program)}"
                yield words, replace(cap, value_minor=minor)


def _journeys(setting: Setting, seeds: Sequence[int], program: Program) -> Journeys:
    found: dict[str, tuple[tuple[Any, ...], ...]] = {}
    for tally in run_tallies(setting, program, seeds):
        found.update(_journeys_of(tally))
    return found


def _journeys_of(tally: DetailedTally) -> Journeys:
    decided = tally.settled()
    lines = tally.lines_paid().with_columns(
        state=pl.when(pl.col("state") == "pending")
        .then(pl.col("expected").fill_null("issued"))
        .otherwise(pl.col("state"))
    )
    by_friend: dict[int, list[tuple[Any, ...]]] = {}
    for friend, milestone, outcome, reason in decided.select(
        "friend", "milestone", "outcome", "reason"
    ).iter_rows():
        by_friend.setdefault(friend, []).append((milestone, outcome, reason or ""))
    friends = dict(decided.select("id", "friend").iter_rows())
    for decision, *line in lines.select("decision", "reward", "role", "value_minor", "state").iter_rows():
        by_friend.setdefault(friends[decision], []).append(tuple(line))
    refs = tally.references()
    return {refs[friend]: tuple(sorted(parts, key=str)) for friend, parts in by_friend.items()}
