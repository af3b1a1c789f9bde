"""Explain what a reward line is worth: the amount its share is of, and what caps, the budget or adjustments cut off."""

from __future__ import annotations

from typing import Final

from db.read.event_fields import adjustments_of
from db.read.line_entries import values_given, voided_by
from db.read.people import united_with
from db.read.reward_rows import RewardRow
from simulator.explain.amended import no_effect
from simulator.explain.amounts import worth_of
from simulator.explain.context import DecisionContext
from simulator.explain.releases import Releases
from simulator.explain.source import Fields
from simulator.program.model import Reward
from simulator.program.words import money

_OPEN: Final = ("pending", "waiting")


def amount_of(context: DecisionContext, row: RewardRow, terms: Reward) -> Fields | None:
    """Return the conversion with the amount that a line's share was taken of, after the adjustments of it until then.

    None if no known amount makes that share.
    """
    event = context.event
    bounded = terms.max_minor is not None or terms.min_minor is not None  # then many amounts make one share
    if worth_of(event, terms, context.program) == row.earned_minor and not bounded:
        return event
    until = None if row.state in _OPEN else row.due_at
    amounts = [event["amount_minor"], *_adjusted_to(context, until)]
    for minor in reversed(amounts):
        adjusted = event | {"amount_minor": minor}
        if worth_of(adjusted, terms, context.program) == row.earned_minor:
            return adjusted
    return None


def _adjusted_to(context: DecisionContext, until: int | None) -> list[int]:
    """Return the amounts that the conversion was adjusted to up to a moment (milliseconds UTC), in log order."""
    source, event = context.source, context.event
    persons = united_with(source.db, event["person"])
    found = adjustments_of(source.db, event["source"], event["id"], persons)
    return [
        one["amount_minor"]
        for one in sorted(found, key=lambda one: int(one["seq"]))
        if (until is None or one["received_at"] <= until) and no_effect(source, one) is None
    ]


def adjusted(context: DecisionContext, until: int | None = None) -> Fields:
    """Return the conversion with the amount that it had at a moment (milliseconds UTC), that of now if it is None."""
    amounts = _adjusted_to(context, until)
    return context.event | {"amount_minor": amounts[-1]} if amounts else context.event


def is_voided_by_adjustment(context: DecisionContext, row: RewardRow) -> bool:
    """Return whether an adjustment of the amount voided a line, rather than a reversal."""
    return voided_by(context.source.db, row.id, row.state_at) == "conversion.adjusted"


def reduced(row: RewardRow, context: DecisionContext) -> str:
    """Explain that part of a released line is not paid, or was taken back, and why; empty if all of it is paid."""
    if row.value_minor >= row.earned_minor:
        return ""
    program = context.program
    given = values_given(context.source.db, row.id, row.due_at) or [row.value_minor]
    by = _cut_by(row, given, Releases(context.source, program, row))
    if row.value_minor < given[-1]:
        by.append("as the amount was adjusted")
    cut = f"cut from {money(row.earned_minor, program)} to {money(row.value_minor, program)}"
    return f", {cut} {' and '.join(by)}"


def _cut_by(row: RewardRow, given: list[int], releases: Releases) -> list[str]:
    """Return what cut a line at its release, and if it waited, when the wait ended; `given` are its values then."""
    at, trims = row.due_at, any(cap.over == "trim" for cap in releases.terms.caps)
    within = row.earned_minor
    if trims:
        waited = row.state == "waiting" or len(given) > 1
        within = given[0] if waited or releases.budget(at).over != "trim" else releases.within_caps(at)
    by = ["by the cap"] if within < row.earned_minor else []
    return [*by, "by the budget"] if given[-1] < within else by
