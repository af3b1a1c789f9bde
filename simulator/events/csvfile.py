"""Read events from CSV: a header row of envelope and `data.` names; each row is checked like a line of JSON.

Columns are separated by commas; an empty cell is an absent field; `data.decision` is spread over
`data.decision.source`, `.id` and `.milestone`, `data.reward` likewise; `data.attributes` is a JSON object. Integers
and booleans (true, false) are typed by the contract; a cell that is neither goes on as text, so that the check of the
message says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, BinaryIO, NamedTuple

import msgspec

from simulator.domain.errors import InputError
from simulator.events.check import Problem
from simulator.events.contacts import looks_like_phone
from simulator.events.contract import (
    DATA_COLUMNS,
    EVENT_TYPES,
    EXTENSION_PATTERN,
    INFERRED,
    MAX_LINE_BYTES,
    PARTS,
)
from simulator.events.csvcells import CellRow, form_problem, read_cells
from simulator.events.decode import Decoded, Receiver, Rejected, decode_known
from simulator.events.values import shorten

REQUIRED_COLUMNS = ("specversion", "id", "source", "type", "time")
ENVELOPE_COLUMNS = (
    *REQUIRED_COLUMNS,
    "subject",
    "receivedat",
    "seq",
    INFERRED,
    "datacontenttype",
    "dataschema",
)
_EXTENSION = re.compile(EXTENSION_PATTERN)
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_BOOLEANS = {"true": True, "TRUE": True, "false": False, "FALSE": False}  # spreadsheets write capitals
_UTF_16 = ("\udcff\udcfe", "\udcfe\udcff")  # its byte order marks, as bytes that are not UTF-8 are read


class CsvRow(NamedTuple):
    """A row: the JSON line it stands for, its text as received, and what is wrong with its form, if it is.

    `number` is that of its first line in the file, from 1.
    """

    line: bytes
    text: bytes
    problem: Problem | None = None
    number: int = 0


def data_columns() -> dict[str, str]:
    """Return the name of every possible data column (`data.code` …), with its kind in the contract."""
    columns: dict[str, str] = {}
    for kind in EVENT_TYPES.values():
        for field in kind.fields:
            if field.kind in PARTS:
                columns.update({f"data.{field.name}.{part}": "text" for part in PARTS[field.kind]})
            else:
                columns[f"data.{field.name}"] = field.kind
    return columns


def read_csv(stream: BinaryIO, file: str, *, infer_time: bool = False) -> Iterator[CsvRow]:
    """Read the header at once, then give the rows one by one; blank lines are skipped.

    Raises `InputError` for a missing header, or one with an unknown, doubled or missing column. A row with
    a different number of cells than the header, or with broken quotes, comes with its `problem`. With `infer_time` the
    header needs no column `time`.
    """
    header, rows = read_cells(stream, file, example=f"{','.join(REQUIRED_COLUMNS)},…")
    _check_header(header, file, infer_time=infer_time)
    kinds = data_columns()
    return (_row(row, header, kinds) for row in rows)


def decode_rows(
    rows: Sequence[CsvRow], receiver: Receiver, check_program: Callable[[str], object]
) -> Decoded:
    """Decode rows as `decode_lines` decodes lines; positions are those of the rows."""
    known = {position: row.problem for position, row in enumerate(rows) if row.problem is not None}
    decoded = decode_known([row.line for row in rows], receiver, check_program, known)
    return replace(
        decoded,
        rejected=[replace(one, contacts=_numbers(rows[one.position], one)) for one in decoded.rejected],
    )


def _numbers(row: CsvRow, rejected: Rejected) -> tuple[str, ...]:
    """List possible raw phone numbers in a refused row; in a broken row, any cell that could be dialled."""
    if row.line:
        return rejected.contacts
    cells = re.split(r'[,;"\r\n]+', row.text[:MAX_LINE_BYTES].decode("utf-8", "backslashreplace"))
    return tuple(cell.strip() for cell in cells if looks_like_phone(cell))


def _check_header(header: Sequence[str], file: str, *, infer_time: bool) -> None:
    known = dict.fromkeys((*ENVELOPE_COLUMNS, *data_columns()))
    seen: set[str] = set()
    missing = [name for name in REQUIRED_COLUMNS if name not in header]
    if len(missing) == len(REQUIRED_COLUMNS):
        example = ",".join(REQUIRED_COLUMNS)
        first = header[0] if header else ""
        if first.startswith(_UTF_16):
            raise InputError(f"{file}: line 1: not UTF-8 but UTF-16; save the file as CSV in UTF-8")
        if all(name in first.split(";") for name in REQUIRED_COLUMNS):
            raise InputError(f"{file}: line 1: semicolons between the columns; save the file with commas")
        raise InputError(
            f"{file}: line 1: no header row; it names the columns, with commas between: {example},…"
        )
    for place, name in enumerate(header):
        extension = _EXTENSION.fullmatch(name) is not None and name not in DATA_COLUMNS and name != "data"
        if name not in known and not extension:
            near = get_close_matches(name[:64], [*known, *(k.removeprefix("data.") for k in known)], 1)
            hint = near[0] if near and near[0] in known else f"data.{near[0]}" if near else None
            words = (
                f"; the nearest is {hint}"
                if hint
                else "; data fields are written data.NAME, extensions in small letters and digits"
            )
            raise InputError(f'{file}: line 1: column {place + 1} "{shorten(name)}" is unknown{words}')
        if name in seen:
            raise InputError(f'{file}: line 1: column "{name}" is there twice; keep one')
        seen.add(name)
    if infer_time and "time" in missing:
        missing.remove("time")
    if missing:
        hint = "; or have the time of receipt taken with ingest --infer-time" if missing == ["time"] else ""
        raise InputError(
            f"{file}: line 1: the header has no column {', '.join(missing)}; every event needs it{hint}"
        )


def _row(row: CellRow, header: Sequence[str], kinds: dict[str, str]) -> CsvRow:
    cells, text, reason, number = row
    if cells is None:
        if reason is None:
            return CsvRow(text, text, None, number)  # it is refused for its length
        return CsvRow(b"", text, Problem(None, reason), number)
    named = dict(zip(header, cells, strict=False))
    reason = form_problem(cells, text, len(header))
    if reason is None:
        return CsvRow(_line(named, kinds), text, None, number)
    named = {name: cell.encode("utf-8", "backslashreplace").decode("utf-8") for name, cell in named.items()}
    stated = named.get("receivedat", "")
    received = int(stated) if re.fullmatch("[0-9]{1,15}", stated, re.ASCII) else None
    source, own_id = (shorten(named[name]) if named.get(name) else None for name in ("source", "id"))
    return CsvRow(b"", text, Problem(None, reason, source, own_id, received), number)


def _line(named: dict[str, str], kinds: dict[str, str]) -> bytes:
    event: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for name, cell in named.items():
        if not cell:
            continue
        if not name.startswith("data."):
            event[name] = _stamp(name, cell)
            continue
        value: Any = cell
        if kinds[name] == "integer":
            value = _number(cell)
        elif kinds[name] == "boolean":
            value = _BOOLEANS.get(cell, cell)
        elif kinds[name] == "attributes":
            value = _json(cell)
        parent, _, part = name.removeprefix("data.").partition(".")
        if part:
            data.setdefault(parent, {})[part] = value
        else:
            data[parent] = value
    return msgspec.json.encode({**event, "data": data})


def _stamp(name: str, cell: str) -> msgspec.Raw | str | bool:
    """Type what the platform adds to an event by its name; every other attribute of the envelope is a text."""
    if name in ("receivedat", "seq"):
        return _number(cell)
    return _BOOLEANS.get(cell, cell) if name == INFERRED else cell


def _json(cell: str) -> msgspec.Raw | str:
    """Pass JSON on as it is written; anything else goes on as text."""
    try:
        msgspec.json.decode(cell)
    except (msgspec.DecodeError, RecursionError):
        return cell
    return msgspec.Raw(cell.encode())


def _number(cell: str) -> msgspec.Raw | str:
    """Pass a number on exactly as it is written, so that 1.0 is refused and 2**60 is out of range."""
    return msgspec.Raw(cell.encode()) if _NUMBER.fullmatch(cell) else cell
