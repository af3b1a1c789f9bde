"""Record changes of reward lines, and the stages that friends reached."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE, Ints
from simulator.engine.audit import CHOSEN, REVERSED
from simulator.engine.audit import PENDING as PENDING_ENTRIES
from simulator.engine.batch import Batch
from simulator.engine.book_results import Booked, Forfeited, Reinstated, Revalued
from simulator.engine.line_entries import count_issued, enter_lines, line_words
from simulator.engine.line_results import Expected, NewLines, Released, Revoked, Voided
from simulator.engine.record import Rows
from simulator.engine.record_parts import count_channels
from simulator.engine.record_using import record_chosen, record_used
from simulator.engine.results import Reached
from simulator.engine.rollup import METRIC, STAGES
from simulator.engine.terms import FORFEITED, ISSUED, PENDING, REASONS, REVOKED, STATES, VOIDED, WAITING


def record_lines(rows: Rows, batch: Batch, new: NewLines) -> None:
    """Record new lines, pending from the event that qualified them."""
    if not len(new.lines):
        return
    seq = batch.seq[new.rows]
    rows.enter(new.lines, new.made_at)
    enter_lines(rows, "pending", PENDING_ENTRIES, new.lines, new.made_at, seq, seq)


def record_expected(rows: Rows, found: Expected) -> None:
    """Record changes of what pending lines are expected to become."""
    rows.shift(found.lines, found.before, found.after, found.at)


def record_voided(rows: Rows, voided: Voided, expected: Ints) -> None:
    """Record lines that reversals voided, with what had been `expected` of those that were pending (else NONE)."""
    lines = voided.lines
    if not len(lines):
        return
    enter_lines(rows, "voided", REVERSED, lines, voided.at, voided.seq, voided.by)
    rows.move(lines, voided.before, VOIDED, voided.at, expected)


def record_revoked(rows: Rows, revoked: Revoked) -> None:
    """Record lines that reversals took back."""
    lines = revoked.lines
    ends = [
        f", from {value}" if cut else ""
        for value, cut in zip(revoked.value_before.tolist(), revoked.cut.tolist(), strict=True)
    ]
    enter_lines(rows, "revoked", REVERSED, lines, revoked.at, revoked.seq, revoked.by, ends)
    rows.move(lines, ISSUED, REVOKED, revoked.at, value_before=revoked.value_before)
    count_channels(rows, "channel.issued", revoked.channels, revoked.at, -1, -revoked.value_before)


def record_revalued(rows: Rows, found: Revalued) -> None:
    """Record lines whose value adjustments changed; a part of issued ones is taken back."""
    rows.revalue(found.lines, found.states, found.at, found.expected, found.value_before)
    of = found.states == ISSUED
    lines, at, before = found.lines.at(of), found.at[of], found.value_before[of]
    ends = [f", from {value}" for value in before.tolist()]
    enter_lines(rows, "reduced", REVERSED, lines, at, found.seq[of], found.seq[of], ends)
    count_channels(rows, "channel.issued", found.channels[of], at, 0, lines.value - before)


def record_reinstated(rows: Rows, again: Reinstated) -> None:
    """Record lines that reinstatements made pending again."""
    lines = again.lines
    enter_lines(rows, "pending", PENDING_ENTRIES, lines, again.at, again.by, again.by)
    rows.move(lines, again.before, PENDING, again.at, value_before=again.value_before)
    rows.expect(lines, again.at)
    revoked = again.before == REVOKED
    before = again.due_before[revoked]
    waited = lines.occurred[revoked] - before
    rows.metrics.add_of(lines.friend[revoked], METRIC["time_to_reward"], again.at[revoked], -1, waited)


def record_booked(rows: Rows, booked: Booked) -> None:
    """Record what happened to booked lines."""
    if not len(booked.ids):
        return
    record_reinstated(rows, booked.reinstated)
    record_revalued(rows, booked.revalued)
    record_expected(rows, booked.shifted)
    record_voided(rows, booked.voided, booked.expected_before)
    record_released(rows, booked.released)
    record_tried(rows, booked.tried)
    record_revoked(rows, booked.revoked)
    record_forfeited(rows, booked.forfeited)
    record_chosen(rows, booked.chosen)
    record_used(rows, booked.used)


def record_forfeited(rows: Rows, found: Forfeited) -> None:
    """Record lines that operators vetoed."""
    lines = found.lines
    enter_lines(rows, "forfeited", CHOSEN, lines, found.at, found.seq, found.seq, [", vetoed"] * len(lines))
    rows.move(lines, found.before, FORFEITED, found.at, found.expected)


def record_released(rows: Rows, released: Released) -> None:
    """Record lines that fell due: audit entries, sums, and the time it took."""
    lines = released.lines
    if not len(lines):
        return
    words = zip(line_words(rows, lines), released.numbers.tolist(), _reasons(released), strict=True)
    rows.trail.of_releases(
        [STATES[code] for code in released.states.tolist()],
        at=lines.due,
        seq=lines.seq,
        place=np.array([entry.place for entry in rows.names.terms], np.int64)[lines.terms],
        person=lines.friend,
        ref=lines.ids + 1,
        version=rows.names.versions_of(lines.terms),
        detail=[f"{word}, {reason or f'release {number}'}" for word, number, reason in words],
    )
    rows.move(lines, PENDING, released.states, lines.due, released.states, released.value_before)
    count_issued(rows, released)


def record_tried(rows: Rows, tried: Released) -> None:
    """Record lines that no longer wait for the budget."""
    lines, at = tried.lines, tried.lines.due
    if not len(lines):
        return
    rows.trail.of_tries(
        [STATES[code] for code in tried.states.tolist()],
        at=at,
        seq=lines.seq,
        person=lines.friend,
        ref=lines.ids + 1,
        version=rows.names.versions_of(lines.terms),
        detail=[
            f"{word}, {reason or 'waited'}"
            for word, reason in zip(line_words(rows, lines), _reasons(tried), strict=True)
        ],
    )
    rows.move(lines, WAITING, tried.states, at, value_before=tried.value_before)
    count_issued(rows, tried)


def _reasons(released: Released) -> list[str | None]:
    """Return why each line was forfeited, None if it wasn't."""
    if released.reasons is None:
        return [None] * len(released.lines)
    return [None if reason == NONE else REASONS[reason] for reason in released.reasons.tolist()]


def record_reached(rows: Rows, reached: Reached) -> None:
    """Count the friends who reached a further stage."""
    for level, (friends, at) in reached.firsts.items():
        rows.metrics.add_of(friends, METRIC[f"stage.{STAGES[level - 1]}"], at)
    if len(reached.channels):
        at = reached.firsts[STAGES.index("qualified") + 1][1]
        count_channels(rows, "channel.qualified", reached.channels, at)
