"""Make names, e-mail addresses and phone numbers from Faker's pools, by column rather than a Faker call per person.

The e-mail domains are reserved for examples (RFC 2606). The phone numbers are from the range that Ofcom reserves for
drama (07700 900000 to 900999), told apart by an extension, so that none ever rings.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.world.draws import Bools, Ints, Keys, Purpose, bits
from simulator.world.locales import names
from simulator.world.pseudonyms import Bytes, digests
from simulator.world.spec_people import Country

_DOMAINS = ("@example.com", "@example.net", "@example.org", "@mail.example.com", "@post.example.org")
_DRAMA = 447_700_900_000
_DRAMA_NUMBERS = 1000
_EXTENSIONS = 1_000_000
_MAILBOXES = 100_000


class Contacts:
    """Makes people's contacts by country; every part is a keyed draw of the person."""

    def __init__(
        self,
        countries: dict[str, Country],
        client_keys: Sequence[bytes],
        looks: Mapping[str, Sequence[str | None]],
    ) -> None:
        self._keys = client_keys
        first, last = [], []
        first_plain: list[str] = []
        last_plain: list[str] = []
        self._first_from, self._first_count = [0], []
        self._last_from, self._last_count = [0], []
        for country in countries.values():
            given, family = names(country.locale)
            first += given
            last += family
            given_plain, family_plain = _plain_names(country.locale)
            first_plain += given_plain
            last_plain += family_plain
            self._first_count.append(len(given))
            self._last_count.append(len(family))
            self._first_from.append(len(first))
            self._last_from.append(len(last))
        email = pl.concat_str(
            _look(first_plain, "first"),
            pl.lit("."),
            _look(last_plain, "last"),
            pl.col("mailbox").cast(pl.String),
            _look(_DOMAINS, "domain"),
        )
        phone = [pl.col("number").cast(pl.String), pl.col("extension").cast(pl.String)]
        chosen = pl.when(pl.col("by_phone") == 1).then(pl.concat_str(phone)).otherwise(email)
        self._made = [
            pl.concat_str(_look(first, "first"), _look(last, "last"), separator=" ").alias("name"),
            email.alias("email"),
            pl.concat_str(pl.lit("+"), phone[0], pl.lit(" x"), phone[1]).alias("phone"),
            chosen.cast(pl.Binary).alias("given"),
            *(_look(texts, name).alias(name) for name, texts in looks.items()),
        ]

    def of(self, keys: Keys, country: Ints, by_phone: Bools, traits: Mapping[str, Ints]) -> pl.DataFrame:
        """Return the columns name, email and phone, one row a person, and `given`, the contact they gave.

        `given` is bytes, normalised as the contract says: e-mail trimmed and in lower case (it is made so), digits of a
        phone number only. `traits` are the numbers of the further columns named by `looks`.
        """
        number = bits(keys, Purpose.PHONE)
        mailbox = bits(keys, Purpose.MAILBOX)
        drawn = {
            "first": _pick(keys, Purpose.FIRST_NAME, self._first_from, self._first_count, country),
            "last": _pick(keys, Purpose.LAST_NAME, self._last_from, self._last_count, country),
            "mailbox": _one_of(mailbox, _MAILBOXES),
            "domain": _one_of(mailbox >> np.uint64(40), len(_DOMAINS)),
            "number": _DRAMA + _one_of(number, _DRAMA_NUMBERS),
            "extension": _one_of(number >> np.uint64(20), _EXTENSIONS),
            "by_phone": by_phone,
            **traits,
        }
        return pl.from_numpy(np.column_stack(list(drawn.values())), schema=list(drawn)).select_seq(self._made)

    def digests(self, given: pl.Series, market: NDArray[np.int32]) -> Bytes:
        """Return the pseudonyms of contacts, given as normalised bytes, by the secret of each one's market."""
        return digests(self._keys, given.to_list(), market)


def _look(texts: Sequence[str | None], name: str) -> pl.Expr:
    return pl.lit(pl.Series(list(texts), dtype=pl.String)).gather(pl.col(name))


def _one_of(drawn: Keys, count: int) -> Ints:
    return (drawn % np.uint64(count)).astype(np.int64)


def _pick(keys: Keys, purpose: Purpose, starts: list[int], counts: list[int], country: Ints) -> Ints:
    of_country = np.asarray(counts, dtype=np.uint64)[country]
    return np.asarray(starts, dtype=np.int64)[country] + (bits(keys, purpose) % of_country).astype(np.int64)


@cache
def _plain_names(locale: str) -> tuple[list[str], list[str]]:
    """Return the first and the last names of a locale as they appear in an e-mail address.

    Kept, as the names themselves are: thousands of names take 5 ms, half of what a small world takes to make.
    """
    first, last = names(locale)
    return [_plain(name) for name in first], [_plain(name) for name in last]


def _plain(name: str) -> str:
    """Return a name as it appears in an e-mail address: ASCII letters in lower case."""
    folded = unicodedata.normalize("NFKD", name.lower().replace("ß", "ss").replace("ł", "l"))
    return "".join(letter for letter in folded if "a" <= letter <= "z") or "x"
