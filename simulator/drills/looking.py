"""Write what an agent may look up: who the people are, their rewards, and what was sent, as lines to read."""

from __future__ import annotations

from collections.abc import Iterator

from db.read.people import owner_of_code, person_called, reference
from db.read.reward_rows import Account, Place, RewardRow, released, spent_before
from simulator.domain.calendars import period_start
from simulator.domain.spans import WEEK_MS
from simulator.drills.facts import Facts
from simulator.drills.naming import CONVERSION_NAMES, Namer, moment
from simulator.drills.practice import Practice
from simulator.explain.referrer import explain_referrer
from simulator.explain.releases import AccountLines, window_words
from simulator.program.model import Program
from simulator.program.words import money

_MOST = 8  # lines of a list that is shown


def people(world: Practice, facts: Facts, name: Namer) -> Iterator[str]:
    """Yield what a search for the people in the message finds."""
    friend = facts.journey.record.subject
    found = dict.fromkeys([facts.writer, facts.owner, friend, *(one.owner for one in facts.journey.visits)])
    merged = {facts.writer: facts.owner} if facts.writer != facts.owner else {}
    for ref in found:
        if ref in merged:
            yield f"{name(ref)}: another account of {name(merged[ref])}, with whom it was merged"
            continue
        person = person_called(world.source.db, ref)
        explanation = explain_referrer(world.source, person) if person is not None else None
        if explanation is None:
            yield f"{name(ref)}: a friend, without a link of their own"
            continue
        codes = ", ".join(link["code"] for link in explanation["links"]) or "none"
        kind = f" ({facts.kind})" if ref == facts.owner and facts.kind else ""
        yield f"{name(ref)}: a referrer{kind}; code {codes}; friends matched: {explanation['friends_count']}"
    for code in dict.fromkeys(facts.journey.typed):
        owner = reference(world.source.db, owner_of_code(world.source.db, code))
        yield f"code {code}: {f'of {name(owner)}' if owner else 'no link has this code'}"


def rewards(world: Practice, facts: Facts, name: Namer) -> Iterator[str]:
    """Yield the customer's lines of the reward in question, the room in its caps, and the budget."""
    db, program, terms = world.source.db, world.design.program, facts.reward
    person = person_called(db, facts.owner)
    account = Account(terms.name, facts.role, person, None)
    own = facts.line
    what = CONVERSION_NAMES[facts.journey.record.type][0]
    if own is not None:
        yield f"for this {what}: {_line(own, program)}"
    else:
        yield f"for this {what}: no line of {terms.name} for {name(facts.owner)}"
    others = released(db, account, own.id if own is not None else None)
    for row in others[-_MOST:]:
        yield f"another: reward {row.id}, released {moment(row.due_at)}, {money(row.value_minor, program)}, {row.state}"
    if not others:
        yield f"no other {terms.name} of {name(facts.owner)} has been released"
    at = own.due_at if own is not None and own.state != "pending" else facts.now
    if terms.caps:
        yield f"the cap: {room(world, facts)}"
    if program.budget_minor is not None:
        left, whole = money(budget_left(world, at), program), money(program.budget_minor, program)
        yield f"the budget of the month: {left} of {whole} left on {moment(at)}"


def room(world: Practice, facts: Facts) -> str:
    """Say how much of the reward's cap is used, at its release or now; an empty string without a cap."""
    own, terms = facts.line, facts.reward
    at = own.due_at if own is not None and own.state != "pending" else facts.now
    account = Account(terms.name, facts.role, person_called(world.source.db, facts.owner), None)
    lines = AccountLines(world.source, terms, account, world.design.program.timezone, own.id if own else None)
    parts = [
        f"{one.issued} of {one.cap.count} used {window_words(one.cap)}, on {moment(at)}"
        for one in lines.rooms(at)
    ]
    return ", ".join(parts)


def _line(line: RewardRow, program: Program) -> str:
    since = f"since {moment(line.state_at)}" if line.state != "pending" else "so far"
    worth = money(line.value_minor, program)
    return f"reward {line.id}, {line.reward}, {worth}, due {moment(line.due_at)}: {line.state} {since}"


def budget_left(world: Practice, at: int) -> int:
    """Return what is left of the budget at a moment, in minor units."""
    program = world.design.program
    since = period_start(at, program.budget.period, program.timezone)
    spent = spent_before(world.source.db, Place(at, 2**62, 2**62), since, returns=program.budget.returns)
    return max(0, (program.budget_minor or 0) - spent)


def data(world: Practice, facts: Facts, name: Namer) -> Iterator[str]:
    """Yield what the client's records say about the conversion, its file, and its messages in quarantine."""
    record, journey = facts.journey.record, facts.journey
    what = CONVERSION_NAMES[record.type][0]
    amount = "" if record.amount_minor is None else f", {money(record.amount_minor, world.design.program)}"
    yield f"the client's records: {what} of {name(record.subject)}, {moment(record.occurred_at)}{amount}"
    last = record.file_due - -(-(record.file_due - facts.now) // WEEK_MS) * WEEK_MS
    came, due = moment(last), moment(last + WEEK_MS)
    yield f"files of {record.type}: weekly; the last came on {came}, the next is due on {due}"
    if journey.event is not None:
        event = journey.event
        where = f"event {event['seq']:,}, {event['source']}:{event['id']}"
        yield f"the log: {where}, received {moment(event['received_at'])}"
    else:
        yield f"the log: no {record.type} of {name(record.subject)}"
    if journey.refused is not None:
        refused = journey.refused
        field = f"{refused.field}: " if refused.field else ""
        came = f"{record.source}:{record.id}, {moment(refused.received_at)}"
        yield f"quarantine: {came}, {refused.receipt}; {field}{refused.reason}"
    else:
        yield f"quarantine: nothing with the {what}'s id"
    for one in journey.reversals:
        yield f"reversal: received {moment(one['received_at'])}, {one.get('reason', 'no reason given')}"
