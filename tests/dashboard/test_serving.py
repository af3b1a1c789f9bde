"""The dashboard in a browser: a page of its own, nothing from elsewhere, and no other page may control it."""

from __future__ import annotations

import asyncio
import os
import re
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType
from aiohttp.test_utils import TestClient, TestServer

from db.control import control_path
from referral_tui.cli.app import run
from referral_tui.dashboard import serving
from referral_tui.dashboard.feed import Feed
from referral_tui.dashboard.messages import CommandFailed, SnapshotTaken
from referral_tui.dashboard.query import Request, View
from referral_tui.dashboard.serving import NOTHING, PAGE, Served, allowed, is_loopback, serve
from referral_tui.dashboard.status_message import StatusMessage
from referral_tui.dashboard.status_texts import NO_NAMES
from referral_tui.names import PSEUDONYMS
from simulator.domain.errors import InputError
from tests.dashboard.story import Story
from tests.dashboard.watching import Watch


@pytest.fixture
def served(story: Story) -> Served:
    command = f"{sys.executable} -m referral_tui dashboard --db {story.path}"
    return Served(command, "127.0.0.1", 8000)


async def test_the_page_and_all_it_needs_come_from_here(served: Served) -> None:
    async with TestClient(TestServer(await served.application())) as client:
        page = await (await client.get(served.path)).text()
        wanted = set(re.findall(r'(?:href|src)="(static[^"]*)"|url\("(static[^"]*)"\)', page))
        assert len(wanted) == 4
        for name in {one or other for one, other in wanted}:
            assert (await client.get(served.path + name)).status == 200
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
            path = said_path(server, address)
            async with ClientSession(address, headers={"Origin": address}) as client:
                await ends_with_the_server(client, server, path)
            assert server.wait(30) == 0
            assert server.stdout is not None
            assert server.stdout.read() == ""
        finally:
            server.kill()


def said_path(server: subprocess.Popen[str], address: str) -> str:
    """The path of the page, as the server prints it."""
    assert server.stdout is not None
    found = re.fullmatch(f"The dashboard is at {address}(/.+/); Ctrl-C ends it.\n", server.stdout.readline())
    assert found
    return found[1]


async def drawn(pipe: ClientWebSocketResponse) -> None:
    """Wait until the dashboard is drawn."""
    seen = b""
    while b"The funnel" not in seen:
        message = await pipe.receive(timeout=30)
        assert message.type in (WSMsgType.BINARY, WSMsgType.TEXT), seen
        seen += message.data if message.type is WSMsgType.BINARY else b""


async def ends_with_the_server(client: ClientSession, server: subprocess.Popen[str], path: str) -> None:
    async with client.ws_connect(f"{path}ws?width=80&height=24") as pipe:
        await drawn(pipe)
        server.send_signal(signal.SIGINT)
        while not pipe.closed:
            await pipe.receive(timeout=30)


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_another_page_may_not(served: Served, origin: str | None) -> None:
    async with TestClient(TestServer(await served.application())) as client:
        headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
        headers |= {"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="} | ({"Origin": origin} if origin else {})
        assert (await client.get(f"{served.path}ws", headers=headers)).status == 403


async def test_who_does_not_know_the_secret_gets_nothing(served: Served) -> None:
    async with TestClient(TestServer(await served.application())) as client:
        ours = {
            "Origin": str(client.make_url("")).rstrip("/"),
            "Connection": "Upgrade",
            "Upgrade": "websocket",
        }
        ours |= {"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}
        for path in (
            "/",
            "/ws",
            "/ws?width=80",
            "/static/css/xterm.css",
            "/static/",
            "/x/",
            "/x/ws",
            "//",
            "/download/",
        ):
            for headers in ({}, ours):
                answer = await client.get(path, headers=headers)
                assert (answer.status, await answer.text()) == (403, NOTHING)
        assert (await client.get("/download/guessed")).status == 404
        assert (await client.post("/")).status == 403
        assert served.secret not in await (await client.get("/")).text()
    assert Served("x", "127.0.0.1", 1).secret != served.secret
    assert len(served.secret) >= 20


async def test_no_page_may_frame_the_dashboard_and_the_address_without_its_slash_leads_there(
    served: Served,
) -> None:
    async with TestClient(TestServer(await served.application())) as client:
        assert (await client.get(served.path.rstrip("/"))).url.path == served.path
        for path in (
            served.path,
            f"{served.path}static/css/xterm.css",
            "/",
            f"{served.path}ws",
            f"{served.path}none",
        ):
            headers = (await client.get(path)).headers
            assert headers["X-Frame-Options"] == "DENY"
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert headers["Referrer-Policy"] == "no-referrer"


async def test_a_name_made_to_lead_here_gets_nothing_even_with_the_secret(served: Served) -> None:
    async with TestClient(TestServer(await served.application())) as client:
        answer = await client.get(served.path, headers={"Host": "rebound.example"})
        assert (answer.status, await answer.text()) == (403, NOTHING)


@pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="nothing here tells of the end of a stranger's process"
)
@pytest.mark.parametrize("kill", [signal.SIGTERM, signal.SIGKILL])
async def test_killing_the_server_ends_its_dashboards(story: Story, kill: signal.Signals) -> None:
    port = free_port()
    command = [sys.executable, "-m", "referral_tui", "dashboard", "--serve", "--db", str(story.path)]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.PIPE, text=True)
    address = f"http://127.0.0.1:{port}"
    with server:
        try:
            path = said_path(server, address)
            async with (
                ClientSession(address, headers={"Origin": address}) as client,
                client.ws_connect(f"{path}ws?width=80&height=24") as pipe,
            ):
                await drawn(pipe)
                tasks = Path(f"/proc/{server.pid}/task")
                children = [
                    int(one) for task in tasks.iterdir() for one in (task / "children").read_text().split()
                ]
                assert children
                watched = [os.pidfd_open(child) for child in children]
                server.send_signal(kill)
                for child in watched:
                    ended, _, _ = await asyncio.to_thread(select.select, [child], [], [], 60)
                    os.close(child)
                    assert ended
        finally:
            server.kill()


async def test_read_only_sends_no_order_and_names_nobody(story: Story) -> None:
    """Whatever key is pressed, and whatever a screen requests."""
    posted: list[object] = []
    feed = Feed(story.path, posted.append, read_only=True)
    feed.send("pause")
    feed.ask(Request("overview", None, View(side="client")))
    feed.poll()
    assert not control_path(story.path).exists()
    assert [type(message) for message in posted] == [CommandFailed, SnapshotTaken]
    assert posted[1].snapshot.names is PSEUDONYMS  # type: ignore[attr-defined]
    feed.stop()


async def test_the_wall_can_t_be_crossed_in_a_dashboard_that_only_looks(story: Story, watch: Watch) -> None:
    async with watch(story.path, read_only=True) as seen:
        app = seen.app
        app.action_wall()
        assert app.view.side == "platform"
        assert app.steering is not None
        assert app.steering.status_message == StatusMessage(NO_NAMES, "warn")


def test_read_only_is_handed_to_every_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    given: list[list[str]] = []
    monkeypatch.setattr(serving, "serve", lambda arguments, _host, _port: given.append(arguments))
    assert run(["dashboard", "--serve", "--read-only", "--db", str(tmp_path / "a.db")]) == 0
    assert given == [["dashboard", "--db", str(tmp_path / "a.db"), "--read-only"]]


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
