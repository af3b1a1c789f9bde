"""Load a mapping file: TOML to a frozen `MappingFile`, or all of its problems at once, each with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

from simulator.domain.errors import InputError
from simulator.domain.toml_text import read_toml
from simulator.events.contract import ATTRIBUTE_PATTERN, EVENT_TYPES, SOURCE_PATTERN, EventSpec
from simulator.mapping.load_fields import FieldReader
from simulator.mapping.model import UNMATCHED, DataField, EventMap, MappingFile, Test, Value
from simulator.mapping.paths import parse_path
from simulator.mapping.signatures import IN_FORM, SCHEMES, Signature
from simulator.program.expression import parse_expression
from simulator.program.facts import Fact, FactList, Kind
from simulator.program.nearest import advice, shown
from simulator.program.source import Path, find_line_numbers
from simulator.program.sqltext import is_keyword
from simulator.program.tables import Report
from simulator.program.tree import Node

_KINDS: Final[tuple[Kind, ...]] = ("text", "number", "bool")
MAX_BYTES: Final = 1024 * 1024
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_VALUE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KEYS: Final = (
    "name", "says", "format", "source", "unmatched", "delimiter", "form_field", "values", "event", "signature", "test",
)  # fmt: skip
_EVENT_KEYS: Final = ("when", "each", "type", "id", "subject", "time", "infer_time", "data")
_TEST_KEYS: Final = ("name", "record", "event", "skipped", "refused")
_FORM_FIELD: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
Table = Mapping[str, Any]


def load_mapping(text: str, file: str) -> MappingFile:
    """Load the mapping in `text`; `file` is its name in messages.

    Raises:
        InputError: every problem of the file, in its order.

    """
    document = parsed(text, file)
    report = Report(file, find_line_numbers(text))
    mapping = Loader(document, report).mapping(text)
    problems = report.problems()
    if problems:
        raise InputError(*problems)
    return mapping


def parsed(text: str, file: str) -> dict[str, Any]:
    """Parse a TOML file.

    Raises:
        InputError: it is not TOML, or too large.

    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise InputError(f"{file}: larger than {MAX_BYTES:,} bytes (1 MiB); a mapping is smaller")
    try:
        return read_toml(text)
    except tomllib.TOMLDecodeError as error:
        message = re.sub(r"\s+", " ", str(error))
        raise InputError(f"{file}: not TOML: {message}") from None


class Loader:
    """Loads one document; problems are noted, so that the rest is read too."""

    def __init__(self, document: Table, report: Report) -> None:
        self.document, self.report = document, report
        self.fields = FieldReader(report, "csv" if document.get("format") == "csv" else "json")

    def mapping(self, text: str) -> MappingFile:
        """Read all tables."""
        self.known(self.document, _KEYS, (), "")
        for key in ("name", "format", "source", "event"):
            if key not in self.document:
                self.report.add((key,), key, "missing; a mapping needs name, format, source and an [[event]]")
        form = self.choice((), "format", ("json", "csv"), "json")
        values = self.values()
        return MappingFile(
            name=self.text((), "name", _NAME, "small letters, digits and hyphens, such as our-shop"),
            says=self.text((), "says"),
            form=form,
            source=self.text(
                (), "source", re.compile(SOURCE_PATTERN), "client/<system>, such as client/shop"
            ),
            text=text,
            unmatched=self.choice((), "unmatched", UNMATCHED, "refuse"),
            delimiter=self.delimiter(),
            form_field=self.text(
                (), "form_field", _FORM_FIELD, "the name of a field of a form, such as payload"
            )
            or None,
            values=values,
            events=tuple(
                event
                for place, table in enumerate(self.tables("event"))
                if (event := self.event(table, ("event", place), values)) is not None
            ),
            signature=self.signature(),
            tests=tuple(self.test(table, ("test", place)) for place, table in enumerate(self.tables("test"))),
        )

    def at(self, path: Path) -> Any:
        """Return the value at a path of the document; None if there is none."""
        found: Any = self.document
        for key in path:
            found = found.get(key) if isinstance(found, dict) else found[key]
        return found

    def known(self, table: Table, names: tuple[str, ...], path: Path, label: str) -> None:
        """Note unknown keys of a table."""
        for key in table:
            if key not in names:
                where = f"{label}.{key}" if label else key
                self.report.add((*path, key), where, f"unknown key; {advice(key, names)}")

    def tables(self, name: str) -> list[Table]:
        """Return the tables of an array such as [[event]]."""
        found = self.document.get(name, [])
        if isinstance(found, list) and all(isinstance(one, dict) for one in found):
            return found
        self.report.add((name,), name, f"must be tables, each begun as [[{name}]]")
        return []

    def text(
        self, path: Path, key: str, pattern: re.Pattern[str] | None = None, right: str = "a text"
    ) -> str:
        """Read a text; empty if it is left out or wrong."""
        value = (self.at(path) or {}).get(key)
        if value is None:
            return ""
        if isinstance(value, str) and (pattern is None or pattern.fullmatch(value)):
            return value
        self.report.add((*path, key), _label((*path, key)), f"{shown(value)}; it must be {right}")
        return ""

    def delimiter(self) -> str:
        """Read what stands between the cells of CSV."""
        return self.text((), "delimiter", re.compile(r"[,;|\t]"), "one of , ; | or a tab") or ","

    def choice(self, path: Path, key: str, choices: tuple[Any, ...], default: Any) -> Any:
        """Read one of a closed list of texts."""
        value = (self.at(path) or {}).get(key, default)
        if value in choices:
            return value
        self.report.add((*path, key), _label((*path, key)), f"{shown(value)}; {advice(str(value), choices)}")
        return default

    def values(self) -> dict[str, Value]:
        """Read [values], what conditions can name."""
        found: dict[str, Value] = {}
        given = self.document.get("values", {})
        if not isinstance(given, dict):
            self.report.add(("values",), "values", "must be a table: a name and a path each")
            return found
        for name, raw in given.items():
            path, label = ("values", name), f"values.{name}"
            if not _VALUE_NAME.fullmatch(name) or is_keyword(name):
                self.report.add(path, label, "can't be a name in SQL; write small letters, digits and _")
                continue
            kind: Kind = "text"
            if isinstance(raw, dict) and "kind" in raw:
                kind = self.choice(path, "kind", _KINDS, "text")
            rest = (
                {key: value for key, value in raw.items() if key != "kind"} if isinstance(raw, dict) else raw
            )
            field = self.fields.field(rest, path, label)
            if field is not None:
                found[name] = Value(Fact(name, kind, f"the mapping's value {name}"), field)
        return found

    def event(self, table: Table, path: Path, values: Mapping[str, Value]) -> EventMap | None:
        """Read an [[event]]."""
        label = f"event {int(path[1]) + 1}"
        self.known(table, _EVENT_KEYS, path, label)
        kind = EVENT_TYPES.get(str(table.get("type")))
        if kind is None:
            hint = advice(str(table.get("type", "")), EVENT_TYPES)
            self.report.add((*path, "type"), f"{label}.type", f"must be an event type; {hint}")
            return None
        each = None
        if "each" in table:
            each = parse_path(str(table["each"]), "json")
            if each is None or self.fields.form == "csv":
                self.report.add((*path, "each"), f"{label}.each", "must be the path of a list in JSON")
        infer_time = self.flag(table, path, "infer_time")
        named = {
            key: self.fields.field(table[key], (*path, key), f"{label}.{key}", of_time=key == "time")
            for key in ("id", "subject", "time")
            if key in table
        }
        self.needed(kind, table, path, label, infer_time=infer_time)
        data, attributes = self.data(kind, table.get("data", {}), (*path, "data"), f"{label}.data")
        own_id = named.get("id")
        if own_id is None:
            return None
        return EventMap(
            label=label,
            type=kind.name,
            id=own_id,
            subject=named.get("subject"),
            subject_required=kind.subject_required,
            time=named.get("time"),
            when=self.condition(table, path, label, values),
            each=each,
            data=data,
            attributes=attributes,
            infer_time=infer_time,
        )

    def needed(self, kind: EventSpec, table: Table, path: Path, label: str, *, infer_time: bool) -> None:
        """Note missing fields that an event of a kind requires."""
        if "id" not in table:
            problem = 'missing; make it of the key of the record, such as { text = "order:{id}" }'
            self.report.add(path, f"{label}.id", problem)
        if "subject" not in table and kind.subject_required:
            self.report.add(path, f"{label}.subject", f"missing; {kind.name} is about a person")
        if "time" not in table and not infer_time:
            self.report.add(
                path, f"{label}.time", "missing; or write infer_time = true for the time of receipt"
            )
        given = table.get("data", {})
        for field in kind.fields:
            if field.required and isinstance(given, dict) and field.name not in given:
                self.report.add(path, f"{label}.data.{field.name}", f"missing; {kind.name} needs it")

    def data(
        self, kind: EventSpec, given: Any, path: Path, label: str
    ) -> tuple[tuple[DataField, ...], tuple[tuple[str, Any], ...]]:
        """Read the fields of an event's data, and its attributes."""
        if not isinstance(given, dict):
            self.report.add(path, label, "must be a table: a field of the event and a path each")
            return (), ()
        declared = {field.name: field for field in kind.fields if field.kind not in ("decision", "reward")}
        data: list[DataField] = []
        attributes: list[tuple[str, Any]] = []
        self.fields.currency = None
        if "currency" in given and "currency" in declared:
            self.fields.currency = self.fields.field(
                given["currency"], (*path, "currency"), f"{label}.currency"
            )
        for name, raw in given.items():
            if name not in declared:
                self.report.add(
                    (*path, name), f"{label}.{name}", f"no field of {kind.name}; {advice(name, declared)}"
                )
            elif name == "attributes":
                attributes = self.attributes(raw, (*path, name), f"{label}.{name}")
            elif (field := self.fields.field(raw, (*path, name), f"{label}.{name}")) is not None:
                data.append(DataField(name, declared[name].kind, declared[name].required, field))
        return tuple(data), tuple(attributes)

    def attributes(self, given: Any, path: Path, label: str) -> list[tuple[str, Any]]:
        """Read the client's own attributes."""
        if not isinstance(given, dict):
            self.report.add(path, label, "must be a table: a name and a path each")
            return []
        found: list[tuple[str, Any]] = []
        for name, raw in given.items():
            if not re.fullmatch(ATTRIBUTE_PATTERN, name):
                self.report.add((*path, name), f"{label}.{name}", "must be small letters, digits and _")
            elif (field := self.fields.field(raw, (*path, name), f"{label}.{name}")) is not None:
                found.append((name, field))
        return found

    def condition(self, table: Table, path: Path, label: str, values: Mapping[str, Value]) -> Node | None:
        """Read `when`."""
        if "when" not in table:
            return None
        raw = table["when"]
        if not isinstance(raw, str):
            self.report.add(
                (*path, "when"), f"{label}.when", f"{shown(raw)}; it must be a condition, as text"
            )
            return None
        facts = FactList(
            (one.fact for one in values.values()), "conversion", declared="a value is named under [values]"
        )
        parsed = parse_expression(raw, facts)
        for problem in parsed.problems:
            self.report.add((*path, "when"), f"{label}.when", problem)
        return parsed.tree

    def flag(self, table: Table, path: Path, key: str) -> bool:
        """Read true or false."""
        value = table.get(key, False)
        if not isinstance(value, bool):
            self.report.add((*path, key), _label((*path, key)), f"{shown(value)}; it must be true or false")
        return value is True

    def signature(self) -> Signature | None:
        """Read [signature]."""
        table = self.document.get("signature")
        if table is None:
            return None
        if not isinstance(table, dict):
            self.report.add(("signature",), "signature", "must be a table with header and scheme")
            return None
        path = ("signature",)
        self.known(table, ("header", "field", "scheme"), path, "signature")
        scheme = self.choice(path, "scheme", SCHEMES, "hmac-sha256-hex")
        key = "field" if scheme == IN_FORM else "header"
        if key not in table:
            self.report.add(path, f"signature.{key}", f"missing; the scheme {scheme} needs it")
        if scheme == IN_FORM:
            return Signature(self.text(path, key, _FORM_FIELD, "the name of a field of the form"), scheme)
        return Signature(
            self.text(path, key, re.compile(r"[A-Za-z0-9-]{1,64}"), "the name of a header"), scheme
        )

    def test(self, table: Table, path: Path) -> Test:
        """Read a [[test]]."""
        label = f"test {int(path[1]) + 1}"
        self.known(table, _TEST_KEYS, path, label)
        if not isinstance(table.get("record"), str):
            self.report.add(path, f"{label}.record", "missing; write the record as text, in '''…'''")
        events = table.get("event", [])
        if not isinstance(events, list) or not all(isinstance(one, dict) for one in events):
            self.report.add(
                (*path, "event"), f"{label}.event", "must be tables, each begun as [[test.event]]"
            )
            events = []
        refused = table.get("refused")
        skipped = self.flag(table, path, "skipped")
        if [bool(events), skipped, refused is not None].count(True) != 1:
            self.report.add(
                path, label, 'say what comes of it: [[test.event]], skipped = true, or refused = "…"'
            )
        expected = tuple(self.expected(event, (*path, "event", place)) for place, event in enumerate(events))
        return Test(
            name=str(table.get("name", label)),
            record=str(table.get("record", "")),
            events=expected,
            skipped=skipped,
            refused=None if refused is None else str(refused),
        )

    def expected(self, event: Table, path: Path) -> dict[str, Any]:
        """Read what is expected of an event: values, or fields that compute them, such as a hash of a value."""

        def one(value: Any, at: Path) -> Any:
            return self.fields.field(value, at, _label(at)) if isinstance(value, dict) else value

        return {
            name: {inner: one(value, (*path, name, inner)) for inner, value in raw.items()}
            if name == "data" and isinstance(raw, dict)
            else one(raw, (*path, name))
            for name, raw in event.items()
        }


def _label(path: Path) -> str:
    """Name a place in messages: `event 1.when`."""
    text = ""
    for key in path:
        text += f" {key + 1}" if isinstance(key, int) else f".{key}" if text else key
    return text
