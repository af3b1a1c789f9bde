"""Check the signatures with which webhook senders prove that a body is theirs, as each of them documents."""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Scheme = Literal["stripe", "hmac-sha256-base64", "hmac-sha256-hex", "hmac-sha1-hex", "form-secret"]
SCHEMES: Final[tuple[Scheme, ...]] = (
    "stripe", "hmac-sha256-base64", "hmac-sha256-hex", "hmac-sha1-hex", "form-secret",
)  # fmt: skip
IN_FORM: Final[Scheme] = "form-secret"
"""The sender repeats the secret in a field of the form that it posts, and signs nothing."""
TOLERANCE_S: Final = 300
"""How old, or how far ahead, a signature with a time may be: Stripe's own libraries allow five minutes."""


@dataclass(frozen=True)
class Signature:
    """Where a sender's signature is, and how it is made: in a header, with IN_FORM in a field of the form."""

    name: str
    scheme: Scheme


def signature_problem(
    signature: Signature, secret: str, headers: Mapping[str, str], body: bytes, now_s: int
) -> str | None:
    """Say what is wrong with the signature of a body; None if it is the sender's.

    `headers` has the request's headers, case-insensitively; with IN_FORM it has the fields of the form.
    `now_s` is the wall clock's time, in seconds.
    """
    given = headers.get(signature.name)
    if signature.scheme == IN_FORM:
        return _form_problem(signature.name, secret, given)
    if given is None:
        return f"the header {signature.name} is missing; the sender signs each request with it"
    if signature.scheme == "stripe":
        return _stripe_problem(signature.name, secret, given, body, now_s)
    digest = hmac.digest(secret.encode(), body, "sha1" if signature.scheme == "hmac-sha1-hex" else "sha256")
    right = base64.b64encode(digest).decode() if signature.scheme.endswith("base64") else digest.hex()
    return None if _same(given.strip(), right) else _wrong(signature.name)


def sign(signature: Signature, secret: str, body: bytes, now_s: int) -> str:
    """Return what a sender would write into the header or form field to sign a body."""
    if signature.scheme == IN_FORM:
        return secret
    if signature.scheme == "stripe":
        signed = hmac.digest(secret.encode(), b"%d.%b" % (now_s, body), "sha256")
        return f"t={now_s},v1={signed.hex()}"
    digest = hmac.digest(secret.encode(), body, "sha1" if signature.scheme == "hmac-sha1-hex" else "sha256")
    return base64.b64encode(digest).decode() if signature.scheme.endswith("base64") else digest.hex()


def _stripe_problem(header: str, secret: str, given: str, body: bytes, now_s: int) -> str | None:
    parts = [part.strip().partition("=") for part in given.split(",")]
    stamps = [value for name, _, value in parts if name == "t"]
    if len(stamps) != 1 or not re.fullmatch(r"[0-9]{1,12}", stamps[0]):
        return f"the header {header} has no time; it is written t=…,v1=…"
    right = hmac.digest(secret.encode(), f"{stamps[0]}.".encode() + body, "sha256").hex()
    if not any(_same(value, right) for name, _, value in parts if name == "v1"):
        return _wrong(header)
    if abs(now_s - int(stamps[0])) > TOLERANCE_S:
        return f"the header {header} was made more than {TOLERANCE_S // 60} minutes ago, or ahead; see to the clocks"
    return None


def _form_problem(field: str, secret: str, given: str | None) -> str | None:
    if given is None:
        return f"the form has no field {field}; the sender repeats its secret in it"
    return (
        None
        if _same(given, secret)
        else f"the field {field} is not the secret of --secrets; check the secret"
    )


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), right.encode())


def _wrong(header: str) -> str:
    return (
        f"the signature in {header} is not that of this body with the secret of --secrets; check the secret"
    )
