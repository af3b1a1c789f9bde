"""Check and store subscriptions to webhooks, and have messages sent again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from db.hooks import DeadLetter, HookStore, Subscriber
from db.read.notices import notices
from db.read.served import newest
from db.sqlite.readonly import Database
from simulator.domain.errors import InputError
from simulator.domain.notices import NOTICE_TYPES
from simulator.domain.web_addresses import http_parts
from simulator.door.guards import is_loopback
from simulator.door.vetoes import Veto
from simulator.door.webhooks import check_secret, new_secret, webhook_id
from simulator.program.values import InvalidValueError, duration

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
KEEP: Final = "24h"
"""How long an old secret signs alongside a new one by default."""
MOST_LETTERS: Final = 1_000
"""The most dead letters that are listed or sent again at once."""


@dataclass(frozen=True)
class NewSubscription:
    """A requested subscription: its name, its address, and the types wanted (empty for all)."""

    name: str
    url: str
    types: tuple[str, ...]


def check_subscription(
    name: str, url: str, types: Sequence[str], *, anywhere: bool, option: str = "--anywhere"
) -> NewSubscription:
    """Check a requested subscription, and return it; with `anywhere` the address may be on another machine.

    `option` is the command-line option that allows that.

    Raises:
        InputError: the name, the address or a type is not allowed.

    """
    if not _NAME.fullmatch(name):
        raise InputError(f"name: {name} must consist of at most 64 letters, digits, . _ and -")
    check_address(url, anywhere=anywhere, option=option)
    for one in types:
        if not known_type(one):
            raise InputError(
                f"types: {one}: no such type; write a pattern such as reward.*, or one of {', '.join(NOTICE_TYPES)}"
            )
    return NewSubscription(name, url, tuple(dict.fromkeys(types)))


def check_address(url: str, *, anywhere: bool, option: str, name: str = "url") -> None:
    """Check that messages may be sent to an address; `name` and `option` are used in the error message.

    Raises:
        InputError: it is not an HTTP URL, or, without `anywhere`, it is on another machine.

    """
    parts = http_parts(url)
    if parts is None:
        raise InputError(f"{name}: {url}: not an HTTP URL; write one such as http://127.0.0.1:9000/hooks")
    host = parts.hostname or ""
    if not anywhere and not is_loopback(host):
        raise InputError(
            f"url: {host} may be another machine; allow that with {option}, or give an address on this one, such as "
            "http://127.0.0.1:9000/hooks"
        )


def read_veto(url: str | None, unanswered: str) -> Veto | None:
    """Return the veto that the options --veto and --veto-unanswered describe, or None for no veto.

    Raises:
        InputError: a value is not allowed.

    """
    if unanswered not in ("pay", "refuse"):
        raise InputError(f"--veto-unanswered {unanswered}: write pay or refuse")
    if url is None:
        if unanswered == "refuse":
            raise InputError("--veto-unanswered refuse: nobody is asked; name an address with --veto URL")
        return None
    check_address(url, anywhere=True, option="--veto", name="--veto")
    return Veto(url, refuse=unanswered == "refuse")


def known_type(wanted: str) -> bool:
    """Return whether a type has this name, or begins like this if it ends with `*`."""
    if wanted.endswith("*"):
        return any(kind.startswith(wanted.removesuffix("*")) for kind in NOTICE_TYPES)
    return wanted in NOTICE_TYPES


def beginning(db: Database, after: int | None) -> tuple[int, str]:
    """Return the entry after which a new subscriber's messages begin, and its webhook id.

    `after` is the number of an entry: 0 begins with the first one, None after the newest one.

    Raises:
        InputError: there is no such entry.

    """
    last = newest(db)["entry"]
    wanted = last if after is None else after
    if not 0 <= wanted <= last:
        raise InputError(f"after: there is no entry {wanted}; the newest one is {last}")
    found = notices(db, wanted - 1, wanted, 1)
    return wanted, webhook_id(found[0]) if found else ""


def subscribe(
    store: HookStore, subscription: NewSubscription, begins: tuple[int, str], secret: str | None = None
) -> str:
    """Store a new subscription, and return the secret with which its messages are signed.

    Raises:
        InputError: the name is taken, or the secret is not valid.
        DatabaseError: it can't be stored.

    """
    given = new_secret() if secret is None else check_secret(secret)
    store.add(subscription.name, subscription.url, given, subscription.types, *begins)
    return given


def read_keep(text: str) -> int:
    """Return how long an old secret signs alongside the new one, in milliseconds; `text` is a duration such as 24h.

    Raises:
        InputError: it is not a duration.

    """
    try:
        return duration(text, zero=True)
    except InvalidValueError as error:
        raise InputError(f"keep: {error}") from None


def rotate(
    store: HookStore, one: Subscriber, keep_ms: int, now: int, secret: str | None = None
) -> tuple[str, int]:
    """Give a subscriber a new secret; return it, and until when messages are also signed with the old one.

    That is `keep_ms` milliseconds from `now` (wall clock, milliseconds UTC).

    Raises:
        InputError: the secret is not valid, or is the current one.
        DatabaseError: it can't be stored.

    """
    given = new_secret() if secret is None else check_secret(secret)
    if given == one.secret:
        raise InputError(f"secret: {one.name} already has this one; omit it to get a new one")
    store.rotate(one, given, now, now + keep_ms)
    return given, now + keep_ms


def find(store: HookStore, name: str) -> Subscriber:
    """Return the subscriber with this name.

    Raises:
        InputError: there is no such subscriber.

    """
    found = store.named(name)
    if found is None:
        names = ", ".join(one.name for one in store.subscribers())
        raise InputError(f"{name[:64]}: no such subscriber; the subscribers are: {names or 'none'}")
    return found


def repeat(store: HookStore, one: Subscriber, after: int | None, until: int | None, *, dead: bool) -> int:
    """Have entries sent again, a span or those that were given up, and return how many; with neither, retry at once.

    `after` is the number of the entry before the span (0: from the first), `until` that of its last one (None: the
    last one the subscriber has reached).

    Raises:
        InputError: the span ends before it begins, or after what the subscriber has reached, or it is not clear what
            to send.

    """
    if dead and (after, until) != (None, None):
        raise InputError(
            "dead: asks for the messages that were given up, after and until for a span; give one of them"
        )
    if until is not None and after is None:
        raise InputError(f"until {until}: say where the span begins, too, with after (0: at the first entry)")
    spans: list[tuple[int, int]] = []
    if dead:
        spans = [(letter.entry - 1, letter.entry) for letter in store.dead_letters(one.id, MOST_LETTERS)]
    elif after is not None:
        last = one.reached if until is None else until
        if not 0 <= after <= last <= one.reached:
            raise InputError(
                f"after {after}, until {last}: the span must begin at 0 or later and end by entry {one.reached}, the "
                f"last one {one.name} has reached"
            )
        spans = [(after, last)] if last > after else []
    store.replay(one.name, spans)
    return sum(last - first for first, last in spans)


def as_json(one: Subscriber, last: int, now: int) -> dict[str, Any]:
    """Return the JSON form of a subscriber, without its secret; `last` is the newest entry.

    `now` is the wall clock's time, milliseconds UTC.
    """
    return {
        "name": one.name,
        "url": one.url,
        "types": list(one.types),
        "reached": one.reached,
        "behind": max(0, last - one.reached),
        "sent": one.sent,
        "dead_letters": one.dead,
        "tries": one.tries,
        "next_at": one.next_at if one.tries else None,
        "error": one.error,
        "ended": one.ended,
        "secrets": len(one.secrets(now)),
    }


def letter_json(one: DeadLetter) -> dict[str, Any]:
    """Return the JSON form of a message that was given up."""
    return {
        "entry": one.entry,
        "webhook_id": one.webhook_id,
        "type": one.type,
        "tries": one.tries,
        "at": one.at,
        "error": one.error,
    }
