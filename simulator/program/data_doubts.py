"""Compare what a program uses with what its senders sent: data that nothing uses, and data that never arrived."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.events.contract import EVENT_TYPES
from simulator.program.conditions import conditions_of
from simulator.program.field_uses import field_uses, is_used
from simulator.program.model import Program
from simulator.program.origins import ATTRIBUTES, JUDGED, Origin, origins_of
from simulator.program.words import either

Counts = Mapping[str, int]
Fields = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Unused:
    """A field that was sent and that nothing in the program uses, and how many events had it."""

    origin: Origin
    count: int

    @property
    def words(self) -> str:
        """Describe it in a line."""
        kind, field = self.origin
        if not field:
            return f"{kind} was sent {_times(self.count)}, and nothing in the program uses it: do not send it"
        return f"{kind} had {field} {_times(self.count)}, and nothing in the program uses it: do not send it"


@dataclass(frozen=True)
class NeverSent:
    """Something in the program, by its label, that waits for events or fields of which none arrived.

    `fact` is what its expression reads; a milestone has none. Any of the `origins` would have been enough.
    """

    label: str
    fact: str
    origins: tuple[Origin, ...]

    @property
    def wanted(self) -> str:
        """Name what never arrived."""
        types: dict[str, list[str]] = {}
        for one in self.origins:
            types.setdefault(one.field, []).append(one.type)
        return either([f"{field} of {either(of)}" if field else either(of) for field, of in types.items()])

    @property
    def words(self) -> str:
        """Describe it in a line."""
        if not self.fact:
            return f"{self.label} waits for {self.wanted}, which never came"
        return f"{self.label} reads {self.fact}, which is made of {self.wanted}; that never came"


def unused_sent(program: Program, counts: Counts, fields: Fields | None) -> list[Unused]:
    """Return what was sent but nothing uses, in the order of the contract.

    `counts` are the accepted events by type, `fields` of them those that had a field; where `fields` is None only types
    are looked at. A type that nothing uses is one line, and an attribute that no program reads is one of its own.
    """
    found: list[Unused] = []
    uses = field_uses(program)
    for kind in EVENT_TYPES.values():
        count = counts.get(kind.name, 0)
        if not count:
            continue
        if not is_used(uses[Origin(kind.name)]):
            found.append(Unused(Origin(kind.name), count))
            continue
        found += [
            Unused(origin, many)
            for field, many in sorted((fields or {}).get(kind.name, {}).items())
            for origin in [Origin(kind.name, field)]
            if many and field != ATTRIBUTES and not uses.get(origin)
        ]
    return found


def never_sent(program: Program, counts: Counts, fields: Fields | None) -> list[NeverSent]:
    """Return what the program waits for that never arrived: milestones' conversions, and what expressions read."""
    return list(dict.fromkeys([*_milestones(program, counts), *_expressions(program, counts, fields)]))


def _milestones(program: Program, counts: Counts) -> Iterator[NeverSent]:
    for milestone in program.milestones:
        if not counts.get(milestone.event, 0):
            yield NeverSent(f'milestone "{milestone.name}"', "", (Origin(milestone.event),))


def _expressions(program: Program, counts: Counts, fields: Fields | None) -> Iterator[NeverSent]:
    events = {milestone.name: milestone.event for milestone in program.milestones}
    for condition in conditions_of(program):
        judged = tuple(dict.fromkeys(events[name] for name in condition.milestones))
        for fact in condition.facts:
            made = tuple(
                Origin(kind, origin.field)
                for origin in origins_of(fact, program).of
                for kind in (judged if origin.type == JUDGED else (origin.type,))
            )
            if made and not any(_came(origin, counts, fields) for origin in made):
                yield NeverSent(condition.label, fact, made)


def _came(origin: Origin, counts: Counts, fields: Fields | None) -> bool:
    """Return whether something arrived; a field counts as sent if only its events are known."""
    if not counts.get(origin.type, 0):
        # of a conversion that never came the milestone says so already
        return origin.type in CONVERSION_TYPES and bool(origin.field)
    if not origin.field or fields is None:
        return True
    required = any(field.name == origin.field and field.required for field in EVENT_TYPES[origin.type].fields)
    return required or bool(fields.get(origin.type, {}).get(origin.field, 0))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count:,} times"
