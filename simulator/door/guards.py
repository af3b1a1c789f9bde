"""What is looked at before any handler: who calls, from where, and how errors are answered."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import ip_address
from time import perf_counter
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

from simulator.domain.errors import DatabaseError, InputError
from simulator.door.context import CONTEXT
from simulator.door.keys import Key, Keys, Right
from simulator.door.problems import Problem, ProblemError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_OWN_SITE: Final = frozenset({"same-origin", "none"})
_LOG: Final = logging.getLogger(__name__)
LINK: Final = "/r/{code}"
"""Where a link leads: any page may have it, and whoever follows it has no key."""
IN: Final = "/v1/in/{name}"
"""Where another system's records come in; where its sender signs them, it shows no key."""
_OPEN: Final = frozenset({"/", "/openapi.json", "/healthz", LINK})
"""Addresses that tell nothing of anybody, for which no key is asked."""
HEADERS: Final = {
    "Server": "referral-tui",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Of every answer."""


@lru_cache(maxsize=16)  # each request asks it of the same one
def is_loopback(host: str) -> bool:
    """Return whether an address is of this machine only."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def key_of(request: web.Request) -> Key | None:
    """Return the key that a request shows; None where it shows none that is known, or none is asked for."""
    if (keys := request.app[CONTEXT].keys) is None:
        return None
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return keys.shown(secret.strip()) if scheme.lower() == "bearer" else None


def client_of(request: web.Request) -> str:
    """Return who calls, for sharing what there is: the name of the key, or where none is asked for the address."""
    key = key_of(request)
    return key.name if key is not None else request.remote or ""


def check_right(request: web.Request, right: Right) -> None:
    """Check that a request's key, where keys are asked for, has a right.

    Raises:
        ProblemError: it hasn't.

    """
    key = key_of(request)
    if key is not None and right not in key.may:
        raise ProblemError(
            Problem.NOT_ALLOWED,
            f"the key {key.name} may {' and '.join(key.may)}, not {right}; use another, or make one with "
            f"`referral-tui keys add NAME --may {right}`",
        )


def check_key(request: web.Request, keys: Keys | None) -> None:
    """Check that a request shows a key that is known; a page and its description need none.

    Raises:
        ProblemError: it shows none, or another.

    """
    resource = request.match_info.route.resource
    if keys is None or (resource is not None and resource.canonical in _OPEN) or _is_signed(request):
        return
    if key_of(request) is None:
        raise ProblemError(
            Problem.UNKNOWN_KEY,
            "show a key of this server in the header Authorization: Bearer KEY; `referral-tui keys add` makes one",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _is_signed(request: web.Request) -> bool:
    """Return whether a request must be signed by its sender, which is looked at when its body has come."""
    resource = request.match_info.route.resource
    if resource is None or resource.canonical != IN:
        return False
    inlet = request.app[CONTEXT].inlets.get(request.match_info["name"])
    return inlet is not None and inlet.secret is not None


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that every answer has."""
    for name, value in HEADERS.items():
        response.headers[name] = value


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error with a problem document, and count the request."""
    started = perf_counter()
    response: web.StreamResponse
    try:
        check_origin(request, request.app[CONTEXT].host)
        check_key(request, request.app[CONTEXT].keys)
        response = await handler(request)
    except ProblemError as error:
        response = error.response()
    except web.HTTPException as error:
        response = _of_http(request, error).response()
    except InputError as error:
        response = ProblemError(Problem.INVALID, str(error)).response()
    except DatabaseError as error:
        response = ProblemError(Problem.NOT_STORED, str(error), headers={"Retry-After": "30"}).response()
    except Exception:
        _LOG.exception("%s %s", request.method, request.path)
        response = ProblemError(
            Problem.INTERNAL, "a fault of the server, which it wrote to its standard error; please report it"
        ).response()
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "(none)"
    client = client_of(request)
    request.app[CONTEXT].metrics.answered(client, route, response.status, perf_counter() - started)
    return response


def check_origin(request: web.Request, host: str) -> None:
    """Refuse what a browser sends for another site's page, or by a name that was made to lead here.

    Raises:
        ProblemError: it is such a request.

    """
    resource = request.match_info.route.resource
    from_anywhere = resource is not None and resource.canonical == LINK
    origin = None if from_anywhere else request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise ProblemError(
            Problem.CROSS_ORIGIN,
            f"the page at {origin} may not call this server; call it from a program, or from its own page",
        )
    if not from_anywhere and request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITE:
        raise ProblemError(
            Problem.CROSS_ORIGIN, "a page of another site may not call this server; call it from a program"
        )
    try:
        name = urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        name = ""
    if is_loopback(host) and name not in _LOOPBACK and name != host:
        raise ProblemError(
            Problem.CROSS_ORIGIN, f"this server is not called {name or 'so'}; call it localhost or {host}"
        )


def _of_http(request: web.Request, error: web.HTTPException) -> ProblemError:
    """Return the problem that stands for one of aiohttp's own errors."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return ProblemError(
            Problem.WRONG_METHOD,
            f"{request.path} doesn't take {request.method}; it takes {allowed}",
            headers={"Allow": allowed},
        )
    if isinstance(error, web.HTTPNotFound):
        return ProblemError(
            Problem.NOT_FOUND, f"{request.path}: no such address; /openapi.json lists all there are"
        )
    return ProblemError(
        Problem.UNREADABLE, f"{request.path}: {error.reason}; /openapi.json says what is right"
    )
