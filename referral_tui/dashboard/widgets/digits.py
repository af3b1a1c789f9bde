"""A number in large digits, three rows high, for the back of a room. Pure."""

from __future__ import annotations

from typing import Final

from textual.renderables.digits import DIGITS, DIGITS3X3_BOLD

_HIGH: Final = 3
_SMALL: Final = {".": (" ", " ", "."), ",": (" ", " ", ","), " ": (" ", " ", " "), ":": ("·", "·", " ")}
_LARGE: Final = "0123456789£$€-"
_GLYPHS: Final = {
    sign: DIGITS3X3_BOLD[3 * place : 3 * place + 3] for place, sign in enumerate(DIGITS) if sign in _LARGE
} | _SMALL


def digits(text: str) -> list[str] | None:
    """Write digits, signs of currencies and separators large; words before and after stand small on the last row.

    None if the text has no digit, such as a dash for nothing.
    """
    places = [place for place, sign in enumerate(text) if sign in _LARGE]
    if not any(sign.isdigit() for sign in text):
        return None
    start = places[0]
    end = next((place for place in range(start, len(text)) if text[place] not in _GLYPHS), len(text))
    before, large, after = text[:start].strip(), text[start:end].rstrip(), text[end:].strip()
    rows = [
        "".join(_GLYPHS[sign][row].ljust(1 if sign in _SMALL else 3) for sign in large)
        for row in range(_HIGH)
    ]
    if before:
        rows = [" " * (len(before) + 1) + row for row in rows[:-1]] + [f"{before} {rows[-1]}"]
    rows[-1] += f" {after}" if after else ""
    wide = max(map(len, rows))
    return [row.ljust(wide) for row in rows]
