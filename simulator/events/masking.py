r"""Mask messages: whatever the recogniser (`contacts.py`) finds is removed before a message is stored.

What a person needs to fix a message stays readable: moments, amounts, dates, order numbers, and ids that mix letters
and digits.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable

from simulator.events.contacts import Span, find_e_mails, find_phones
from simulator.events.contract import MAX_ATTRIBUTES, MAX_LINE_BYTES
from simulator.events.lines import KEPT, LongLine, StandInLine

E_MAIL = "[e-mail]"
PHONE = "[phone]"
_MOST_CONTACTS = MAX_ATTRIBUTES + 5
"""No valid message has more values than these that may be contacts: its attributes, and five references."""
_DIGIT = re.compile(r"\d")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|[^u])", re.DOTALL)


def mask(text: str, *, bare: bool = True) -> str:
    r"""Mask the e-mail addresses and phone numbers in a text, in linear time.

    JSON escapes of printable characters are written out first (`\u0040` as `@`), so that they hide nothing. Without
    `bare`, digits alone are no phone number.
    """
    if "\\u" in text:
        text = _ESCAPE.sub(_written_out, text)
    text = _replace(text, find_e_mails(text), E_MAIL, once=True)
    return _replace(text, find_phones(text, bare=bare), PHONE, once=False)


def quarantine_text(raw: bytes, contacts: Collection[str] = ()) -> tuple[str, str]:
    r"""Return a refused message as it may be stored: its masked text, and the SHA-256 (hex) of it as sent.

    The end of the line is not part of the message. Bytes that are not UTF-8 are written `\xNN`. `contacts` are values
    of it that may be raw contacts by where they stood: they are masked wherever they stand alone. If there are more
    than a valid message can have, every digit of it is masked instead: to look for each would take minutes. Of a
    message that is too long only the beginning is kept.
    """
    sent = raw.rstrip(b"\r\n")
    cut = isinstance(raw, LongLine) or len(sent) > MAX_LINE_BYTES
    text = mask((sent[:KEPT] if cut else sent).decode("utf-8", "backslashreplace")) + ("…" if cut else "")
    if len(contacts) > _MOST_CONTACTS:
        text, contacts = _DIGIT.sub("#", text), ()
    for contact in contacts:
        text = re.sub(rf"(?<!\w){re.escape(contact)}(?!\w)", PHONE, text)
    return text, raw.sha256 if isinstance(raw, LongLine | StandInLine) else hashlib.sha256(sent).hexdigest()


def _written_out(match: re.Match[str]) -> str:
    code = match[1]
    if code is None:
        return match[0]
    point = int(code, 16)
    hidden = point < 0x20 or point in (0x22, 0x5C, 0x7F) or 0xD800 <= point < 0xE000
    return match[0] if hidden else chr(point)


def _replace(text: str, spans: Iterable[Span], by: str, *, once: bool) -> str:
    """Put `by` in place of each span; with `once`, spans that touch are replaced as one."""
    out: list[str] = []
    done = 0  # everything before is in `out`
    for start, end in spans:
        again = once and bool(out) and start == done
        out += (text[done:start], "" if again else by)
        done = end
    out.append(text[done:])
    return "".join(out)
