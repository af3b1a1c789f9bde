"""The application: which address is answered by what."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from simulator.door.context import CONTEXT, Context
from simulator.door.described import get_description, get_page
from simulator.door.events import post_events
from simulator.door.guards import Handler, add_headers, answer_problems
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

ROUTES: Final[tuple[tuple[str, str, Handler], ...]] = (
    ("POST", "/v1/events", post_events),
    ("GET", "/v1/friends/{ref}", get_friend),
    ("GET", "/v1/referrers/{ref}", get_referrer),
    ("GET", "/v1/rewards", get_rewards),
    ("GET", "/v1/conversions/{source:client(?:/|%2F)[^/]+}/{id:.+}", get_conversion),
    ("GET", "/v1/funnel", get_funnel),
    ("GET", "/v1/reviews", get_reviews),
    ("POST", "/v1/reviews/{number:[0-9]{1,15}}", post_verdict),
    ("GET", "/v1/clock", get_clock),
    ("POST", "/v1/clock", post_clock),
    ("GET", "/healthz", get_health),
    ("GET", "/metrics", get_metrics),
    ("GET", "/openapi.json", get_description),
    ("GET", "/", get_page),
)
"""Method, address and handler of everything that is answered."""


def application(context: Context) -> web.Application:
    """Return the application of a door."""
    app = web.Application(middlewares=[answer_problems])
    app[CONTEXT] = context
    app.on_response_prepare.append(add_headers)
    for method, path, handler in ROUTES:
        app.router.add_route(method, path, handler)
    return app
