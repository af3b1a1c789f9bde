"""Find where each field is in the records that mappings turn into events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulator.mapping.fields import Field
    from simulator.mapping.model import MappingFile

Origins = Mapping[tuple[str, str], str]
"""By type and field: where it is in the senders' records. The type of a field that every event has is empty."""


def origins_of(mappings: Iterable[MappingFile]) -> Origins:
    """Return where each field comes from, according to these mappings."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for mapping in mappings:
        for event in mapping.events:
            for name, field in event.fields():
                envelope = not name.startswith("data.")
                key = ("" if envelope else event.type, name.removeprefix("data."))
                found.setdefault(key, {}).setdefault(mapping.name, []).append(_origin_words(field))
    return {
        key: "; ".join(f"{name}: {' or '.join(dict.fromkeys(texts))}" for name, texts in by_mapping.items())
        for key, by_mapping in found.items()
    }


def _origin_words(field: Field, *, hashed: bool = False) -> str:
    """Say where one field comes from; `hashed` says that its value is hashed."""
    hashed = hashed or field.hashed is not None
    if field.first:
        return ", else ".join(_origin_words(one, hashed=hashed) for one in field.first)
    paths = ", ".join(dict.fromkeys(path.text for path in field.paths()))
    return f"{paths}{' (hashed)' if hashed else ''}" if paths else f"always {field.constant}"
