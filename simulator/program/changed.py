"""Say where a program file means something different from the first edition of the language."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.domain.errors import ProgramError
from simulator.program.model import Program
from simulator.program.source import parse_toml


def changed_defaults(program: Program) -> list[str]:
    """Return a line for each of the three defaults that changed and matter to this program.

    A file that writes `returns`, whichever way, has decided on that one.
    """
    return list(_numbers(program)) + list(_room(program)) + list(_milestones(program))


def _numbers(program: Program) -> Iterator[str]:
    numbered = [
        reward.name for reward in program.rewards if (reward.every or 1) > 1 or reward.tier is not None
    ]
    if numbered:
        yield (
            f"{_named('reward', numbered)}: the numbers of every and tier count friends whose conversions stand; a "
            "reversal takes its number back, and the next friend earns it again"
        )


def _room(program: Program) -> Iterator[str]:
    if not any(reward.clawback_ms is not None for reward in program.rewards):
        return
    written = _written(program.text)
    for place, reward in enumerate(program.rewards):
        if reward.clawback_ms is not None and reward.caps and place not in written:
            yield (
                f'reward "{reward.name}": what is clawed back gives its room in the caps back; write returns = false '
                "in a cap to have it count on"
            )
    if program.budget_minor is not None and "budget" not in written:
        yield "budget: what is clawed back gives its room back; write returns = false to have it count on"


def _milestones(program: Program) -> Iterator[str]:
    # a reward that is issued at once and for good stays paid for its milestone
    used = {reward.on for reward in program.rewards if reward.hold_ms or reward.clawback_ms is not None}
    once = [one.name for one in program.milestones if one.occurrence != "each" and one.name in used]
    if once:
        yield (
            f"{_named('milestone', once)}: if the conversion that took it is reversed and nothing stays paid for it, "
            "the friend's next one takes it"
        )


def _written(text: str) -> set[int | str]:
    """Return what decides on `returns` by itself: the places of rewards, in all of their caps, and the budget."""
    try:
        document = parse_toml(text, "")
    except ProgramError:  # a program that was not read from a file
        return set()
    found: set[int | str] = set()
    rewards = document.get("reward")
    for place, reward in enumerate(rewards if isinstance(rewards, list) else ()):
        if all("returns" in cap for cap in reward.get("caps", ())):
            found.add(place)
    budget = document.get("budget")
    if isinstance(budget, dict) and "returns" in budget:
        found.add("budget")
    return found


def _named(what: str, names: list[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"{what}{'' if len(names) == 1 else 's'} {quoted}"
