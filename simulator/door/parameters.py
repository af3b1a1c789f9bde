"""Read the query parameters and the small JSON objects of requests."""

from __future__ import annotations

from typing import Any, Final

import orjson
from aiohttp import web

from simulator.domain.errors import InputError
from simulator.door.context import Context
from simulator.door.problems import Problem, ProblemError
from simulator.events.moment import LATEST_MS, parse_moment

_LARGEST: Final = 2**53 - 1


def invalid(field: str, detail: str) -> ProblemError:
    """Return the problem of a value that is not allowed."""
    return ProblemError(Problem.INVALID, f"{field}: {detail}", field=field)


def check_known(request: web.Request, *names: str) -> None:
    """Check that the query has only these parameters, each at most once.

    Raises:
        ProblemError: there is another one, or one is repeated.

    """
    for name in request.query:
        if name not in names:
            right = f"it accepts {', '.join(names)}" if names else "it accepts none"
            raise invalid(name[:64], f"not a parameter of {request.path}; {right}")
        if len(request.query.getall(name)) > 1:
            raise invalid(name, "given more than once; give it once")


def number(request: web.Request, name: str, default: int, least: int, most: int = _LARGEST) -> int:
    """Return an integer parameter.

    Raises:
        ProblemError: it is not an integer, or out of bounds.

    """
    given = request.query.get(name)
    if given is None:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < len(str(_LARGEST)) + 1):
        raise invalid(name, f"must be an integer from {least} to {most}")
    if not least <= int(given) <= most:
        raise invalid(name, f"must be from {least} to {most}")
    return int(given)


async def fields(request: web.Request, context: Context, *names: str, optional: tuple[str, ...] = ()) -> Any:
    """Return the body, a JSON object that has these members, and may have the `optional` ones.

    Raises:
        ProblemError: the body is not a JSON object, or has other members.

    """
    try:
        found = orjson.loads(await context.bodies.whole(request))
    except orjson.JSONDecodeError as error:
        raise ProblemError(
            Problem.UNREADABLE,
            f"the body is not JSON ({error}); send an object with {', '.join(names or optional)}",
        ) from None
    if not isinstance(found, dict):
        raise ProblemError(
            Problem.UNREADABLE,
            f"the body is not a JSON object; send one with {', '.join((*names, *optional))}",
        )
    for name in found:
        if name not in (*names, *optional):
            raise invalid(name[:64], f"unknown member; the members are {', '.join((*names, *optional))}")
    for name in names:
        if found.get(name) is None:
            raise invalid(name, "missing")
    return found


def moment(name: str, value: object) -> int:
    """Return a time in milliseconds UTC, given as an RFC 3339 string or in milliseconds.

    Raises:
        ProblemError: it is neither.

    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LATEST_MS:
        return value
    if isinstance(value, str):
        try:
            return parse_moment(value)
        except InputError as error:
            raise invalid(name, str(error)) from None
    raise invalid(name, "must be an RFC 3339 time with an offset, or milliseconds since 1970 in UTC")
