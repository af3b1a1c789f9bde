"""Describe a program design in plain English: money with its currency, durations in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from simulator.domain.money import major
from simulator.domain.spans import DAY_MS, HOUR_MS, MINUTE_MS
from simulator.domain.vocabulary import CONVERSION_TYPES, complete
from simulator.program.model import Attribution, Cap, Milestone, Program, Reward, Rule
from simulator.program.phrases import condition_words

_UNITS = ((DAY_MS, "day"), (HOUR_MS, "hour"), (MINUTE_MS, "minute"))
_EVENTS = complete(
    CONVERSION_TYPES,
    {
        "purchase.completed": "purchase completed",
        "purchase.paid": "purchase paid",
        "account.activated": "account activated",
        "policy.started": "policy started",
        "service.activated": "service activated",
        "bill.paid": "bill paid",
        "milestone.reached": "milestone reached",
    },
)
_WINDOWS = {
    "lifetime": "ever",
    "calendar-day": "in a calendar day",
    "calendar-week": "in a calendar week",
    "calendar-month": "in a calendar month",
    "calendar-year": "in a calendar year",
}
_RECIPIENTS = {
    "referrer": "the referrer",
    "friend": "the friend",
    "upline": "whoever brought the referrer",
    "community": "the referrer's community",
}
_NUMERIC = (
    "References of people may be digits alone, as phone numbers are: they are this brand's customer numbers.",
)


def describe(program: Program) -> list[str]:
    """Describe the whole program in the order of the file, one or two sentences a line."""
    return [
        _opening(program),
        f"{_listed([kind + 's' for kind in program.referrers]).capitalize()} may refer."
        if program.referrers
        else "Everybody may refer.",
        *(_NUMERIC if program.numeric_references else ()),
        _attribution(program.attribution),
        *(_milestone(milestone) for milestone in program.milestones),
        *(_rule(rule, program) for rule in program.rules),
        *(_reward(reward, program) for reward in program.rewards),
        f"The whole program pays out {money(program.budget_minor, program)} at most."
        if program.budget_minor is not None
        else "There is no budget: the program pays whatever its rewards come to.",
    ]


def money(minor: int, program: Program) -> str:
    """Format minor units of the program's currency: `1,250.00 GBP`."""
    return amount(minor, program.currency, program.digits)


def amount(minor: int, currency: str, digits: int) -> str:
    """Format minor units of a currency with that many minor digits: `1,250.00 GBP`."""
    return f"{major(minor, digits)} {currency}"


def duration(ms: int) -> str:
    """Format milliseconds in the largest unit in which they are a whole number: `90 days`, `36 hours`, `1 minute`."""
    size, unit = next(((size, unit) for size, unit in _UNITS if ms % size == 0), (1, "millisecond"))
    return f"{ms // size:,} {unit}{'' if ms == size else 's'}"


def moment(ms: int) -> str:
    """Format a moment as `1 January 2026, 00:00 UTC`, with seconds if it has any."""
    when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    clock = when.strftime("%H:%M:%S" if when.second or when.microsecond else "%H:%M")
    return f"{when.day} {when.strftime('%B')} {when.year}, {clock} UTC"


def ordinal(number: int) -> str:
    """Format an ordinal number: 1st, 2nd, 3rd, 4th … 11th."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{'th' if number % 100 in (11, 12, 13) else ending}"


def _opening(program: Program) -> str:
    span = ""
    if program.starts_ms is not None:
        span += f" from {moment(program.starts_ms)}"
    if program.ends_ms is not None:
        span += f" until {moment(program.ends_ms)}"
    return (
        f"{program.name} ({program.industry}) pays in {program.currency}{' and runs' + span if span else ''}."
    )


def _attribution(attribution: Attribution) -> str:
    which = "last" if attribution.model == "last-touch" else "first"
    return (
        f"A friend belongs to the referrer whose link they visited {which} in the "
        f"{duration(attribution.window_ms)} before claiming or converting; "
        "a code they give goes before any visit."
    )


def _milestone(milestone: Milestone) -> str:
    event = _EVENTS[milestone.event]
    which = {"any": f"the first {event} that passes the rules", "each": f"every {event}"}.get(
        str(milestone.occurrence), f"the friend's {_which(milestone.occurrence)} {event}"
    )
    limit = (
        f", within {duration(milestone.within_ms)} of the touch" if milestone.within_ms is not None else ""
    )
    return f'"{milestone.name}" is reached by {which} ({milestone.event}){limit}.'


def _which(occurrence: object) -> str:
    if occurrence == 1:
        return "first"
    return ordinal(occurrence) if isinstance(occurrence, int) else str(occurrence)


def _rule(rule: Rule, program: Program) -> str:
    everywhere = rule.milestones == tuple(milestone.name for milestone in program.milestones)
    where = "" if everywhere else f" at {_listed([_quoted(name) for name in rule.milestones])}"
    what = "is refused" if rule.on_fail == "refuse" else "goes to a person for review"
    return f'Rule "{rule.code}": a conversion{where} {what} unless {condition_words(rule.require)}. {rule.because}'


def _reward(reward: Reward, program: Program) -> str:
    parts = [
        f'Reward "{reward.name}": {_RECIPIENTS[reward.to]} gets {_worth(reward, program)} '
        f'({reward.kind}) for "{reward.on}"'
    ]
    parts[0] += f", {duration(reward.hold_ms)} after the conversion" if reward.hold_ms else ", at once"
    numbers = _numbers(reward)
    if numbers:
        parts.append(f"Only {numbers} such reward of the same recipient pays")
    if reward.caps:
        limits = _listed([_cap(cap, program) for cap in reward.caps])
        parts.append(f"One recipient gets at most {limits}")
    if reward.clawback_ms is not None:
        parts.append(f"A reversal up to {duration(reward.clawback_ms)} after the payout takes it back")
    return ". ".join(parts) + "."


def _worth(reward: Reward, program: Program) -> str:
    if reward.value_minor is not None:
        return money(reward.value_minor, program)
    return f"{reward.percent:f} % of the amount"


def _numbers(reward: Reward) -> str:
    said: list[str] = []
    if reward.every is not None and reward.every > 1:
        said.append(f"every {ordinal(reward.every)}")
    if reward.tier is not None:
        first, last = reward.tier
        if last is None:
            said.append(
                f"from the {ordinal(first)} on, each" if not said else f"from the {ordinal(first)} on"
            )
        elif first == last:
            said.append(f"the {ordinal(first)}")
        else:
            said.append(f"the {ordinal(first)} to the {ordinal(last)}")
    return ", ".join(said)


def _cap(cap: Cap, program: Program) -> str:
    counted = [] if cap.count is None else [f"{cap.count:,} of them"]
    worth = [] if cap.value_minor is None else [money(cap.value_minor, program)]
    window = _WINDOWS.get(cap.window.kind) or f"in any {duration(cap.window.ms or 0)}"
    return f"{' or '.join(counted + worth)} {window}"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _listed(words: Sequence[str]) -> str:
    """Join words into a list: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
