"""`hooks listen`: a subscriber for a developer's terminal, which lasts as long as the command runs."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from referral_tui.cli.output import print_json, say

if TYPE_CHECKING:
    from simulator.door.listening import Heard


def listen_to(
    db: Path, types: tuple[str, ...], after: int | None, port: int, status: int, *, as_json: bool
) -> None:
    """Subscribe to the server of a database, and print what comes until ctrl-c.

    Raises:
        InputError: the port can't be had, or a type or an entry is not one that there is.
        DatabaseError: a database can't be read or written.

    """
    from db.hooks import HookStore
    from db.sqlite.readonly import reading
    from simulator.door.listening import HOST, listen
    from simulator.door.subscribing import beginning, check_wish, subscribe
    from simulator.door.webhooks import new_secret

    secret = new_secret()
    wish = check_wish("listen", f"http://{HOST}/", types, anywhere=False)
    with reading(db) as database:
        begins = beginning(database, after)
    with HookStore(db) as store:
        subscribed: list[str] = []

        def ready(address: str) -> None:
            name = f"listen-{urlsplit(address).port}"
            store.remove(name)  # of a listener that was killed
            subscribe(store, replace(wish, name=name, url=address), begins, secret)
            subscribed.append(name)
            say(f"{db}: listening at {address}, subscribed as {name} until ctrl-c; secret {secret}")
            sys.stdout.flush()

        def heard(one: Heard) -> None:
            print_json(_told(one)) if as_json else say(_line(one))
            sys.stdout.flush()

        try:
            listen(port, secret, status, heard, ready)
        finally:
            for name in subscribed:
                store.remove(name)


def _told(one: Heard) -> dict[str, object]:
    return {"id": one.id, "type": one.type, "data": one.data, "again": one.again, "wrong": one.wrong}


def _line(one: Heard) -> str:
    from simulator.door.listening import words

    now = datetime.now().astimezone().strftime("%H:%M:%S")
    if one.wrong is not None:
        return f"{now}  NOT TRUSTED: {one.wrong}  {one.id}"
    again = "  (again)" if one.again else ""
    return f"{now}  {one.type:<22}  signature ok  {one.id}{again}  {words(one.data)}"
