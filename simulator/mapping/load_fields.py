"""Read how to find one field: a path, or a table that says where its value comes from and how to convert it."""

from __future__ import annotations

import re
from datetime import tzinfo
from typing import Any, Final, get_args

from simulator.domain.zones import zone, zone_names
from simulator.mapping.fields import FUNCTIONS, Field, Template
from simulator.mapping.hashing import HashKind
from simulator.mapping.money import MONEY_FORMS
from simulator.mapping.paths import EXAMPLE, Format, parse_path
from simulator.mapping.paths import Path as ValuePath
from simulator.mapping.times import FORMS
from simulator.program.nearest import advice, nearest, shown
from simulator.program.source import Path
from simulator.program.tables import Report

_ORIGINS: Final = ("path", "first", "text", "value")
_KEYS: Final = (
    *_ORIGINS, "as", "table", "otherwise", "money", "currency", "time", "zone", "hash", "country_code", "minus",
    "default",
)  # fmt: skip
_HASHES: Final[tuple[HashKind, ...]] = get_args(HashKind)
_PLACE: Final = re.compile(r"\{([^{}]*)\}")


class FieldReader:
    """Reads fields of a mapping in one format, and notes problems.

    `currency` is that of the event at hand, whose digits decimals take unless they name another.
    """

    def __init__(self, report: Report, form: Format) -> None:
        self.report, self.form = report, form
        self.currency: Field | None = None

    def field(self, raw: Any, at: Path, label: str, *, of_time: bool = False) -> Field | None:
        """Read a field; None if it is wrong. A field `of_time` is RFC 3339 unless it says otherwise."""
        if isinstance(raw, str):
            path = self.path(raw, at, label)
            return None if path is None else Field(path=path, time="rfc3339" if of_time else None)
        if not isinstance(raw, dict):
            self.note(at, label, f"{shown(raw)}; it must be a path, or a table such as {{ value = … }}")
            return None
        for key in raw:
            if key not in _KEYS:
                self.note((*at, key), f"{label}.{key}", f"unknown key; {advice(key, _KEYS)}")
        if [key in raw for key in _ORIGINS].count(True) != 1:
            self.note(at, label, f"needs one of {', '.join(_ORIGINS)}: where its value comes from")
            return None
        money = self.choice(raw, "money", MONEY_FORMS, at, label)
        country = raw.get("country_code")
        if country is not None and not (
            isinstance(country, str) and re.fullmatch(r"[1-9][0-9]{0,3}", country)
        ):
            self.note((*at, "country_code"), f"{label}.country_code", 'must be digits as text, such as "44"')
            country = None
        return Field(
            path=self.path(raw["path"], (*at, "path"), label) if "path" in raw else None,
            first=self.first(raw["first"], (*at, "first"), label, of_time and "time" not in raw)
            if "first" in raw
            else (),
            template=self.template(raw["text"], (*at, "text"), label) if "text" in raw else None,
            constant=self.constant(raw, "value", at, label),
            functions=self.functions(raw.get("as", []), (*at, "as"), label),
            table=self.table(raw.get("table"), (*at, "table"), label),
            otherwise=self.constant(raw, "otherwise", at, label),
            money=money,
            currency=self.of_money(raw, at, label, decimal=money in ("decimal", "decimal-comma")),
            time=self.time(raw, at, label, of_time=of_time and "first" not in raw),
            zone=self.zone(raw.get("zone"), (*at, "zone"), label),
            hashed=self.choice(raw, "hash", _HASHES, at, label),
            country_code=country,
            minus=self.field(raw["minus"], (*at, "minus"), f"{label}.minus") if "minus" in raw else None,
            default=self.constant(raw, "default", at, label),
        )

    def note(self, at: Path, label: str, problem: str) -> None:
        """Note what is wrong."""
        self.report.add(at, label, problem)

    def path(self, raw: Any, at: Path, label: str) -> ValuePath | None:
        """Read a path."""
        found = parse_path(raw, self.form) if isinstance(raw, str) else None
        if found is None:
            right = "the name of a column" if self.form == "csv" else f"a path such as {EXAMPLE}"
            self.note(at, label, f"{shown(raw)}; it must be {right}")
        return found

    def first(self, raw: Any, at: Path, label: str, of_time: bool) -> tuple[Field, ...]:
        """Read alternatives, of which the first that has a value counts."""
        if not isinstance(raw, list) or not raw:
            self.note(at, f"{label}.first", "must be a list of paths or tables")
            return ()
        read = (
            self.field(one, (*at, place), f"{label}.first {place + 1}", of_time=of_time)
            for place, one in enumerate(raw)
        )
        return tuple(one for one in read if one is not None)

    def template(self, raw: Any, at: Path, label: str) -> Template | None:
        """Read a text with paths in braces."""
        if not isinstance(raw, str) or not raw:
            self.note(at, f"{label}.text", f'{shown(raw)}; it must be a text such as "order:{{id}}"')
            return None
        parts: list[str | ValuePath] = []
        for place, piece in enumerate(_PLACE.split(raw)):
            if place % 2:
                path = self.path(piece, at, f"{label}.text")
                parts += [path] if path is not None else []
            elif "{" in piece or "}" in piece:
                self.note(at, f"{label}.text", f"{shown(raw)}; a brace is not closed, or closes nothing")
            elif piece:
                parts.append(piece)
        return Template(tuple(parts))

    def constant(self, table: dict[str, Any], key: str, at: Path, label: str) -> str | int | bool | None:
        """Read a constant."""
        value = table.get(key)
        if value is None or isinstance(value, (str, int)):
            return value
        self.note(
            (*at, key), f"{label}.{key}", f"{shown(value)}; it must be a text, an integer, true or false"
        )
        return None

    def functions(self, raw: Any, at: Path, label: str) -> tuple[str, ...]:
        """Read the names of functions, one or several."""
        names = [raw] if isinstance(raw, str) else raw
        if not isinstance(names, list):
            self.note(
                at, f"{label}.as", f"{shown(raw)}; it must be one of {', '.join(FUNCTIONS)}, or several"
            )
            return ()
        for name in names:
            if name not in FUNCTIONS:
                self.note(at, f"{label}.as", f"no function {shown(name)}; {advice(str(name), FUNCTIONS)}")
        return tuple(name for name in names if name in FUNCTIONS)

    def table(self, raw: Any, at: Path, label: str) -> dict[str, str | int | bool] | None:
        """Read a table of values: what the record says, and what it means to us."""
        if raw is None:
            return None
        if isinstance(raw, dict) and all(isinstance(one, (str, int)) for one in raw.values()):
            return dict(raw)
        self.note(at, f"{label}.table", "must be a table of values, such as { paid = true }")
        return None

    def of_money(self, table: dict[str, Any], at: Path, label: str, *, decimal: bool) -> Field | None:
        """Read the currency of a decimal: its own, or the event's."""
        if "currency" in table:
            return self.field(table["currency"], (*at, "currency"), f"{label}.currency")
        if decimal and self.currency is None:
            self.note(
                at, label, "needs a currency, whose digits it is turned by: write currency, or data.currency"
            )
        return self.currency if decimal else None

    def time(self, table: dict[str, Any], at: Path, label: str, *, of_time: bool) -> str | None:
        """Read the format of a time."""
        form = table.get("time")
        if form is None:
            return "rfc3339" if of_time else None
        if isinstance(form, str) and (form in FORMS or "%" in form):
            return form
        right = f"one of {', '.join(FORMS)}, or a pattern such as %d/%m/%Y %H:%M"
        self.note((*at, "time"), f"{label}.time", f"{shown(form)}; it must be {right}")
        return None

    def zone(self, raw: Any, at: Path, label: str) -> tzinfo | None:
        """Read a time zone."""
        if raw is None:
            return None
        if isinstance(raw, str) and raw in zone_names():
            return zone(raw)
        near = nearest(str(raw), zone_names())
        hint = f'; did you mean "{near}"?' if near else ""
        self.note(at, f"{label}.zone", f"{shown(raw)} is not a time zone, such as Europe/London{hint}")
        return None

    def choice(self, table: dict[str, Any], key: str, choices: tuple[Any, ...], at: Path, label: str) -> Any:
        """Read one of a closed list of texts; None if it is left out or wrong."""
        value = table.get(key)
        if value is None or value in choices:
            return value
        self.note((*at, key), f"{label}.{key}", f"{shown(value)}; {advice(str(value), choices)}")
        return None
