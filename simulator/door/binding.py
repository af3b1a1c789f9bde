"""Bind a client's messages to its key: translate its source names to ours, and refuse what it may not send."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from simulator.domain.vocabulary import Category
from simulator.door.keys import Key
from simulator.events.check import Problem as Refusal
from simulator.events.contract import EVENT_TYPES
from simulator.events.values import shorten


class _Stated(msgspec.Struct):
    """The source, type and id of a message; everything else is ignored."""

    source: Any = None
    type: Any = None
    id: Any = None


_READ = msgspec.json.Decoder(_Stated)
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def bind(lines: Sequence[bytes], key: Key) -> tuple[list[bytes], dict[int, Refusal]]:
    """Return the messages with our sources, and, by position, those that the key is not allowed to send.

    A message that is unreadable or has no source stays as it is: the contract refuses it.
    """
    bound: list[bytes] = []
    refused: dict[int, Refusal] = {}
    for position, line in enumerate(lines):
        bound.append(line)
        try:
            stated = _READ.decode(line)
        except _UNREADABLE:
            continue
        if not isinstance(stated.source, str):
            continue
        ours = key.sources.get(stated.source)
        if ours is None:
            reason = (
                f"the key {key.name} is not allowed to send for {shorten(stated.source)}; it is bound to "
                f"{', '.join(key.sources)}"
            )
            refused[position] = _refusal("source", reason, stated)
        elif _is_steering(stated.type) and "operate" not in key.may:
            reason = (
                f"the key {key.name} is not allowed to send steering events; that needs the right to operate"
            )
            refused[position] = _refusal("type", reason, stated)
        elif ours != stated.source:
            bound[position] = _renamed(line, ours)
    return bound, refused


def _refusal(field: str, reason: str, stated: _Stated) -> Refusal:
    own_id = shorten(stated.id, bare=False) if isinstance(stated.id, str) else None
    return Refusal(field, reason, shorten(stated.source), own_id)


def _is_steering(kind: object) -> bool:
    known = EVENT_TYPES.get(kind) if isinstance(kind, str) else None
    return known is not None and known.category is Category.STEERING


def _renamed(line: bytes, ours: str) -> bytes:
    members = _MEMBERS.decode(line)
    members["source"] = msgspec.Raw(msgspec.json.encode(ours))
    return msgspec.json.encode(members)
