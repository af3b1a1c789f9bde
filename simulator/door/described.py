"""`GET /openapi.json` and `GET /`: return the description of the API, and a page to try it on."""

from __future__ import annotations

import secrets
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

import orjson
from aiohttp import web

from simulator.door.context import CONTEXT
from simulator.door.openapi import description
from simulator.door.parameters import check_known

_PAGE: Final = Path(__file__).with_name("page.html")


@cache
def _described(mappings: tuple[str, ...], public_url: str | None, passes_on: bool) -> bytes:
    own = version("referral-tui")
    return orjson.dumps(description(own, mappings, public_url=public_url, passes_on=passes_on))


async def get_description(request: web.Request) -> web.Response:
    """Answer with the OpenAPI description."""
    check_known(request)
    context = request.app[CONTEXT]
    described = _described(tuple(context.inlets), context.public_url, context.passes_on)
    return web.Response(body=described, content_type="application/json")


async def get_page(request: web.Request) -> web.Response:
    """Answer with the page; its policy allows only its own script and style."""
    check_known(request)
    nonce = secrets.token_urlsafe(16)
    policy = f"default-src 'none'; connect-src 'self'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'"
    return web.Response(
        text=_PAGE.read_text(encoding="utf-8").replace("NONCE", nonce),
        content_type="text/html",
        headers={
            "Content-Security-Policy": f"{policy}; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        },
    )
