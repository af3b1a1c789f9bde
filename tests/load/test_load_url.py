"""`load --url`: drives a server over HTTP, open or closed, one event a request or many, with the same figures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from aiohttp import web

from referral_tui.cli.load_words import load_lines
from simulator.domain.errors import InputError
from simulator.domain.spans import DAY_MS
from simulator.domain.wall_clock import Stopper
from simulator.door.sockets import listen_on
from simulator.load.drive import Limits
from simulator.load.http_target import HttpTarget, moved
from simulator.load.rates import constant
from simulator.load.session import Hooks, LoadProfile, run_load
from simulator.load.target import Server
from simulator.load.thresholds import parse_threshold
from simulator.load.traffic import Span
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.plan import Plan
from tests.door.calling import Caller, at_the_door, event_keys, stored

PLAN = Plan(preset="telecom", seed=3, referrers=200)


def profile(url: str, **more: Any) -> LoadProfile:
    """A load of a small market."""
    wanted: dict[str, Any] = {"limits": Limits(events=600), "batch": 100, **more}
    program = load_program(*find_program("telecom"))
    return LoadProfile(PLAN, program, server=Server(url, 3), **wanted)


async def loaded(order: LoadProfile) -> dict[str, Any]:
    """The figures of a load, which blocks its thread."""
    return await asyncio.to_thread(run_load, order, Hooks(Stopper()))


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Caller]:
    with open_or_create(tmp_path / "a.db", load_program(*find_program("telecom"))) as platform:
        async with at_the_door(platform) as caller:
            yield caller


async def test_a_closed_load_sends_batches_and_counts_what_became_of_each_event(door: Caller) -> None:
    figures = await loaded(profile(door.door.address))
    assert (figures["received"], figures["accepted"], figures["malformed"]) == (600, 600, 0)
    assert (figures["requests"], figures["statuses"], figures["refused"]) == (6, {"200": 6}, 0)
    assert len(stored(door.path, event_keys)) == 600
    assert figures["latency_ms"]["p99"] > 0
    assert figures["ok"]
    again = await loaded(profile(door.door.address))
    assert again["duplicate"] == 600
    said = "\n".join(load_lines(again, load_program(*find_program("telecom"))))
    assert (
        f"telecom, sent to {door.door.address}: closed load, at most 100 events a request, 3 connections"
        in said
    )
    assert "requests                 6  200: 6" in said
    assert "until it was answered" in said
    assert "judged" not in said


async def test_single_posts_at_a_rate_are_an_open_load(door: Caller) -> None:
    order = profile(
        door.door.address,
        schedule=constant(2_000.0),
        limits=Limits(events=40),
        batch=1,
        thresholds=(parse_threshold("refused<1%"), parse_threshold("duplicate>50%")),
    )
    figures = await loaded(order)
    assert (figures["requests"], figures["statuses"]) == (40, {"201": 40})
    assert figures["mode"] == "open"
    assert figures["offered"] == 40
    assert [one["ok"] for one in figures["thresholds"]] == [True, False]


@asynccontextmanager
async def refusing() -> AsyncIterator[str]:
    """A server that claims to be one, but accepts only every second request."""
    answers: Iterator[int] = iter([200, 503] * 50)

    async def events(request: web.Request) -> web.Response:
        count = (await request.read()).count(b"\n") + 1
        receipts = b'{"position":1,"receipt":"accepted","seq":1}\n' * count
        status = next(answers)
        return web.Response(status=status, body=receipts if status == 200 else b"")

    async def health(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "seq": 0, "now": 1})

    app = web.Application()
    app.router.add_post("/v1/events", events)
    app.router.add_get("/healthz", health)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        yield await listen_on(runner, "127.0.0.1", 0)
    finally:
        await runner.cleanup()


async def test_what_a_server_refuses_is_counted_apart() -> None:
    async with refusing() as url:
        figures = await loaded(profile(url))
    assert figures["statuses"] == {"200": 3, "503": 3}
    assert (figures["accepted"], figures["refused"]) == (300, 300)
    said = "\n".join(load_lines(figures, load_program(*find_program("telecom"))))
    assert "not taken            300" in said


@pytest.mark.parametrize("path", ["", "/nothing"])
async def test_where_no_server_answers_it_is_said(path: str, unused_tcp_port: int) -> None:
    with pytest.raises(InputError, match=r"no answer \(Connection refused\); start a server"):
        await asyncio.to_thread(
            HttpTarget, Server(f"http://127.0.0.1:{unused_tcp_port}{path}"), Span(0, DAY_MS)
        )


def test_each_pass_of_the_traffic_ends_when_the_run_began() -> None:
    span, now = Span(1_000 * DAY_MS, 10 * DAY_MS), 5_000 * DAY_MS
    days = [1_000, 1_009, 1_010, 1_025]
    frame = pl.DataFrame({"received_at": [day * DAY_MS for day in days]}).with_columns(
        occurred_at=pl.col("received_at")
    )
    found = moved(frame, span, now)["occurred_at"] / DAY_MS
    assert found.to_list() == [4_990, 4_999, 4_990, 4_995]
