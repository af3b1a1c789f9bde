"""What the program screen has read: the version in force, and what its rules did."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from db.read import sums
from db.read.rules import RuleRow, by_rule
from db.read.versions import program_text, version_at
from referral_tui.dashboard.query import QueryContext, ScreenQuery
from simulator.domain.toml_text import read_toml

_CODE: Final = re.compile(r"""\s*code\s*=\s*(?P<quote>["'])(?P<code>.*?)(?P=quote)""")
Versions = dict[int, tuple[str, tuple["Rule", ...]]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as the program file has it; `line` is that of its code, from 1, 0 if it was not found."""

    code: str
    on_fail: str
    line: int


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A rule and what it did; money in minor units. `on_fail` is empty if the version in force has no such rule."""

    code: str
    on_fail: str
    line: int
    passed: int = 0
    failed: int = 0
    missing: int = 0
    held: int = 0
    held_minor: int = 0
    waiting: int = 0
    waiting_minor: int = 0
    approved: int = 0
    approved_minor: int = 0


@dataclass(frozen=True, slots=True)
class ProgramLook:
    """The version in force at a moment, how many there are up to then, its text and its rules."""

    version: int
    text: str
    rules: tuple[RuleLine, ...]


@dataclass(frozen=True, slots=True)
class ProgramQuery(ScreenQuery):
    """The query of the whole screen; it has no settings."""

    EVERY_MS: ClassVar[int] = 400

    def read(self, context: QueryContext) -> ProgramLook | None:
        """Read it; a version's text, once read, is kept."""
        version = version_at(context.db, context.seq)
        if version is None:
            return None
        kept: Versions = context.kept.setdefault("versions", {})
        if version not in kept:
            text = program_text(context.db, version)
            kept[version] = text, rules_of(text)
        text, rules = kept[version]
        past: sums.PastSums = context.kept.setdefault("past", sums.PastSums())
        found = sums.now(context.db) if context.at is None else past.at(context.db, context.at)
        return ProgramLook(version, text, rule_lines(rules, by_rule(found)))


def rule_lines(rules: tuple[Rule, ...], did: tuple[RuleRow, ...]) -> tuple[RuleLine, ...]:
    """Put rules, in the order of the file, beside what they did; those of earlier versions come last."""
    known = {row.code: row for row in did}
    lines = [_line(rule, known.pop(rule.code, None)) for rule in rules]
    return (*lines, *(_line(Rule(code, "", 0), row) for code, row in known.items()))


def rules_of(text: str) -> tuple[Rule, ...]:
    """Read the rules of a program's text, and where they stand; none if it can't be read."""
    try:
        tables: Any = read_toml(text).get("rule", [])
    except tomllib.TOMLDecodeError:
        return ()
    stands: dict[str, int] = {}
    for at, one in enumerate(text.splitlines(), 1):
        if place := _CODE.match(one):
            stands.setdefault(place["code"], at)
    found = []
    for table in tables if isinstance(tables, list) else ():
        code = str(table.get("code", "")) if isinstance(table, dict) else ""
        found.append(Rule(code, str(table.get("on_fail", "refuse")), stands.get(code, 0)))
    return tuple(found)


def _line(rule: Rule, row: RuleRow | None) -> RuleLine:
    if row is None:
        return RuleLine(rule.code, rule.on_fail, rule.line)
    results = (row.passed, row.failed, row.missing)
    return RuleLine(rule.code, rule.on_fail, rule.line, *results, *row.held_back, *row.review, *row.approved)
