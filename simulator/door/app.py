"""The application: which address is answered by what."""

from __future__ import annotations

from aiohttp import web

from simulator.door.context import CONTEXT, Context
from simulator.door.events import post_events
from simulator.door.guards import add_headers, answer_problems


def application(context: Context) -> web.Application:
    """Return the application of a door."""
    app = web.Application(middlewares=[answer_problems])
    app[CONTEXT] = context
    app.on_response_prepare.append(add_headers)
    app.router.add_post("/v1/events", post_events)
    return app
