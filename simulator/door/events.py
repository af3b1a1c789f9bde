"""`POST /v1/events`: accept the events of a request, and answer with a receipt for each once it is stored."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, suppress
from tempfile import SpooledTemporaryFile
from typing import Any, Final

import orjson
from aiohttp import web

from db.read.outcomes import named_conversions, outcomes
from simulator.domain.vocabulary import Receipt
from simulator.door.context import CONTEXT, Context
from simulator.door.errands import on_writer, refusal
from simulator.door.guards import require_right
from simulator.door.messages import BATCHED, NDJSON, batch, one_message
from simulator.door.parameters import check_known
from simulator.door.problems import Problem, ProblemError
from simulator.door.receiving import deliver
from simulator.door.writer import Answered, Ended
from simulator.files.messages import BYTE_ORDER_MARK
from simulator.platform.receipts import Receipts
from simulator.platform.session import IntakeSession

_SPOOLED: Final = 1024 * 1024  # bytes of receipts that are kept in memory; the rest goes to a temporary file
_CHUNK: Final = 256 * 1024
_PASSED_OVER_S: Final = 2.0
_STATUS: Final = {Receipt.ACCEPTED: 201, Receipt.DUPLICATE: 200}
_PROBLEM: Final = {Receipt.CONFLICT: Problem.CONFLICT, Receipt.MALFORMED: Problem.MALFORMED}
Fields = dict[str, Any]


async def post_events(request: web.Request) -> web.StreamResponse:
    """Accept one event or several."""
    check_known(request, "wait")
    context = request.app[CONTEXT]
    with_outcomes = wants_outcome(request)
    if with_outcomes:
        require_right(request, "read")
    media = request.content_type.lower() if "Content-Type" in request.headers else ""
    if media in NDJSON:
        return await _streamed(request, context, with_outcomes=with_outcomes)
    body = (await context.bodies.whole(request)).removeprefix(BYTE_ORDER_MARK)
    if media == BATCHED:
        return await _several(request, context, batch(body), with_outcomes=with_outcomes)
    line = one_message(media, request.headers.items(), body)
    if not line.strip():
        raise ProblemError(Problem.UNREADABLE, "the body is empty; it must hold an event")
    answered = await deliver(request, context, [line])
    (answer,) = await receipts_as_objects(context, answered, with_outcomes=with_outcomes)
    receipt: Receipt = answer["receipt"]
    del answer["position"]
    if receipt in _STATUS:
        return web.Response(
            body=orjson.dumps(answer), status=_STATUS[receipt], content_type="application/json"
        )
    detail = f"{answer['field']}: {answer['reason']}" if answer.get("field") else answer["reason"]
    raise ProblemError(_PROBLEM[receipt], detail, **answer)


def rows(receipts: Receipts, start: int = 0) -> Iterator[Fields]:
    """Yield the receipts as objects; `position` counts from 1, after the `start` earlier ones."""
    for position, receipt, seq, field, reason in receipts.rows():
        row: Fields = {"position": start + position + 1, "receipt": receipt}
        row |= {"seq": seq} if seq is not None else {}
        row |= {"field": field, "reason": reason} if reason is not None else {}
        yield row


def receipt_lines(receipts: Receipts, start: int = 0) -> bytes:
    """Return the receipts of `rows` as lines of JSON, at a quarter of the cost if nothing was refused."""
    if receipts.counts.conflict or receipts.counts.malformed:
        return b"".join(map(_line, rows(receipts, start)))
    names = [str(receipt) for receipt in Receipt]
    positions, seqs = (receipts.positions + start + 1).tolist(), receipts.seqs.tolist()
    return "".join(
        [
            f'{{"position":{position},"receipt":"{names[code]}","seq":{seq}}}\n'
            for position, code, seq in zip(positions, receipts.codes.tolist(), seqs, strict=True)
        ]
    ).encode()


def _line(row: Fields) -> bytes:
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


async def _several(
    request: web.Request, context: Context, lines: Sequence[bytes], *, with_outcomes: bool
) -> web.Response:
    answers: list[Fields] = []
    if lines:
        answers = await receipts_as_objects(
            context, await deliver(request, context, lines), with_outcomes=with_outcomes
        )
    return web.Response(body=orjson.dumps({"receipts": answers}), content_type="application/json")


async def _streamed(request: web.Request, context: Context, *, with_outcomes: bool) -> web.StreamResponse:
    """Accept a body of any size in groups of lines; the receipts follow when it has ended, a line each."""
    taken = 0
    with SpooledTemporaryFile(_SPOOLED) as receipts:
        try:
            async with aclosing(context.bodies.lines(request)) as some:
                async for lines in some:
                    if context.ending:
                        await _pass_over(some)
                        raise refusal(Ended())
                    async with context.streams:
                        answered = await deliver(request, context, lines, patient=True)
                    if with_outcomes:
                        answers = await receipts_as_objects(
                            context, answered, with_outcomes=True, start=taken
                        )
                        receipts.write(b"".join(map(_line, answers)))
                    else:
                        receipts.write(receipt_lines(answered.receipts, taken))
                    taken += len(lines)
        except ProblemError as error:
            stored = (
                f"; the first {taken:,} lines are stored; if you send all of them again, those are duplicates"
            )
            note = stored if taken else ""
            raise ProblemError(
                error.problem, error.detail + note, headers=error.headers, stored_lines=taken
            ) from error
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        response.content_length = receipts.tell()
        await response.prepare(request)
        receipts.seek(0)
        while piece := receipts.read(_CHUNK):
            await response.write(piece)
        await response.write_eof()
        return response


async def _pass_over(some: AsyncIterator[Sequence[bytes]]) -> None:
    """Read the rest of a body for a while: a client that is still sending may not read the response yet."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PASSED_OVER_S):
            async for _ in some:
                pass


async def receipts_as_objects(
    context: Context, answered: Answered, *, with_outcomes: bool, start: int = 0
) -> list[Fields]:
    """Return the receipts as objects, with the outcome of each event if it is requested."""
    answers = list(rows(answered.receipts, start))
    if with_outcomes and (seqs := [one["seq"] for one in answers if "seq" in one]):
        named = await _named(context, seqs)
        led_to = await context.read(outcomes, seqs, answered.after, answered.until, named)
        for one in answers:
            if "seq" in one:
                one["outcome"] = led_to[one["seq"]]
    return answers


async def _named(context: Context, seqs: Sequence[int]) -> dict[int, int]:
    """Return the `seq` of each conversion that one of these events names, if the conversion is in the log.

    The log has no index of ids, but the engine does; a door that passes events on has no engine.
    """
    named = {} if context.passes_on else await context.read(named_conversions, seqs)
    if not named:
        return {}

    def find(session: IntakeSession) -> dict[int, int]:
        found = ((seq, session.platform.seq_of(*conversion)) for seq, conversion in named.items())
        return {seq: conversion for seq, conversion in found if conversion is not None}

    return await on_writer(context.writer, find)


def wants_outcome(request: web.Request) -> bool:
    """Return whether a request asks for the outcomes of its events.

    Raises:
        ProblemError: `wait` has another value.

    """
    wait = request.query.get("wait")
    if wait not in (None, "outcome"):
        raise ProblemError(Problem.INVALID, f"wait={wait}: write wait=outcome, or omit it", field="wait")
    return wait is not None
