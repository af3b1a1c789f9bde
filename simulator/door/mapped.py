"""`POST /v1/in/NAME`: accept another system's records, which a mapping turns into events."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import msgspec
import orjson
from aiohttp import web

from simulator.domain.errors import InputError
from simulator.domain.wall_clock import wall_ms
from simulator.door.context import CONTEXT, Context
from simulator.door.events import receipts_as_objects, wants_outcome
from simulator.door.guards import check_presented, require_right
from simulator.door.inlets import Inlet
from simulator.door.parameters import check_known
from simulator.door.problems import Problem, ProblemError
from simulator.door.receiving import deliver
from simulator.events.check import Problem as Refusal
from simulator.events.csvfile import CsvRow
from simulator.events.lines import bounded
from simulator.events.moment import format_moment
from simulator.files.messages import BYTE_ORDER_MARK, messages
from simulator.mapping.mapper import Mapper
from simulator.mapping.rows import is_skipped, records_of_csv, rows_of_lines
from simulator.mapping.signatures import IN_FORM, signature_problem

FORM: Final = "application/x-www-form-urlencoded"
_MOST_FIELDS: Final = 64
MOST_EVENTS: Final = 20_000
"""The most events in one request; a file with more is for `ingest --map`."""
_AT_ONCE: Final = 64 * 1024
"""Bytes of records that take milliseconds to map; more are mapped on a thread, so that other requests needn't wait."""


async def post_records(request: web.Request) -> web.Response:
    """Accept one record or several, and answer with a receipt for each event.

    The status is 200 even if events are refused: they are in quarantine, and sending them again, as senders of
    webhooks do after any other status, would change nothing.
    """
    check_known(request, "wait")
    context = request.app[CONTEXT]
    with_outcomes = wants_outcome(request)
    inlet = _inlet(request, context)
    if with_outcomes:
        check_presented(request, context.keys)  # a signature is a right to send, not to read
        require_right(request, "read")
    body = await context.bodies.whole(request)
    form = _form(request, inlet, body)
    _check_signature(request, inlet, body, form)
    now = format_moment(context.writer.clock.now_ms())
    text = _in_form(inlet, body, form)
    if len(text) <= _AT_ONCE:
        lines, refused, numbers, skipped = _mapped(inlet.mapper, text, now)
    else:
        lines, refused, numbers, skipped = await asyncio.to_thread(_mapped, inlet.mapper, text, now)
    receipts: list[dict[str, Any]] = []
    if lines:
        answered = await deliver(request, context, lines, refused=refused, unbound=inlet.secret is not None)
        answers = await receipts_as_objects(context, answered, with_outcomes=with_outcomes)
        receipts = [{"record": numbers[one.pop("position") - 1], **one} for one in answers]
    return web.Response(
        body=orjson.dumps({"receipts": receipts, "skipped": skipped}), content_type="application/json"
    )


class _Mapped(NamedTuple):
    """The events of a body, those that are refused by position, the records they are from, and how many are skipped."""

    lines: list[bytes]
    refused: dict[int, Refusal]
    numbers: list[int]
    skipped: int


def _mapped(mapper: Mapper, text: bytes, now: str) -> _Mapped:
    """Map the records of a body, and stop at one event too many, since a few bytes of a list may become an event.

    Raises:
        ProblemError: the body is empty or can't be read, or becomes too many events.

    """
    lines: list[bytes] = []
    refused: dict[int, Refusal] = {}
    numbers: list[int] = []
    skipped = 0
    for row in _rows(mapper, text, now):
        if is_skipped(row):
            skipped += 1
            continue
        if len(lines) == MOST_EVENTS:
            raise ProblemError(
                Problem.TOO_LARGE,
                f"more than {MOST_EVENTS:,} events in one request; send fewer, or use ingest --map",
            )
        if row.problem is not None:
            refused[len(lines)] = row.problem
        lines.append(row.line)
        numbers.append(row.number)
    return _Mapped(lines, refused, numbers, skipped)


def _inlet(request: web.Request, context: Context) -> Inlet:
    name = request.match_info["name"]
    inlet = context.inlets.get(name)
    if inlet is None:
        there = ", ".join(context.inlets) or "none"
        raise ProblemError(
            Problem.NOT_FOUND,
            f"{name[:64]}: no such mapping is served (served: {there}); start the server with --map to serve it",
        )
    return inlet


def _form(request: web.Request, inlet: Inlet, body: bytes) -> dict[str, str]:
    """Return the fields of a form if the mapping's sender posts one, else nothing.

    JSON is not taken for a form: curl labels it as one unless given another `Content-Type`.
    """
    if inlet.mapper.mapping.form_field is None or request.content_type != FORM or body.lstrip()[:1] in b"[{":
        return {}
    try:
        return dict(parse_qsl(body.decode(), errors="strict", max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise ProblemError(
            Problem.UNREADABLE, f"not a form in UTF-8 of at most {_MOST_FIELDS} fields; send {FORM}"
        ) from None


def _in_form(inlet: Inlet, body: bytes, form: Mapping[str, str]) -> bytes:
    """Return the text of the records: a field of the form, or the body if there is no form."""
    field = inlet.mapper.mapping.form_field
    if not form or field is None:
        return body.removeprefix(BYTE_ORDER_MARK)
    if field not in form:
        raise ProblemError(
            Problem.UNREADABLE, f"the form has no field {field}; it must hold the record as JSON"
        )
    return form[field].encode()


def _check_signature(request: web.Request, inlet: Inlet, body: bytes, form: Mapping[str, str]) -> None:
    signature = inlet.mapper.mapping.signature
    if inlet.secret is None or signature is None:
        return
    headers = form if signature.scheme == IN_FORM else request.headers
    problem = signature_problem(signature, inlet.secret, headers, body, wall_ms() // 1000)
    if problem is not None:
        raise ProblemError(Problem.UNSIGNED, problem)


def _rows(mapper: Mapper, body: bytes, now: str) -> Iterator[CsvRow]:
    """Yield the rows of a body's records; `number` is that of the record, or its line in CSV."""
    if not body.strip():
        raise ProblemError(Problem.UNREADABLE, "the body is empty; it must hold a record")
    if mapper.mapping.form == "csv":
        try:
            for record in records_of_csv(mapper, io.BytesIO(body), "the body", now):
                yield from record.rows
        except InputError as error:
            raise ProblemError(Problem.UNREADABLE, str(error)) from None
        return
    yield from rows_of_lines(mapper, _records(body), 1, now)


def _records(body: bytes) -> Iterable[bytes]:
    """Return the records of JSON text: an object, an array of objects, or one object per line."""
    try:
        if body.lstrip()[:1] == b"[":
            return [bounded(bytes(raw)) for raw in msgspec.json.decode(body, type=list[msgspec.Raw])]
        msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return [line for line in messages(io.BytesIO(body)) if line.strip()]
    return [bounded(body)]
