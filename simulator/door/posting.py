"""Post a signed message to an address, and report the result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import (
    ClientError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)

from simulator.domain.errors import system_words

PATIENCE_S: Final = 15.0
"""Seconds within which an answer must arrive; the specification advises 15 to 30."""
_ANSWER: Final = 4 * 1024  # bytes of an answer that are read


@dataclass(frozen=True)
class Posted:
    """The result of posting a message: the status and beginning of the answer, or the error if there was none.

    `retry_after` is the header of that name, unparsed.
    """

    status: int | None
    body: bytes = b""
    error: str = ""
    retry_after: str | None = None

    @property
    def taken(self) -> bool:
        """Whether the message was acknowledged."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def why(self) -> str:
        """Why it was not acknowledged."""
        return self.error if self.status is None else f"answered {self.status}"


def sender(patience_s: float) -> ClientSession:
    """Return a session for posting messages, which uses no proxy and keeps no cookies."""
    connector = TCPConnector(limit=0)  # hanging subscribers hold connections, and others would have to wait
    return ClientSession(
        connector=connector, timeout=ClientTimeout(total=patience_s), cookie_jar=DummyCookieJar()
    )


async def post(session: ClientSession, url: str, body: bytes, headers: Mapping[str, str]) -> Posted:
    """Post a message; redirects are not followed, as specified."""
    try:
        async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            retry_after = answer.headers.get("Retry-After")
            return Posted(answer.status, await answer.content.read(_ANSWER), retry_after=retry_after)
    except TimeoutError:
        return Posted(None, error="no answer in time")
    except (ClientError, OSError, ValueError) as error:
        why = system_words(error) if isinstance(error, OSError) else type(error).__name__
        return Posted(None, error=f"can't be reached ({why})")
