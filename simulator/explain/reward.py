"""Explain one reward: the reason for its state, and what would have got it paid."""

from __future__ import annotations

from db.read.event_fields import reversals_by
from db.read.line_entries import release_number
from db.read.people import reference, united_with
from db.read.reward_rows import Account, RewardRow, value_beside, waiting_before
from db.sqlite.readonly import Database
from simulator.domain.calendars import next_period_start
from simulator.domain.moments import moment
from simulator.domain.vocabulary import COUNTS_AS_PAID
from simulator.explain.adjusted import amount_of, is_voided_by_adjustment, reduced
from simulator.explain.amounts import bounded, converted, foreign
from simulator.explain.change_words import sooner
from simulator.explain.context import Change, DecisionContext, at_time
from simulator.explain.given import issue_moment, issued_words, not_chosen, why_given
from simulator.explain.kept import condition_of, outcome_at, why_forfeited
from simulator.explain.releases import AccountLines, Releases, Room, in_window, terms_of, window_words
from simulator.explain.source import Fields, Source
from simulator.program.model import Program, Reward
from simulator.program.words import money, ordinal


def explain_reward(source: Source, row: RewardRow, context: DecisionContext) -> Fields:
    """Explain a reward line of a decision, as fields ready to print."""
    program = context.program
    terms = terms_of(program, row.reward)
    why, changes = _why(source, row, terms, context)
    other = foreign(context.event, program)
    if other is not None and terms.value_minor is not None:
        why += f"; its value is fixed, so it does not matter that {other}"
    event = amount_of(context, row, terms) if terms.percent is not None else None
    if event is not None:
        clauses = (converted(event, program), bounded(event, terms, program))
        why += "".join(f"; {one}" for one in clauses if one is not None)
    return {
        "id": row.id,
        "decision": row.decision,
        "reward": row.reward,
        "role": row.role,
        "recipient": row.community or reference(source.db, row.recipient),
        "kind": row.kind,
        "value_minor": row.value_minor,
        "earned_minor": row.earned_minor,
        "value": money(row.value_minor, program),
        "state": row.state,
        "expected": (row.expected or "issued") if row.state == "pending" else None,
        "due_at": row.due_at,
        "issued_at": issue_moment(source, row, terms),
        "state_at": row.state_at,
        "why": why,
        "why_not": [change.text for change in changes],
        "changes": [change.fields() for change in changes],
    }


def _why(  # noqa: PLR0911 - one for each state
    source: Source, row: RewardRow, terms: Reward, context: DecisionContext
) -> tuple[str, list[Change]]:
    at, state = moment(row.state_at), row.state
    if state == "pending":
        return _waiting(Releases(source, context.program, row), row, context.program), []
    if state in COUNTS_AS_PAID:
        why, changes = why_given(source, row, terms)
        return f"{why}{reduced(row, context)}", changes
    if state == "waiting":
        why = f"it was released on {moment(row.due_at)} within its caps: it waits until the budget has room for it"
        why += _queued(source, row)
        return f"{why}{reduced(row, context)}", []
    if state == "revoked" and not row.value_minor:
        why = f"{issued_words(source, row, terms)}, and clawed back on {at} as the amount was adjusted"
        return why, [Change("had the amount not been adjusted so far, it would have stayed paid", "issued")]
    if state == "revoked":
        why = f"{issued_words(source, row, terms)} and clawed back on {at}: the conversion was reversed"
        return why, _if_reversed_late(issue_moment(source, row, terms) or row.due_at, terms, context)
    if row.reason == "not-chosen":
        return not_chosen(row, terms)
    if state == "forfeited":
        return why_forfeited(row, terms, context)
    releases = Releases(source, context.program, row)
    if state == "voided" and is_voided_by_adjustment(context, row):
        why = f"the amount was adjusted, and it would come to nothing; voided on {at}"
        return why, [
            Change("had the amount not been adjusted so far, it would not have been voided", "pending")
        ]
    if state == "voided":
        when = "before it fell due" if row.state_at <= row.due_at else "before anything was paid for it"
        why = f"the conversion was reversed {when}; voided on {at}"
        return why, _not_voided(source, row, releases, context)
    if state == "counted":
        return _counted(source.db, releases, row)
    if state == "capped":
        return _capped(releases, row, context)
    return _unfunded(releases, row, context.program)


def _queued(source: Source, row: RewardRow) -> str:
    """Say how many rewards wait before a waiting one, and when the budget begins anew."""
    before, program = waiting_before(source.db, row.place), source.program_when(source.now)
    behind = f", behind {before:,} {'other' if before == 1 else 'others'}" if before else ""
    if program.budget.period == "lifetime":
        return behind
    anew = next_period_start(source.now, program.budget.period, program.timezone)
    return f"{behind}; it begins anew on {moment(anew)}"


def _unfunded(releases: Releases, row: RewardRow, program: Program) -> tuple[str, list[Change]]:
    at = row.state_at  # its due time, or when what waited was tried for the last time
    terms = releases.budget(at)
    left = max(0, int(releases.budget_left(at)))
    whose = "the budget" if terms.period == "lifetime" else f"the budget {in_window(terms.period)}"
    why = f"{whose} had {money(left, program)} left on {moment(row.state_at)}"
    given = releases.given
    if terms.over == "trim":
        return why, [Change(f"with any budget left it would have been {given}, cut to what was left", given)]
    lacks = money((releases.within_caps(row.due_at) or row.earned_minor) - left, program)
    return why, [Change(f"with {lacks} more of budget left it would have been {given}", given)]


def _waiting(releases: Releases, row: RewardRow, program: Program) -> str:
    """Say what a pending line becomes if nothing else happens, and when."""
    falls_due = f"falls due on {moment(row.due_at)}"
    if row.expected is None:
        return f"it waits out its cooling-off and {falls_due}"
    if row.expected == "offered":
        return f"it waits out its cooling-off and {falls_due}; its recipient may then choose what it is"
    if row.expected == "counted":
        number, every = releases.number_if_nothing_else(), releases.terms.every
        standing = f"{ordinal(number)} of {every}" if every and number <= every else f"the {ordinal(number)}"
        return f"it counts toward the bonus, {standing}, and pays nothing itself; it {falls_due}"
    if row.expected == "forfeited":
        kept = condition_of(releases.terms, program)
        return f"as things stand it pays nothing, since it is kept only where {kept}; it {falls_due}"
    if row.expected == "waiting":
        return f"it {falls_due}; as things stand it will then wait until the budget has room for it"
    lacks = "a cap has" if row.expected == "capped" else "the budget has"
    return f"as things stand {lacks} no room for it, so it pays nothing; it {falls_due}"


# -- reversed -------------------------------------------------------------------------------------------


def _reversals(context: DecisionContext) -> list[Fields]:
    """Return the reversals of the conversion in the friend's name; others have no effect."""
    event = context.event
    persons = united_with(context.source.db, event["person"])
    return reversals_by(context.source.db, event["source"], event["id"], persons)


def _if_reversed_late(issued_at: int, terms: Reward, context: DecisionContext) -> list[Change]:
    """Return the change with which the reversal would have come too late to claw back what was issued then."""
    until = issued_at + (terms.clawback_ms or 0)
    reversals = _reversals(context)
    if len(reversals) != 1:
        return [_TOO_MANY]
    shift = until + 1 - reversals[0]["received_at"]
    words = f"had the reversal arrived {sooner(shift)}, after {moment(until)}, it would have stayed paid"
    return [Change(words, "issued", ({"seq": reversals[0]["seq"], "set": {"received_at": until + 1}},))]


def _not_voided(source: Source, row: RewardRow, releases: Releases, context: DecisionContext) -> list[Change]:
    """Return the change with which the reversal would have come after the line fell due."""
    reversals = _reversals(context)
    if len(reversals) != 1:
        return [_TOO_MANY]
    if row.state_at > row.due_at:  # a line that never paid falls at any time
        return [Change("no single change would do: it had fallen due before, and had paid nothing", "voided")]
    terms, reversal = releases.terms, reversals[0]
    kept = outcome_at(row, terms, context, row.due_at, ({"seq": reversal["seq"], "drop": True},))
    if kept is None:
        condition = condition_of(terms, context.program)
        words = f"no single change is known: reversed later, it would have been kept only where {condition}"
        return [Change(words, "voided")]
    state = releases.state_if_due(row.due_at, value_beside(source.db, row.seq, row.id))
    state = state if kept == "kept" else kept
    until = row.due_at + (terms.clawback_ms or 0)
    shift = until + 1 - reversal["received_at"]
    if state != "issued":
        words = f"no single change would do: reversed after {moment(row.due_at)}, it would have been {state}"
        return [Change(words, state)]
    held = f", and after {moment(until)} kept" if terms.clawback_ms else ""
    words = f"had the reversal arrived after {moment(row.due_at)} it would have been issued{held}: {sooner(shift)}"
    return [Change(words, "issued", ({"seq": reversal["seq"], "set": {"received_at": until + 1}},))]


_TOO_MANY = Change("no single change would do: it was reversed more than once", "voided")


# -- released, and not paid -----------------------------------------------------------------------------


def _counted(db: Database, releases: Releases, row: RewardRow) -> tuple[str, list[Change]]:
    terms = releases.terms
    number = release_number(db, row.id, row.due_at) or releases.number(row.due_at)
    paying = f"every {ordinal(terms.every)}" if terms.every else ""
    tier = f"from the {ordinal(terms.tier[0])}" if terms.tier else ""
    if terms.tier and terms.tier[1] is not None:
        tier += f" to the {ordinal(terms.tier[1])}"
    why = f"it was the recipient's {ordinal(number)}; {' and '.join(filter(None, (paying, tier)))} pays"
    if releases.is_paying(number):
        why += ", and as many as that allows were paid already"
    follows = releases.next_paying(row.due_at, number)
    if follows is None:
        return why, [Change("no later one pays either", "counted")]
    more = follows - number
    words = f"the {ordinal(follows)} pays, {more:,} after this one"
    return why, [Change(words, "counted")]


def _capped(releases: Releases, row: RewardRow, context: DecisionContext) -> tuple[str, list[Change]]:
    skipping = [cap for cap in releases.terms.caps if cap.over == "skip"]
    least = min((cap.value_minor for cap in skipping if cap.value_minor is not None), default=None)
    if least is not None and row.value_minor > least:
        program = context.program
        return (
            f"it is {money(row.value_minor, program)}, and a cap allows {money(least, program)}: it never fits",
            [Change("no later day would do: it is more than its cap allows at all", "capped")],
        )
    rooms = releases.rooms(row.due_at)
    full = next(
        (room for room in rooms if not room.fits(1 if room.cap.over == "trim" else row.value_minor)), None
    )
    why = "a cap left no room for it" if full is None else _full(full, row, context.program)
    back = releases.next_room(row.due_at)
    if back is None:
        lasting = full is not None and full.cap.window.kind == "lifetime"
        words = "no later day had room for it, by what is known"
        if lasting and full is not None:
            again = (
                "has room again only where a reward is taken back"
                if full.cap.returns
                else "never has room again"
            )
            words = f"this cap {again}"
        return why, [Change(words, "capped")]
    comes = "came" if back <= context.source.now else "comes"
    changes = [Change(f"room {comes} back on {moment(back)}: {sooner(back - row.due_at)}", "capped")]
    at = back - releases.terms.hold_ms
    later = Change(
        f"had the conversion come {sooner(at - context.event['occurred_at'])} it would have been {releases.given}",
        releases.given,
        (at_time(context.event, at),),
    )
    arrives = max(at, context.event["received_at"])
    # else another program makes the line
    same_program = context.source.program_when(arrives) is context.program
    # whether a condition would hold then is not known
    fixed = same_program and releases.terms.keep_if is None
    if fixed and not _reversals(context) and context.testable and context.works(later):
        changes.append(later)
    return why, changes


_ISSUED_TO: dict[str, str] = {
    "recipient": "the recipient had",
    "friend": "for this friend the recipient had",
    "code": "by this code the recipient had",
    "program": "everybody together had",
}
_FOR: dict[str, str] = {
    "recipient": "",
    "friend": " for each friend",
    "code": " by each code",
    "program": " for everybody together",
}
"""Whose rewards a cap counts, by `per`."""


def _full(room: Room, row: RewardRow, program: Program) -> str:
    cap, window = room.cap, window_words(room.cap)
    if room.count is not None and room.count < 1:
        when = "only later" if cap.returns else "which gives no room back"
        taken_back = f", {room.taken_back} of them clawed back{',' if not cap.returns else ''} {when}"
        return (
            f"{_ISSUED_TO[cap.per]} been issued {room.issued} of at most {cap.count} {window} already"
            f"{taken_back if room.taken_back else ''}"
        )
    if cap.over == "trim":  # a minor unit of room would have been enough
        return f"a cap of {money(cap.value_minor or 0, program)} {window}{_FOR[cap.per]} had no room left"
    left = room.value_minor or 0
    lacked = money(row.value_minor - left, program)
    limit = money(cap.value_minor or 0, program)
    return f"a cap of {limit} {window}{_FOR[cap.per]} had room for {money(left, program)}: {lacked} lacked"


def rooms_now(source: Source, person: int, at: int) -> list[Fields]:
    """Return the room that the caps of the newest program leave to a referrer at a time."""
    found: list[Fields] = []
    for terms in source.program.rewards:
        if terms.to != "referrer" or not terms.caps:
            continue
        account = Account(terms.name, terms.to, person, None)
        found += [
            {
                "reward": terms.name,
                "count": room.count,
                "value_minor": room.value_minor,
                "value": None if room.value_minor is None else money(room.value_minor, source.program),
                "window": f"{window_words(room.cap)}{_FOR[room.cap.per]}",
            }
            for room in AccountLines(source, terms, account, source.program.timezone).rooms(at)
        ]
    return found
