"""Determine what a program uses each field of each event for: the rules, rewards, milestones and reports that read it.

Derived from the typed program and from where its facts come from. What nothing uses need not be sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Final, NamedTuple

from simulator.domain.vocabulary import Category, EventType
from simulator.events.contract import EVENT_TYPES
from simulator.program.conditions import conditions_of
from simulator.program.model import Program, Reward
from simulator.program.origins import ATTRIBUTES, JUDGED, Origin, origins_of


class UseKind(StrEnum):
    """What sort of thing uses a field, in the order in which uses are listed."""

    ATTRIBUTION = "attribution"
    REFERRERS = "referrers"
    MILESTONE = "milestone"
    RULE = "rule"
    REWARD = "reward"
    CAP = "cap"
    REVIEW = "review"
    REPORT = "report"
    CONSENT = "consent"
    JOURNEY = "journey"
    OPERATOR = "operator"
    CONTRACT = "contract"


class Use(NamedTuple):
    """A use of a field: what sort of thing it is, and its name in the program file or the name of the report."""

    kind: UseKind
    name: str = ""

    @property
    def words(self) -> str:
        """Say what uses the field."""
        words = _WORDS[self.kind]
        return words.format(self.name) if self.name else words


_WORDS: Final = {
    UseKind.ATTRIBUTION: "attribution",
    UseKind.REFERRERS: "who may refer",
    UseKind.MILESTONE: 'milestone "{}"',
    UseKind.RULE: 'rule "{}"',
    UseKind.REWARD: 'reward "{}"',
    UseKind.CAP: 'cap of reward "{}"',
    UseKind.REVIEW: 'review of rule "{}"',
    UseKind.REPORT: "report: {}",
    UseKind.CONSENT: "the record of consent",
    UseKind.JOURNEY: "the journey, which says why",
    UseKind.OPERATOR: "operators, who {}",
    UseKind.CONTRACT: "nothing, but the contract requires it",
}
_ATTRIBUTION, _JOURNEY, _CONTRACT = (
    Use(UseKind.ATTRIBUTION),
    Use(UseKind.JOURNEY),
    Use(UseKind.CONTRACT),
)
_ORDER: Final = {kind: place for place, kind in enumerate(UseKind)}
_UNDOING: Final = {
    EventType.CONVERSION_REVERSED: "reverses",
    EventType.CONVERSION_REINSTATED: "reinstates",
}
_ACTS: Final = {
    EventType.REWARD_VETOED: "stop a reward",
    EventType.PROGRAM_CHANGED: "change the program",
    EventType.PERSON_ERASED: "erase a person",
}
"""What operators do by an event of theirs."""
_REASONED: Final = (
    *(EventType.CUSTOMER_CLOSED, EventType.CUSTOMER_REOPENED),
    *(EventType.CONVERSION_REVERSED, EventType.CONVERSION_REINSTATED, EventType.CONVERSION_ADJUSTED),
)
"""Types whose `reason` is shown with the journey, where the events themselves are used."""

_Found = Iterator[tuple[Origin, Use]]


def field_uses(program: Program) -> dict[Origin, tuple[Use, ...]]:
    """Return what a program uses each field for, by field, and the events of each type (a field without a name).

    All fields of all types are there. One that nothing uses has no uses, or only `UseKind.CONTRACT` where an event that
    something uses must have it. Each attribute that the program declares has a line of its own, `attributes.NAME`.
    """
    found: dict[Origin, dict[Use, None]] = {origin: {} for origin in _all_fields(program)}
    for origin, use in _uses(program):
        found[origin][use] = None
        if origin.field.startswith(f"{ATTRIBUTES}."):
            found[Origin(origin.type, ATTRIBUTES)][use] = None
    for kind in EVENT_TYPES.values():
        event = found[Origin(kind.name)]
        fields = {field.name: found[Origin(kind.name, field.name)] for field in kind.fields}
        for uses in fields.values():
            event |= uses
        if event and kind.type in _REASONED:
            fields["reason"][_JOURNEY] = None
        for field in kind.fields:
            if event and field.required and not fields[field.name]:
                fields[field.name][_CONTRACT] = None
    return {origin: tuple(sorted(uses, key=lambda use: _ORDER[use.kind])) for origin, uses in found.items()}


def is_used(uses: Iterable[Use]) -> bool:
    """Return whether something in the program needs a field, beside the contract."""
    return any(use.kind is not UseKind.CONTRACT for use in uses)


def _all_fields(program: Program) -> Iterator[Origin]:
    for kind in EVENT_TYPES.values():
        yield Origin(kind.name)
        for field in kind.fields:
            yield Origin(kind.name, field.name)
            if field.name == ATTRIBUTES:
                of = (
                    "customer"
                    if kind.type in (EventType.CUSTOMER_IDENTIFIED, EventType.FRIEND_CLAIMED)
                    else "conversion"
                )
                yield from (
                    Origin(kind.name, f"{ATTRIBUTES}.{one.name}")
                    for one in program.attributes
                    if one.of == of
                )


def _uses(program: Program) -> _Found:
    yield from _attribution(program)
    yield from _milestones(program)
    yield from _conditions(program)
    for reward in program.rewards:
        yield from _reward(reward, program)
    yield from _reviews(program)
    yield from _reports()
    yield from _operators()


def _attribution(program: Program) -> _Found:
    for kind in (EventType.LINK_CREATED, EventType.FRIEND_VISITED, EventType.FRIEND_CLAIMED):
        yield Origin(kind), _ATTRIBUTION
        yield Origin(kind, "code"), _ATTRIBUTION
    yield Origin(EventType.CUSTOMER_MERGED), _ATTRIBUTION
    yield Origin(EventType.CUSTOMER_MERGED, "into"), _ATTRIBUTION
    if program.referrers is not None:
        yield Origin(EventType.CUSTOMER_IDENTIFIED, "referrer_kind"), Use(UseKind.REFERRERS)


def _milestones(program: Program) -> _Found:
    for milestone in program.milestones:
        yield Origin(milestone.event), Use(UseKind.MILESTONE, milestone.name)
        yield Origin(milestone.event, "code"), _ATTRIBUTION


def _conditions(program: Program) -> _Found:
    events = {milestone.name: milestone.event for milestone in program.milestones}
    for condition in conditions_of(program):
        use = Use(UseKind.RULE if condition.of == "rule" else UseKind.REWARD, condition.name)
        judged = dict.fromkeys(events[name] for name in condition.milestones)
        for fact in condition.facts:
            for origin in origins_of(fact, program).all:
                for kind in judged if origin.type == JUDGED else (origin.type,):
                    yield Origin(kind, origin.field), use


def _reward(reward: Reward, program: Program) -> _Found:
    use = Use(UseKind.REWARD, reward.name)
    for kind, field in _UNDOING.items():
        yield Origin(kind), use
        yield Origin(kind, field), use
    if reward.percent is not None:
        event = next(milestone.event for milestone in program.milestones if milestone.name == reward.on)
        yield from ((Origin(event, field), use) for field in ("amount_minor", "currency"))
        for field in ("", "adjusts", "amount_minor", "currency"):
            yield Origin(EventType.CONVERSION_ADJUSTED, field), use
    if reward.to == "community":
        yield Origin(EventType.CUSTOMER_IDENTIFIED, "community"), use
    if reward.choices:
        yield from ((Origin(EventType.REWARD_CHOSEN, field), use) for field in ("", "reward", "choice"))
    if reward.expires_ms is not None or reward.clawback_ms is not None:
        yield from ((Origin(EventType.REWARD_REDEEMED, field), use) for field in ("", "reward"))
    if any(cap.per == "code" for cap in reward.caps):
        yield Origin(EventType.LINK_CREATED, "code"), Use(UseKind.CAP, reward.name)


def _reviews(program: Program) -> _Found:
    for rule in program.rules:
        if rule.on_fail == "review":
            for field in ("", "decision", "verdict", "by"):
                yield Origin(EventType.REVIEW_DECIDED, field), Use(UseKind.REVIEW, rule.code)


def _reports() -> _Found:
    """Yield what the platform's own reports read, whatever the program says."""
    funnel, channels, used = (
        Use(UseKind.REPORT, name) for name in ("the funnel", "channels", "rewards used")
    )
    yield from ((Origin(EventType.REFERRAL_SHARED, field), funnel) for field in ("", "reach"))
    yield Origin(EventType.FRIEND_VISITED, "channel"), channels
    yield from ((Origin(EventType.ELIGIBILITY_CONFIRMED, field), funnel) for field in ("", "eligible"))
    yield Origin(EventType.FRIEND_OPTED_IN), Use(UseKind.CONSENT)
    yield (
        Origin(EventType.CUSTOMER_IDENTIFIED, "community"),
        Use(UseKind.REPORT, "the communities' leaderboard"),
    )
    yield from ((Origin(EventType.REWARD_REDEEMED, field), used) for field in ("", "reward"))


def _operators() -> _Found:
    """Yield what operators do by events of their own; reviews are for the rules that ask for them."""
    for kind in EVENT_TYPES.values():
        if kind.category is Category.STEERING and kind.type is not EventType.REVIEW_DECIDED:
            use = Use(UseKind.OPERATOR, _ACTS.get(kind.type, "steer the program"))
            yield from ((Origin(kind.name, field), use) for field in ("", *(one.name for one in kind.fields)))
