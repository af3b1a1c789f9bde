"""Describe a program design in plain English: money with its currency, durations in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.domain.moments import moment
from simulator.domain.money import major
from simulator.domain.spans import DAY_MS, HOUR_MS, MINUTE_MS
from simulator.domain.vocabulary import CONVERSION_TYPES, complete
from simulator.domain.zones import UTC_NAME
from simulator.program.facts import facts_at
from simulator.program.model import Attribution, Cap, Experiment, Milestone, Program, Reward, Rule
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
_PER = {
    "recipient": "One recipient",
    "friend": "One recipient, for one friend,",
    "code": "One recipient, for friends of one code,",
    "program": "Everybody together",
}
_NUMERIC = (
    "References of people may be digits alone, as phone numbers are: they are this brand's customer numbers.",
)


def describe(program: Program) -> list[str]:
    """Describe the whole program in the order of the file, one or two sentences a line."""
    return [
        _opening(program),
        _referrers(program),
        *(_NUMERIC if program.numeric_references else ()),
        _attribution(program.attribution),
        *(_experiment(experiment) for experiment in program.experiments),
        *_attributes(program),
        *_rates(program),
        *(_milestone(milestone) for milestone in program.milestones),
        *(_rule(rule, program) for rule in program.rules),
        *(_reward(reward, program) for reward in program.rewards),
        _budget(program),
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
    calendar = f" Its days are those of {program.timezone}." if program.timezone != UTC_NAME else ""
    return (
        f"{program.name} ({program.industry}) pays in {program.currency}{' and runs' + span if span else ''}."
        + calendar
    )


def _referrers(program: Program) -> str:
    if not program.referrers:
        return "Everybody may refer."
    kinds = listed([f"{kind}s" for kind in program.referrers])
    stops = (
        "; what a friend does once the referrer is none of these is refused" if program.referrers_stop else ""
    )
    return f"{kinds.capitalize()} may refer{stops}."


def _attribution(attribution: Attribution) -> str:
    which = "last" if attribution.model == "last-touch" else "first"
    return (
        f"A friend belongs to the referrer whose link they visited {which} in the "
        f"{duration(attribution.window_ms)} before claiming or converting; "
        "a code they give goes before any visit."
        + (
            " Codes may be typed in capitals or small letters, and with spaces."
            if attribution.codes == "fold"
            else ""
        )
        + (
            f" A code serves for {counted(attribution.uses, 'friend')}."
            if attribution.uses is not None
            else ""
        )
    )


def counted(number: int, what: str) -> str:
    """Format a number of things: `1 friend`, `2 friends`."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _experiment(experiment: Experiment) -> str:
    total = sum(variant.weight for variant in experiment.variants)
    shares = [f"{_quoted(one.name)} ({100 * one.weight / total:.4g} %)" for one in experiment.variants]
    return (
        f'Experiment "{experiment.name}": each {experiment.by} is in one variant for good, {listed(shares)}.'
    )


def _attributes(program: Program) -> Iterator[str]:
    for of, whose in (("conversion", "a conversion"), ("customer", "a person")):
        names = [_quoted(one.name) for one in program.attributes if one.of == of]
        if names:
            yield f"Of {whose} it reads {listed(names)}."


def _rates(program: Program) -> Iterator[str]:
    if program.rates:
        rates = [f"1 {one.currency} as {one.rate:f} {program.currency}" for one in program.rates]
        yield f"Amounts in other currencies are converted at fixed rates: {listed(rates)}."


def _budget(program: Program) -> str:
    if program.budget_minor is None:
        return "There is no budget: the program pays whatever its rewards come to."
    kept = program.budget
    total = money(program.budget_minor, program)
    sentences = [
        f"The whole program pays out {total} at most"
        + ("" if kept.period == "lifetime" else f" {_WINDOWS[kept.period]}")
    ]
    if kept.over == "trim":
        sentences.append("A reward that does not fit is trimmed to what is left")
    if kept.short == "wait":
        sentences.append("A reward that does not fit waits until there is room, and so does every later one")
    if not kept.returns:
        sentences.append("What is taken back still counts")
    return ". ".join(sentences) + "."


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
    where = "" if everywhere else f" at {listed([_quoted(name) for name in rule.milestones])}"
    what = "is refused" if rule.on_fail == "refuse" else "goes to a person for review"
    require = condition_words(rule.require, facts_at(program, "conversion"))
    return f'Rule "{rule.code}": a conversion{where} {what} unless {require}. {rule.because}'


def _reward(reward: Reward, program: Program) -> str:
    parts = [
        f'Reward "{reward.name}": {_RECIPIENTS[reward.to]} gets {_worth(reward, program)} '
        f'({reward.kind or "of " + either(reward.choices)}) for "{reward.on}"'
    ]
    parts[0] += f", {duration(reward.hold_ms)} after the conversion" if reward.hold_ms else ", at once"
    parts += _offered(reward, program)
    numbers = _numbers(reward)
    if numbers:
        parts.append(f"Only {numbers} such reward of the same recipient pays")
    parts += _limits(reward, program)
    parts += _afterwards(reward)
    return ". ".join(parts) + "."


def _worth(reward: Reward, program: Program) -> str:
    if reward.value_minor is not None:
        return money(reward.value_minor, program)
    least = f"{money(reward.min_minor, program)} at least" if reward.min_minor is not None else ""
    most = f"{money(reward.max_minor, program)} at most" if reward.max_minor is not None else ""
    bounds = " and ".join(filter(None, (least, most)))
    return f"{reward.percent:f} % of the amount{', ' + bounds if bounds else ''}"


def _offered(reward: Reward, program: Program) -> Iterator[str]:
    """Say for which conversions there is a line, and whether it is kept until it falls due."""
    if reward.when is not None:
        yield f"It is given only where {condition_words(reward.when, facts_at(program, 'conversion'))}"
    if reward.from_ms is not None or reward.until_ms is not None:
        dated = "conversions" if reward.dated_by == "conversion" else "friends who were referred"
        begins = f" from {moment(reward.from_ms)}" if reward.from_ms is not None else ""
        ends = f" until {moment(reward.until_ms)}" if reward.until_ms is not None else ""
        yield f"It is given for {dated}{begins}{ends}"
    if reward.keep_if is not None:
        kept = condition_words(reward.keep_if, facts_at(program, "release"))
        yield f"It is forfeited as it falls due unless {kept}"


def _limits(reward: Reward, program: Program) -> Iterator[str]:
    for per, whose in _PER.items():
        caps = [cap for cap in reward.caps if cap.per == per]
        if caps:
            yield f"{whose} gets at most {listed([_cap(cap, program) for cap in caps])}"


def _afterwards(reward: Reward) -> Iterator[str]:
    """Say what may become of the line after its release."""
    if reward.choose_within_ms is not None:
        end = f"it is {reward.otherwise}" if reward.otherwise is not None else "it is forfeited"
        yield f"The recipient chooses what it is within {duration(reward.choose_within_ms)}; else {end}"
    if reward.clawback_ms is not None:
        part = ", a partial refund a part of it" if reward.percent is not None else ""
        yield f"A reversal up to {duration(reward.clawback_ms)} after the payout takes it back{part}"
    if reward.expires_ms is not None:
        yield f"It expires {duration(reward.expires_ms)} after the payout unless it is used before"


def _numbers(reward: Reward) -> str:
    parts: list[str] = []
    if reward.every is not None and reward.every > 1:
        parts.append(f"every {ordinal(reward.every)}")
    if reward.tier is not None:
        first, last = reward.tier
        if last is None:
            parts.append(
                f"from the {ordinal(first)} on, each" if not parts else f"from the {ordinal(first)} on"
            )
        elif first == last:
            parts.append(f"the {ordinal(first)}")
        else:
            parts.append(f"the {ordinal(first)} to the {ordinal(last)}")
    return ", ".join(parts)


def _cap(cap: Cap, program: Program) -> str:
    counted = [] if cap.count is None else [f"{cap.count:,} of them"]
    worth = [] if cap.value_minor is None else [money(cap.value_minor, program)]
    window = _WINDOWS.get(cap.window.kind) or f"in any {duration(cap.window.ms or 0)}"
    trimmed = ", the last one trimmed to the room left" if cap.over == "trim" else ""
    lasting = ", what is taken back included" if not cap.returns else ""
    return f"{' or '.join(counted + worth)} {window}{trimmed}{lasting}"


def either(words: Sequence[str]) -> str:
    """Join words into a choice: `a`, `a or b`, `a, b or c`."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _quoted(name: str) -> str:
    return f'"{name}"'


def listed(words: Sequence[str]) -> str:
    """Join words into a list: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
