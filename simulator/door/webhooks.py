"""Turn entries of the audit trail into signed webhooks, following the Standard Webhooks specification."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import orjson
from standardwebhooks import Webhook

from db.read.notices import Notice
from simulator.domain.errors import InputError
from simulator.events.moment import format_moment

PREFIX: Final = "whsec_"
_SECRET_BYTES: Final = 32
_LEAST, _MOST = 24, 64  # bytes of a secret, as specified
_ID_DIGITS: Final = 12  # of a hash, so that another database's entry with the same number has another id
USER_AGENT: Final = "referral-tui"


@dataclass(frozen=True)
class Message:
    """A webhook: its id, which stays the same however often it is sent, its type, and its body."""

    id: str
    type: str
    body: bytes


def new_secret() -> str:
    """Return a new secret, with which a subscriber verifies its messages."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()


def webhook_id(notice: Notice) -> str:
    """Return the id of an entry's webhook; a database rebuilt from its log sends the same ids."""
    digest = hashlib.sha256(orjson.dumps(notice.key)).hexdigest()
    return f"msg_{notice.entry}_{digest[:_ID_DIGITS]}"


def message(notice: Notice) -> Message:
    """Return the webhook of an entry: a thin message, with ids by which the rest can be queried."""
    body = {
        "type": notice.type,
        "timestamp": format_moment(notice.at),
        "data": {"entry": notice.entry, **notice.about},
    }
    return Message(webhook_id(notice), notice.type, orjson.dumps(body))


def check_secret(secret: str) -> str:
    """Return a given secret if it is valid.

    Raises:
        InputError: it is none.

    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith(PREFIX) or not _LEAST <= len(key) <= _MOST:
        raise InputError(
            f"secret: must be {PREFIX} followed by {_LEAST} to {_MOST} bytes in Base64; omit it to get a new one"
        )
    return secret


def signed(own_id: str, body: bytes, keys: Sequence[str], at_ms: int) -> dict[str, str]:
    """Return the headers of a message sent at `at_ms` (wall clock, milliseconds UTC), signed with each secret.

    Raises:
        InputError: a secret is not valid.

    """
    seconds = at_ms // 1000
    at, text = datetime.fromtimestamp(seconds, UTC), body.decode()
    signatures = [Webhook(check_secret(secret)).sign(own_id, at, text) for secret in keys]
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": own_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(signatures),
    }
