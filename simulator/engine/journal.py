"""Stage 4c, after the book has taken what happens: turn its journal into results."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from simulator.engine.arrays import Ints
from simulator.engine.book_results import (
    Booked,
    BookMove,
    BookShift,
    Chosen,
    Forfeited,
    LateLine,
    Reinstated,
    Revalued,
)
from simulator.engine.booked_lines import BookedLine
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import (
    NO_LINES,
    Expected,
    LateReversals,
    Lines,
    Released,
    Revoked,
    Used,
    Voided,
)
from simulator.engine.state import State
from simulator.engine.terms import (
    EXPIRED,
    FORFEITED,
    ISSUED,
    OFFERED,
    PENDING,
    REDEEMED,
    REVOKED,
    VOIDED,
)

_NO_ROWS: Ints = np.zeros(0, np.int64)

_RELEASED = Released(lines=NO_LINES, states=_NO_ROWS, numbers=_NO_ROWS, channels=_NO_ROWS)
NOTHING = Booked(
    released=_RELEASED,
    tried=_RELEASED,
    voided=Voided(lines=NO_LINES, seq=_NO_ROWS, by=_NO_ROWS, at=_NO_ROWS, before=_NO_ROWS),
    expected_before=_NO_ROWS,
    revoked=Revoked(
        lines=NO_LINES,
        seq=_NO_ROWS,
        by=_NO_ROWS,
        at=_NO_ROWS,
        channels=_NO_ROWS,
        value_before=_NO_ROWS,
        cut=np.zeros(0, bool),
    ),
    revalued=Revalued(
        lines=NO_LINES,
        value_before=_NO_ROWS,
        states=_NO_ROWS,
        expected=_NO_ROWS,
        seq=_NO_ROWS,
        at=_NO_ROWS,
        channels=_NO_ROWS,
    ),
    reinstated=Reinstated(
        lines=NO_LINES,
        by=_NO_ROWS,
        at=_NO_ROWS,
        before=_NO_ROWS,
        due_before=_NO_ROWS,
        value_before=_NO_ROWS,
        channels=_NO_ROWS,
    ),
    forfeited=Forfeited(lines=NO_LINES, seq=_NO_ROWS, at=_NO_ROWS, before=_NO_ROWS, expected=_NO_ROWS),
    chosen=Chosen(
        lines=NO_LINES, states=_NO_ROWS, seq=_NO_ROWS, at=_NO_ROWS, choices=_NO_ROWS, channels=_NO_ROWS
    ),
    used=Used(lines=NO_LINES, states=_NO_ROWS, seq=_NO_ROWS, at=_NO_ROWS),
    without_effect={},
    out_of_reach=(),
    shifted=Expected(lines=NO_LINES, before=_NO_ROWS, after=_NO_ROWS, at=_NO_ROWS),
    late=LateReversals(lines=NO_LINES, at=_NO_ROWS, clawed=np.zeros(0, bool), signs=_NO_ROWS),
    ids=_NO_ROWS,
    states=_NO_ROWS,
    reasons=_NO_ROWS,
    choices=_NO_ROWS,
    state_at=_NO_ROWS,
    expected=_NO_ROWS,
    due=_NO_ROWS,
    value=_NO_ROWS,
    earned=_NO_ROWS,
)
"""Nothing happened to booked lines."""


def read_journal(state: State) -> Booked:
    """Return what happened to booked lines since the books last took happenings."""
    ledger = state.ledger
    journal = ledger.journal
    if not (
        journal.moves or journal.shifts or journal.late or journal.without_effect or journal.out_of_reach
    ):
        return NOTHING
    moves, shifts = journal.moves, journal.shifts
    voided = [one for one in moves if one.after == VOIDED]
    ids = np.unique(np.r_[_column(moves, "line"), _column(shifts, "line")])
    lines = [line for number in ids.tolist() if (line := ledger.booked_line(number)) is not None]
    return Booked(
        released=_released(state, [one for one in moves if one.step == "release"]),
        tried=_released(state, [one for one in moves if one.step == "try"]),
        voided=_voided(ledger, voided),
        expected_before=_column(voided, "expected"),
        revoked=_revoked(state, [one for one in moves if one.after == REVOKED]),
        reinstated=_reinstated(state, [one for one in moves if one.after == PENDING != one.before]),
        revalued=_revalued(state, [one for one in moves if one.after == one.before]),
        forfeited=_forfeited(ledger, [one for one in moves if one.after == FORFEITED and one.step is None]),
        chosen=_chosen(
            state,
            [one for one in moves if one.before == OFFERED and (one.after == ISSUED or one.step == "end")],
        ),
        used=_used(ledger, [one for one in moves if one.after in (REDEEMED, EXPIRED)]),
        without_effect=journal.without_effect,
        out_of_reach=journal.out_of_reach,
        shifted=_shifted(ledger, shifts),
        late=_late(ledger, journal.late),
        ids=ids,
        states=_held(lines, "state"),
        reasons=_held(lines, "reason"),
        choices=_held(lines, "choice"),
        state_at=_held(lines, "state_at"),
        expected=_held(lines, "expected"),
        due=_held(lines, "due"),
        value=_held(lines, "value"),
        earned=_held(lines, "earned"),
    )


def _voided(ledger: Ledger, moves: list[BookMove]) -> Voided:
    return Voided(lines=_view(ledger, moves), **_columns(moves, "seq", "by", "at", "before"))


def _revoked(state: State, moves: list[BookMove]) -> Revoked:
    lines = _view(state.ledger, moves)
    return Revoked(
        lines=lines,
        channels=state.channels_of(lines),
        cut=_column(moves, "cut").astype(bool),
        **_columns(moves, "seq", "by", "at", "value_before"),
    )


def _reinstated(state: State, moves: list[BookMove]) -> Reinstated:
    lines = _view(state.ledger, moves)
    return Reinstated(
        lines=lines,
        channels=state.channels_of(lines),
        **_columns(moves, "by", "at", "before", "due_before", "value_before"),
    )


def _revalued(state: State, moves: list[BookMove]) -> Revalued:
    lines = _view(state.ledger, moves)
    return Revalued(
        lines=lines,
        channels=state.channels_of(lines),
        **_columns(moves, "value_before", "expected", "seq", "at", states="after"),
    )


def _forfeited(ledger: Ledger, moves: list[BookMove]) -> Forfeited:
    return Forfeited(lines=_view(ledger, moves), **_columns(moves, "seq", "at", "before", "expected"))


def _released(state: State, moves: list[BookMove]) -> Released:
    lines = _view(state.ledger, moves)
    columns = _columns(moves, "value_before", states="after", numbers="number", reasons="reason")
    return Released(lines=lines, channels=state.channels_of(lines), **columns)  # type: ignore[arg-type]


def _chosen(state: State, moves: list[BookMove]) -> Chosen:
    lines = _view(state.ledger, moves)
    return Chosen(
        lines=lines,
        channels=state.channels_of(lines),
        **_columns(moves, "seq", "at", states="after", choices="choice"),
    )


def _used(ledger: Ledger, moves: list[BookMove]) -> Used:
    columns = _columns(moves, "seq", "at", states="after")
    return Used(lines=_view(ledger, moves), **columns)  # type: ignore[arg-type]


def _shifted(ledger: Ledger, shifts: list[BookShift]) -> Expected:
    columns = _columns(shifts, "before", "after", "at")
    return Expected(lines=_view(ledger, shifts), **columns)


def _late(ledger: Ledger, late: list[LateLine]) -> LateReversals:
    return LateReversals(
        lines=replace(ledger.view(_column(late, "line")), value=_column(late, "value")),
        at=_column(late, "at"),
        clawed=_column(late, "clawed").astype(bool),
        signs=_column(late, "sign"),
    )


def _view(ledger: Ledger, moves: list[BookMove] | list[BookShift]) -> Lines:
    """Return the lines of moves, with their due times and values at that time."""
    return replace(
        ledger.view(_column(moves, "line")), due=_column(moves, "due"), value=_column(moves, "value")
    )


def _columns(rows: list[BookMove] | list[BookShift], *names: str, **fields: str) -> dict[str, Ints]:
    """Return fields of moves as columns, by the same name or, of `fields`, by another."""
    return {
        column: _column(rows, name) for column, name in (*zip(names, names, strict=True), *fields.items())
    }


def _column(rows: list[BookMove] | list[BookShift] | list[LateLine], name: str) -> Ints:
    return np.array([getattr(row, name) for row in rows], np.int64)


def _held(lines: list[BookedLine], name: str) -> Ints:
    return np.array([getattr(line, name) for line in lines], np.int64)
