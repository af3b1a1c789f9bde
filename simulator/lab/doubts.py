"""Warn of what a design can hardly mean, from what markets show of it, each with its figure and its line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

from simulator.domain.spans import DAY_MS
from simulator.lab.evidence import Evidence
from simulator.lab.setting import Setting
from simulator.program.facts import facts_at
from simulator.program.model import Cap, Program, Reward
from simulator.program.rules import compile_rule
from simulator.program.source import LineNumbers, Path, find_line_numbers
from simulator.program.words import duration, money

FEWEST_ASKED: Final = 100
"""The fewest decisions for which "never" and "always" mean something."""
FEWEST_REVERSED: Final = 10
FEWEST_PAID: Final = 20
"""The fewest paid lines for which a warning says who gets them: among fewer, one ring of cheats decides."""
LATE_SHARE: Final = 0.25
"""The share of reversals after a hold from which the hold is called too short."""
ENDED_SHARE: Final = 0.1
FEWEST_REVIEWS: Final = 10
STILL_OPEN: Final = 0.2
"""The share of all reviews that is open at the end of a queue that grows without end."""
_YEAR_DAYS: Final = 365

Kind = Literal[
    "rule-never-fails",
    "rule-always-fails",
    "fact-never-passed",
    "hold-too-short",
    "cap-below-tier",
    "budget-ends",
    "reward-never-reached",
    "reviews-grow",
    "cheats-get-more",
]


@dataclass(frozen=True)
class Doubt:
    """A warning: what is doubtful, where in the file (a line from 1, None if it is not known), and the figure."""

    kind: Kind
    line: int | None
    subject: str
    says: str


def find_doubts(program: Program, found: Evidence, setting: Setting) -> list[Doubt]:
    """Return what is probably a mistake in a design, judging from markets that ran as `setting` says."""
    judge = _Judge(program, found, setting)
    return [*judge.rules(), *judge.rewards(), *judge.budget(), *judge.reviews()]


class _Judge:
    def __init__(self, program: Program, found: Evidence, setting: Setting) -> None:
        self.program, self.found, self.setting = program, found, setting
        self.lines: LineNumbers = find_line_numbers(program.text)

    def doubt(self, kind: Kind, path: Path, subject: str, says: str) -> Doubt:
        """Return a warning about the value at a path, or about its table if the file doesn't have it."""
        line = self.lines.line(path)
        return Doubt(kind, self.lines.line(path[:2]) if line is None else line, subject, says)

    def rules(self) -> Iterator[Doubt]:
        """Yield warnings about rules that never or always fail, or read what nobody passes."""
        facts = facts_at(self.program, "conversion")
        for place, rule in enumerate(self.program.rules):
            passed, failed, missing = (
                self.found.rules[rule.code, key] for key in ("pass", "fail", "missing")
            )
            asked, subject, path = (
                passed + failed + missing,
                f'rule "{rule.code}"',
                ("rule", place, "require"),
            )
            milestones = rule.milestones or tuple(one.name for one in self.program.milestones)
            if sum(self.found.asked[name] for name in milestones) < FEWEST_ASKED or asked < FEWEST_ASKED:
                continue
            unknown = [
                fact
                for fact in compile_rule(rule, facts).facts
                if not any((name, fact) in self.found.known for name in milestones)
            ]
            for fact in unknown:
                says = (
                    f"reads {fact}, which was never known in {asked:,} conversions: nobody's events pass it"
                )
                yield self.doubt("fact-never-passed", path, subject, says)
            if unknown:
                continue
            if passed == asked:
                says = f"never failed: all {asked:,} conversions passed it"
                yield self.doubt("rule-never-fails", path, subject, says)
            elif not passed:
                says = f"always failed: none of {asked:,} conversions passed it"
                yield self.doubt("rule-always-fails", path, subject, says)

    def rewards(self) -> Iterator[Doubt]:
        """Yield warnings about rewards."""
        if sum(self.found.asked.values()) < FEWEST_ASKED:
            return
        for place, reward in enumerate(self.program.rewards):
            yield from self._reached(place, reward)
            yield from self._hold(place, reward)
            yield from self._caps(place, reward)
            yield from self._cheats(place, reward)

    def _reached(self, place: int, reward: Reward) -> Iterator[Doubt]:
        if self.found.rewards[reward.name, "paid"]:
            return
        lines = self.found.rewards[reward.name, "lines"]
        why = f"none of its {lines:,} lines was paid" if lines else "no conversion began one"
        subject, says = f'reward "{reward.name}"', f"nobody ever gets it: {why}"
        yield self.doubt("reward-never-reached", ("reward", place), subject, says)

    def _hold(self, place: int, reward: Reward) -> Iterator[Doubt]:
        early, late, minor = (self.found.rewards[reward.name, key] for key in ("early", "late", "late_minor"))
        reversed_ = early + late
        if reversed_ < FEWEST_REVERSED or not minor or late < LATE_SHARE * reversed_:
            return
        a_year = round(minor * _YEAR_DAYS / (self.found.markets * self.setting.days))
        hold = (
            f"the hold of {duration(reward.hold_ms)}"
            if reward.hold_ms
            else "the payout, which no hold delays"
        )
        says = (
            f"{late / reversed_:.0%} of reversals arrive after {hold}: {money(a_year, self.program)} a year clawed "
            "back or lost"
        ).replace("%", " %", 1)
        yield self.doubt("hold-too-short", ("reward", place, "hold"), f'reward "{reward.name}"', says)

    def _caps(self, place: int, reward: Reward) -> Iterator[Doubt]:
        if reward.tier is None:
            return
        first, last = reward.tier
        if last is None:
            return
        every = reward.every or 1
        wanted = last // every - (first - 1) // every
        for number, cap in enumerate(reward.caps):
            room = _room(cap, reward)
            if room is not None and room < wanted:
                capped = self.found.rewards[reward.name, "capped"]
                says = (
                    f"its cap leaves room for {room:,} of the {wanted:,} that its tier from {first} to {last} pays; "
                    f"{capped:,} lines were capped"
                )
                yield self.doubt(
                    "cap-below-tier", ("reward", place, "caps", number), f'reward "{reward.name}"', says
                )

    def _cheats(self, place: int, reward: Reward) -> Iterator[Doubt]:
        cheats, honest = (self.found.rewards[reward.name, key] for key in ("cheats_minor", "honest_minor"))
        if cheats <= honest or self.found.rewards[reward.name, "paid"] < FEWEST_PAID:
            return
        says = (
            f"cheats get more of it than honest people: {money(cheats, self.program)} against "
            f"{money(honest, self.program)}"
        )
        yield self.doubt("cheats-get-more", ("reward", place), f'reward "{reward.name}"', says)

    def budget(self) -> Iterator[Doubt]:
        """Yield a warning about a budget that ends too soon."""
        if self.found.ended <= ENDED_SHARE * self.found.markets or self.program.budget_minor is None:
            return
        days = duration(self.setting.days * DAY_MS)
        says = (
            f"{money(self.program.budget_minor, self.program)} end within {days} in {self.found.ended} of "
            f"{self.found.markets} markets"
        )
        yield self.doubt("budget-ends", ("budget", "total"), "budget", says)

    def reviews(self) -> Iterator[Doubt]:
        """Yield a warning about reviews that pile up."""
        levels = self.found.open_reviews
        grows = all(before < after for before, after in pairwise(levels))
        if not grows or levels[-1] < max(FEWEST_REVIEWS, STILL_OPEN * self.found.reviews):
            return
        place = next((at for at, rule in enumerate(self.program.rules) if rule.on_fail == "review"), 0)
        texts = ", ".join(f"{level:,}" for level in levels)
        says = f"the queue grows without end: {texts} open at the end of each quarter, of {self.found.reviews:,} in all"
        yield self.doubt("reviews-grow", ("rule", place, "on_fail"), "reviews", says)


def _room(cap: Cap, reward: Reward) -> int | None:
    """Return how many of a reward a cap lets one recipient have in a lifetime; None if it sets no bound."""
    if cap.window.kind != "lifetime" or cap.per != "recipient":
        return None
    rooms = [cap.count] if cap.count is not None else []
    if cap.value_minor is not None and reward.value_minor and cap.over == "skip":
        rooms.append(cap.value_minor // reward.value_minor)
    return min(rooms) if rooms else None
