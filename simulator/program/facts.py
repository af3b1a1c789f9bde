"""Define the facts that an expression may read: a closed list of names, each with its kind and meaning.

A program adds facts of its own: one or two for each attribute that it declares, one for each experiment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.program.model import AttributeType, Program

Kind = Literal["bool", "number", "text"]
Asked = Literal["conversion", "release"]
"""When an expression is asked: a rule's and `when` at the conversion, `keep_if` at the release."""
_BOTH: tuple[Asked, ...] = ("conversion", "release")


@dataclass(frozen=True)
class Fact:
    """A fact: its name, the kind of its value, and its meaning at the time when the expression is evaluated.

    `asked` says in which expressions it may be used; `values` are its possible values, empty if that is open.
    """

    name: str
    kind: Kind
    meaning: str
    asked: tuple[Asked, ...] = ("conversion",)
    values: tuple[str, ...] = ()


ALL_FACTS: tuple[Fact, ...] = (
    Fact(
        "amount", "number", "what was paid, in major units; null if not passed or in another currency", _BOTH
    ),
    Fact("outcome", "text", "the business code of the conversion", _BOTH),
    Fact("currency", "text", "the currency of the conversion", _BOTH),
    Fact("new_customer", "bool", "whether the client says the friend is a new customer", _BOTH),
    Fact("channel", "text", "the channel of the attribution", _BOTH),
    Fact("method", "text", "how the friend was matched: 'link' or 'code'", _BOTH),
    Fact("touch_age_days", "number", "days from the touch to the conversion", _BOTH),
    Fact(
        "claim_delay_seconds",
        "number",
        "seconds from the touch to the friend's first claim; null without one",
    ),
    Fact("claimed", "bool", "whether the friend has claimed"),
    Fact("opted_in", "bool", "whether the friend agreed to marketing communications"),
    Fact("authenticated", "bool", "whether the friend has had an authenticated session"),
    Fact("eligible", "bool", "the friend's latest eligibility; null if none was confirmed", _BOTH),
    Fact("same_person", "bool", "whether friend and referrer are one person"),
    Fact("same_contact", "bool", "whether both have the same contact; false if either is unknown"),
    Fact("same_device", "bool", "whether both were seen on one device; false if either has none"),
    Fact("cross_referral", "bool", "whether the referrer was brought by this friend"),
    Fact("friend_segment", "text", "the friend's latest known segment"),
    Fact("referrer_segment", "text", "the referrer's latest known segment"),
    Fact("friend_country", "text", "the friend's latest known country"),
    Fact("referrer_country", "text", "the referrer's latest known country"),
    Fact("referrer_kind", "text", "the referrer's latest known kind: customer, employee or partner"),
    Fact("community", "text", "the referrer's latest known community"),
    Fact("referrer_age_days", "number", "days from the referrer's first link to the attribution"),
    Fact(
        "referrer_friends_24h",
        "number",
        "friends attributed to the referrer in the last 24 hours, this one included",
    ),
    Fact("referrer_friends", "number", "friends attributed to the referrer so far, this one included"),
    Fact(
        "friend_is_upline", "bool", "whether the friend is among the referrer's own referrers, ten heights up"
    ),
    Fact(
        "friend_first_conversion_days",
        "number",
        "days from the friend's earliest conversion in the log to this one; never negative",
    ),
    Fact("friend_closed", "bool", "whether the friend's account is closed", _BOTH),
    Fact("referrer_closed", "bool", "whether the referrer's account is closed", _BOTH),
    Fact(
        "recipient_closed",
        "bool",
        "whether the account of whoever gets the reward is closed; false for a community",
        ("release",),
    ),
    *(
        Fact(f"{who}_conversions", "number", f"conversions of the {who}'s that stand", _BOTH)
        for who in ("friend", "referrer")
    ),
    *(
        Fact(
            f"{who}_{kind.replace('.', '_')}_count",
            "number",
            f"`{kind}` conversions of the {who}'s that stand",
            _BOTH,
        )
        for who in ("friend", "referrer")
        for kind in CONVERSION_TYPES
    ),
)


class FactList:
    """The facts of one program that an expression may read, by name, and why it may not read the others."""

    def __init__(
        self,
        facts: Iterable[Fact],
        asked: Asked,
        declared: str = "an attribute of yours is declared under [attributes]",
        doubtful: Iterable[str] = (),
    ) -> None:
        """Take all facts there are, and when the expression is asked.

        `declared` says where one's own facts are named; `doubtful` are those whose declaration has a problem of its
        own, so that it need not be said of an expression, too, that there is no such fact.
        """
        every = {fact.name: fact for fact in facts}
        self.asked = asked
        self.declared = declared
        self.doubtful = frozenset(doubtful)
        self.usable: Mapping[str, Fact] = {name: fact for name, fact in every.items() if asked in fact.asked}
        self._others = every.keys() - self.usable.keys()

    @cached_property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each usable fact, by name, in the order of the list."""
        return {name: fact.kind for name, fact in self.usable.items()}

    @cached_property
    def experiments(self) -> tuple[str, ...]:
        """The names of the experiments whose variants are facts."""
        names = (fact.name for fact in self.usable.values() if fact.values)
        return tuple(name.removeprefix(VARIANT) for name in names)

    def elsewhere(self, name: str) -> str | None:
        """Return where a fact that may not be used here may be used; None for a name that is not a fact."""
        if name not in self._others:
            return None
        if self.asked == "release":
            return "is known at the conversion only, and keep_if is asked at the release; use it in a rule or in when"
        return "is known at the release only; use it in keep_if"


VARIANT = "variant_"
"""What the name of the fact of an experiment begins with."""


def attribute_facts(name: str, of: str, kind: AttributeType) -> tuple[Fact, ...]:
    """Return the facts that a declared attribute makes."""
    if of == "conversion":
        return (Fact(name, kind, "an attribute of the conversion; null if not given as declared", _BOTH),)
    return tuple(
        Fact(f"{who}_{name}", kind, f"an attribute of the {who}, the latest known; null if none is", _BOTH)
        for who in ("friend", "referrer")
    )


def variant_fact(name: str, variants: tuple[str, ...]) -> Fact:
    """Return the fact of an experiment."""
    return Fact(f"{VARIANT}{name}", "text", f"the variant of the experiment {name}", _BOTH, variants)


def facts_of_program(program: Program) -> tuple[Fact, ...]:
    """Return all facts that the expressions of a program may read."""
    return (
        *ALL_FACTS,
        *(fact for one in program.attributes for fact in attribute_facts(one.name, one.of, one.type)),
        *(variant_fact(one.name, tuple(v.name for v in one.variants)) for one in program.experiments),
    )


@lru_cache(maxsize=64)  # versions of programs that one process knows
def facts_at(program: Program, asked: Asked) -> FactList:
    """Return the facts of a program that an expression evaluated at that time may read."""
    return FactList(facts_of_program(program), asked)


AT_CONVERSION = FactList(ALL_FACTS, "conversion")
"""What a rule of any program may read."""
AT_RELEASE = FactList(ALL_FACTS, "release")
"""What a `keep_if` of any program may read."""
