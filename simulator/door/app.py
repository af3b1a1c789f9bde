"""Build the application: route each address to its handler."""

from __future__ import annotations

from typing import Final

from aiohttp import web
from aiohttp.hdrs import METH_DELETE, METH_GET, METH_HEAD
from aiohttp.http import HttpVersion11

from simulator.door.context import CONTEXT, Context
from simulator.door.described import get_description, get_page
from simulator.door.events import post_events
from simulator.door.guards import IN, LINK, Handler, add_headers, answer_problems, require_right
from simulator.door.hooks import delete_hook, get_dead_letters, get_hooks, post_hook, post_replay, post_rotate
from simulator.door.keys import Right
from simulator.door.links import get_link, post_link
from simulator.door.mapped import post_records
from simulator.door.problems import Problem, ProblemError
from simulator.door.reads import (
    get_clock,
    get_conversion,
    get_friend,
    get_funnel,
    get_health,
    get_metrics,
    get_referrer,
    get_reviews,
    get_rewards,
    post_clock,
    post_verdict,
)

ROUTES: Final[tuple[tuple[str, str, Handler, Right | None], ...]] = (
    ("POST", "/v1/events", post_events, "send"),
    ("POST", IN, post_records, "send"),
    ("GET", "/v1/friends/{ref}", get_friend, "read"),
    ("GET", "/v1/referrers/{ref}", get_referrer, "read"),
    ("GET", "/v1/rewards", get_rewards, "read"),
    ("GET", "/v1/conversions/{source:client(?:/|%2F)[^/]+}/{id:.+}", get_conversion, "read"),
    ("GET", "/v1/funnel", get_funnel, "read"),
    ("GET", "/v1/reviews", get_reviews, "read"),
    ("POST", "/v1/reviews/{number:[0-9]{1,15}}", post_verdict, "operate"),
    ("GET", "/v1/clock", get_clock, "read"),
    ("POST", "/v1/clock", post_clock, "operate"),
    ("POST", "/v1/links", post_link, "send"),
    ("GET", LINK, get_link, None),
    ("GET", "/v1/hooks", get_hooks, "operate"),
    ("POST", "/v1/hooks", post_hook, "operate"),
    (METH_DELETE, "/v1/hooks/{name}", delete_hook, "operate"),
    ("GET", "/v1/hooks/{name}/dead-letters", get_dead_letters, "operate"),
    ("POST", "/v1/hooks/{name}/replay", post_replay, "operate"),
    ("POST", "/v1/hooks/{name}/rotate", post_rotate, "operate"),
    ("GET", "/healthz", get_health, None),
    ("GET", "/metrics", get_metrics, "read"),
    ("GET", "/openapi.json", get_description, None),
    ("GET", "/", get_page, None),
)
"""The method, address and handler of every route, and the right that a key needs for it."""


OF_THE_ENGINE: Final = frozenset(
    {get_conversion, post_verdict, get_clock, post_clock, post_link}
    | {get_hooks, post_hook, delete_hook, get_dead_letters, post_replay, post_rotate}
)
"""Handlers that a door that passes events on can't offer."""


def application(context: Context) -> web.Application:
    """Return the application of a door."""
    app = web.Application(middlewares=[answer_problems])
    app[CONTEXT] = context
    app.on_response_prepare.append(add_headers)
    for method, path, served, right in ROUTES:
        handler = elsewhere if context.passes_on and served in OF_THE_ENGINE else served
        needing = handler if right is None else _needing(right, handler)
        app.router.add_route(method, path, needing, expect_handler=_go_on)
        if method == METH_GET:  # but HEAD must not follow a link
            app.router.add_route(METH_HEAD, path, _not_followed if path == LINK else needing)
    return app


async def _not_followed(request: web.Request) -> web.StreamResponse:
    """Refuse HEAD, which would store a visit for somebody who only checks the link, such as a mail scanner."""
    raise web.HTTPMethodNotAllowed(request.method, [METH_GET])


async def _go_on(request: web.Request) -> None:
    """Answer a client that asks whether to send the body; other expectations are ignored, as HTTP allows."""
    if request.version == HttpVersion11 and request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0  # the response itself has not begun


async def elsewhere(_request: web.Request) -> web.StreamResponse:
    """Refuse a request that only the engine's door can answer."""
    raise ProblemError(
        Problem.ELSEWHERE,
        "this door passes events on and answers queries; for conversions, links, verdicts, the clock and webhooks call "
        "the door of the program's engine",
    )


def _needing(right: Right, handler: Handler) -> Handler:
    """Return a handler that first checks that the key has a right, if keys are required."""

    async def handle(request: web.Request) -> web.StreamResponse:
        require_right(request, right)
        return await handler(request)

    return handle
