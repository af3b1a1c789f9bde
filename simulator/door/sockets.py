"""Listen on an address, or say in words why it can't be had."""

from __future__ import annotations

import errno
import os
from typing import Final

from aiohttp import web

from simulator.domain.errors import InputError

_IN_USE: Final = "it is in use; take another --port, or 0 for any that is free"


async def listen_on(runner: web.AppRunner, host: str, port: int) -> str:
    """Listen, and return the address; port 0 takes any that is free.

    Raises:
        InputError: the address can't be had.

    """
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except (OSError, OverflowError) as error:
        number = getattr(error, "errno", None)
        why = _IN_USE if number == errno.EADDRINUSE else os.strerror(number) if number else str(error)
        raise InputError(f"--host {host} --port {port}: can't be listened on ({why})") from error
    name, taken = runner.addresses[0][:2]
    return f"http://[{name}]:{taken}" if ":" in name else f"http://{name}:{taken}"
