"""The nasty cases are nasty: everything that can happen does happen in a few hundred of them."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings

from simulator.program.model import Cap
from tests.engine.oracle import Decided, Event, Line, Oracle
from tests.engine.strategies import Case, case_of, cases

CASES = 400
RICH = (311, 15, 40, 5, 325, 100, 2, 117, 247, 14, 113, 194, 11, 27, 60, 67, 106, 365)
"""Cases that together hold everything wanted, as of when they were looked for: to be tried first."""
LEAST = 60
FACTS = (
    "amount",
    "outcome",
    "currency",
    "new_customer",
    "channel",
    "method",
    "touch_age_days",
    "claim_delay_seconds",
    "claimed",
    "opted_in",
    "authenticated",
    "eligible",
    "same_person",
    "same_contact",
    "same_device",
    "cross_referral",
    "friend_segment",
    "referrer_segment",
    "friend_country",
    "referrer_country",
    "referrer_kind",
    "community",
    "referrer_age_days",
    "referrer_friends_24h",
    "referrer_friends",
)
NULLABLE = (
    "amount",
    "outcome",
    "currency",
    "new_customer",
    "claim_delay_seconds",
    "eligible",
    "friend_segment",
    "referrer_segment",
    "friend_country",
    "referrer_country",
    "referrer_kind",
    "community",
)


class Watching(Oracle):
    """An oracle that notes what it came across."""

    seen: Counter[str]

    def judge(self, event: Event) -> None:
        before = len(self.without_effect)
        super().judge(event)
        if event["type"] == "review.decided":
            self.seen[f"verdict {'without effect' if len(self.without_effect) > before else 'of use'}"] += 1

    def _apply_rules(self, decision: Decided) -> None:
        super()._apply_rules(decision)
        failed = dict(decision.failed)
        for rule in decision.program.rules:
            if decision.milestone.name in rule.milestones:
                for fact in set(re.findall(r"[a-z_0-9]+", rule.require)).intersection(FACTS):
                    self.seen[f"{fact} {failed.get(rule.code, 'pass')}"] += 1
        for fact, value in (decision.facts or {}).items():
            if isinstance(value, bool | None):
                self.seen[f"{fact} is {value}"] += 1

    def settle(self, event: Event) -> None:
        waiting = [d for d in self.decisions if d.outcome == "review"]
        super().settle(event)
        for decision in waiting:
            if decision.outcome == "ignored":
                self.seen["approved when another had qualified"] += 1
            elif decision.outcome == "qualified" and decision.version != self.version:
                self.seen["approved under an older version"] += 1

    def fits_cap(self, line: Line, cap: Cap) -> bool:
        fits = super().fits_cap(line, cap)
        what = "both" if cap.count and cap.value_minor else "count" if cap.count else "value"
        self.seen[f"cap {cap.window.kind} {'fits' if fits else 'full'}"] += 1
        self.seen[f"cap by {what} {'fits' if fits else 'full'}"] += 1
        return fits

    def after_budget(self, value: int, at: int) -> int | None:
        if value == self.room_in_budget(at):
            self.seen["budget to the last penny"] += 1
        return super().after_budget(value, at)

    def meet(self, conversion: Event) -> list[tuple[Event, str | None]]:
        met = super().meet(conversion)
        self.seen.update(f"waited, and {why or 'counts'}" for _, why in met)
        return met

    def reverse(self, event: Event) -> None:
        key = (event["source"], event["reverses"])
        if key in self.undone:
            self.seen["reversed twice"] += 1
        elif key not in self.accepted:
            self.seen["reversed before it came"] += 1
        elif not self.fits(event, self.accepted[key]):
            self.seen["reversed in another's name"] += 1
        mine = [x for x in self.lines if (x.conversion["source"], x.conversion["id"]) == key]
        at = event["received_at"]
        for line in mine:
            if line.due_at == at:
                self.seen["reversed as it fell due"] += 1
            if line.issued_at is not None and line.reward.clawback_ms is not None:
                self.seen[
                    f"clawback {'late' if at > line.issued_at + line.reward.clawback_ms else 'in time'}"
                ] += 1
        super().reverse(event)


def watch(case: Case, seen: Counter[str]) -> Watching:
    oracle = Watching(case.program, case.load)
    oracle.seen = seen
    for step in case.steps:
        if isinstance(step, int):
            oracle.advance(step)
            seen["told"] += 1
        else:
            receipt = oracle.receive(step)
            seen[f"receipt {receipt}"] += 1
            if receipt == "accepted":
                seen[f"event {step['type']}"] += 1
    oracle.advance(case.final)
    rows = oracle.rows
    for row in rows.attributions:
        seen[f"method {row['method']}"] += 1
    for decision in rows.decisions:
        reason = "rule" if (decision["reason"] or "").startswith("rule") else decision["reason"]
        seen[f"decision {decision['outcome']} {reason}"] += 1
    for line in oracle.lines:
        seen[f"reward {line.state}"] += 1
        seen[f"{line.state} to {line.reward.to}"] += 1
        if line.reward.percent is not None:
            seen["percent"] += 1
        if line.state == "voided" and line.state_at == line.qualified_at:
            seen["voided as it qualified"] += 1
        if line.decision.version > 1:
            seen["reward of a later version"] += 1
    return oracle


@pytest.fixture(scope="module")
def seen() -> Counter[str]:
    """What is come across, until everything wanted was: at most in some hundred cases."""
    counts: Counter[str] = Counter()
    for seed in dict.fromkeys((*RICH, *range(CASES))):
        watch(case_of(seed), counts)
        counts["case"] += 1
        if counts["case"] >= LEAST and all(counts[one] for one in WANTED):
            break
    return counts


WANTED = (
    [f"receipt {x}" for x in ("accepted", "duplicate", "conflict")]
    + [f"method {x}" for x in ("link", "code")]
    + [
        f"decision ignored {x}"
        for x in ("unattributed", "before-touch", "outside-program", "occurrence", "too-late")
    ]
    + [
        "decision refused rule",
        "decision refused declined",
        "decision review rule",
        "decision qualified None",
    ]
    + [f"reward {x}" for x in ("pending", "voided", "counted", "capped", "unfunded", "issued", "revoked")]
    + [f"{x} to {y}" for x in ("issued", "voided") for y in ("referrer", "friend", "upline", "community")]
    + [
        f"cap {x} {y}"
        for x in (
            "lifetime",
            "calendar-day",
            "calendar-week",
            "calendar-month",
            "calendar-year",
            "rolling",
        )
        for y in ("fits", "full")
    ]
    + [f"cap by {x} {y}" for x in ("count", "value", "both") for y in ("fits", "full")]
    + [f"{fact} {result}" for fact in FACTS for result in ("pass", "fail")]
    + [f"{fact} missing" for fact in NULLABLE]
    + [f"{fact} is {x}" for fact in ("same_contact", "same_device", "cross_referral") for x in (True, False)]
    + ["verdict of use", "verdict without effect", "approved when another had qualified"]
    + ["approved under an older version", "reward of a later version"]
    + ["budget to the last penny", "percent", "told", "voided as it qualified"]
    + ["reversed twice", "reversed before it came", "reversed as it fell due"]
    + ["reversed in another's name", "waited, and counts", "waited, and other-subject"]
    + ["clawback late", "clawback in time"]
)


def test_all_that_can_happen_happens(seen: Counter[str]) -> None:
    assert [wanted for wanted in WANTED if not seen[wanted]] == []


def test_most_friends_are_attributed_and_many_conversions_qualify(seen: Counter[str]) -> None:
    """Logs in which nothing happens test nothing."""
    decided = sum(number for what, number in seen.items() if what.startswith("decision "))
    assert seen["decision qualified None"] > decided / 6
    assert seen["reward issued"] > seen["case"]


@settings(max_examples=25, deadline=None, derandomize=True)
@given(case=cases())
def test_hypothesis_draws_the_same_kind_of_cases(case: Case) -> None:
    oracle = watch(case, Counter())
    assert len(oracle.log) <= len(case.steps)
