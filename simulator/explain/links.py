"""Find the link that a code named at an event, as the program compared codes then, and whether it was used up."""

from __future__ import annotations

from db.read.decision_rows import uses_of
from db.read.event_fields import Link, link_with, links_before
from simulator.engine.codes import folded
from simulator.explain.source import Source


def link_named(source: Source, code: str, seq: int) -> Link | None:
    """Return the link that a code named as the event `seq` was judged: the first in the log with such a code."""
    if source.program_at(seq).attribution.codes == "exact":
        return link_with(source.db, code, seq)
    wanted = folded(code)
    return next((link for link in links_before(source.db, seq) if folded(link.code) == wanted), None)


def is_used_up(source: Source, link: Link, seq: int) -> bool:
    """Return whether a link's code had made as many attributions as the program allowed before the event `seq`."""
    uses = source.program_at(seq).attribution.uses
    return uses is not None and uses_of(source.db, link.code, seq) >= uses
