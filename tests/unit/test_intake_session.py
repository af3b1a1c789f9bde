"""The intake session: status, heartbeat, clock and batches, the same for every door, under a test clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from db.read.resume import events_stored
from db.sqlite.readonly import LockedDatabaseError
from simulator.domain.errors import InputError
from simulator.events.decode import decode_lines
from simulator.platform.platform import Platform
from simulator.platform.receipts import Counts, Receipts
from simulator.platform.session import (
    AHEAD,
    HEARTBEAT_S,
    TOGETHER,
    WATCHED,
    Batching,
    IntakeSession,
    open_or_create,
)
from simulator.program.load import load_program
from simulator.program.model import Program
from tests.cli.nasty import DAY, HOUR, PROGRAM, START, message

KNOWN = {"contact_ref": "c", "contact_kind": "email", "via": "sso", "referrer_kind": "customer"}
STORY = [
    message("w1", "customer.identified", "ann", START, **KNOWN),
    message("l1", "link.created", "ann", START, code="ANN"),
    message("v1", "friend.visited", "ben", START + HOUR, code="ANN", channel="email"),
    message("b1", "service.activated", "ben", START + 2 * HOUR),
]


class Clock:
    """A clock that a test sets."""

    def __init__(self, at: float) -> None:
        self.at = at

    def seconds(self) -> float:
        return self.at

    def ms(self) -> int:
        return int(self.at)


@pytest.fixture
def program() -> Program:
    return load_program(PROGRAM, "program")


@pytest.fixture
def platform(tmp_path: Path, program: Program) -> Iterator[Platform]:
    with open_or_create(tmp_path / "a.db", program) as one:
        yield one


def clock_of(platform: Platform) -> dict[str, Any]:
    """What those who watch see."""
    names = ("status", "sim_at", "pace", "starts_at", "ends_at")
    sql = f"SELECT {', '.join(names)} FROM clock"
    return dict(zip(names, platform.read(lambda query: query(sql, ())[0]), strict=True))


def take(session: IntakeSession, *events: dict[str, object], answer: Any = None) -> Receipts:
    lines = [json.dumps(event).encode() for event in events]
    decoded = decode_lines(lines, session.receiver(), session.platform.check_program)
    return session.receive(decoded, lines, answer=answer)


def test_the_status_is_running_and_then_how_it_ended(platform: Platform) -> None:
    with IntakeSession(platform, clock=None, batching=AHEAD):
        assert clock_of(platform)["status"] == "running"
    assert clock_of(platform)["status"] == "finished"
    with suppress(KeyboardInterrupt), IntakeSession(platform, clock=None, batching=AHEAD):
        raise KeyboardInterrupt
    assert clock_of(platform)["status"] == "stopped"
    with IntakeSession(platform, clock=None, batching=AHEAD) as session:
        session.end("stopped")
    assert clock_of(platform)["status"] == "stopped"


def test_one_session_at_a_time_has_the_lock(platform: Platform, tmp_path: Path, program: Program) -> None:
    with pytest.raises(LockedDatabaseError, match="in use"):
        open_or_create(tmp_path / "a.db", program)
    platform.close()
    open_or_create(tmp_path / "a.db", None).close()


def test_without_a_database_a_program_is_asked_for(tmp_path: Path, program: Program) -> None:
    with pytest.raises(InputError, match="no such database; name a program"):
        open_or_create(tmp_path / "none.db", None)
    (tmp_path / "empty.db").touch()
    with open_or_create(tmp_path / "empty.db", program) as made:
        assert made.program == program


def test_messages_are_received_by_the_clock_or_when_each_says(platform: Platform) -> None:
    clock = Clock(START + DAY)
    with IntakeSession(platform, clock=clock.ms, batching=AHEAD) as session:
        take(session, STORY[0])
        assert (platform.newest, session.now) == (START + DAY, START + DAY)
        clock.at += 5
        take(session, STORY[1])
        assert platform.newest == START + DAY + 5
    with IntakeSession(platform, clock=None, batching=AHEAD) as session:
        assert session.now is None
        take(session, STORY[2] | {"receivedat": START + 2 * DAY})
        assert platform.newest == START + 2 * DAY


@pytest.mark.parametrize("batching", [WATCHED, AHEAD, TOGETHER, Batching(3, indexed=True)])
def test_a_sender_is_answered_once_its_messages_are_stored_whatever_the_batches(
    platform: Platform, batching: Batching
) -> None:
    told: list[tuple[int, Counts]] = []

    def answer(receipts: Receipts) -> None:
        stored = platform._store.read(events_stored)
        told.append((stored, receipts.counts))

    with IntakeSession(platform, clock=Clock(START + DAY).ms, batching=batching) as session:
        for event in STORY:
            take(session, event, answer=answer)
        if batching.events > len(STORY):
            assert told == []
        session.flush()
        assert [counts for _, counts in told] == [Counts(1)] * 4
        assert all(stored >= place for place, (stored, _) in enumerate(told, 1))


def test_while_a_door_is_idle_rewards_fall_due_by_the_clock_and_it_gives_a_sign_of_life_a_second(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, wall, signs = Clock(START + 3 * HOUR), Clock(0.0), list[str]()

    def sign(status: str, *_rest: object, **_more: object) -> None:
        signs.append(status)

    monkeypatch.setattr(platform, "clock", sign)
    with IntakeSession(platform, clock=clock.ms, batching=AHEAD, wall=wall.seconds) as session:
        take(session, *STORY)
        for step, expected in ((0.5, 1), (0.6, 2), (0.5, 2), (0.5, 3)):
            wall.at += step * HEARTBEAT_S
            session.idle()
            assert len(signs) == expected
        assert set(platform.summary()["rewards"]) == {"pending"}
        clock.at = START + 200 * DAY
        session.idle()
        assert set(platform.summary()["rewards"]) == {"issued"}
        assert platform.watermark == START + 200 * DAY - 1
        clock.at += 1
        session.idle()
        assert platform.watermark == START + 200 * DAY - 1  # where nothing is due nothing is written
    assert signs == ["running"] * 3 + ["finished"]


def test_a_replay_releases_nothing_while_it_is_idle(platform: Platform) -> None:
    with IntakeSession(platform, clock=None, batching=AHEAD, wall=Clock(0.0).seconds) as session:
        take(session, *(event | {"receivedat": START + 3 * HOUR} for event in STORY))
        session.idle()
        assert platform.watermark == 0
        session.advance(START + 200 * DAY)
        assert platform.watermark == START + 200 * DAY


@pytest.mark.parametrize(("pace", "released"), [(86_400.0, True), (0.0, False)])
def test_a_simulated_clock_is_shown_and_followed_unless_it_runs_at_full_speed(
    platform: Platform, pace: float, *, released: bool
) -> None:
    clock = Clock(START)
    bounds: dict[str, Any] = {"starts_at": START, "ends_at": START + 365 * DAY}
    with IntakeSession(platform, clock=clock.ms, batching=WATCHED, pace=pace, **bounds) as session:
        shown = {"status": "running", "sim_at": START, "pace": pace, **bounds}
        assert clock_of(platform) == shown
        take(session, *(event | {"receivedat": START + 3 * HOUR} for event in STORY))
        clock.at = START + 200 * DAY
        session.paused = True
        session.heartbeat()
        assert clock_of(platform) == shown | {"status": "paused", "sim_at": START + 200 * DAY}
        assert set(platform.summary()["rewards"]) == {"issued" if released else "pending"}


def test_an_error_while_it_ends_does_not_hide_the_first(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_values: object, **_more: object) -> None:
        raise InputError("no more")

    def fail() -> None:
        with IntakeSession(platform, clock=None, batching=AHEAD):
            monkeypatch.setattr(platform, "clock", broken)
            raise KeyError("first")

    with pytest.raises(KeyError, match="first"):
        fail()
