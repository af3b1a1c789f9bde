"""`/v1/hooks`: add, list and remove subscriptions, list dead letters, and have messages sent again."""

from __future__ import annotations

from typing import Any, Final

import orjson
from aiohttp import web

from db.hooks import Subscriber
from db.read.served import newest
from simulator.door.context import CONTEXT, Context
from simulator.door.parameters import check_known, fields, invalid
from simulator.door.problems import Problem, ProblemError
from simulator.door.reads import answer
from simulator.door.subscribing import (
    KEEP,
    MOST_LETTERS,
    as_json,
    beginning,
    check_subscription,
    letter_json,
    read_keep,
    repeat,
    rotate,
    subscribe,
)

ANYWHERE: Final = "serve --hooks-anywhere"
_LARGEST: Final = 2**53 - 1


async def post_hook(request: web.Request) -> web.Response:
    """Add a subscription; its secret is returned only this once."""
    check_known(request)
    context = request.app[CONTEXT]
    given = await fields(request, context, "name", "url", optional=("types", "after"))
    types = given.get("types") or []
    for name in ("name", "url"):
        if not isinstance(given[name], str):
            raise invalid(name, "must be a string")
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise invalid("types", "must be an array of strings")
    anywhere = context.hooks.sending.anywhere
    subscription = check_subscription(given["name"], given["url"], types, anywhere=anywhere, option=ANYWHERE)
    begins = await context.read(beginning, _entry(given, "after"))
    hooks = context.hooks
    secret = await hooks.change(subscribe, hooks.store, subscription, begins)
    answer = {
        "name": subscription.name,
        "url": subscription.url,
        "types": subscription.types,
        "after": begins[0],
        "secret": secret,
    }
    return web.Response(body=orjson.dumps(answer), status=201, content_type="application/json")


async def get_hooks(request: web.Request) -> web.Response:
    """Answer with all subscriptions, and how far each has got."""
    check_known(request)
    context = request.app[CONTEXT]
    last = (await context.read(newest))["entry"]
    found = await context.hooks.stored(context.hooks.store.subscribers)
    now = context.hooks.sending.wall()
    return answer({"hooks": [as_json(one, last, now) for one in found]})


async def delete_hook(request: web.Request) -> web.Response:
    """Remove a subscription."""
    check_known(request)
    context = request.app[CONTEXT]
    one = await _found(request, context)
    await context.hooks.change(context.hooks.store.remove, one.name)
    return web.Response(status=204)


async def get_dead_letters(request: web.Request) -> web.Response:
    """Answer with the messages of a subscription that were given up."""
    check_known(request)
    context = request.app[CONTEXT]
    one = await _found(request, context)
    letters = await context.hooks.stored(context.hooks.store.dead_letters, one.id, MOST_LETTERS)
    return answer({"dead_letters": [letter_json(letter) for letter in letters]})


async def post_replay(request: web.Request) -> web.Response:
    """Have messages of a subscription sent again: a span, those that were given up, or the one that is waiting."""
    check_known(request)
    context = request.app[CONTEXT]
    one = await _found(request, context)
    given = await fields(request, context, optional=("after", "until", "dead"))
    dead = given.get("dead") or False
    if not isinstance(dead, bool):
        raise invalid("dead", "must be true or false")
    after, until = _entry(given, "after"), _entry(given, "until")
    hooks = context.hooks
    count = await hooks.change(lambda: repeat(hooks.store, one, after, until, dead=dead))
    return answer({"name": one.name, "entries": count})


async def post_rotate(request: web.Request) -> web.Response:
    """Give a subscription a new secret, and return it; for a while, messages are also signed with the old one."""
    check_known(request)
    context = request.app[CONTEXT]
    one = await _found(request, context)
    given = await fields(request, context, optional=("keep",))
    keep = given.get("keep")
    if not isinstance(keep, str | None):
        raise invalid("keep", "must be a duration such as 24h")
    hooks = context.hooks
    now = hooks.sending.wall()
    secret, until = await hooks.change(
        rotate, hooks.store, one, read_keep(KEEP if keep is None else keep), now
    )
    return answer({"name": one.name, "secret": secret, "old_until": until})


async def _found(request: web.Request, context: Context) -> Subscriber:
    name = request.match_info["name"]
    found = await context.hooks.stored(context.hooks.store.named, name)
    if found is None:
        raise ProblemError(
            Problem.NOT_FOUND, f"{name[:64]}: no such subscriber; GET /v1/hooks lists all of them"
        )
    return found


def _entry(given: dict[str, Any], name: str) -> int | None:
    """Return the number of an entry, or None if it is not given."""
    value = given.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _LARGEST:
        raise invalid(name, "must be the number of an entry, 0 or more")
    return value
