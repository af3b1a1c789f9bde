"""Read single tables of a program file, noting each problem with its file, line, table and key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from simulator.domain.errors import ProgramError
from simulator.program import values
from simulator.program.expression import parse_expression
from simulator.program.facts import FactList
from simulator.program.layout import Table
from simulator.program.nearest import advice, nearest, shown
from simulator.program.source import LineNumbers, Path
from simulator.program.sqltext import no_fact, words_of

T = TypeVar("T")

MOST_PROBLEMS = 100
"""Nobody reads more at once; each costs a search for what was meant, and a file of a megabyte could have 200,000."""
_LABEL = 120  # characters of the names of tables and keys that a message repeats; ours are shorter


@dataclass
class Report:
    """The problems of one file."""

    file: str
    line_numbers: LineNumbers
    found: list[tuple[int, str]] = field(default_factory=list)

    def add(self, path: Path, label: str, problem: str) -> None:
        """Note what is wrong at `path`, which messages call `label`.

        Raises:
            ProgramError: there are as many problems as are listed at most.

        """
        line = self.line_numbers.line(path)
        where = self.file if line is None else f"{self.file}:{line}"
        label = label if len(label) <= _LABEL else label[:_LABEL] + "…"
        self.found.append((line or 0, f"{where}: {label}: {problem}"))
        if len(self.found) == MOST_PROBLEMS:
            more = f"{self.file}: the first {MOST_PROBLEMS} problems are listed, and there may be more"
            raise ProgramError([*self.problems(), more])

    def problems(self) -> list[str]:
        """Return all problems in the order of the file."""
        return [problem for _, problem in sorted(self.found, key=lambda one: one[0])]


class TableReader:
    """Reads one table: refuses unknown and missing keys, then reads the others one by one."""

    def __init__(
        self, content: Mapping[str, object], table: Table, path: Path, label: str, report: Report
    ) -> None:
        """Take a table's content, and where it stands in the file."""
        self.content = content
        self.path = path
        self.label = label
        self.report = report
        unknown = [name for name in content if table.each is None and name not in table.key_names()]
        for name in unknown:
            self.problem(name, f"unknown key; {advice(name, table.key_names())}")
        self._misspelt = {nearest(name, table.key_names()) for name in unknown}
        for key in table.keys:
            if key.required and not self.has(key.name):
                report.add(path, f"{label}.{key.name}", f"missing; add it: {lower(key.note)}")

    def has(self, key: str) -> bool:
        """Return whether `key` is there, or was most likely meant by an unknown key, which is noted already."""
        return key in self.content or key in self._misspelt

    def problem(self, key: str, text: str) -> None:
        """Note what is wrong with the value of `key`."""
        self.report.add((*self.path, key), f"{self.label}.{key}", text)

    def read(self, key: str, parse: Callable[[object], T], default: T) -> T:
        """Read the value of `key`; `default` if it is left out, or wrong (which is noted)."""
        if key not in self.content:
            return default
        try:
            return parse(self.content[key])
        except values.InvalidValueError as wrong:
            self.problem(key, str(wrong))
            return default

    def choice(self, key: str, choices: tuple[T, ...], default: T) -> T:
        """Read the value of `key`, one of a closed list of texts."""
        named = {str(one): one for one in choices}
        return self.read(key, lambda value: named[values.choice(value, tuple(named))], default)

    def condition(self, key: str, facts: FactList) -> str | None:
        """Read an expression over `facts`, noting each of its problems; None if it is left out."""
        text = self.read(key, values.expression, None)
        problems = () if text is None else parse_expression(text, facts).problems
        doubtful = facts.doubtful.intersection(words_of(text or "")) if problems else ()
        noted = {no_fact(name, facts) for name in doubtful}
        for problem in problems:
            if problem not in noted:
                self.problem(key, problem)
        return text

    def needs(self, keys: tuple[str, ...], other: str, problem: str) -> None:
        """Note each of `keys` that is there without `other`."""
        for key in keys:
            if key in self.content and not self.has(other):
                self.problem(key, problem)


def note_repeats(readers: list[TableReader], key: str, what: str) -> None:
    """Note each table of an array whose `key` repeats an earlier one's."""
    first: dict[str, TableReader] = {}
    for reader in readers:
        name = reader.content.get(key)
        if not isinstance(name, str):
            continue
        earlier = first.setdefault(name, reader)
        if earlier is not reader:
            line = reader.report.line_numbers.line((*earlier.path, key))
            where = earlier.label if line is None else f"line {line}"
            reader.problem(key, f"{shown(name)} names another {what} too ({where}); give each its own")


def is_table(item: object, path: Path, label: str, report: Report) -> bool:
    """Return whether a value is a table; note a problem if not."""
    if not isinstance(item, dict):
        report.add(path, label, f"{shown(item)} where a table belongs; write keys and values")
    return isinstance(item, dict)


def lower(note: str) -> str:
    """Fit a note of the layout into a sentence."""
    return f"{note[0].lower()}{note[1:]}".rstrip(".")
