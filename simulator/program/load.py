"""Load a program file into a frozen `Program`, or report all of its problems at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from simulator.domain.errors import ProgramError
from simulator.events.contract import EVENT_TYPES, REFERRER_KINDS
from simulator.program import values
from simulator.program.currencies import DIGITS
from simulator.program.expression import parse_expression
from simulator.program.layout import BY_NAME, CAP, MODELS, ON_FAIL, ROLES, TABLES, Table
from simulator.program.lint import warnings
from simulator.program.model import (
    MAX_LINE_MINOR,
    Attribution,
    Cap,
    CapWindow,
    Milestone,
    Program,
    Reward,
    Rule,
)
from simulator.program.nearest import advice, nearest, shown
from simulator.program.source import LineNumbers, Path, find_line_numbers, parse_toml

__all__ = ["load_program", "warnings"]

T = TypeVar("T")

_LABEL = 120  # characters of the names of tables and keys that a message repeats; ours are shorter


def load_program(
    text: str, file: str, currency: str | None = None, *, numeric: bool | None = None
) -> Program:
    """Load the program in `text`; `file` is its name in messages.

    For a new version of a running program, `currency` and `numeric` are that program's currency and
    numeric_references, which must not change.

    Raises:
        ProgramError: every problem of the file, in its order, each with file, line, table and key.

    """
    document = parse_toml(text, file)
    report = _Report(file, find_line_numbers(text))
    program = _Loader(document, report, currency, numeric).program(text)
    problems = report.problems()
    if problems:
        raise ProgramError(problems)
    return program


@dataclass
class _Report:
    """The problems of one file."""

    file: str
    line_numbers: LineNumbers
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, path: Path, label: str, said: str) -> None:
        """Note what is wrong at `path`, which messages call `label`."""
        line = self.line_numbers.line(path)
        where = self.file if line is None else f"{self.file}:{line}"
        label = label if len(label) <= _LABEL else label[:_LABEL] + "…"
        self.found.append((line or 0, f"{where}: {label}: {said}"))

    def problems(self) -> list[str]:
        """Return all problems in the order of the file."""
        return [said for _, said in sorted(self.found, key=lambda one: one[0])]


class _TableReader:
    """Reads one table: refuses unknown and missing keys, then reads the others one by one."""

    def __init__(
        self, content: Mapping[str, object], table: Table, path: Path, label: str, report: _Report
    ) -> None:
        self.content = content
        self.path = path
        self.label = label
        self.report = report
        for name in content:
            if name not in table.key_names():
                self.problem(name, f"unknown key; {advice(name, table.key_names())}")
        for key in table.keys:
            if key.required and key.name not in content:
                report.add(path, f"{label}.{key.name}", f"missing; add it: {_lower(key.note)}")

    def problem(self, key: str, said: str) -> None:
        """Note what is wrong with the value of `key`."""
        self.report.add((*self.path, key), f"{self.label}.{key}", said)

    def read(self, key: str, parse: Callable[[object], T], default: T) -> T:
        """Read the value of `key`; `default` if it is left out, or wrong (which is noted)."""
        if key not in self.content:
            return default
        try:
            return parse(self.content[key])
        except values.InvalidValueError as wrong:
            self.problem(key, str(wrong))
            return default


class _Loader:
    """Loads one document. What is wrong is noted and replaced by a default, so that the rest is read too."""

    def __init__(
        self, document: Mapping[str, object], report: _Report, running: str | None, numeric: bool | None
    ) -> None:
        self.document = document
        self.report = report
        self.running = running
        self.numeric = numeric
        self.currency: str | None = None
        self.milestone_names: tuple[str, ...] = ()

    def program(self, text: str) -> Program:
        """Read all tables, each after those that it refers to."""
        self._known_tables()
        reader = self._single("program")
        self.currency = reader.read("currency", values.currency, None)
        numeric = reader.read("numeric_references", values.boolean, False)
        self._keep(reader, numeric)
        starts = reader.read("starts", values.moment, None)
        ends = reader.read("ends", values.moment, None)
        if starts is not None and ends is not None and ends <= starts:
            reader.problem("ends", "the program ends before it has started; write a moment after starts")
        milestones = self._milestones()
        return Program(
            name=reader.read("name", values.text, ""),
            industry=reader.read("industry", values.text, "general"),
            currency=self.currency or "",
            digits=DIGITS[self.currency] if self.currency else 0,
            referrers=reader.read(
                "referrers", lambda value: values.names(value, REFERRER_KINDS, "kind of referrer"), None
            ),
            starts_ms=starts,
            ends_ms=ends,
            attribution=self._attribution(),
            milestones=milestones,
            rules=self._rules(),
            rewards=self._rewards(),
            budget_minor=self._single("budget").read("total", self._money, None),
            text=text,
            numeric_references=numeric,
        )

    def _keep(self, reader: _TableReader, numeric: bool) -> None:
        """Note a change that a new version of the running program must not make."""
        if self.running is not None and self.currency not in (None, self.running):
            reader.problem("currency", f"{self.currency} is not the running program's; keep {self.running}")
        if self.numeric is not None and numeric != self.numeric:
            kept = str(self.numeric).lower()
            reader.problem("numeric_references", f"the running program's is {kept} for good; keep it")

    def _known_tables(self) -> None:
        for name, content in self.document.items():
            if name in BY_NAME:
                continue
            if isinstance(content, (dict, list)):
                self.report.add((name,), name, f"unknown table; {advice(name, BY_NAME)}")
                continue
            near = next((table.name for table in TABLES if name in table.key_names()), None)
            right = f"it belongs under [{near}]" if near else advice(name, BY_NAME)
            self.report.add((name,), name, f"unknown key outside of any table; {right}")

    def _single(self, name: str) -> _TableReader:
        """Read a table that may stand once."""
        table = BY_NAME[name]
        content = self.document.get(name)
        if content is None:
            if table.required:
                self.report.add((), f"[{name}]", f"missing; add it: {_lower(table.note)}")
            return _TableReader({}, Table(name, "", ()), (name,), name, self.report)
        if not isinstance(content, dict):
            self.report.add((name,), name, f"{shown(content)} where one table belongs; write [{name}]")
            return _TableReader({}, Table(name, "", ()), (name,), name, self.report)
        return _TableReader(content, table, (name,), name, self.report)

    def _many(self, name: str, title: str) -> list[_TableReader]:
        """Read the tables of an array; `title` is the key that names each."""
        content = self.document.get(name, None)
        if content is None:
            return []
        if not isinstance(content, list):
            self.report.add(
                (name,), name, f"{shown(content)} where a list of tables belongs; write [[{name}]]"
            )
            return []
        if not content:
            self.report.add((name,), name, f"the list is empty; leave it out, or write [[{name}]]")
        return [
            _TableReader(
                item, BY_NAME[name], (name, place), _label(name, place, item.get(title)), self.report
            )
            for place, item in enumerate(content)
            if self._is_table(item, (name, place), f"{name}[{place + 1}]")
        ]

    def _is_table(self, item: object, path: Path, label: str) -> bool:
        if not isinstance(item, dict):
            self.report.add(path, label, f"{shown(item)} where a table belongs; write keys and values")
        return isinstance(item, dict)

    def _unique(self, readers: list[_TableReader], key: str, what: str) -> None:
        first: dict[str, _TableReader] = {}
        for reader in readers:
            name = reader.content.get(key)
            if not isinstance(name, str):
                continue
            earlier = first.setdefault(name, reader)
            if earlier is not reader:
                line = self.report.line_numbers.line((*earlier.path, key))
                where = earlier.label if line is None else f"line {line}"
                reader.problem(key, f"{shown(name)} names another {what} too ({where}); give each its own")

    def _money(self, value: object) -> int:
        return values.money(value, self.currency)

    def _attribution(self) -> Attribution:
        reader, default = self._single("attribution"), Attribution()
        return Attribution(
            model=reader.read("model", lambda value: values.choice(value, MODELS), default.model),
            window_ms=reader.read("window", values.duration, default.window_ms),
        )

    def _milestones(self) -> tuple[Milestone, ...]:
        readers = self._many("milestone", "name")
        self._unique(readers, "name", "milestone")
        milestones = tuple(
            Milestone(
                name=reader.read("name", values.text, ""),
                event=reader.read("event", _event, ""),
                occurrence=reader.read("occurrence", values.occurrence, 1),
                within_ms=reader.read("within", values.duration, None),
            )
            for reader in readers
        )
        given = (reader.content.get("name") for reader in readers)
        self.milestone_names = tuple(dict.fromkeys(name for name in given if isinstance(name, str)))
        return milestones

    def _rules(self) -> tuple[Rule, ...]:
        readers = self._many("rule", "code")
        self._unique(readers, "code", "rule")
        return tuple(self._rule(reader) for reader in readers)

    def _rule(self, reader: _TableReader) -> Rule:
        require = reader.read("require", values.expression, None)
        for problem in () if require is None else parse_expression(require).problems:
            reader.problem("require", problem)
        return Rule(
            code=reader.read("code", values.text, ""),
            require=require or "",
            because=reader.read(
                "because", values.sentence, f"It does not hold that {' '.join((require or '').split())}."
            ),
            on_fail=reader.read("on_fail", lambda value: values.choice(value, ON_FAIL), "refuse"),
            milestones=reader.read(
                "milestones",
                lambda value: values.names(value, self.milestone_names, "milestone"),
                self.milestone_names,
            ),
        )

    def _rewards(self) -> tuple[Reward, ...]:
        readers = self._many("reward", "name")
        self._unique(readers, "name", "reward")
        return tuple(self._reward(reader) for reader in readers)

    def _reward(self, reader: _TableReader) -> Reward:
        if "value" in reader.content and "percent" in reader.content:
            reader.problem(
                "percent", "beside a value; a reward has one of value and percent, so take one out"
            )
        if "value" not in reader.content and "percent" not in reader.content:
            reader.report.add(
                reader.path,
                f"{reader.label}.value",
                "missing; write value = 20.00, or percent = 5, one of them",
            )
        return Reward(
            name=reader.read("name", values.text, ""),
            to=reader.read("to", lambda value: values.choice(value, ROLES), "referrer"),
            on=reader.read("on", self._milestone, ""),
            kind=reader.read("kind", values.text, "credit"),
            value_minor=reader.read(
                "value", lambda value: values.money(value, self.currency, MAX_LINE_MINOR), None
            ),
            percent=reader.read("percent", values.percent, None),
            hold_ms=reader.read("hold", partial(values.duration, zero=True), 0),
            every=reader.read("every", values.whole, None),
            tier=reader.read("tier", values.tier, None),
            clawback_ms=reader.read("clawback", values.duration, None),
            caps=self._caps(reader),
        )

    def _milestone(self, value: object) -> str:
        name = values.text(value)
        if name not in self.milestone_names:
            raise values.InvalidValueError(
                f"no milestone {shown(name)}; {advice(name, self.milestone_names)}"
            )
        return name

    def _caps(self, reward: _TableReader) -> tuple[Cap, ...]:
        content = reward.content.get("caps", None)
        if content is None:
            return ()
        if not isinstance(content, list):
            reward.problem(
                "caps", f'{shown(content)} is not a list; write [{{ count = 10, window = "lifetime" }}]'
            )
            return ()
        if not content:
            reward.problem("caps", "the list is empty; leave the key out, or write at least one cap")
        caps: list[Cap] = []
        for place, item in enumerate(content):
            path, label = (*reward.path, "caps", place), f"{reward.label}.caps[{place + 1}]"
            if not self._is_table(item, path, label):
                continue
            reader = _TableReader(item, CAP, path, label, self.report)
            if "count" not in item and "value" not in item:
                self.report.add(
                    path, label, "neither count nor value; write count = 10, value = 150.00, or both"
                )
            caps.append(
                Cap(
                    window=reader.read("window", values.cap_window, CapWindow("lifetime")),
                    count=reader.read("count", values.whole, None),
                    value_minor=reader.read("value", self._money, None),
                )
            )
        return tuple(caps)


def _lower(note: str) -> str:
    """Fit a note of the layout into a sentence."""
    return f"{note[0].lower()}{note[1:]}".rstrip(".")


def _label(name: str, place: int, title: object) -> str:
    """Name a table of an array in messages: by its position from 1, and by its own name."""
    return f"{name}[{place + 1}] {shown(title)}" if isinstance(title, str) else f"{name}[{place + 1}]"


def _event(value: object) -> str:
    conversions = next(key.choices for key in BY_NAME["milestone"].keys if key.name == "event")
    if isinstance(value, str) and value in EVENT_TYPES and value not in conversions:
        near = nearest(value, conversions)
        right = f'did you mean "{near}"?' if near else f"use one of {', '.join(conversions)}"
        raise values.InvalidValueError(f"{shown(value)} is an event but no conversion; {right}")
    return values.choice(value, conversions)
