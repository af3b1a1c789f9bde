"""Listen on an address, or explain why that is not possible."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
from contextlib import suppress
from typing import Final

from aiohttp import web

from simulator.domain.errors import InputError

_MOST_FILES: Final = 65_536
# a server without clients has 20 open, and asyncio accepts 128 before it asks for any
_KEPT_FILES: Final = 256
_IN_USE: Final = "it is in use; choose another port, or 0 for any free one"


def allow_connections() -> int:
    """Raise this process's limit of open files to what the system allows, and return how many may be connections.

    Many shells start with a limit of 1,024. Some files are left for the database, and for what is sent to others: a
    server that can't open any would have to end.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):  # some systems allow less than they state
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = _MOST_FILES if soft == resource.RLIM_INFINITY else soft
    return files - min(_KEPT_FILES, files // 2)


def check_free(host: str, port: int, options: str | None = None) -> None:
    """Check that an address can be listened on, before anything is made that would be left over if it can't.

    `options` are those that gave the address.

    Raises:
        InputError: it can't be listened on.

    """

    async def listen() -> None:
        bound = await asyncio.get_running_loop().create_server(
            asyncio.Protocol, host, port, start_serving=False
        )
        bound.close()  # nobody could connect yet

    try:
        asyncio.run(listen())
    except (OSError, OverflowError) as error:
        raise _not_listened_on(options or _options(host, port), error) from error


async def listen_on(runner: web.AppRunner, host: str, port: int) -> str:
    """Listen, and return the address; port 0 picks a free one.

    Raises:
        InputError: the address can't be listened on.

    """
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except (OSError, OverflowError) as error:
        raise _not_listened_on(_options(host, port), error) from error
    name, taken = runner.addresses[0][:2]
    return f"http://[{name}]:{taken}" if ":" in name else f"http://{name}:{taken}"


def _options(host: str, port: int) -> str:
    return f"--host {host} --port {port}"


def _not_listened_on(options: str, error: OSError | OverflowError) -> InputError:
    number = getattr(error, "errno", None) or 0  # negative for an unknown host name
    message = str(getattr(error, "strerror", None) or error)
    why = _IN_USE if number == errno.EADDRINUSE else os.strerror(number) if number > 0 else message
    return InputError(f"{options}: can't be listened on ({why})")
