"""A veto: each reward is asked about while it is pending, and what is refused, or not answered, is not paid."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from db.sqlite.readonly import Database
from simulator.door.sending import Sending
from simulator.door.serving import Settings
from simulator.door.vetoes import ASKED, Veto
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from simulator.proof.verify import verify
from tests.cli.nasty import DAY, HOUR, PROGRAM, START, message
from tests.door.calling import NOW, STORY, Caller, at_the_door, stored
from tests.door.subscriber import HANG, Post, Receiver, receiver
from tests.door.test_webhooks import Wall, turn

DUE = START + 2 * HOUR + 3 * DAY  # of the story's reward


@asynccontextmanager
async def asked(
    path: Path, who: Receiver, *, refuse: bool = False, wall: Wall | None = None, program: str = PROGRAM
) -> AsyncIterator[Caller]:
    """A door that asks somebody about its rewards."""
    sending = Sending(wall=wall, chance=lambda: 0.0) if wall is not None else Sending()
    settings = Settings(port=0, linger_s=0.0, sending=sending, veto=Veto(who.url, refuse))
    with open_or_create(path, load_program(program, "program")) as platform:
        async with at_the_door(platform, settings) as caller:
            assert caller.door.asker is not None
            who.secret = caller.door.asker.secret
            yield caller


async def pass_to(door: Caller, to: int) -> None:
    reply = await door.ask("POST", "/v1/clock", json={"to": to})
    assert reply.status == 200, reply.said


async def states(door: Caller) -> list[tuple[str, str, str | None, int]]:
    """Each reward: its name, state, reason, and since when."""
    told = await door.ask("GET", "/v1/rewards")
    return [(one["reward"], one["state"], one["reason"], one["state_at"]) for one in told.said["rewards"]]


def vetoes(db: Database) -> Iterable[tuple[Any, ...]]:
    return db.execute(
        "SELECT id, received_at, json_extract(steering, '$.reason') FROM event "
        "WHERE type = 'reward.vetoed' ORDER BY seq"
    )


async def test_who_may_veto_is_asked_signed_and_what_is_let_be_is_paid(tmp_path: Path) -> None:
    async with receiver() as boss, asked(tmp_path / "a.db", boss, refuse=True) as door:
        await door.send(*STORY)
        (post,) = await boss.got(1)
        await pass_to(door, DUE + 1)
        assert await states(door) == [("credit", "issued", None, DUE)]
    assert post.signed_with(boss.secret)
    assert post.id.startswith("ask_3_")
    assert post.said["type"] == ASKED
    assert post.said["data"] == {
        "entry": 3,
        "number": 1,
        "source": "client/shop",
        "event_id": "b1",
        "milestone": "activated",
        "reward": "credit",
        "role": "referrer",
        "recipient": "ann",
        "value_minor": 2000,
        "kind": "bill-credit",
        "due_at": DUE,
    }
    assert len(boss.posts) == 1


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b'{"reason": "on the list"}', "on the list"),
        (b'{"reason": "ask jo@example.com"}', "refused"),
        (b'{"reason": 7}', "answered 403"),
        (b"no", "answered 403"),
    ],
)
async def test_what_is_refused_is_vetoed_with_its_reason(tmp_path: Path, said: bytes, reason: str) -> None:
    path = tmp_path / "a.db"
    async with receiver(403) as boss:
        boss.saying = said
        async with asked(path, boss) as door:
            await door.send(*STORY)
            await pass_to(door, DUE + 1)  # it waits until each was asked about once
            assert await states(door) == [("credit", "forfeited", "vetoed", NOW)]
            assert stored(path, vetoes) == [("veto-1-3", NOW, reason)]
    assert verify(path).difference is None


@pytest.mark.parametrize("status", [500, 302, 404, 429])
async def test_any_other_answer_is_asked_again_by_the_schedule(tmp_path: Path, status: int) -> None:
    wall = Wall()
    async with receiver(status, status, 403) as boss, asked(tmp_path / "a.db", boss, wall=wall) as door:
        await door.send(*STORY)
        asker = door.door.asker
        assert asker is not None
        for number, pause in enumerate((5_000, 300_000), 1):
            await boss.got(number)
            await asker.settle()
            await turn(door, wall, pause - 1)
            assert len(boss.posts) == number
            await turn(door, wall, 1)
        await boss.got(3)
        async with door.session.get(f"{door.door.address}/metrics") as metrics:
            assert "referral_veto_questions_waiting" in await metrics.text()
    assert [post.id for post in boss.posts] == [boss.posts[0].id] * 3


async def test_unanswered_it_is_paid_at_its_due_date(tmp_path: Path) -> None:
    async with receiver(500, 403) as boss, asked(tmp_path / "a.db", boss, wall=(wall := Wall())) as door:
        await door.send(*STORY)
        await pass_to(door, DUE + 1)
        assert await states(door) == [("credit", "issued", None, DUE)]
        await turn(door, wall, DAY)
        await pass_to(door, DUE + 2)
        assert await states(door) == [("credit", "issued", None, DUE)]
        assert len(boss.posts) == 1  # what is paid is asked about no more


async def test_unanswered_it_is_vetoed_at_its_due_date_where_silence_refuses(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with receiver(500) as boss, asked(path, boss, refuse=True, wall=Wall()) as door:
        await door.send(*STORY)
        await boss.got(1)  # or both might be asked at once, and either get the 500
        await bill(door, "bill1")
        await pass_to(door, DUE - 1)
        share, credit = ("share", "issued", None, NOW + DAY), ("credit", "pending", None, NOW)
        assert await states(door) == [credit, share]  # the bill's was let be
        await pass_to(door, DUE + 10 * DAY)
        assert await states(door) == [("credit", "forfeited", "vetoed", DUE), share]
        assert stored(path, vetoes) == [("veto-1-3", DUE, "unanswered")]
    assert verify(path).difference is None


async def test_an_event_after_the_due_date_comes_too_late_for_silence_to_pay(tmp_path: Path) -> None:
    async with receiver(500) as boss, asked(tmp_path / "a.db", boss, refuse=True, wall=Wall()) as door:
        await door.send(*STORY)
        await boss.got(1)
        door.door.writer.clock.set(DUE + 5 * DAY)
        await bill(door, "bill1")
        assert (await states(door))[0] == ("credit", "forfeited", "vetoed", DUE)


async def test_a_hanging_address_is_not_waited_for(tmp_path: Path) -> None:
    async with receiver(HANG) as boss, asked(tmp_path / "a.db", boss) as door:
        await door.send(*STORY)
        await boss.got(1)
        replies = await door.send(STORY[0])
        assert replies[0].status == 200
        boss.open.set()


async def test_a_server_that_is_back_asks_what_has_no_answer_and_nothing_else(tmp_path: Path) -> None:
    path, wall = tmp_path / "a.db", Wall()
    async with receiver(500) as boss:
        async with asked(path, boss, refuse=True, wall=wall) as door:
            await door.send(*STORY)
            await boss.got(1)  # or both might be asked at once, and either get the 500
            await bill(door, "bill1")
            assert door.door.asker is not None
            await door.door.asker.settle()
        wall.now += DAY
        async with asked(path, boss, refuse=True, wall=wall) as door:
            await boss.got(3)
            await pass_to(door, DUE + DAY)
            assert [state for _, state, *_ in await states(door)] == ["issued", "issued"]
    assert [entry(post) for post in boss.posts] == [3, 5, 3]


async def test_what_is_pending_again_is_asked_about_again(tmp_path: Path) -> None:
    async with receiver() as boss, asked(tmp_path / "a.db", boss) as door:
        await door.send(*STORY)
        await boss.got(1)
        undone = message("r1", "conversion.reversed", "ben", START, reverses="b1", reason="refunded")
        won = {**undone, "id": "r2", "type": "conversion.reinstated", "data": {"reinstates": "b1"}}
        assert [reply.status for reply in await door.send(undone, won)] == [201, 201]
        await boss.got(2)
    assert [entry(post) for post in boss.posts] == [3, 5]


def entry(post: Post) -> int:
    return int(post.said["data"]["entry"])


async def bill(door: Caller, own_id: str) -> None:
    """A bill that Ben pays, of which he gets a share a day later."""
    event = message(own_id, "bill.paid", "ben", NOW, amount_minor=900, currency="GBP")
    reply = await door.post(json.dumps(event).encode())
    assert reply.status == 201
