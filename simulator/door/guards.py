"""Check who calls, and from where, before any handler runs; and answer errors with problem documents."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import ip_address
from time import perf_counter
from typing import Final
from urllib.parse import SplitResult, urlsplit

from aiohttp import web

from simulator.domain.errors import DatabaseError, InputError
from simulator.domain.web_addresses import host_name, http_parts
from simulator.door.context import CONTEXT, Context
from simulator.door.keys import Key, Keys, Right
from simulator.door.problems import Problem, ProblemError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_OWN_SITE: Final = frozenset({"same-origin", "none"})
_LOG: Final = logging.getLogger(__name__)
LINK: Final = "/r/{code}"
"""The address of links: any page may contain one, and whoever follows it has no key."""
IN: Final = "/v1/in/{name}"
"""The address for other systems' records; a sender that signs its records needs no key."""
_OPEN: Final = frozenset({"/", "/openapi.json", "/healthz", LINK})
"""Addresses that reveal nothing about anybody and need no key."""
NO_KEY: Final = "(no key)"
"""The name of all callers without a key, if keys are required."""
HEADERS: Final = {
    "Server": "referral-tui",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The headers of every response."""


@lru_cache(maxsize=16)  # every request asks about the same host
def is_loopback(host: str) -> bool:
    """Return whether an address is a loopback address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def key_of(request: web.Request) -> Key | None:
    """Return the key that a request presents; None if it is unknown or missing, or if no keys are required."""
    if (keys := request.app[CONTEXT].keys) is None:
        return None
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    return keys.shown(secret.strip()) if scheme.lower() == "bearer" else None


def client_of(request: web.Request) -> str:
    """Return who calls, as it is counted and stored: the name of the key, or of the mapping whose sender signs.

    If no keys are required, it is the address of this machine. Where they are, who has none is one of many, such as the
    friends who follow links: their addresses are personal data, which is not kept.
    """
    key = key_of(request)
    if key is not None:
        return key.name
    if request.app[CONTEXT].keys is None:
        return request.remote or ""
    return f"{request.match_info['name']} (signed)" if _is_signed(request) else NO_KEY


def require_right(request: web.Request, right: Right) -> None:
    """Check that a request's key has a right, if keys are required.

    Raises:
        ProblemError: it doesn't have it.

    """
    key = key_of(request)
    if key is not None and right not in key.may:
        raise ProblemError(
            Problem.NOT_ALLOWED,
            f"the key {key.name} may {' and '.join(key.may)}, but not {right}; use another key, or create one with "
            f"`referral-tui keys add NAME --may {right}`",
        )


def check_key(request: web.Request, keys: Keys | None) -> None:
    """Check that a request presents a known key, unless its address needs none.

    Raises:
        ProblemError: the key is missing or unknown.

    """
    resource = request.match_info.route.resource
    if (resource is not None and resource.canonical in _OPEN) or _is_signed(request):
        return
    check_presented(request, keys)


def check_presented(request: web.Request, keys: Keys | None) -> None:
    """Check that a request presents a known key, if keys are required.

    Raises:
        ProblemError: the key is missing or unknown.

    """
    if keys is not None and key_of(request) is None:
        raise ProblemError(
            Problem.UNKNOWN_KEY,
            "send a key of this server in the header Authorization: Bearer KEY; `referral-tui keys add` creates one",
            headers={"WWW-Authenticate": "Bearer"},
        )


def _is_signed(request: web.Request) -> bool:
    """Return whether a request must be signed by its sender, which is checked once its body has arrived."""
    resource = request.match_info.route.resource
    if resource is None or resource.canonical != IN:
        return False
    inlet = request.app[CONTEXT].inlets.get(request.match_info["name"])
    return inlet is not None and inlet.secret is not None


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that every response has."""
    for name, value in HEADERS.items():
        response.headers[name] = value


@web.middleware
async def answer_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error with a problem document, and count the request."""
    started = perf_counter()
    response: web.StreamResponse
    try:
        check_origin(request, request.app[CONTEXT])
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
            Problem.INTERNAL, "the server failed, and wrote the error to its standard error; please report it"
        ).response()
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else "(none)"
    client = client_of(request)
    request.app[CONTEXT].metrics.answered(client, route, response.status, perf_counter() - started)
    return response


def check_origin(request: web.Request, context: Context) -> None:
    """Refuse requests that a browser sends for another site's page, or to a host name made to resolve to this machine.

    Links and signed records may come under any host name, as through a tunnel: no page could do harm with them. All
    others may come under that of the public URL, if keys are required.

    Raises:
        ProblemError: it is such a request.

    """
    resource = request.match_info.route.resource
    from_anywhere = resource is not None and resource.canonical == LINK
    origin = None if from_anywhere else request.headers.get("Origin")
    public = urlsplit("" if context.keys is None else context.public_url or "")
    if origin is not None and not _is_own(origin, request.host, public):
        raise ProblemError(
            Problem.CROSS_ORIGIN,
            f"the page at {origin} is not allowed to call this server; call it from a program, "
            "or from the server's own page",
        )
    if not from_anywhere and request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITE:
        raise ProblemError(
            Problem.CROSS_ORIGIN,
            "pages of other sites are not allowed to call this server; call it from a program",
        )
    host, name = context.host, host_name(request.host)
    known = name in _LOOPBACK or name in (host, public.hostname)
    if is_loopback(host) and not known and not from_anywhere and not _is_signed(request):
        raise ProblemError(
            Problem.CROSS_ORIGIN,
            f"this server does not answer to the host name {name or 'given'}; use localhost or {host}",
        )


def _is_own(origin: str, called: str, public: SplitResult) -> bool:
    """Return whether a page's origin is this server, as the request called it or as others reach it."""
    parts = http_parts(origin)
    return parts is not None and (
        parts.netloc == called or (parts.scheme, parts.netloc) == (public.scheme, public.netloc)
    )


def _of_http(request: web.Request, error: web.HTTPException) -> ProblemError:
    """Return the problem that corresponds to one of aiohttp's own errors."""
    if isinstance(error, web.HTTPMethodNotAllowed):
        allowed = ", ".join(sorted(error.allowed_methods))
        return ProblemError(
            Problem.WRONG_METHOD,
            f"{request.path} doesn't accept {request.method}; it accepts {allowed}",
            headers={"Allow": allowed},
        )
    if isinstance(error, web.HTTPNotFound):
        return ProblemError(
            Problem.NOT_FOUND, f"{request.path}: no such address; /openapi.json lists all of them"
        )
    return ProblemError(
        Problem.UNREADABLE, f"{request.path}: {error.reason}; /openapi.json says what is right"
    )
