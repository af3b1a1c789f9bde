"""Escape text from outside for display: characters that control a terminal, or hide or reorder text.

Hidden characters are those of the Unicode categories Cc, Cf, Cs, Zl and Zp: C0 and C1 controls, DEL, bidirectional and
other format characters, surrogates, and the separators of lines and paragraphs. Intake refuses them in events; every
output escapes them all the same, since a database may be older than that check, or written by somebody else.
"""

from __future__ import annotations

import re
from typing import Final

HIDDEN_CHARACTERS: Final = (
    "\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f"
)
"""The hidden characters, as the inside of a regular expression's character class."""

_HIDDEN = re.compile(f"[{HIDDEN_CHARACTERS}]")
_HIDDEN_IN_LINES = re.compile(f"(?!\n)[{HIDDEN_CHARACTERS}]")
_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str, *, lines: bool = False) -> str:
    r"""Return the text with each hidden character as an escape: `\n`, `\x1b`, `\u202e`, `\U000e0041`.

    With `lines`, line feeds stay: for our own texts of several lines.
    """
    if text.isprintable():
        return text
    return (_HIDDEN_IN_LINES if lines else _HIDDEN).sub(_escaped, text)


def printable_json(text: str) -> str:
    r"""Return JSON text with each hidden character but line feeds as a JSON escape: the same values, safe to show."""
    if text.isprintable():
        return text
    return _HIDDEN_IN_LINES.sub(_json_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match[0]
    code = ord(character)
    if code < 0x100:
        return _SHORT.get(character) or f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _json_escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    if code < 0x10000:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
