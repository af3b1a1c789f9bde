"""Answer malformed HTTP with a problem document as well, and without a traceback in the log."""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Final, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from simulator.door.guards import HEADERS
from simulator.door.problems import Problem, ProblemError, later, plain

_INTERNAL: Final = 500
_LOG: Final = logging.getLogger(__name__)


class Runner(web.AppRunner):
    """Run an application whose malformed requests are answered like all others, with at most so many connections."""

    def __init__(self, app: web.Application, most_connections: int, **options: Any) -> None:
        """Prepare to run `app`; `options` are aiohttp's."""
        super().__init__(app, **options)
        self._most = most_connections

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server  # aiohttp creates it internally and offers no hook
        cast(_Server, server).most_connections = self._most
        return server


class _Server(web.Server):
    """Create the protocol of each connection."""

    most_connections: int

    def __call__(self) -> web.RequestHandler:
        if len(self.connections) >= self.most_connections:
            return cast(web.RequestHandler, _Refusal())
        return _Protocol(self, loop=asyncio.get_running_loop(), **self._kwargs)


class _Refusal(asyncio.Protocol):
    """A connection too many: it is told so before it asks for anything, and closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Answer, and close the connection."""
        problem = later(Problem.BUSY, "as many connections are open as this server may have")
        response = problem.response()
        response.headers.update(HEADERS)
        body = response.body
        text = body if isinstance(body, bytes) else b""
        response.headers["Content-Length"] = str(len(text))
        response.headers["Connection"] = "close"
        head = "".join(f"{name}: {value}\r\n" for name, value in response.headers.items())
        writable = cast(asyncio.Transport, transport)
        writable.write(f"HTTP/1.1 {response.status} {response.reason}\r\n{head}\r\n".encode() + text)
        writable.close()


class _Protocol(web.RequestHandler):
    """A connection."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Return the response to an unreadable request; the connection is closed after it."""
        if request.writer.output_size > 0:
            raise ConnectionError("a response has already been started")
        if status < _INTERNAL and isinstance(exc, HttpProcessingError):
            problem = unreadable(exc, message)
        else:
            _LOG.error("%s", message, exc_info=exc)
            problem = ProblemError(
                Problem.INTERNAL,
                "the server failed, and wrote the error to its standard error; please report it",
            )
        response = problem.response()
        response.headers.update(HEADERS)
        response.force_close()
        return response

    def log_exception(self, *message: object, **more: object) -> None:
        """Log an error, unless the sender's body was unreadable, which the response says."""
        error = cast(BaseException | None, more.get("exc_info"))
        if not isinstance(error, (HttpProcessingError, web.RequestPayloadError)):
            _LOG.error(*message, exc_info=error or True)


def unreadable(error: HttpProcessingError, message: str | None = None) -> ProblemError:
    """Return the problem of a request or body that the HTTP parser rejected."""
    if isinstance(error, LineTooLong):
        return ProblemError(
            Problem.UNREADABLE, "the address or a header is longer than 8,190 bytes; send a shorter one"
        )
    return ProblemError(
        Problem.UNREADABLE,
        f"not well-formed HTTP/1.1 ({plain(message or error.message)}); correct it and send it again",
    )
