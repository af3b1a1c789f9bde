"""Which friend, referrer, conversion or reward a text names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from simulator.errors import InputError
from simulator.explain.source import Source

Kind = Literal["person", "conversion", "reward"]
_SHORT_NAME = re.compile(r"[a-z]+-[a-z]+-[0-9]{1,2}")
_MOST = 5  # people of one short name that are named in the message


@dataclass(frozen=True)
class Target:
    """What was named: a person's id, a conversion's seq, or a reward's id."""

    kind: Kind
    number: int


def find(source: Source, what: str, short_name: Callable[[str], str]) -> Target:
    """The one thing that `what` names, tried as a reference, a conversion, a reward's id, a short name.

    Raises:
        InputError: nothing is called so, or several are.

    """
    found = source.one("SELECT id FROM person WHERE ref = ?", what)
    if found:
        return Target("person", found["id"])
    target = _event(source, what) or _reward(source, what) or _named(source, what, short_name)
    if target is None:
        raise InputError(
            f"{what}: nobody and nothing is called so; give a reference or short name of a friend or referrer, "
            "a conversion's ID or SOURCE:ID, or a reward's number"
        )
    return target


def _event(source: Source, what: str) -> Target | None:
    sender, _, own_id = what.partition(":")
    found = source.rows(
        "SELECT seq, source, person FROM event WHERE id = ? OR (id = ? AND source = ?) LIMIT 9",
        what,
        own_id,
        sender,
    )
    if len(found) > 1:
        names = ", ".join(f"{one['source']}:{what}" for one in found)
        raise InputError(f"{what}: the id of {len(found)} events; say which: {names}")
    if not found:
        return None
    seq, person = found[0]["seq"], found[0]["person"]
    if source.one("SELECT id FROM decision WHERE seq = ?", seq) is None and person is not None:
        return Target("person", person)
    return Target("conversion", seq)


def _reward(source: Source, what: str) -> Target | None:
    digits = what.removeprefix("reward:")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None
    found = source.one("SELECT id FROM reward WHERE id = ?", int(digits))
    return Target("reward", found["id"]) if found else None


def _named(source: Source, what: str, short_name: Callable[[str], str]) -> Target | None:
    if not _SHORT_NAME.fullmatch(what):
        return None
    found = [row for row in source.rows("SELECT id, ref FROM person") if short_name(row["ref"]) == what]
    if len(found) > 1:
        names = ", ".join(row["ref"] for row in found[:_MOST])
        raise InputError(f"{what}: the short name of {len(found)} people; give a reference: {names}")
    return Target("person", found[0]["id"]) if found else None
