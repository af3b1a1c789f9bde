r"""Recognise raw contacts: find e-mail addresses and phone numbers in a text.

Its three users therefore agree: intake refuses what it finds, the quarantine masks it, and `verify` searches stored
rows for it. A contact is known by its form, since orders and dates are long numbers too:

- an e-mail is text before an `@` (also `%40`, `\u0040`, or a wide form) and a host name with a letter after it;
- a phone number is 7 to 15 digits after a `+`; or a number in groups as a phone's are written (`020 7946 0958`,
  `(555) 123-4567`, `0044 …`, `44 20 …`); or the bare digits of a mobile number of one of `_MOBILES`.

Digits that a letter, a digit, a dot or a dash joins to what stands before are part of an id. Every pattern is
possessive, bounded, or walks forward only, so the time is linear in the text, whatever is in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Final, Literal
from urllib.parse import unquote

Contact = Literal["an e-mail", "a phone number"]
Span = tuple[int, int]

# --- e-mails --------------------------------------------------------------------------------------------------

_AT = re.compile(r"[@\uff20\ufe6b]|\\u0040|%40", re.IGNORECASE)
# what may not be part of an address, so that the JSON around it stays; a backslash only before the @
_BEFORE = re.compile(r"[\s\"<>()\[\]{},;:]")
_AFTER = re.compile(r"(?:[^\s\"'<>()\[\]{},;:\\@%\uff20\ufe6b]|%(?!40)|\\u(?!0040)[0-9a-fA-F]{4})*+")
_LETTER = re.compile(r"[^\W\d_]")


def find_e_mails(text: str) -> Iterator[Span]:
    """Find e-mail addresses, in order; one that goes on at once (a@b@c) comes in several parts."""
    if text.isascii() and "@" not in text and "\\" not in text and "%" not in text:
        return  # nearly every text; to look for the pattern takes ten times as long
    floor = done = 0  # the next address can't begin before the end of the last
    for at in _AT.finditer(text):
        start = _address_start(text, floor, at.start())
        tail = _AFTER.match(text, at.end())
        end = tail.end() if tail is not None else at.end()
        follows = done > 0 and start == done
        host = _LETTER.search(text, at.end(), end) is not None
        if host and (start < at.start() or follows or "." in text[at.end() : end]):
            yield start, end
            done = end
        floor = end


def _address_start(text: str, floor: int, at: int) -> int:
    """Walk back from an `@` to the start of its address, at `floor` at the earliest."""
    start = at
    while start > floor and _BEFORE.match(text, start - 1) is None:
        start -= 1
    return start


# --- phone numbers --------------------------------------------------------------------------------------------

_DASHES = "\\-\u2010-\u2015\u2212"
_SPACES = " \t\xa0\u2007\u2009\u202f\u3000"
_JOINT = rf"[{_SPACES}.()/\[\]{_DASHES}]"  # what stands between the groups of a number
_PLUS = r"(?:\+|\uff0b|%2[Bb])"
_ALONE = rf"(?:(?<![\w.+{_DASHES}])|(?<=%2[0-9A-Fa-f])|(?<=\\[bfnrt]))"
_END = r"(?!\w|[.\-/]\d)"  # 026-1234567-1234567 is an order

# `kept`: amounts and times of receipt as JSON numbers, ids of digits, moments, and dates in either order
_KEPT = (
    r'"(?:amount_minor|reach|receivedat|seq)"\s*+:\s*+-?\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+'
    r'|"(?:id|reverses|reinstates|adjusts)"\s*+:\s*+"\d++"'
    r"|(?<![\w.+\-])\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]|[+-]\d\d:?\d\d)?(?![\w.])"
    r"|(?<![\w.+\-])(?:19|20|21)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?![\w.\-])"
    r"|(?<![\w.+\-])\d\d?(?P<mark>[./\-])\d\d?(?P=mark)(?:19|20|21)\d\d(?![\w\-])"
)
# `reference`: the whole value of a member that is a reference, which no digits alone may be
_REFERENCE = (
    r'"(?:subject|contact_ref|device_ref|into|by)"\s*+:\s*+"?\s*+'
    rf"(?P<reference>[+\-]?\d(?:{_JOINT}{{0,3}}+\d){{6,14}}+)(?=\W|$)"
)

_COUNTRIES: Final = (
    "1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|21[1-368]|2[2-6]\\d|29[0179]|35\\d|37\\d|38[0-25-79]|"
    "42[0134]|50\\d|59\\d|67\\d|68\\d|85[02-6]|88[06]|96\\d|97\\d|99\\d"
)
_MOBILES: Final = (
    "447#########", "4915########", "4916########", "4917########", "4915#########", "4916#########",
    "4917#########", "336########", "337########", "346########", "347########", "393########", "393#########",
    "316########", "324########", "417########", "436########", "436#########", "4676#######", "4670#######",
    "4673#######", "4672#######", "474#######", "479#######", "3538########", "614########", "642########",
    "919#########", "918#########", "917#########", "916#########", "79#########", "861##########", "819#########",
    "818#########", "817#########", "8210########", "551#9########", "552#9########", "55##9########",
    "5215#########", "278########", "276########", "277########", "97150#######", "97155#######", "65[89]#######",
    "905#########", "485########", "486########", "487########", "351#########", "07#########", "015########",
    "016########", "017########", "015#########", "016#########", "017#########",
)  # fmt: skip
"""Mobile numbers as they are stored without a sign: country code (or the 0 of GB and DE), then `#` for any digit.

None is shorter than 11 digits: codes and orders of 10 digits are common.
"""


def _digits(pattern: str) -> str:
    """Turn a number of `_MOBILES` into a pattern whose digits may be grouped anywhere."""
    signs: list[str] = re.findall(r"\[\d+\]|#+|.", pattern)
    # a run of # is one group repeated: written out, the patterns take four times as long to compile
    return signs[0] + "".join(
        rf"(?:{_JOINT}{{0,3}}+\d){{{len(sign)}}}" if sign[0] == "#" else rf"{_JOINT}{{0,3}}+{sign}"
        for sign in signs[1:]
    )


_PLUS_FORM = rf"(?:(?<!\w)|(?<=\\[bfnrt])){_PLUS}{_JOINT}{{0,3}}+(?!0)\d(?:{_JOINT}{{0,3}}+\d){{6,14}}"
_GROUP_FORMS = (
    # a trunk 0, and a first group of at most six digits: 020 7946 0958, (030) 123456
    rf"(?:\(0\)[{_SPACES}]?|\(?(?=0[1-9]\d{{0,4}}{_JOINT})0)[1-9](?:{_JOINT}{{0,3}}+\d){{7,10}}",
    # the prefix of calls abroad, and the country's code apart
    rf"00{_JOINT}{{0,2}}(?:{_COUNTRIES}){_JOINT}{{1,3}}+\d(?:{_JOINT}{{0,3}}+\d){{6,11}}",
    rf"\(?(?:{_COUNTRIES})\)?[{_SPACES}]\(?\d(?:{_JOINT}{{0,3}}+\d){{8,11}}",
    # North America: 555-123-4567, 1 (555) 123-4567
    rf"(?:1{_JOINT}{{1,3}}+)?\(?[2-9]\d\d{_JOINT}{{1,3}}+\d\d\d{_JOINT}{{1,3}}+\d{{4}}",
)
_BARE_FORM = rf"(?:00)?(?:{'|'.join(map(_digits, _MOBILES))})"
_SIGN = re.compile(r"[+\uff0b%\\]")
_SEVEN_DIGITS = re.compile(rf"(?<![\w.+{_DASHES}])[(\-]?\d(?:{_JOINT}{{0,4}}\d){{6}}")
"""What every phone number has in a text without a `_SIGN`: twenty times as quick to look for."""


@cache
def _phone_pattern(*, bare: bool) -> re.Pattern[str]:
    """Compile the pattern of a phone number on first use, since that takes as long as loading the engine."""
    forms = "|".join((*_GROUP_FORMS, _BARE_FORM) if bare else _GROUP_FORMS)
    phone = rf"(?P<phone>(?:{_PLUS_FORM}|{_ALONE}(?:{forms})){_END})"
    begins = r"(?=[\"(+\uff0b%\d])"  # saves a third
    return re.compile(rf"{begins}(?:(?P<kept>{_KEPT})|{f'{_REFERENCE}|' if bare else ''}{phone})")


def find_phones(text: str, *, bare: bool = True) -> Iterator[Span]:
    """Find phone numbers, in order. Without `bare`, plain digits don't count: an id may be a long number."""
    if _SEVEN_DIGITS.search(text) is None and _SIGN.search(text) is None:
        return
    for match in _phone_pattern(bare=bare).finditer(text):
        name = match.lastgroup
        if name in ("phone", "reference"):
            yield match.span(name)


# --- texts ----------------------------------------------------------------------------------------------------


def contact_in(text: str, *, bare: bool = True) -> Contact | None:
    """Return the kind of raw contact in a text, also in wide characters or percent-encoded; None if there is none.

    Without `bare`, plain digits don't count as a phone number.
    """
    for form in _forms(text):
        if next(find_e_mails(form), None) is not None:
            return "an e-mail"
        if next(find_phones(form, bare=bare), None) is not None:
            return "a phone number"
    return None


def _forms(text: str) -> Iterator[str]:
    yield text
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    if plain != text:
        yield plain
    if "%" in plain:
        yield unquote(plain, errors="replace")


def looks_like_phone(text: str) -> bool:
    """Return whether an entire text could be dialled: no letters, and 7 to 15 digits."""
    return _LETTER.search(text) is None and 7 <= sum(map(str.isdigit, text)) <= 15
