r"""Masking: whatever looks like an e-mail or a phone number is taken out before a message is stored.

An e-mail is text on both sides of an `@` (also written `%40` or `\u0040`); a phone number is 7 to 15 digits
that stand alone, perhaps with `+`, spaces, dots, dashes and brackets. What a person needs to mend a message
stays readable: moments, amounts, and ids in which letters join the digits. Every pattern is possessive or
walks forward only, so the time is linear in the text, whatever is in it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

E_MAIL = "[e-mail]"
PHONE = "[phone]"
_FEWEST, _MOST = 7, 15  # digits of a phone number, E.164

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|[^u])", re.DOTALL)
_AT = re.compile(r"[@\uff20\ufe6b]|\\u0040|%40", re.IGNORECASE)
# what may not be part of an address, so that the JSON around it stays; a backslash only before the @
_BEFORE = re.compile(r"[\s\"<>()\[\]{},;:]")
_AFTER = re.compile(r"(?:[^\s\"'<>()\[\]{},;:\\@%\uff20\ufe6b]|%(?!40)|\\u(?!0040)[0-9a-fA-F]{4})*+")

_DASHES = "\\-\u2010-\u2015\u2212"
_DIGITS = re.compile(
    # kept as they are: amounts and times of receipt as JSON numbers, and moments
    r'(?P<kept>"(?:amount_minor|reach|receivedat|seq)"\s*+:\s*+-?\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+'
    r"|(?<![\w.+\-])\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)?(?![\w.])"
    r"|(?<![\w.+\-])(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\w.\-]))"
    # digits alone: no letter, digit, dot or dash before (but the end of an escape), no letter after
    rf"|(?P<digits>(?:(?<![\w.+{_DASHES}])|(?<=%2[0-9A-Fa-f])|(?<=\\[bfnrt]))"
    rf"\(?+[.+{_DASHES}]*+\d[\d.+{_DASHES}]*+(?!\w))"
)
_JOINT = re.compile(r"[ \t\xa0\u2007\u2009\u202f()/\[\]]{1,3}")


def mask(text: str) -> str:
    r"""Take e-mails and phone numbers out of a text; linear in its length.

    JSON escapes of printable characters are written out first (`\u0040` as `@`), so that they hide nothing.
    """
    if "\\u" in text:
        text = _ESCAPE.sub(_written_out, text)
    return _mask_phones(_mask_e_mails(text))


def quarantine_text(raw: bytes) -> tuple[str, str]:
    r"""Give a refused message as it may be stored: its text, masked, and the SHA-256 (hex) of it as sent.

    The end of the line is not part of the message. Bytes that are not UTF-8 are written `\xNN`.
    """
    sent = raw.rstrip(b"\r\n")
    return mask(sent.decode("utf-8", "backslashreplace")), hashlib.sha256(sent).hexdigest()


def _written_out(match: re.Match[str]) -> str:
    code = match[1]
    if code is None:
        return match[0]
    point = int(code, 16)
    hidden = point < 0x20 or point in (0x22, 0x5C, 0x7F) or 0xD800 <= point < 0xE000
    return match[0] if hidden else chr(point)


def _mask_e_mails(text: str) -> str:
    out: list[str] = []
    done = 0  # everything before is in `out`
    floor = 0  # the next address can't begin before the end of the last
    for at in _AT.finditer(text):
        start = _address_start(text, floor, at.start())
        tail = _AFTER.match(text, at.end())
        end = tail.end() if tail is not None else at.end()
        follows = bool(out) and start == done  # a@b@c is one address
        if end > at.end() and (start < at.start() or follows or "." in text[at.end() : end]):
            out += (text[done:start], "" if follows else E_MAIL)
            done = end
        floor = end
    out.append(text[done:])
    return "".join(out)


def _address_start(text: str, floor: int, at: int) -> int:
    """Walk back from an `@` to where its address begins, at `floor` at the earliest."""
    start = at
    while start > floor and _BEFORE.match(text, start - 1) is None:
        start -= 1
    return start


def _mask_phones(text: str) -> str:
    out: list[str] = []
    done = 0
    for start, end in _phones(text):
        out += (text[done:start], PHONE)
        done = end
    out.append(text[done:])
    return "".join(out)


def _phones(text: str) -> Iterator[tuple[int, int]]:
    """Find phone numbers: digits that stand alone, joined over spaces and brackets up to 15 in all."""
    start = end = digits = 0
    for match in _DIGITS.finditer(text):
        count = sum(map(str.isdigit, match[0])) if match["digits"] else _MOST + 1
        joined = digits and digits + count <= _MOST and _JOINT.fullmatch(text, end, match.start())
        if joined:
            digits += count
        else:
            if digits >= _FEWEST:
                yield start, end
            start, digits = match.start(), count if count <= _MOST else 0
        end = match.end()
    if digits >= _FEWEST:
        yield start, end
