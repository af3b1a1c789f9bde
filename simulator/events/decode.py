"""Decode lines of CloudEvents JSON: valid messages as columns, refused ones with a reason.

Strict and fast: `typed.py` reads what is clearly valid in bulk, `check.py` judges every other line exactly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.domain.errors import ProgramError
from simulator.domain.spans import DAY_MS
from simulator.events.check import Problem, Row, check_line
from simulator.events.columns import MESSAGE_SCHEMA
from simulator.events.contract import FUTURE_LIMIT_MS
from simulator.events.moment import format_moment
from simulator.events.typed import READ_SCHEMA, read_lines
from simulator.events.values import shorten

_YEARS = 20
FAR_MS = _YEARS * 365 * DAY_MS  # a run lasts 10 years at most
DECODED_SCHEMA: dict[str, pl.DataType] = {**MESSAGE_SCHEMA, "position": pl.Int64()}
"""The columns of `Decoded.messages`."""


@dataclass(frozen=True)
class Rejected:
    """A malformed message: its line, when it came, its stated source and id (masked), the wrong field, and why.

    `contacts` are its references that may be raw phone numbers.
    """

    position: int
    received_at: int
    source: str | None
    id: str | None
    field: str | None
    reason: str
    contacts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Decoded:
    """A decoded batch: valid messages, and refused ones.

    `messages` has MESSAGE_SCHEMA and `position` (the index of the line), in order of arrival. `clamped`
    counts the valid messages of a replay whose stated time of receipt lay before an earlier line's (or the
    floor), and was moved up to it. `passed_over` counts, by name, the attributes of valid messages that are not kept.
    """

    messages: pl.DataFrame
    rejected: list[Rejected]
    clamped: int = 0
    passed_over: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Receiver:
    """How the time of receipt is determined, in milliseconds UTC.

    No receipt is before `floor_ms` (the newest so far, or the watermark + 1). `clock_ms` is the clock's time for the
    whole batch; None means a replay, where each message states its own as `receivedat`. `times` are the clock's times
    for each line, never decreasing, if the batch was received over a while. With `numeric_references`, the program
    allows references that look like phone numbers. With `infer_time`, a message without a time happened when it was
    received.
    """

    earliest_receipt_ms: int
    clock_ms: int | None
    times: NDArray[np.int64] | None = None
    numeric_references: bool = False
    infer_time: bool = False
    advice: str = "check the sender's clock"


def decode_lines(
    lines: Sequence[bytes], receiver: Receiver, check_program: Callable[[str], object]
) -> Decoded:
    """Decode a batch of lines, one event per line, and check it against the whole contract.

    Every line but a blank one ends up in exactly one of `messages` and `rejected`. `check_program` reads the
    text of a program.changed and raises `ProgramError` for a bad one. Nothing in a line raises.
    """
    return decode_known(lines, receiver, check_program, {})


def decode_known(
    lines: Sequence[bytes],
    receiver: Receiver,
    check_program: Callable[[str], object],
    known: Mapping[int, Problem],
) -> Decoded:
    """Decode a batch of which some lines, by position, are `known` to be malformed already."""
    replay = receiver.clock_ms is None
    frame, left, passed_over = read_lines(lines, replay, receiver.numeric_references)
    if known:
        frame = frame.filter(~pl.col("position").is_in(list(known)))
    problems: dict[int, Problem] = dict(known)
    rows: list[Row] = []
    for position in left:
        if position in known or not lines[position].strip():
            continue
        checked = check_line(
            lines[position], replay, receiver.numeric_references, infer_time=receiver.infer_time
        )
        if isinstance(checked, Problem):
            problems[position] = checked
        else:
            rows.append({**checked.row, "position": position})
            passed_over[position] = checked.passed_over
    if rows:
        more = pl.DataFrame(rows, schema=READ_SCHEMA, orient="row")
        frame = pl.concat([frame, more]).sort("position")
    if replay:
        far = _far_problems(len(lines), frame, problems, receiver.earliest_receipt_ms)
        problems.update(far)
        frame = frame.filter(~pl.col("position").is_in(list(far))) if far else frame
    received, clamped = _receipts(len(lines), frame, problems, receiver)
    frame = frame.hstack([pl.Series("received_at", received[frame["position"].to_numpy()], dtype=pl.Int64)])
    if receiver.infer_time:
        frame = frame.with_columns(pl.col("occurred_at").fill_null(pl.col("received_at")))
    problems.update(_late_problems(frame, check_program, receiver.advice))
    if problems:
        frame = frame.filter(~pl.col("position").is_in(list(problems)))
    rejected = [
        Rejected(
            position,
            int(received[position]),
            problem.source,
            problem.id,
            problem.field,
            problem.reason,
            problem.contacts,
        )
        for position, problem in sorted(problems.items())
    ]
    names = Counter(name for at, some in passed_over.items() if at not in problems for name in some)
    moved = frame.filter(pl.col("stated") < pl.col("received_at")).height if clamped else 0
    return Decoded(frame[list(DECODED_SCHEMA)], rejected, moved, names)


def _far_problems(
    count: int, frame: pl.DataFrame, problems: Mapping[int, Problem], earliest_receipt_ms: int
) -> dict[int, Problem]:
    """Find times of receipt so far after all earlier ones that they would spoil those of all later lines."""
    times = np.zeros(count, dtype=np.int64)
    times[frame["position"].to_numpy()] = frame["stated"].to_numpy()
    for position, one in problems.items():
        times[position] = one.stated or 0
    newest = np.maximum.accumulate(np.concatenate(([earliest_receipt_ms], times)))[:-1]
    if not ((times - newest > FAR_MS) & (newest > 0)).any():
        return {}
    far: dict[int, Problem] = {}
    last = earliest_receipt_ms
    rows = {row["position"]: row for row in frame.select("position", "source", "id").iter_rows(named=True)}
    for position in np.flatnonzero(times).tolist():
        if last and times[position] - last > FAR_MS:
            reason = (
                f"{format_moment(int(times[position]))} is more than {_YEARS} years after the newest receipt "
                f"before it, {format_moment(last)}; check it"
            )
            known = problems.get(position)
            far[position] = (
                replace(known, stated=None) if known else _late(rows[position], "receivedat", reason)
            )
        else:
            last = max(last, int(times[position]))
    return far


def _receipts(
    count: int, frame: pl.DataFrame, problems: Mapping[int, Problem], receiver: Receiver
) -> tuple[NDArray[np.int64], bool]:
    """Return the time of receipt of every line, and whether any stated one was moved up.

    It never decreases: a line that states an earlier time than a previous line, or none, takes the previous one's.
    """
    if receiver.times is not None:
        return receiver.times, False
    if receiver.clock_ms is not None:
        return np.full(count, max(receiver.earliest_receipt_ms, receiver.clock_ms), dtype=np.int64), False
    stated = np.full(count, receiver.earliest_receipt_ms, dtype=np.int64)
    positions = frame["position"].to_numpy()
    own = frame["stated"].to_numpy()
    stated[positions] = own
    for position, problem in problems.items():
        if problem.stated is not None:
            stated[position] = problem.stated
    received = np.maximum(np.maximum.accumulate(stated), receiver.earliest_receipt_ms) if count else stated
    return received, bool((received[positions] > own).any())


def _late_problems(
    frame: pl.DataFrame, check_program: Callable[[str], object], advice: str
) -> dict[int, Problem]:
    """Find problems that only show once the time of receipt is known, and programs with errors."""
    problems: dict[int, Problem] = {}
    ahead = frame["occurred_at"].to_numpy() - frame["received_at"].to_numpy() > FUTURE_LIMIT_MS
    for row in frame.filter(ahead).iter_rows(named=True) if ahead.any() else ():
        moment, receipt = format_moment(row["occurred_at"]), format_moment(row["received_at"])
        reason = f"{moment} is more than 24 hours after receipt at {receipt}; {advice}"
        problems[row["position"]] = _late(row, "time", reason)
    some = frame["program"].null_count() < frame.height
    for row in frame.filter(pl.col("program").is_not_null()).iter_rows(named=True) if some else ():
        if row["position"] in problems:
            continue
        try:
            check_program(row["program"])
        except ProgramError as error:
            first = error.problems[0] if error.problems else "the program has an error"
            others = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
            problems[row["position"]] = _late(row, "data.program", shorten(first) + others)
    return problems


def _late(row: Mapping[str, object], field: str, reason: str) -> Problem:
    return Problem(field, reason, shorten(str(row["source"])), shorten(str(row["id"]), bare=False))
