"""Addresses of databases in Postgres: `postgresql://user@host:port/name?program=shop`.

Standard library only: the command line imports it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from simulator.domain.errors import InputError

SCHEMES: Final = ("postgresql", "postgres")
DEFAULT_PROGRAM: Final = "main"
_PROGRAM: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SECRET: Final = "password"  # noqa: S105 - a parameter's name


@dataclass(frozen=True)
class PostgresAddress:
    """Where a program's log is kept in Postgres; `str()` gives it without a password.

    One database holds the logs of several programs; `program` names this one. `url` is for the client library, and may
    hold the password.
    """

    url: str = field(repr=False)
    shown: str
    program: str = DEFAULT_PROGRAM

    @classmethod
    def parse(cls, text: str) -> PostgresAddress:
        """Parse an address given on the command line.

        Raises:
            InputError: it is not one; the message says what would be right, and repeats no password.

        """
        scheme, _, rest = text.partition("://")
        authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
        if rest.count("@") > authority.count("@") or authority.count("@") > 1 or "#" in rest:
            raise InputError(
                f"--db {scheme}://…: its user or password holds one of / ? # @; write them as %2F %3F %23 %40"
            )
        try:
            parts = urlsplit(text)
        except ValueError:  # of brackets only; it would repeat the password
            raise InputError(
                f"--db {scheme}://…: its host has brackets, but is no IPv6 address in them, such as [::1]"
            ) from None
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        program = next((value for name, value in pairs if name == "program"), DEFAULT_PROGRAM)
        if _PROGRAM.fullmatch(program) is None:
            raise InputError(
                f"--db: program={program}: name a program with small letters, digits and _, a letter first, 40 at most"
            )
        others = [(name, value) for name, value in pairs if name != "program"]
        user, at, place = parts.netloc.rpartition("@")
        open_pairs = [(name, value) for name, value in pairs if name != _SECRET]
        return cls(
            url=urlunsplit((scheme, parts.netloc, parts.path, urlencode(others), "")),
            shown=_joined(
                scheme, user.partition(":")[0] + at + place, parts.path, urlencode(open_pairs, safe="/")
            ),
            program=program,
        )

    @property
    def passwords(self) -> list[str]:
        """The passwords in it, both as written and decoded: no message may repeat them."""
        parts = urlsplit(self.url)
        written = [parts.netloc.rpartition("@")[0].partition(":")[2]]
        written += [value for name, value in parse_qsl(parts.query) if name == _SECRET]
        return [one for word in written if word for one in (word, unquote(word))]

    @property
    def schema(self) -> str:
        """The schema that holds the program's tables."""
        return f"referral_{self.program}"

    def __str__(self) -> str:
        return self.shown


def is_address(text: str) -> bool:
    """Return whether a text is meant as a Postgres address rather than a file name."""
    return text.partition(":")[0].lower() in SCHEMES and "://" in text


def _joined(scheme: str, place: str, path: str, query: str) -> str:
    return f"{scheme}://{place}{path}{f'?{query}' if query else ''}"
