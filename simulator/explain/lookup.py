"""Find the friend, referrer, conversion or reward that a text names."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from db.read.decision_rows import is_decided
from db.read.event_fields import keys_by_id
from db.read.people import Person, beginning_with, everybody, owner_of_code, person_called, with_hash
from db.read.reward_rows import is_reward
from simulator.domain.errors import InputError
from simulator.events.masking import mask
from simulator.explain.source import Source
from simulator.program.nearest import shown

Kind = Literal["person", "conversion", "reward"]
_SHORT_NAME = re.compile(r"[a-z]+-[a-z]+-[0-9]{1,2}")
_MOST = 5  # people that a message lists where a text fits several
_MOST_EVENTS = 9  # of one id that are looked at
_FEWEST = 6  # characters of an abbreviated reference; 24 bits of a hash collide among as few as 5,000 people


@dataclass(frozen=True)
class Target:
    """What a text names: `number` is a person's id, a conversion's seq or a reward's id."""

    kind: Kind
    number: int


def find(source: Source, what: str, short_name: Callable[[str], str]) -> Target:
    """Find the one thing that `what` names.

    Tried in this order: a reference, a conversion, a reward's number, a short name in any case, a code, the hash of a
    contact or device, the beginning of a reference.

    Raises:
        InputError: the text names nothing, or several things.

    """
    what = what.strip()
    found = person_called(source.db, what)
    if found is not None:
        return Target("person", found)
    target = (
        _by_event(source, what)
        or _by_reward_number(source, what)
        or _by_short_name(source, what.lower(), short_name)
        or _by_code(source, what)
        or _by_hash(source, what)
        or _by_prefix(source, what)
    )
    if target is None:
        raise InputError(_not_found(source, what, short_name))
    return target


def _by_event(source: Source, what: str) -> Target | None:
    sender, _, own_id = what.partition(":")
    found = keys_by_id(source.db, what, (sender, own_id), _MOST_EVENTS)
    if len(found) > 1:
        names = ", ".join(f"{one.source}:{what}" for one in found)
        raise InputError(f"{what}: the id of {len(found)} events; say which: {names}")
    if not found:
        return None
    one = found[0]
    if one.person is not None and not is_decided(source.db, one.seq):
        return Target("person", one.person)
    return Target("conversion", one.seq)


def _by_reward_number(source: Source, what: str) -> Target | None:
    digits = what.removeprefix("reward:")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        return None
    return Target("reward", int(digits)) if is_reward(source.db, int(digits)) else None


def _by_short_name(source: Source, what: str, short_name: Callable[[str], str]) -> Target | None:
    if not _SHORT_NAME.fullmatch(what):
        return None
    found = [one for one in everybody(source.db) if short_name(one.ref) == what]
    return _single(found, f"{what}: the short name")


def _by_code(source: Source, what: str) -> Target | None:
    """Find the owner of a code; also tried in capitals, since codes are read out over the telephone."""
    owner = owner_of_code(source.db, what, what.upper())
    return None if owner is None else Target("person", owner)


def _by_hash(source: Source, what: str) -> Target | None:
    """Find who gave a contact or used a device with this hash. There is no index: tried after what has one."""
    return _single(with_hash(source.db, what), f"{what}: the contact or device")


def _by_prefix(source: Source, what: str) -> Target | None:
    if len(what) < _FEWEST:
        return None
    return _single(beginning_with(source.db, what, _MOST + 1), f"{what}: the beginning")


def _single(found: Sequence[Person], whose: str) -> Target | None:
    """Return the one person found, or None; raise InputError if there are several."""
    if len(found) > 1:
        names = ", ".join(one.ref for one in found[:_MOST])
        many, more = ("many", " and others") if len(found) > _MOST else (str(len(found)), "")
        raise InputError(f"{whose} of {many} people; give a reference: {names}{more}")
    return Target("person", found[0].id) if found else None


def _not_found(source: Source, what: str, short_name: Callable[[str], str]) -> str:
    """Say why nothing was found: contacts are not kept here, the name is misspelt, or nothing has it."""
    if mask(what) != what:
        return (
            f"{mask(what)}: no e-mail and no telephone number is kept here; the client's system knows its reference "
            "(a keyed hash): give that, or a code, a short name or a conversion's id"
        )
    near = _similar_names(source, what.lower(), short_name)
    if near:
        return f"{shown(what)}: nobody is called so; did you mean {' or '.join(near)}?"
    return (
        f"{shown(what)}: nobody and nothing is called so; give a reference (or its first {_FEWEST} characters or "
        "more) or short name of a friend or referrer, a code, the hash of a contact, a conversion's ID or SOURCE:ID, "
        "or a reward's number"
    )


def _similar_names(source: Source, what: str, short_name: Callable[[str], str]) -> list[str]:
    """Return up to three short names that differ from `what` in one of their three parts."""
    parts = what.split("-")
    if len(parts) != len(("adjective", "animal", "number")):
        return []
    names = {short_name(one.ref) for one in everybody(source.db)}
    two = [name for name in names if sum(map(str.__eq__, name.split("-"), parts)) == len(parts) - 1]
    return sorted(two, key=lambda name: (-SequenceMatcher(None, name, what).ratio(), name))[:3]
