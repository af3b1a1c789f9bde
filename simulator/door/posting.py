"""Post a signed message to an address, and say in a word what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)

PATIENCE_S: Final = 15.0
"""Seconds in which an answer must have come; the specification advises 15 to 30."""
_ANSWER: Final = 4 * 1024  # bytes of an answer that are read


@dataclass(frozen=True)
class Posted:
    """What came of a message: the status of the answer, its body's beginning, and what went wrong where none came.

    `retry_after` is the header of that name, as it came.
    """

    status: int | None
    body: bytes = b""
    error: str = ""
    retry_after: str | None = None

    @property
    def taken(self) -> bool:
        """Whether the message was taken."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def why(self) -> str:
        """Why it was not taken."""
        return self.error if self.status is None else f"answered {self.status}"


def sender(patience_s: float) -> ClientSession:
    """Return the session by which messages are posted: one that follows no proxy, and keeps no cookies."""
    connector = TCPConnector(limit=0)  # those that hang hold theirs, and others would wait for one
    return ClientSession(
        connector=connector, timeout=ClientTimeout(total=patience_s), cookie_jar=DummyCookieJar()
    )


async def post(session: ClientSession, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
    """Post a message; a redirection is not followed, as the specification asks."""
    try:
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            said = answer.headers.get("Retry-After")
            return Posted(answer.status, await answer.content.read(_ANSWER), retry_after=said)
    except TimeoutError:
        return Posted(None, error="no answer in time")
    except (ClientError, OSError, ValueError) as error:
        return Posted(None, error=f"can't be reached ({_why(error)})")


def _why(error: Exception) -> str:
    """Return why nothing was posted, in the system's words where it has some."""
    cause = error.os_error if isinstance(error, ClientConnectorError) else error
    said = cause.strerror if isinstance(cause, OSError) else None
    return said or type(error).__name__
