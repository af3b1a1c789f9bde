"""The facts that rules, `when` and `keep_if` read, as the log stands now."""

from __future__ import annotations

import hashlib

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.program.model import Attribute, Experiment, Program
from tests.engine.oracle_attribution import Attribution
from tests.engine.oracle_expressions import Value
from tests.engine.oracle_money import in_currency
from tests.engine.oracle_people import attribute
from tests.engine.oracle_records import Attributed, Decided, Event

DAY_MS = 24 * 60 * 60 * 1000
HEIGHTS = 10  # how far up the referrers of a referrer are looked at


class Facts(Attribution):
    """Each fact is read from what the log says up to now."""

    def amount_minor(self, conversion: Event, program: Program) -> int | None:
        """Its amount now in minor units of the program's currency; None if there is none."""
        amount = self.amount_now(conversion)
        return None if amount is None else in_currency(amount, conversion["currency"], program)

    def facts(self, decision: Decided) -> dict[str, Value]:
        """The facts of rules and `when`, at the conversion event."""
        attribution = decision.attribution
        assert attribution is not None
        return {
            **self._of_conversion(decision, attribution),
            **self._of_friend(decision, attribution),
            **self._of_both(decision, attribution),
            **self._of_referrer(attribution),
            **self._counts("friend", attribution.friend, decision.conversion),
            **self._counts("referrer", attribution.referrer, decision.conversion),
            **self._own(decision, attribution),
        }

    def facts_at_release(self, decision: Decided, role: str, recipient: str) -> dict[str, Value]:
        """The facts of `keep_if`: what can change, as of now, and what is fixed."""
        attribution = decision.attribution
        assert attribution is not None
        closed = role != "community" and self.is_closed(recipient)
        return {
            **self._of_conversion(decision, attribution),
            "eligible": self._eligible(attribution.friend),
            "recipient_closed": closed,
            **self._counts("friend", attribution.friend, decision.conversion),
            **self._counts("referrer", attribution.referrer, decision.conversion),
            **self._own(decision, attribution),
        }

    def _of_conversion(self, decision: Decided, attribution: Attributed) -> dict[str, Value]:
        event, program = decision.conversion, decision.program
        amount = self.amount_minor(event, program)
        return {
            "amount": None if amount is None else amount / 10**program.digits,
            "outcome": event["outcome"],
            "currency": event["currency"],
            "new_customer": event["new_customer"],
            "channel": attribution.channel,
            "method": attribution.method,
            "touch_age_days": (event["occurred_at"] - attribution.touch_at) / DAY_MS,
        }

    def _eligible(self, friend: str) -> bool | None:
        confirmed = self.of(friend, "eligibility.confirmed")
        return (confirmed[-1]["eligible"] is not False) if confirmed else None

    def _of_friend(self, decision: Decided, attribution: Attributed) -> dict[str, Value]:
        friend = attribution.friend
        claims = self.of(friend, "friend.claimed")
        first = min(e["occurred_at"] for e in self.of(friend, *CONVERSION_TYPES))
        return {
            "claim_delay_seconds": (
                (claims[0]["occurred_at"] - attribution.touch_at) / 1000 if claims else None
            ),
            "claimed": bool(claims),
            "opted_in": bool(self.of(friend, "friend.opted_in")),
            "authenticated": bool(self.of(friend, "session.authenticated")),
            "eligible": self._eligible(friend),
            "friend_segment": self.latest(friend, "segment"),
            "friend_country": self.latest(friend, "country"),
            "friend_first_conversion_days": (decision.conversion["occurred_at"] - first) / DAY_MS,
        }

    def _of_both(self, decision: Decided, attribution: Attributed) -> dict[str, Value]:
        friend, referrer = attribution.friend, attribution.referrer
        contact = self.latest(friend, "contact_ref")
        back = self.attribution_of(referrer)
        one = self.same(friend, referrer)
        return {
            "same_person": one,
            "same_contact": contact is not None and contact == self.latest(referrer, "contact_ref"),
            "same_device": bool(self.devices(friend) & self.devices(referrer)),
            "cross_referral": back is not None and self.same(back.referrer, friend) and not one,
            "friend_is_upline": not one and self._is_above(friend, referrer),
        }

    def _is_above(self, person: str, referrer: str) -> bool:
        """Whether a person is among the referrers above a referrer."""
        above = self.attribution_of(referrer)
        for _ in range(HEIGHTS):
            if above is None:
                return False
            if self.same(above.referrer, person):
                return True
            above = self.attribution_of(above.referrer)
        return False

    def _of_referrer(self, attribution: Attributed) -> dict[str, Value]:
        referrer = attribution.referrer
        own_links = [link for link in self.links.values() if self.same(link["subject"], referrer)]
        # Attributions to this referrer up to this friend's own, it included.
        friends = [
            a
            for a in self.attributed
            if a.ended_at is None
            and self.same(a.referrer, referrer)
            and a.event["seq"] <= attribution.event["seq"]
        ]
        return {
            "referrer_segment": self.latest(referrer, "segment"),
            "referrer_country": self.latest(referrer, "country"),
            "referrer_kind": self.latest(referrer, "referrer_kind"),
            "community": self.latest(referrer, "community"),
            "referrer_age_days": (attribution.attributed_at - own_links[0]["received_at"]) / DAY_MS,
            "referrer_friends_24h": float(
                sum(a.attributed_at > attribution.attributed_at - DAY_MS for a in friends)
            ),
            "referrer_friends": float(len(friends)),
        }

    def _counts(self, who: str, person: str, judged: Event) -> dict[str, Value]:
        """Closed or not, and the conversions that stand."""
        found: dict[str, Value] = {
            f"{who}_closed": self.is_closed(person),
            f"{who}_conversions": float(self.standing(person, judged=judged)),
        }
        for kind in CONVERSION_TYPES:
            name = f"{who}_{kind.replace('.', '_')}_count"
            found[name] = float(self.standing(person, kind, judged))
        return found

    def _own(self, decision: Decided, attribution: Attributed) -> dict[str, Value]:
        """The program's own: attributes that it declares, and variants of its experiments."""
        found: dict[str, Value] = {}
        for own in decision.program.attributes:
            if own.of == "conversion":
                found[own.name] = typed(attribute(decision.conversion, own.name), own)
                continue
            for who, person in (("friend", attribution.friend), ("referrer", attribution.referrer)):
                found[f"{who}_{own.name}"] = typed(self.latest_attribute(person, own.name), own)
        for experiment in decision.program.experiments:
            reference = attribution.friend if experiment.by == "friend" else attribution.referrer
            found[f"variant_{experiment.name}"] = variant(experiment, reference)
        return found


def typed(value: object, own: Attribute) -> Value:
    """The value as a fact; null if it is of another type than declared."""
    if isinstance(value, bool):
        return value if own.type == "bool" else None
    if isinstance(value, (int, float)):
        return float(value) if own.type == "number" else None
    if isinstance(value, str):
        return value if own.type == "text" else None
    return None


def variant(experiment: Experiment, reference: str) -> str:
    """The variant that a reference falls into, always the same."""
    digest = hashlib.sha256(f"{experiment.name}:{reference}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") % sum(v.weight for v in experiment.variants)
    for option in experiment.variants:
        if place < option.weight:
            return option.name
        place -= option.weight
    raise AssertionError("the weights are summed up")
