"""A door on a running simulation: your own events are judged alongside those of the simulated people."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Queue

import pytest
from aiohttp import ClientSession

from db.control import SPEED, send
from db.read.served import referrer
from db.sqlite.readonly import reading
from simulator.domain.errors import InputError
from simulator.domain.wall_clock import Stopper
from simulator.door.guests import SIMULATED, GuestDoor
from simulator.door.serving import Settings
from simulator.events.moment import format_moment
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.proof.verify import verify
from simulator.run.opening import begin, resume
from simulator.run.plan import Plan
from simulator.run.run import Run

PLAN = Plan(preset="telecom", seed=3, referrers=60, days=20)
SETTINGS = Settings(port=0)
PATIENCE_S = 90.0
CREEPING = 1e-6
"""A pace at which a run makes no progress: simulated milliseconds per millisecond."""


class Client:
    """A client at the door of a run."""

    def __init__(self, session: ClientSession, address: str) -> None:
        self.session, self.address = session, address

    async def ask(self, method: str, path: str, **given: object) -> tuple[int, dict[str, object]]:
        async with self.session.request(method, f"{self.address}{path}", **given) as answer:  # type: ignore[arg-type]
            return answer.status, await answer.json(content_type=None)

    async def event(self, own_id: str, kind: str, source: str, subject: str, at: int, **data: object) -> int:
        told = {"specversion": "1.0", "id": own_id, "source": source, "type": kind, "subject": subject}
        body = json.dumps({**told, "time": format_moment(at), "data": data}).encode()
        headers = {"Content-Type": "application/cloudevents+json"}
        status, _ = await self.ask("POST", "/v1/events", data=body, headers=headers)
        return status


async def throw(client: Client) -> None:
    """Send a journey into a run, and let the run continue at full speed."""
    _, clock = await client.ask("GET", "/v1/clock")
    assert clock["clock"] == SIMULATED
    now = int(str(clock["now"]))
    known = {"contact_ref": "c-anna", "contact_kind": "email", "via": "sso", "referrer_kind": "customer"}
    assert await client.event("mine-1", "customer.identified", "client/crm", "anna", now, **known) == 201
    assert (await client.ask("POST", "/v1/links", json={"referrer": "anna", "code": "ANNA1"}))[0] == 201
    assert (await client.ask("GET", "/r/ANNA1?friend=ben"))[0] == 200
    paid = {"amount_minor": 1500, "currency": "GBP"}
    assert await client.event("mine-2", "service.activated", "client/shop", "ben", now, **paid) == 201
    told = (await client.ask("GET", "/v1/friends/ben"))[1]
    assert told["stage"] == "qualified"
    status, problem = await client.ask("POST", "/v1/clock", json={"to": 0})
    assert (status, problem["type"]) == (409, "urn:referral-tui:problem:clock-runs")


class Living:
    """A run with a door, on its own thread, since databases belong to the thread that opened them."""

    def __init__(self, path: Path) -> None:
        self.path, self.stopper = path, Stopper()
        self.address: Queue[str] = Queue()

    def live(self) -> str:
        """Run to the end, or until stopped; at a minimal pace until told otherwise."""
        try:
            with (
                begin(self.path, PLAN, load_program(*find_program("telecom"))) as opened,
                GuestDoor(opened.platform, SETTINGS, PLAN.start_ms) as guests,
            ):
                run = Run(
                    opened, stopped=self.stopper.asked, wall=self.stopper, pace=CREEPING, visit=guests.visit
                )
                self.address.put(guests.address)
                return run.go()
        finally:
            self.address.put("")  # nobody waits for one that failed


@asynccontextmanager
async def living(path: Path) -> AsyncIterator[tuple[Living, Client, asyncio.Task[str]]]:
    """A run at a minimal pace, a client at its door, and how it ends."""
    run = Living(path)
    going = asyncio.create_task(asyncio.to_thread(run.live))
    try:
        async with asyncio.timeout(PATIENCE_S), ClientSession() as session:
            yield run, Client(session, await asyncio.to_thread(run.address.get)), going
    finally:
        run.stopper.stop()
        await going


async def test_an_own_event_is_judged_in_a_running_program(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with living(path) as (_, client, going):
        await throw(client)
        send(path, SPEED, {"pace": 0})
        assert await going == "finished"
    assert verify(path).difference is None
    with reading(path) as db:
        told = referrer(db, "anna")
        (people,) = db.execute("SELECT COUNT(DISTINCT person) FROM event").fetchone()
    assert told is not None
    assert [one["state"] for one in told["rewards"] if one["reward"] == "referrer-credit"] == ["issued"]
    assert people > 10, "the simulated people go on all the same"


async def test_a_resumed_run_continues_alongside_events_sent_from_outside(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    async with living(path) as (run, client, going):
        await throw(client)
        run.stopper.stop()
        assert await going == "stopped"
    with resume(path) as opened:
        assert Run(opened, stopped=lambda: False, wall=Stopper()).go() == "finished"
    assert verify(path).difference is None


async def test_clients_waiting_when_the_run_ends_get_a_problem(tmp_path: Path) -> None:
    with (
        begin(tmp_path / "a.db", PLAN, load_program(*find_program("telecom"))) as opened,
        GuestDoor(opened.platform, SETTINGS, PLAN.start_ms) as guests,  # and no run lets anybody in
    ):
        async with asyncio.timeout(PATIENCE_S), ClientSession() as session:
            client = Client(session, guests.address)
            waiting = asyncio.create_task(client.ask("POST", "/v1/links", json={"referrer": "anna"}))
            assert (await client.ask("GET", "/v1/funnel"))[0] == 200
            await asyncio.to_thread(guests.leave)
            status, problem = await waiting
    assert (status, problem["type"]) == (503, "urn:referral-tui:problem:ending")


def test_a_port_in_use_is_reported_before_the_run_begins(tmp_path: Path) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        begin(tmp_path / "a.db", PLAN, load_program(*find_program("telecom"))) as opened,
        pytest.raises(InputError, match="in use"),
        GuestDoor(opened.platform, Settings(port=taken.getsockname()[1]), PLAN.start_ms),
    ):
        raise AssertionError("it was opened")
