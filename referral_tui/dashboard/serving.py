"""Serve the dashboard in a browser with textual-serve: a process of its own for each page that is opened.

Everything the page needs comes from this machine; textual-serve's own page would fetch a font from elsewhere, and
would let any page that the browser has open steer the dashboard. Here the address has a secret in it, which is printed
where the server was started; without it there is nothing, and no other page may frame ours.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import shlex
import sys
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final
from weakref import WeakSet

from aiohttp import web
from textual_serve.server import Server

from simulator.domain.errors import InputError
from simulator.domain.web_addresses import host_name, http_parts

HEADERS: Final = {
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'none'; form-action 'none'; object-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""The headers of every answer: nobody may frame it, read it from elsewhere, or learn the secret from a link."""
PAGE: Final = Path(__file__).with_name("page.html")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
NOTHING: Final = (
    "Nothing is here. The address of the dashboard is printed where it was started, with a secret in it.\n"
)
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def serve(arguments: Sequence[str], host: str, port: int) -> None:
    """Serve `referral-tui ARGUMENTS` until it is interrupted; raises InputError if the address is not available."""
    server = Served(shlex.join([sys.executable, "-m", "referral_tui", *arguments]), host, port)
    try:
        server.serve()
    except OSError as error:
        raise InputError(
            f"--host {host} --port {port}: can't be listened on ({error.strerror or error})"
        ) from error


class Served(Server):
    """A server for one command line, with a page of its own, and only for that page."""

    def __init__(self, command: str, host: str, port: int) -> None:
        super().__init__(command, host=host, port=port, title="referral-tui")
        self.secret = secrets.token_urlsafe(16)
        self._open: WeakSet[asyncio.Task[Any]] = WeakSet()

    def serve(self, debug: bool = False) -> None:  # noqa: ARG002 -- theirs
        """Serve until it is interrupted; raises OSError if the address is not available."""
        logging.basicConfig(level="WARNING", format="%(message)s")
        web.run_app(
            self.application(), host=self.host, port=self.port, print=self._listening, shutdown_timeout=2.0
        )

    async def application(self) -> web.Application:
        """Make the application: theirs below the secret, and nothing elsewhere."""
        outer = web.Application()
        outer.on_response_prepare.append(_guard)
        # textual-serve asks for these without our secret; their key is one, made for a single file
        outer.router.add_get("/download/{key}", self.handle_download)
        outer.router.add_get(f"/{self.secret}", self._with_slash)
        outer.add_subapp(f"/{self.secret}", await self._make_app())
        outer.router.add_route("*", "/{rest:.*}", _refuse)
        outer.middlewares.append(self._known_name)
        return outer

    @property
    def path(self) -> str:
        """The path of the page, including the secret."""
        return f"/{self.secret}/"

    async def _with_slash(self, _request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(self.path)

    @web.middleware
    async def _known_name(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse a request under a name that is not this machine's: another site's name made to lead here."""
        if not called_rightly(self.host, request.host):
            raise web.HTTPForbidden(text=NOTHING)
        return await handler(request)

    async def on_startup(self, _app: web.Application) -> None:
        """Print nothing yet: the server does not listen yet."""

    def _listening(self, *_words: object) -> None:
        name = f"[{self.host}]" if ":" in self.host else self.host
        print(f"The dashboard is at http://{name}:{self.port}{self.path}; Ctrl-C ends it.", flush=True)  # noqa: T201

    async def on_shutdown(self, _app: web.Application) -> None:
        """Close every page: the server would wait a minute for each otherwise."""
        for task in set(self._open):
            task.cancel()

    async def handle_index(self, _request: web.Request) -> Any:
        """Give the page."""
        return web.Response(text=PAGE.read_text(encoding="utf-8"), content_type="text/html")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Open a dashboard for a page of ours."""
        if not allowed(self.host, request.host, request.headers.get("Origin")):
            raise web.HTTPForbidden(text="The dashboard is opened from its own page only.\n")
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        return await super().handle_websocket(request)


def allowed(host: str, called: str, origin: str | None) -> bool:
    """Return whether a page may control the dashboard: this server must have sent it, under a name of this machine.

    `host` is the address that is listened on, `called` the one in the request (its Host), `origin` the page's. Another
    site that is open in the same browser is refused; on loopback so is one whose name was made to lead here.
    """
    page = None if origin is None else http_parts(origin)
    return page is not None and page.netloc == called and called_rightly(host, called)


def called_rightly(host: str, called: str) -> bool:
    """Return whether a request used a name of this machine, if the server listens on loopback only."""
    name = host_name(called)
    return not is_loopback(host) or name in LOOPBACK or name == host


def is_loopback(host: str) -> bool:
    """Return whether an address is of this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def _guard(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


async def _refuse(_request: web.Request) -> web.StreamResponse:
    raise web.HTTPForbidden(text=NOTHING)
