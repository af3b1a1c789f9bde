"""Describe what is wrong with a request in a problem document (RFC 9457): what, where, and what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import orjson
from aiohttp import web

CONTENT_TYPE: Final = "application/problem+json"
_MOST_SAID: Final = 200  # characters of the HTTP parser's message
_URN: Final = "urn:referral-tui:problem:"


@dataclass(frozen=True)
class Kind:
    """A kind of problem: its HTTP status and its title, which never varies."""

    status: int
    title: str


class Problem(Enum):
    """All kinds of problems; a type ends with the name of its member, with hyphens for underscores."""

    UNREADABLE = Kind(400, "The request can't be read")
    UNKNOWN_KEY = Kind(401, "The key is missing or unknown")
    UNSIGNED = Kind(401, "The sender's signature is missing or wrong")
    NOT_ALLOWED = Kind(403, "This key is not allowed to do this")
    CROSS_ORIGIN = Kind(403, "Pages of other sites are not allowed to call this server")
    NOT_FOUND = Kind(404, "No such address, person or resource")
    WRONG_METHOD = Kind(405, "The address doesn't accept this method")
    TOO_SLOW = Kind(408, "The body did not arrive in time")
    CONFLICT = Kind(409, "A different message with this source and id was already accepted")
    TAKEN = Kind(409, "The code belongs to another referrer")
    SETTLED = Kind(409, "The decision is not waiting for a verdict")
    CLOCK_RUNS = Kind(409, "The clock can't be set")
    TOO_LARGE = Kind(413, "The body is too large")
    UNKNOWN_FORMAT = Kind(415, "The content type is not supported")
    ELSEWHERE = Kind(421, "Only the engine's door of this program can answer this")
    MALFORMED = Kind(422, "The message breaks the event contract")
    INVALID = Kind(422, "A value is not allowed")
    TOO_MUCH = Kind(429, "This client has too many messages waiting")
    INTERNAL = Kind(500, "The server failed")
    BUSY = Kind(503, "The server's queue is full")
    NOT_STORED = Kind(503, "The database can't be written to")
    ENDING = Kind(503, "The server is shutting down")

    @property
    def type(self) -> str:
        """The stable type, a URN."""
        return _URN + self.name.lower().replace("_", "-")


class ProblemError(Exception):
    """A request that can't be fulfilled.

    `detail` says what is wrong, where, and what would be right. `members` are added to the document, `headers` to the
    response.
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
        """Return the problem document as an HTTP response."""
        kind = self.problem.value
        document = {
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
            body=orjson.dumps(document), status=kind.status, content_type=CONTENT_TYPE, headers=self.headers
        )


def shown(text: str) -> str:
    """Return a text with question marks in place of header bytes that are not UTF-8."""
    return text.encode("utf-8", "replace").decode()


def later(problem: Problem, detail: str) -> ProblemError:
    """Return a temporary problem, which asks the client to retry in a second."""
    return ProblemError(problem, f"{detail}; send it again in a second", headers={"Retry-After": "1"})


def unknown_encoding(name: str) -> ProblemError:
    """Return the problem of a body whose `Content-Encoding` is not supported."""
    return ProblemError(
        Problem.UNKNOWN_FORMAT,
        f"Content-Encoding: {name} is not supported; send the body with gzip or deflate, or uncompressed",
        headers={"Accept-Encoding": "gzip, deflate, identity"},
    )


def plain(text: str) -> str:
    """Return the HTTP parser's message in one line, without its status."""
    return re.sub(r"\s+", " ", text).removeprefix("400, message: ").strip(" :^")[:_MOST_SAID]
