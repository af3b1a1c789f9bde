"""A server that is killed while it sends webhooks loses none, and sends them in order when it is back."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import pytest
from aiohttp import ClientSession, web

from db.hooks import HookStore
from tests.door.subscriber import Receiver, receiver
from tests.durability.door_dying import spawn

SEED = int(os.environ.get("DURABILITY_SEED", "1"))
KILLS = int(os.environ.get("DURABILITY_WEBHOOK_KILLS", "100"))
TIME = "2026-03-01T08:00:00Z"
PATIENCE_S = 60.0


def events(friends: int) -> Iterator[bytes]:
    """The journeys of so many friends of one referrer."""
    yield event(
        "c1",
        "client/crm",
        "customer.identified",
        "anna",
        contact_ref="c-anna",
        contact_kind="email",
        via="sso",
        referrer_kind="customer",
    )
    yield event("l1", "platform", "link.created", "anna", code="ANNA1")
    for number in range(friends):
        yield event(f"v{number}", "platform", "friend.visited", f"f{number}", code="ANNA1", channel="email")
        yield event(
            f"a{number}", "client/shop", "service.activated", f"f{number}", amount_minor=1500, currency="GBP"
        )


def event(own_id: str, source: str, kind: str, subject: str, **data: object) -> bytes:
    told = {
        "specversion": "1.0",
        "id": own_id,
        "source": source,
        "type": kind,
        "subject": subject,
        "time": TIME,
    }
    return json.dumps({**told, "data": data}).encode()


@dataclass
class Killer(Receiver):
    """Kills the server before it answers some messages, counted from one to the next."""

    process: BaseProcess | None = None
    left: int = 0
    dead: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, request: web.Request) -> web.Response:
        answer = await super().take(request)
        self.left -= 1
        if self.left == 0 and self.process is not None:
            self.process.kill()
            await asyncio.to_thread(self.process.join)
            self.dead.set()
        return answer


async def address_of(process: BaseProcess, written: Path) -> str:
    while not written.exists():
        assert process.exitcode is None, "it ended before it listened"
        await asyncio.to_thread(process.join, 0.01)
    return written.read_text()


async def through_kills(path: Path, kills: int, friends: int) -> None:
    random, written = Random(SEED), path.with_suffix(".address")
    async with receiver(one=Killer()) as shop, asyncio.timeout(PATIENCE_S * (kills + 1)):
        assert isinstance(shop, Killer)
        with HookStore(path) as store:
            store.add("shop", shop.url, "whsec_" + "A" * 32, (), 0, "")
        for life in range(kills + 1):
            shop.process, shop.left = spawn(path, written), random.randrange(1, 12) if life < kills else 0
            shop.dead.clear()
            at = await address_of(shop.process, written)
            if life == 0:
                headers = {"Content-Type": "application/x-ndjson"}
                async with ClientSession() as session:
                    body = b"\n".join(events(friends))
                    async with session.post(
                        f"{at}/v1/events?wait=outcome", data=body, headers=headers
                    ) as answer:
                        receipts = [json.loads(line) for line in (await answer.read()).splitlines()]
                entries = [change["seq"] for one in receipts for change in one["outcome"]["changes"]]
            if life < kills:
                await shop.dead.wait()
        async with shop.came:
            await shop.came.wait_for(lambda: shop.posts[-1].said["data"]["entry"] == entries[-1])
        assert shop.process is not None
        shop.process.kill()
        await asyncio.to_thread(shop.process.join)
    sent = [post.said["data"]["entry"] for post in shop.posts]
    assert [entry for entry, _ in groupby(sent)] == sorted(entries) == list(range(1, len(entries) + 1))
    assert len(sent) <= len(entries) + kills  # only what was under way at a kill comes again
    ids = {post.id: post.said["data"]["entry"] for post in shop.posts}
    assert len(ids) == len(entries)


async def test_a_server_killed_while_it_sends_loses_no_webhook(tmp_path: Path) -> None:
    await through_kills(tmp_path / "a.db", kills=2, friends=9)


@pytest.mark.long
async def test_a_server_killed_often_while_it_sends_loses_no_webhook(tmp_path: Path) -> None:
    await through_kills(tmp_path / "a.db", KILLS, friends=10 * KILLS)
