"""Create links for referrers, and redirect the friends who follow them once the visit is stored."""

from __future__ import annotations

import re
import secrets
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import orjson
from aiohttp import web

from db.read.event_fields import Link
from db.read.people import person_called
from db.read.served import first_code
from db.sqlite.readonly import Database
from db.sqlite.same_process import snapshot_beside_writer
from simulator.domain.errors import InputError
from simulator.domain.vocabulary import Receipt
from simulator.domain.web_addresses import http_parts
from simulator.door.context import CONTEXT, Context
from simulator.door.errands import on_writer
from simulator.door.events import rows
from simulator.door.guards import client_of
from simulator.door.parameters import check_known, fields, invalid
from simulator.door.problems import Problem, ProblemError
from simulator.door.receiving import deliver
from simulator.events.decode import decode_lines
from simulator.events.moment import format_moment
from simulator.explain.links import link_named
from simulator.explain.source import Source
from simulator.platform.receipts import Counts
from simulator.platform.session import IntakeSession

_CODE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LETTERS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that is easily mistaken for another
_LENGTH: Final = 8  # letters of a generated code: 31^8 codes, so that nobody guesses one
_COOKIE: Final = "rt_friend"
_YEAR_S: Final = 365 * 24 * 3600
CHANNEL: Final = "link"
"""The channel of a visit whose link doesn't say how it was shared."""
_OK, _CREATED = 200, 201
_NOW: Final = 2**62  # no event has such a seq
Fields = dict[str, Any]


def check_landing(url: str) -> str:
    """Return the landing page that friends are redirected to.

    Raises:
        InputError: it is not an HTTP URL.

    """
    if http_parts(url) is None:
        raise InputError(f"--landing {url}: not an HTTP URL; write one such as https://shop.example/welcome")
    return url


def check_public(url: str) -> str:
    """Return the URL under which others reach the server, without a slash at the end.

    Raises:
        InputError: it is not an HTTP URL, or has more than a host and a path.

    """
    parts = http_parts(url)
    if parts is None or parts.query or parts.fragment or parts.username is not None:
        raise InputError(
            f"--public-url {url}: not the address of a server; write it as https://refer.shop.example"
        )
    return url.rstrip("/")


async def post_link(request: web.Request) -> web.Response:
    """Create a link for a referrer, or return the existing one."""
    check_known(request)
    context = request.app[CONTEXT]
    given = await fields(request, context, "referrer", optional=("code",))
    referrer, code = given["referrer"], given.get("code")
    if not isinstance(referrer, str):
        raise invalid("referrer", "must be a string, a pseudonymous reference")
    if code is not None and not (isinstance(code, str) and _CODE.fullmatch(code)):
        raise invalid("code", "must consist of at most 64 letters, digits, _ and -")

    def work(session: IntakeSession) -> tuple[int, Fields]:
        with snapshot_beside_writer(context.path) as db:
            known = _known(db, referrer, code)
        if known is not None:
            return _OK, {"referrer": referrer, "code": known}
        new = code or "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        line = _event(context, f"link-{secrets.token_hex(12)}", "link.created", referrer, {"code": new})
        return _CREATED, {"referrer": referrer, "code": new, "seq": _store(session, line)}

    status, answer = await on_writer(context.writer, work)
    if status == _CREATED:
        context.metrics.received(client_of(request), Counts(accepted=1), {"platform": 1})
    own = context.public_url or f"{request.scheme}://{request.host}"
    answer["url"] = f"{own}/r/{quote(answer['code'])}"
    return web.Response(body=orjson.dumps(answer), status=status, content_type="application/json")


async def get_link(request: web.Request) -> web.Response:
    """Record a friend's visit, and redirect them to the landing page.

    Unknown parameters are ignored: whoever passes a link on may add some, as social networks do.
    """
    context = request.app[CONTEXT]
    code = request.match_info["code"]
    if await context.read(_link, code) is None:
        raise ProblemError(
            Problem.NOT_FOUND, f"{code[:64]}: no link has this code; POST /v1/links creates one"
        )
    friend = request.query.get("friend") or request.cookies.get(_COOKIE) or f"friend-{secrets.token_hex(8)}"
    data = {"code": code, "channel": request.query.get("channel", CHANNEL)}
    line = _event(context, f"visit-{secrets.token_hex(12)}", "friend.visited", friend, data)
    (receipt,) = rows((await deliver(request, context, [line], unbound=True)).receipts)
    if receipt["receipt"] != Receipt.ACCEPTED:
        raise _refused(receipt, "friend")
    response = _sent_on(context.landing, {"friend": friend, "code": code}, receipt)
    public = urlsplit(context.public_url or "")
    response.set_cookie(
        _COOKIE,
        friend,
        max_age=_YEAR_S,
        httponly=True,
        samesite="Lax",
        secure=request.secure or public.scheme == "https",
        path=f"{public.path}/r/",
    )
    return response


def _sent_on(landing: str | None, named: dict[str, str], receipt: Fields) -> web.Response:
    """Return the redirect to the landing page; without one, the friend's reference and the code."""
    if landing is None:
        return web.Response(
            body=orjson.dumps({**named, "receipt": receipt["receipt"], "seq": receipt["seq"]}),
            content_type="application/json",
        )
    parts = urlsplit(landing)
    query = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in named
    ]
    return web.Response(
        status=302,
        headers={"Location": urlunsplit(parts._replace(query=urlencode([*query, *named.items()])))},
    )


def _known(db: Database, referrer: str, code: str | None) -> str | None:
    """Return the code of the referrer's existing link, or None; raise `ProblemError` if the code is another's."""
    person = person_called(db, referrer)
    if code is None:
        return None if person is None else first_code(db, person)
    link = _link(db, code)
    if link is not None and link.person != person:
        raise ProblemError(
            Problem.TAKEN,
            f"code: {code} belongs to another referrer; choose another, or omit it",
            field="code",
        )
    return None if link is None else link.code


def _link(db: Database, code: str) -> Link | None:
    """Return the link that a code names, as the program in force compares codes."""
    return link_named(Source(db), code, _NOW)


def _store(session: IntakeSession, line: bytes) -> int:
    """Store the event of a new link, and return its `seq`."""
    decoded = decode_lines([line], session.receiver(), session.platform.check_program)
    receipts = session.receive(decoded, [line])
    session.flush()
    (receipt,) = rows(receipts)
    if receipt["receipt"] != Receipt.ACCEPTED:
        raise _refused(receipt, "referrer")
    return int(receipt["seq"])


def _refused(receipt: Fields, who: str) -> ProblemError:
    """Return the problem of an event that breaks the contract; its subject was given as the member `who`."""
    field = who if receipt.get("field") == "subject" else str(receipt.get("field"))
    return invalid(field.removeprefix("data."), str(receipt.get("reason")))


def _event(context: Context, own_id: str, kind: str, subject: str, data: Fields) -> bytes:
    return orjson.dumps(
        {
            "specversion": "1.0",
            "id": own_id,
            "source": "platform",
            "type": kind,
            "time": format_moment(context.writer.clock.now_ms()),
            "subject": subject,
            "data": data,
        }
    )
