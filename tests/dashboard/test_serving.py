"""The dashboard in a browser: a page of our own, nothing from elsewhere, and no other page may steer."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSMsgType
from aiohttp.test_utils import TestClient, TestServer
from story import Story

from referral_tui.dashboard.serving import PAGE, Served, allowed, is_loopback, serve
from simulator.domain.errors import InputError


@pytest.fixture
def served(story: Story) -> Served:
    command = f"{sys.executable} -m referral_tui dashboard --db {story.path}"
    return Served(command, "127.0.0.1", 8000)


async def test_the_page_and_all_it_needs_come_from_here(served: Served) -> None:
    async with TestClient(TestServer(await served._make_app())) as client:
        page = await (await client.get("/")).text()
        wanted = set(re.findall(r'(?:href|src)="(static[^"]*)"|url\("(static[^"]*)"\)', page))
        assert len(wanted) == 4
        for name in {one or other for one, other in wanted}:
            assert (await client.get(f"/{name}")).status == 200
        assert not re.search(r"https?://", page)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


async def test_a_dashboard_is_drawn_for_a_page_and_ends_with_the_server(story: Story) -> None:
    port = free_port()
    command = [sys.executable, "-m", "referral_tui", "dashboard", "--serve", "--db", str(story.path)]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}"
    with server:
        try:
            assert server.stdout.readline() == f"The dashboard is at {address}; ctrl+c ends it.\n"
            async with ClientSession(address, headers={"Origin": address}) as client:
                await ends_with_the_server(client, server)
            assert server.wait(30) == 0
            assert server.stdout.read() == ""
        finally:
            server.kill()


async def ends_with_the_server(client: ClientSession, server: subprocess.Popen[str]) -> None:
    async with client.ws_connect("/ws?width=80&height=24") as pipe:
        drawn = b""
        while b"The funnel" not in drawn:
            message = await pipe.receive(timeout=30)
            assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), drawn
            drawn += message.data if message.type is WSMsgType.BINARY else b""
        server.send_signal(signal.SIGINT)
        while not pipe.closed:
            await pipe.receive(timeout=30)


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_another_page_may_not(served: Served, origin: str | None) -> None:
    async with TestClient(TestServer(await served._make_app())) as client:
        headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        headers |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} | ({"Origin": origin} if origin else {})
        assert (await client.get("/ws", headers=headers)).status == 403


@pytest.mark.parametrize(
    ("host", "called", "origin", "may"),
    [
        ("127.0.0.1", "127.0.0.1:8000", "http://127.0.0.1:8000", True),
        ("127.0.0.1", "localhost:8000", "http://localhost:8000", True),
        ("127.0.0.1", "rebound.example:8000", "http://rebound.example:8000", False),
        ("::1", "[::1]:8000", "http://[::1]:8000", True),
        ("0.0.0.0", "here.example:8000", "http://here.example:8000", True),
        ("0.0.0.0", "here.example:8000", "http://there.example", False),
        ("10.1.2.3", "10.1.2.3", None, False),
    ],
)
def test_who_may(host: str, called: str, origin: str | None, may: bool) -> None:
    assert allowed(host, called, origin) is may


def test_which_addresses_are_of_this_machine_only() -> None:
    assert [is_loopback(host) for host in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "here.example")] == [
        *(True, True, True, False, False)
    ]


def test_a_port_that_is_taken_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=f"--host 127.0.0.1 --port {port}: can't be listened on"):
            serve(["dashboard"], "127.0.0.1", port)


def test_the_page_is_in_the_package() -> None:
    assert PAGE.is_file()
    assert PAGE.is_relative_to(Path(__file__).parents[2] / "referral_tui")
