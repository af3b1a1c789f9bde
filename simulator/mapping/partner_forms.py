"""Write payouts in a partner's form, defined by a TOML file: which rows, and the content of each column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from simulator.domain.errors import InputError
from simulator.mapping.conditions import as_kind, compile_condition
from simulator.mapping.fields import Field, compile_field
from simulator.mapping.load import Loader, parsed
from simulator.mapping.model import Value
from simulator.mapping.paths import Read
from simulator.mapping.wrong import WrongValueError
from simulator.program.nearest import advice, shown
from simulator.program.source import find_line_numbers
from simulator.program.tables import Report
from simulator.program.tree import Node

_KEYS: Final = ("name", "says", "rows", "delimiter", "values", "when", "columns", "test")
_ENDING: Final = ".toml"


@dataclass(frozen=True)
class FormTest:
    """A form's own test: a row of payouts, and the cells that it becomes; None if it is left out."""

    name: str
    row: Mapping[str, str]
    cells: Mapping[str, str] | None


@dataclass(frozen=True)
class PartnerForm:
    """A partner's form of payouts: the rows for which `when` is met, with these columns. `text` is the file."""

    name: str
    says: str
    text: str
    columns: Mapping[str, Field]
    delimiter: str = ","
    values: Mapping[str, Value] | None = None
    when: Node | None = None
    tests: tuple[FormTest, ...] = ()


class FormWriter:
    """A compiled form; `header` names its columns."""

    def __init__(self, form: PartnerForm) -> None:
        self.form = form
        self.header = tuple(form.columns)
        self._cells: list[Read] = [compile_field(field, None) for field in form.columns.values()]
        named = {
            name: as_kind(value.fact.kind, compile_field(value.field, None))
            for name, value in (form.values or {}).items()
        }
        self._when = None if form.when is None else compile_condition(form.when, named)

    def cells(self, row: Mapping[str, str | int | None]) -> tuple[str, ...] | None:
        """Return the cells of a row of payouts, by column name; None if it is left out.

        Raises:
            InputError: a value can't be used.

        """
        try:
            return self.made(row)
        except WrongValueError as error:
            raise InputError(f"{self.form.name}: the payout {row.get('number')}: {error}") from None

    def made(self, row: Mapping[str, str | int | None]) -> tuple[str, ...] | None:
        """Return what `cells` does.

        Raises:
            WrongValueError: a value can't be used.

        """
        if self._when is not None and self._when(row, None, 0) is not True:
            return None
        found = [cell(row, None, 0) for cell in self._cells]
        return tuple("" if value is None else str(getattr(value, "text", value)) for value in found)


def load_form(text: str, file: str, columns: Sequence[str]) -> PartnerForm:
    """Load the form in `text`; `file` is its name in messages, `columns` are those of payouts.

    Raises:
        InputError: every problem of the file, in its order.

    """
    document = parsed(text, file)
    report = Report(file, find_line_numbers(text))
    loader = Loader({**document, "format": "csv"}, report)
    loader.known(document, _KEYS, (), "")
    if document.get("rows") != "payouts":
        report.add(("rows",), "rows", f'{shown(document.get("rows"))}; a form is one of rows = "payouts"')
    given = document.get("columns")
    if not isinstance(given, dict) or not given:
        report.add(
            ("columns",), "columns", "missing; a table: the partner's column, and a column of payouts each"
        )
        given = {}
    read = {
        name: loader.fields.field(raw, ("columns", name), f"columns.{name}") for name, raw in given.items()
    }
    values = loader.values()
    form = PartnerForm(
        name=loader.text((), "name"),
        says=loader.text((), "says"),
        text=text,
        columns={name: field for name, field in read.items() if field is not None},
        delimiter=loader.delimiter(),
        values=values,
        when=loader.condition(document, (), "", values),
        tests=tuple(
            _test(loader, table, place, (columns, tuple(given)))
            for place, table in enumerate(loader.tables("test"))
        ),
    )
    for field in (*form.columns.values(), *(value.field for value in values.values())):
        if field.hashes():
            report.add(
                ("columns",),
                "columns",
                "a form can't hash; payouts have references, which are hashes already",
            )
        for path in field.paths():
            if path.text not in columns:
                report.add(
                    ("columns",),
                    "columns",
                    f"payouts have no column {path.text}; {advice(path.text, columns)}",
                )
    problems = report.problems()
    if problems:
        raise InputError(*dict.fromkeys(problems))
    return form


def _test(
    loader: Loader, table: Mapping[str, Any], place: int, names: tuple[Sequence[str], Sequence[str]]
) -> FormTest:
    """Read a [[test]]; `names` are the columns of payouts, which its row may have, and those of the form."""
    path, label = ("test", place), f"test {place + 1}"
    loader.known(table, ("name", "row", "cells"), path, label)
    if "row" not in table:
        loader.report.add(path, f"{label}.row", "missing; add a row of payouts, such as row = { number = 7 }")
    row, cells = (
        _texts(loader, table.get(key, {}), (*path, key), f"{label}.{key}", known)
        for key, known in zip(("row", "cells"), names, strict=True)
    )
    return FormTest(loader.text(path, "name") or label, row, cells if "cells" in table else None)


def _texts(
    loader: Loader, given: Any, path: tuple[str | int, ...], label: str, names: Sequence[str]
) -> dict[str, str]:
    """Return the values of a test's table as they are written in CSV; `names` are the columns that it may have."""
    if not isinstance(given, dict):
        loader.report.add(path, label, f"{shown(given)}; it must be a table of columns and their values")
        return {}
    loader.known(given, tuple(names), path, label)
    return {name: str(value) for name, value in given.items()}


def form_failures(form: PartnerForm) -> list[str]:
    """Return what is wrong with each failing test of a form, a line each."""
    writer = FormWriter(form)
    return [
        f"test {shown(test.name)}: {difference}" for test in form.tests for difference in _wrong(writer, test)
    ]


def _wrong(writer: FormWriter, test: FormTest) -> Iterator[str]:
    try:
        cells = writer.made(test.row)
    except WrongValueError as error:
        yield f"refused: {error}"
        return
    if cells is None:
        if test.cells is not None:
            yield "the row should be written, and is left out"
        return
    if test.cells is None:
        yield "the row should be left out, and is written"
        return
    made = dict(zip(writer.header, cells, strict=True))
    for name, right in test.cells.items():
        if made[name] != right:
            yield f"{name} should be {shown(right)}, and is {shown(made[name])}"


@cache
def form_names() -> tuple[str, ...]:
    """Return the names of the forms that are shipped, in alphabetical order."""
    names = (one.name for one in resources.files("simulator.mapping").joinpath("partners").iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING)))


def is_form(name: str) -> bool:
    """Return whether a name or a file is that of a form of payouts: a file has `rows` or `columns` and no events.

    A file that can't be read as TOML is none.
    """
    path = Path(name)
    if not _names_file(name):
        return name in form_names()
    try:
        document = parsed(path.read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError, InputError):
        return False
    return "event" not in document and not {"rows", "columns"}.isdisjoint(document)


def _names_file(name: str) -> bool:
    return name.endswith(_ENDING) or "/" in name or (name not in form_names() and Path(name).is_file())


def find_form(name: str, columns: Sequence[str]) -> PartnerForm:
    """Return a form by the name of a shipped one, or from a file.

    Raises:
        InputError: there is none, or it has problems.

    """
    path = Path(name)
    if _names_file(name):
        try:
            return load_form(path.read_text(encoding="utf-8"), str(path), columns)
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"--map {path}: can't be read") from error
    if name not in form_names():
        raise InputError(f"--map {name}: no such form, and no such file; {advice(name, form_names())}")
    text = resources.files("simulator.mapping").joinpath("partners", f"{name}{_ENDING}").read_text("utf-8")
    return load_form(text, f"{name}{_ENDING}", columns)
