"""Answer what is no request that can be read with a problem document, too, and without a traceback in the log."""

from __future__ import annotations

import asyncio
import logging
from typing import Final, cast

from aiohttp import web
from aiohttp.http_exceptions import ContentEncodingError, HttpProcessingError, LineTooLong

from simulator.door.guards import HEADERS
from simulator.door.problems import Problem, ProblemError, plain, unknown_encoding

_INTERNAL: Final = 500
_LOG: Final = logging.getLogger(__name__)


class Runner(web.AppRunner):
    """Runs an application; what its connections bring that is no HTTP is answered as everything else is."""

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        server.__class__ = _Server  # it is made deep inside of aiohttp, which has no other way in
        return server


class _Server(web.Server):
    """Makes the protocol of each connection."""

    def __call__(self) -> web.RequestHandler:
        return _Protocol(self, loop=asyncio.get_running_loop(), **self._kwargs)


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
        """Return the answer to what can't be read; the connection is closed after it."""
        if request.writer.output_size > 0:
            raise ConnectionError("an answer is on its way already")
        if status < _INTERNAL and isinstance(exc, HttpProcessingError):
            problem = unreadable(exc, message)
        else:
            _LOG.error("%s", message, exc_info=exc)
            problem = ProblemError(
                Problem.INTERNAL,
                "a fault of the server, which it wrote to its standard error; please report it",
            )
        response = problem.response()
        response.headers.update(HEADERS)
        response.force_close()
        return response

    def log_exception(self, *said: object, **more: object) -> None:
        """Log an error, unless it is that of a sender whose body can't be read: who sent it is told so."""
        error = cast(BaseException | None, more.get("exc_info"))
        if not isinstance(error, (HttpProcessingError, web.RequestPayloadError)):
            _LOG.error(*said, exc_info=error or True)


def unreadable(error: HttpProcessingError, message: str | None = None) -> ProblemError:
    """Return the problem of a request, or of a body, that the reader of HTTP refuses."""
    if isinstance(error, ContentEncodingError):
        return unknown_encoding("this one")
    if isinstance(error, LineTooLong):
        return ProblemError(
            Problem.UNREADABLE, "the address or a header is longer than 8,190 bytes; send a shorter one"
        )
    return ProblemError(
        Problem.UNREADABLE,
        f"no HTTP/1.1 that can be read ({plain(message or error.message)}); mend it and send it again",
    )
