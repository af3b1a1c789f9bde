"""Run a mapping's own tests: what its records become, compared with what they should become."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import orjson

from simulator.domain.errors import InputError
from simulator.events.csvfile import CsvRow
from simulator.events.values import show
from simulator.mapping.fields import Field, compile_field
from simulator.mapping.hashing import Hasher
from simulator.mapping.mapper import Mapper
from simulator.mapping.model import MappingFile, Test
from simulator.mapping.rows import is_skipped, rows_of_csv

TEST_KEY: Final = b"the key of a mapping's own tests"
"""The key that contacts are hashed with when nothing is stored: such hashes are nobody's references."""


def failures(mapping: MappingFile) -> list[str]:
    """Return what is wrong with each failing test of a mapping, a line each."""
    hasher = Hasher(TEST_KEY)
    mapper = Mapper(mapping, hasher)
    found: list[str] = []
    for test in mapping.tests:
        found += (f"test {show(test.name)}: {difference}" for difference in _wrong(mapper, test, hasher))
    return found


def _wrong(mapper: Mapper, test: Test, hasher: Hasher) -> Iterator[str]:
    try:
        rows = rows_of_text(mapper, test.record)
    except InputError as error:
        yield str(error)
        return
    refused = [row.problem for row in rows if row.problem is not None]
    if test.refused is not None:
        yield from _not_refused(refused, test.refused)
        return
    if refused:
        first = refused[0]
        yield f"refused: {f'{first.field}: ' if first.field else ''}{first.reason}"
        return
    made = [orjson.loads(row.line) for row in rows if not is_skipped(row)]
    if test.skipped:
        if made:
            yield f"should be skipped, and became {_events(len(made))}"
        return
    if len(made) != len(test.events):
        yield f"should become {_events(len(test.events))}, and became {_events(len(made))}"
        return
    for expected, event in zip(test.events, made, strict=True):
        yield from _differences(expected, event, hasher)


def _not_refused(refused: Sequence[Any], field: str) -> Iterator[str]:
    fields = [one.field or "" for one in refused]
    if field not in fields:
        what = f"for {field}" if field else "as a whole"
        was = f"refused for {fields[0] or 'the whole'}" if fields else "not"
        yield f"should be refused {what}, and was {was}"


def _events(count: int) -> str:
    return "1 event" if count == 1 else f"{count} events"


def _differences(expected: Mapping[str, Any], event: Mapping[str, Any], hasher: Hasher) -> Iterator[str]:
    for name, wanted in expected.items():
        right = (
            {inner: _value(value, hasher) for inner, value in wanted.items()}
            if isinstance(wanted, dict)
            else _value(wanted, hasher)
        )
        if event.get(name) != right:
            yield f"{name} should be {_shown(right)}, and is {_shown(event.get(name))}"


def _value(raw: Any, hasher: Hasher) -> Any:
    return compile_field(raw, hasher)(None, None, 0) if isinstance(raw, Field) else raw


def _shown(value: Any) -> str:
    return "absent" if value is None else orjson.dumps(value).decode()


def rows_of_text(mapper: Mapper, text: str) -> list[CsvRow]:
    """Return the rows of a sample: one record in JSON, which may be written over several lines; or a CSV file."""
    raw = text.strip().encode()
    if mapper.mapping.form == "csv":
        return list(rows_of_csv(mapper, io.BytesIO(raw + b"\n"), "record"))
    made = mapper.of_text(raw)
    return [CsvRow(line, line, problem, 1) for line, problem in made] or [CsvRow(b"", b"", None, 1)]
