"""What goes wrong with a request, as problem documents (RFC 9457): a stable type, where it is, what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import orjson
from aiohttp import web

CONTENT_TYPE: Final = "application/problem+json"
_MOST_SAID: Final = 200  # characters of what the reader of HTTP says
_URN: Final = "urn:referral-tui:problem:"


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its HTTP status and its title, which is the same for each."""

    status: int
    title: str


class Problem(Enum):
    """All kinds of problems; the names are the ends of their types, with a hyphen for each underscore."""

    UNREADABLE = Kind(400, "The request can't be read")
    UNKNOWN_KEY = Kind(401, "The key is missing or unknown")
    UNSIGNED = Kind(401, "The sender's signature is missing or wrong")
    NOT_ALLOWED = Kind(403, "The key may not do this")
    CROSS_ORIGIN = Kind(403, "Another site's page may not call this server")
    NOT_FOUND = Kind(404, "There is nothing of that name")
    WRONG_METHOD = Kind(405, "The address doesn't take this method")
    TOO_SLOW = Kind(408, "The body did not come in time")
    CONFLICT = Kind(409, "Another message with this source and id was accepted before")
    TAKEN = Kind(409, "The code is another referrer's")
    SETTLED = Kind(409, "The decision doesn't wait for a verdict")
    CLOCK_RUNS = Kind(409, "The clock can't be set")
    TOO_LARGE = Kind(413, "The body is too large")
    UNKNOWN_FORMAT = Kind(415, "The content type is not one that is read here")
    ELSEWHERE = Kind(421, "Another door of this program answers this")
    MALFORMED = Kind(422, "The message breaks the contract of events")
    INVALID = Kind(422, "A value is not one that is allowed")
    TOO_MUCH = Kind(429, "This client has too much waiting")
    INTERNAL = Kind(500, "Something is wrong with the server itself")
    BUSY = Kind(503, "More is waiting than the server can hold")
    NOT_STORED = Kind(503, "The database can't be written")
    ENDING = Kind(503, "The server is ending")

    @property
    def type(self) -> str:
        """The stable type, a URN."""
        return _URN + self.name.lower().replace("_", "-")


class ProblemError(Exception):
    """A request that can't be answered as was wished.

    `detail` says what is wrong, where, and what would be right. `members` are added to the document, `headers` to the
    answer.
    """

    def __init__(
        self,
        problem: Problem,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **members: Any,
    ) -> None:
        super().__init__(detail)
        self.problem, self.detail = problem, detail
        self.headers = dict(headers or {})
        self.members = members

    def response(self) -> web.Response:
        """Return the answer that says so."""
        kind = self.problem.value
        told = {
            "type": self.problem.type,
            "title": kind.title,
            "status": kind.status,
            "detail": shown(self.detail),
            **{
                name: shown(value) if isinstance(value, str) else value
                for name, value in self.members.items()
            },
        }
        return web.Response(
            body=orjson.dumps(told), status=kind.status, content_type=CONTENT_TYPE, headers=self.headers
        )


def shown(text: str) -> str:
    """Return a text in which bytes of a header that are no UTF-8 are question marks."""
    return text.encode("utf-8", "replace").decode()


def later(problem: Problem, detail: str) -> ProblemError:
    """Return a problem that passes by itself: the client is told to come again in a second."""
    return ProblemError(problem, f"{detail}; send it again in a second", headers={"Retry-After": "1"})


def unknown_encoding(name: str) -> ProblemError:
    """Return the problem of a body that is packed in a way of this name, which is not known here."""
    return ProblemError(
        Problem.UNKNOWN_FORMAT,
        f"Content-Encoding: {name} is not known here; send the body with gzip or deflate, or as it is",
        headers={"Accept-Encoding": "gzip, deflate, identity"},
    )


def plain(text: str) -> str:
    """Return what the reader of HTTP says in one line, without its status."""
    return re.sub(r"\s+", " ", text).removeprefix("400, message: ").strip(" :^")[:_MOST_SAID]
