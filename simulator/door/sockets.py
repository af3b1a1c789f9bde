"""Listen on an address, or say in words why it can't be had."""

from __future__ import annotations

import errno
import os
import resource
from contextlib import suppress
from typing import Final

from aiohttp import web

from simulator.domain.errors import InputError

_MOST_FILES: Final = 65_536
_IN_USE: Final = "it is in use; take another --port, or 0 for any that is free"


def allow_connections() -> None:
    """Let this process have as many connections as the system allows it: 1,024 files is what many shells begin with."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        with suppress(OSError, ValueError):  # some systems allow less than they say
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


async def listen_on(runner: web.AppRunner, host: str, port: int) -> str:
    """Listen, and return the address; port 0 takes any that is free.

    Raises:
        InputError: the address can't be had.

    """
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None) or 0  # of a name that is not known it is negative
        why = _IN_USE if number == errno.EADDRINUSE else os.strerror(number) if number > 0 else _said(error)
        raise InputError(f"--host {host} --port {port}: can't be listened on ({why})") from error
    name, taken = runner.addresses[0][:2]
    return f"http://[{name}]:{taken}" if ":" in name else f"http://{name}:{taken}"


def _said(error: Exception) -> str:
    """Return an error in its own words."""
    return str(getattr(error, "strerror", None) or error)
