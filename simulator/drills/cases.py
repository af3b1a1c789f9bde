"""Make cases from a small world: who asks about what, what may be looked up, and the four questions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from typing import Final

from simulator.domain.drills import LEVELS, Case, Cause, Level
from simulator.drills.answers import AmbiguousError, Answering
from simulator.drills.causes import cause_of
from simulator.drills.explanation import FriendExplanation
from simulator.drills.facts import Books, Facts
from simulator.drills.looking import budget_left, data, people, rewards, room
from simulator.drills.message import message
from simulator.drills.mishaps import drawn
from simulator.drills.naming import Namer
from simulator.drills.practice import Practice
from simulator.drills.proof import TESTABLE, Proof
from simulator.drills.refuting import Refuter
from simulator.program.words import describe

_BY_EXPLAIN: Final = (Cause.REFERRER_KIND, Cause.NOT_FIRST)
"""The causes whose single remedy `explain` has tried; those of `TESTABLE` are tried here."""
_ISSUED: Final = (Cause.CAPPED, Cause.REVERSED)
"""The causes for which `explain` must know a change that gets the reward issued, since other limits could stop it."""
Ambiguous = Callable[[str], None]


def find_questions(world: Practice, causes: Collection[Cause] = tuple(Cause)) -> dict[Cause, list[Facts]]:
    """Return the questions that can be asked in a world by cause, in an order drawn from its seed."""
    found: dict[Cause, list[Facts]] = defaultdict(list)
    program = world.design.program
    window, kinds = program.attribution.window_ms, tuple(program.referrers or ())
    for facts in Books(world).questions():
        cause = cause_of(facts, window, kinds)
        if cause is not None and cause in causes:
            found[cause].append(facts)
    for cause, asked in found.items():
        asked.sort(key=lambda one, of=cause: _place(world, of, one))  # type: ignore[misc]
    return found


def _place(world: Practice, cause: Cause, facts: Facts) -> float:
    record = facts.journey.record
    return drawn(world.seed, "case", cause, record.subject, record.id, facts.writer, facts.reward.name)


def make_cases(
    world: Practice,
    name: Namer,
    causes: Collection[Cause] = tuple(Cause),
    each: int = 1,
    ambiguous: Ambiguous | None = None,
) -> Iterator[Case]:
    """Yield cases of a world, round-robin over its causes, at most `each` per cause.

    `name` returns the name of the person with a reference. A question without exactly one right answer is passed over
    and reported to `ambiguous`.
    """
    asked = find_questions(world, causes)
    order = sorted(asked, key=lambda cause: drawn(world.seed, "order", cause))
    made = dict.fromkeys(order, 0)
    waiting = {cause: iter(asked[cause]) for cause in order}
    while waiting:
        for cause in [one for one in order if one in waiting]:
            case = next(_cases(world, cause, waiting[cause], name, ambiguous), None)
            made[cause] += 1
            if case is not None:
                yield case
            if case is None or made[cause] >= each:
                del waiting[cause]


def _cases(
    world: Practice, cause: Cause, asked: Iterator[Facts], name: Namer, ambiguous: Ambiguous | None
) -> Iterator[Case]:
    for facts in asked:
        try:
            case = make_case(world, cause, facts, name)
        except AmbiguousError as error:
            if ambiguous is not None:
                ambiguous(str(error))
            continue
        if case is not None:
            yield case


def make_case(world: Practice, cause: Cause, facts: Facts, name: Namer) -> Case | None:
    """Make the case of a question, or return None if `explain` knows no single change that would have paid.

    Raises:
        AmbiguousError: one of its questions lacks exactly one right answer, or `explain` names another cause.

    """
    explained = FriendExplanation.of(world, facts, name)
    program = world.design.program
    refuter = Refuter(facts, program, name, room(world, facts))
    standing = [one for one in Cause if refuter.cause(one) is None]
    if standing != [cause]:
        raise AmbiguousError(f"{cause}: {', '.join(standing) or 'no cause'} stands")
    if LEVELS[cause] is not Level.ARRIVAL and explained.cause is not cause:
        raise AmbiguousError(f"{cause}: explain names {explained.cause}")
    proof = Proof(world, facts)
    if not _is_proven(world, cause, explained, proof):
        return None
    record = facts.journey.record
    asker = f"{facts.role}-{facts.reward.name}-{facts.writer[-4:]}"
    own_id = f"{world.design.name}-{world.seed}-{cause}-{record.id}-{asker}"
    lines = explained.lines(cause)
    seed = int(drawn(world.seed, "questions", own_id) * 2**32)
    answering = Answering(cause, refuter, proof, seed, lines[0])
    return Case(
        id=own_id,
        cause=cause,
        now=facts.now,
        brand=program.name,
        currency=program.currency,
        digits=program.digits,
        writer=facts.writer,
        friend=record.subject,
        message=message(facts, program, name, seed),
        search=tuple(people(world, facts, name)),
        journey=explained.shown,
        rewards=tuple(rewards(world, facts, name)),
        program=tuple(describe(program)),
        data=tuple(data(world, facts, name)),
        questions=answering.questions(),
        account=lines,
    )


def _is_proven(world: Practice, cause: Cause, explained: FriendExplanation, proof: Proof) -> bool:
    """Return whether the remedy of a cause alone would have paid, as far as that can be tried."""
    line = explained.facts.line
    # the part of the log that is judged again does not hold a code that was never typed
    if cause is Cause.MISTYPED:
        return explained.facts.journey.record.qualifies
    if cause in TESTABLE:
        return bool(proof.qualifies(cause))
    if cause in _BY_EXPLAIN:
        return explained.would_have_qualified
    if cause is Cause.CAPPED and line is not None and budget_left(world, line.due_at) < line.value_minor:
        return False  # with room under the cap the budget would have stopped it
    return cause not in _ISSUED or explained.would_have_been_paid
