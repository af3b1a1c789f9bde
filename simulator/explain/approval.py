"""List the rewards that approving a decision in review would start."""

from __future__ import annotations

from db.read.decision_rows import attribution_of_any
from db.read.people import community_of, person_now, reference, united_with
from db.read.reward_rows import RewardRow
from simulator.explain.adjusted import adjusted
from simulator.explain.amounts import worth_of
from simulator.explain.context import Change, DecisionContext
from simulator.explain.fact_changes import OTHER
from simulator.explain.offers import why_not_offered
from simulator.explain.releases import Releases
from simulator.explain.source import Fields
from simulator.program.model import Reward
from simulator.program.words import money, ordinal

_AFTER_ALL = 2**62  # no row has such a number: the line would be made last


def approving(context: DecisionContext) -> Change:
    """Return an operator's approval of a decision in review, as a change of the log."""
    event = context.event
    verdict = {
        "type": "review.decided",
        "source": "platform",
        "id": f"{OTHER}-verdict",
        "by": OTHER,
        "decision_source": event["source"],
        "decision_id": event["id"],
        "decision_milestone": context.row.milestone,
        "verdict": "approve",
    }
    newest = int(context.around.events["received_at"][-1])
    return Change("an operator's approval qualifies it", edits=({"at": newest, "add": verdict},))


def is_taken(context: DecisionContext) -> bool:
    """Return whether a decision in review would not qualify if approved, as another one took its milestone."""
    each = context.milestone.occurrence == "each"
    return (
        context.row.outcome == "review"
        and not each
        and context.testable
        and not context.works(approving(context))
    )


def starts_if_approved(context: DecisionContext) -> list[Fields]:
    """Return the reward lines that an approval at the writer's last time would make, in the program's order.

    `counts` says which number the line would have where `every` or `tier` makes it count only; caps and the budget
    are judged when it falls due.
    """
    if context.row.outcome != "review" or is_taken(context):
        return []
    return [
        line
        for terms in context.program.rewards
        if terms.on == context.milestone.name and why_not_offered(context, terms) is None
        if (line := _line(context, terms)) is not None
    ]


def _line(context: DecisionContext, terms: Reward) -> Fields | None:
    person, community = _recipient(context, terms.to)
    value = worth_of(adjusted(context), terms, context.program)
    if value <= 0 or (person is None and community is None):
        return None
    source, row = context.source, context.row
    due = max(source.now, context.event["occurred_at"] + terms.hold_ms)
    line = RewardRow(
        id=_AFTER_ALL,
        decision=row.id,
        seq=row.seq,
        reward=terms.name,
        role=terms.to,
        recipient=person,
        community=community,
        earned_minor=value,
        value_minor=value,
        kind=terms.kind,
        state="pending",
        reason=None,
        expected=None,
        due_at=due,
        state_at=due,
    )
    releases = Releases(source, context.program, line)
    number = releases.number_if_nothing_else()
    return {
        "reward": terms.name,
        "role": terms.to,
        "recipient": community or reference(source.db, person),
        "value_minor": value,
        "value": money(value, context.program),
        "due_at": due,
        "at_once": due <= source.now,
        "counts": None if releases.passes_if_nothing_else() else _counts(number, terms),
    }


def _counts(number: int, terms: Reward) -> str:
    of = f" of {terms.every}" if terms.every and number <= terms.every else ""
    return f"the recipient's {ordinal(number)}{of}"


def _recipient(context: DecisionContext, role: str) -> tuple[int | None, str | None]:
    """Return the person, or the community, that has this role toward the friend as of now."""
    db, row = context.source.db, context.row
    friend, referrer = (
        person_now(db, row.friend),
        None if row.referrer is None else person_now(db, row.referrer),
    )
    if role == "friend" or referrer is None:
        return (friend if role == "friend" else None), None
    if role == "referrer":
        return referrer, None
    if role == "community":
        return None, community_of(db, united_with(db, referrer))
    upline = attribution_of_any(db, united_with(db, referrer))
    above = None if upline is None or upline.ended_at is not None else person_now(db, upline.referrer)
    return (None if above in (referrer, friend) else above), None
