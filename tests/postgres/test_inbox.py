"""Further doors: they pass events on through the inbox to the engine, and answer when that has stored them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from aiohttp import ClientSession

from db.postgres.address import PostgresAddress
from db.postgres.connection import connect
from db.postgres.copy import fetch
from db.postgres.inbox import Answerer, Letter, Sender
from db.postgres.upstream import PostgresUpstream
from db.read.exporting import quarantine
from db.sqlite.readonly import reading
from simulator.domain.errors import DatabaseError
from simulator.door.keys import Key, Keys, new_key
from simulator.door.passing import opened as passing
from simulator.door.serving import Door, Settings
from simulator.platform.platform import Platform
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from simulator.proof.verify import verify
from tests.cli.nasty import DAY, PROGRAM, message
from tests.door.calling import (
    BATCHED,
    KNOWN,
    NDJSON,
    NOW,
    SETTINGS,
    STORY,
    Caller,
    at_the_door,
    event_keys,
    lines,
)


def engine_of(address: PostgresAddress, folder: Path) -> Platform:
    """Become the program's engine."""
    upstream = PostgresUpstream.take(address, folder)
    return open_or_create(upstream.path, load_program(PROGRAM, "program"), upstream=upstream)


@asynccontextmanager
async def engine(address: PostgresAddress, folder: Path) -> AsyncIterator[Caller]:
    """The program's engine with a door of its own, by a frozen clock."""
    with engine_of(address, folder) as platform:
        async with at_the_door(platform, replace(SETTINGS, inbox=address)) as caller:
            yield caller


@asynccontextmanager
async def further(
    address: PostgresAddress, folder: Path, settings: Settings = SETTINGS, patience_s: float = 20.0
) -> AsyncIterator[Caller]:
    """An additional door, and a client of it."""
    async with passing(address, folder, settings, patience_s=patience_s) as door, ClientSession() as session:
        yield Caller(cast("Door", door), folder, session)


def events_in(address: PostgresAddress, folder: Path) -> list[tuple[int, str]]:
    """The seq and id of each event, of everything in Postgres."""
    with reading(fetch(address, folder)) as db:
        return list(event_keys(db))


def left(address: PostgresAddress) -> int:
    """How many letters are in the inbox."""
    with connect(address) as server:
        row = server.execute(
            "SELECT count(*) FROM referral.inbox WHERE program = %s", (address.program,)
        ).fetchone()
    assert row is not None
    return int(row[0])


async def test_several_doors_pass_on_to_one_engine_and_answer_what_it_stored(
    address: PostgresAddress, tmp_path: Path
) -> None:
    many = [
        message(
            f"m{number}",
            "customer.identified",
            f"p{number}",
            NOW - DAY,
            **{**KNOWN, "contact_ref": f"c{number}"},
        )
        for number in range(40)
    ]
    async with AsyncExitStack() as stack:
        at_engine = await stack.enter_async_context(engine(address, tmp_path / "engine"))
        one, other = [
            await stack.enter_async_context(further(address, tmp_path / name)) for name in ("one", "other")
        ]
        assert [reply.status for reply in await one.send(*STORY)] == [201, 201, 201, 201]
        assert (await other.ask("GET", "/v1/friends/ben")).said["stage"] == "qualified"
        replies = await asyncio.gather(
            *(
                door.post(lines(many[at : at + 20]), NDJSON)
                for door, at in ((one, 0), (other, 20), (other, 10))
            )
        )
        for reply in replies:
            assert [told["position"] for told in reply.said] == list(range(1, 21))
        (again,) = await at_engine.send(STORY[0])
        assert (again.status, again.said["receipt"]) == (200, "duplicate")
        (changed,) = await other.send({**STORY[0], "subject": "eve"})
        assert (changed.status, changed.said["field"]) == (409, "subject")
        bill = message("b2", "bill.paid", "ben", NOW - DAY, amount_minor=900, currency="GBP")
        told = await one.post(json.dumps(bill).encode(), query="?wait=outcome")
        assert told.said["outcome"].keys() >= {"decisions", "rewards", "changes"}
    found = events_in(address, tmp_path)
    assert sorted(event_id for _, event_id in found) == sorted(
        ["w1", "l1", "v1", "b1", "b2", *(f"m{number}" for number in range(40))]
    )
    assert [seq for seq, _ in found] == list(range(1, len(found) + 1))
    assert left(address) == 0


async def test_without_an_engine_a_door_refuses_after_a_while_and_takes_back_what_it_passed_on(
    address: PostgresAddress, tmp_path: Path
) -> None:
    engine_of(address, tmp_path / "engine").close()
    async with further(address, tmp_path / "door", patience_s=0.0) as door:
        (reply,) = await door.send(STORY[0])
    assert (reply.status, reply.said["type"]) == (503, "urn:referral-tui:problem:not-stored")
    assert "the program's engine didn't answer within 0 s" in reply.said["detail"]
    assert "Retry-After" in reply.headers
    assert left(address) == 0


async def test_a_letter_whose_engine_died_before_it_answered_is_judged_again_as_a_duplicate(
    address: PostgresAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Answerer.answer
    failed: list[object] = []

    def dies_once(self: Answerer, answers: list[tuple[int, object]]) -> None:
        if not failed:
            failed.append(answers)
            raise DatabaseError("the engine's connection is gone")
        answer(self, answers)

    monkeypatch.setattr(Answerer, "answer", dies_once)
    async with (
        engine(address, tmp_path / "engine"),
        further(address, tmp_path / "door") as door,
    ):
        (reply,) = await door.send(STORY[0])
    assert (reply.status, reply.said) == (200, {"receipt": "duplicate", "seq": 1})
    assert events_in(address, tmp_path) == [(1, "w1")]


async def test_a_letter_that_was_put_while_nobody_was_the_engine_is_judged_by_the_next_one(
    address: PostgresAddress, tmp_path: Path
) -> None:
    engine_of(address, tmp_path / "engine").close()
    with closing(Sender(address)) as sender:
        sender.put([Letter("shop", [json.dumps(event).encode() for event in STORY[:2]], [])])
    async with engine(address, tmp_path / "engine"), further(address, tmp_path / "door") as door:
        replies = await door.send(*STORY[:2])
    assert [reply.said["receipt"] for reply in replies] == ["duplicate", "duplicate"]
    assert verify(fetch(address, tmp_path)).difference is None


async def test_what_a_client_may_not_send_is_refused_by_the_engine_with_the_reason_of_the_door(
    address: PostgresAddress, tmp_path: Path
) -> None:
    known: list[Key] = []
    key, secret = new_key(known, "shop", ["send"], ["client/shop"])
    keys = Keys([key])
    async with (
        engine(address, tmp_path / "engine"),
        further(address, tmp_path / "door", replace(SETTINGS, keys=keys)) as door,
    ):
        reply = await door.post(
            json.dumps([STORY[0]]).encode(), BATCHED, "", Authorization=f"Bearer {secret}"
        )
        assert (await door.ask("GET", "/v1/funnel")).status == 401
    (receipt,) = reply.said["receipts"]
    assert (receipt["receipt"], receipt["field"]) == ("malformed", "source")
    with reading(fetch(address, tmp_path)) as db:
        (kept,) = list(quarantine(db))
    assert receipt["reason"] in kept


async def test_what_only_the_engine_knows_is_asked_for_at_its_door(
    address: PostgresAddress, tmp_path: Path
) -> None:
    engine_of(address, tmp_path / "engine").close()
    async with further(address, tmp_path / "door") as door:
        for method, path in (
            ("GET", "/v1/clock"),
            ("POST", "/v1/clock"),
            ("POST", "/v1/links"),
            ("POST", "/v1/reviews/1"),
            ("GET", "/v1/conversions/client/shop/1"),
            ("GET", "/v1/hooks"),
        ):
            async with door.session.request(method, f"{door.door.address}{path}") as answer:
                said = await answer.json(content_type=None)
            assert (answer.status, said["type"]) == (421, "urn:referral-tui:problem:elsewhere"), path
        described = (await door.ask("GET", "/openapi.json")).said["paths"]
        assert "/v1/events" in described
        assert "/v1/clock" not in described
        assert (await door.ask("GET", "/healthz")).said["status"] == "ok"
        assert "referral_log_events 0" in (await door.ask("GET", "/metrics")).said
