"""Fill placeholders with the numbers of the program at hand. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from referral_tui import figures
from referral_tui.lessons.model import Facts
from simulator.program.model import Cap, Program, Reward
from simulator.program.words import duration, either

PROGRAM_FACTS: Final = {
    "program": "the program's name",
    "referrers": "who may refer",
    "window": "how long after a touch a friend may claim or convert",
    "model": "which touch wins: the last or the first",
    "milestone": "the first milestone",
    "event": "the event type that reaches it",
    "reward": "the referrer's first reward for a friend",
    "value": "what that is worth",
    "hold": "how long it is held before it is issued",
    "clawback": "how long after its payout a reversal takes it back",
    "cap": "what one recipient gets of it at most",
    "friend_reward": "the friend's reward",
    "friend_value": "what that is worth",
    "bonus": "the reward that only every n-th friend brings",
    "bonus_value": "what that is worth",
    "every": "how many friends it takes",
    "budget": "what the whole program pays at most",
    "rules": "how many rules there are",
    "rule": "the first rule",
    "rule_says": "why it is there, in the program's own words",
    "review_rule": "the first rule that asks for a person's look",
}
"""The placeholders that a program fills, or leaves empty: then steps that use them are left out."""


def program_facts(program: Program) -> Facts:
    """Return the words for a program's placeholders; what the program does not have is left out."""
    milestone, rules = program.milestones[0], program.rules
    words = {
        "program": program.name,
        "referrers": either([f"{kind}s" for kind in program.referrers or ()] or ["everybody"]),
        "window": duration(program.attribution.window_ms),
        "model": "last" if program.attribution.model == "last-touch" else "first",
        "milestone": milestone.name,
        "event": milestone.event,
        "rules": str(len(rules)),
    }
    if program.budget_minor is not None:
        words["budget"] = _money(program.budget_minor, program)
    if rules:
        words |= {"rule": rules[0].code, "rule_says": rules[0].because}
    looked_at = next((rule.code for rule in rules if rule.on_fail == "review"), None)
    if looked_at is not None:
        words["review_rule"] = looked_at
    return Facts(words | dict(_rewards(program)))


def _rewards(program: Program) -> Iterator[tuple[str, str]]:
    """Yield what is told of the referrer's first reward, of the friend's, and of a bonus."""
    plain = [reward for reward in program.rewards if reward.every is None and reward.tier is None]
    mine = next((reward for reward in plain if reward.to == "referrer"), None)
    if mine is not None:
        yield "reward", mine.name
        yield "value", _worth(mine, program)
        if mine.hold_ms:
            yield "hold", duration(mine.hold_ms)
        if mine.clawback_ms is not None:
            yield "clawback", duration(mine.clawback_ms)
    capped = next((reward for reward in program.rewards if reward.to == "referrer" and reward.caps), None)
    if capped is not None:
        yield "cap", f"{_cap(capped.caps[0], program)} of {capped.name}"
    friends = next((reward for reward in plain if reward.to == "friend"), None)
    if friends is not None:
        yield "friend_reward", friends.name
        yield "friend_value", _worth(friends, program)
    bonus = next((one for one in program.rewards if one.every is not None and one.every > 1), None)
    if bonus is not None:
        yield "bonus", bonus.name
        yield "bonus_value", _worth(bonus, program)
        yield "every", str(bonus.every)


def _worth(reward: Reward, program: Program) -> str:
    if reward.value_minor is not None:
        return _money(reward.value_minor, program)
    return f"{reward.percent:f} % of the amount"


def _cap(cap: Cap, program: Program) -> str:
    parts = [] if cap.count is None else [f"{cap.count:,}"]
    parts += [] if cap.value_minor is None else [_money(cap.value_minor, program)]
    spans = {"lifetime": "ever", "rolling": f"in any {duration(cap.window.ms or 0)}"}
    within = spans.get(cap.window.kind) or f"in a {cap.window.kind.replace('-', ' ')}"
    return f"{' or '.join(parts)} {within}"


def _money(minor: int, program: Program) -> str:
    """Write money as the screens do, since the words stand beside them."""
    return figures.money(minor, program.currency, program.digits)
