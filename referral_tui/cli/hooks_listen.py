"""`hooks listen`: a subscriber for a developer's terminal, which lasts as long as the command runs."""

from __future__ import annotations

import sys
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from referral_tui.cli.output import print_json, say
from simulator.domain.errors import InputError

if TYPE_CHECKING:
    from referral_tui.cli.subscriptions import Subscription
    from simulator.door.listening import ReceivedWebhook


def listen_to(subscription: Subscription, port: int, status: int, *, as_json: bool) -> None:
    """Subscribe, and print incoming messages until Ctrl-C.

    Raises:
        InputError: the port can't be listened on, or the server can't be reached.
        DatabaseError: a database can't be read or written.

    """
    from simulator.door.listening import listen

    def ready(address: str) -> None:
        subscription.begin(address)
        message = f"listening at {address}, subscribed as {subscription.name}; press Ctrl-C to stop"
        say(f"{subscription.where}: {message}; secret {subscription.secret}")
        sys.stdout.flush()

    def on_message(one: ReceivedWebhook) -> None:
        print_json(_as_json(one)) if as_json else say(_line(one))
        sys.stdout.flush()

    try:
        listen(port, lambda: subscription.secret, status, on_message, ready)
    finally:
        with suppress(InputError):  # the server ended first
            subscription.end()


def _as_json(one: ReceivedWebhook) -> dict[str, object]:
    return {"id": one.id, "type": one.type, "data": one.data, "again": one.again, "wrong": one.wrong}


def _line(one: ReceivedWebhook) -> str:
    from simulator.door.listening import words

    now = datetime.now().astimezone().strftime("%H:%M:%S")
    if one.wrong is not None:
        return f"{now}  NOT TRUSTED: {one.wrong}  {one.id}"
    again = "  (again)" if one.again else ""
    return f"{now}  {one.type:<22}  signature ok  {one.id}{again}  {words(one.data)}"
