"""Record breakdowns by rule, channel and generation, and the numbers behind the leaderboards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.engine.arrays import NONE, Array, Ints
from simulator.engine.batch import Batch
from simulator.engine.decisions import NewDecisions, Settlement
from simulator.engine.ledger import ROLES
from simulator.engine.record import Record
from simulator.engine.rewards import NewLines
from simulator.engine.rules import OUTCOMES, QUALIFIED, REFUSED, RESULTS, REVIEW, UNASKED
from simulator.engine.withheld import withheld_money

GENERATIONS = 30
"""The number of generations counted separately; the last one includes all later ones."""
_BY_RANK = np.array([role in {"referrer", "upline"} for role in ROLES])


def count_attributed(record: Record, ids: Ints) -> None:
    """Count attributions by channel and generation, and the friends of referrers and their communities."""
    made = record.state.attributions
    at = made["attributed_at"][ids]
    record.breakdown.add(_channels(record, "channel.attributed", ids), at)
    generations = np.minimum(made["generation"][ids], GENERATIONS)
    names = [str(number) for number in range(GENERATIONS + 1)]
    used = np.unique(generations).tolist()
    codes = np.zeros(GENERATIONS + 1, np.int64)
    codes[used] = [record.breakdown.code("generation", names[number]) for number in used]
    record.breakdown.add(codes[generations], at)
    record.leaders.touch(made["referrer"][ids].astype(np.int64))
    record.leaders.add_to_communities("friends", made["community"][ids])


def count_qualified(record: Record, friends: Ints, at: Ints) -> None:
    """Count friends who qualified for the first time, at these times (milliseconds UTC)."""
    ids = record.state.people["attribution"][friends]
    made = record.state.attributions
    record.breakdown.add(_channels(record, "channel.qualified", ids), at)
    record.leaders.add_to_people("friends_qualified", made["referrer"][ids].astype(np.int64))
    record.leaders.add_to_communities("friends_qualified", made["community"][ids])


def count_money(record: Record, lines: Ints, sign: int, at: Ints) -> None:
    """Count lines issued (sign 1) or clawed back (-1) by the friend's channel and community and by recipient."""
    if not len(lines):
        return
    held, accounts = record.ledger.lines, record.ledger.accounts
    values = sign * held["value"][lines]
    ids = record.state.people["attribution"][held["friend"][lines]]
    record.breakdown.add(_channels(record, "channel.issued", ids), at, sign, values)
    record.leaders.add_to_communities("issued", record.state.attributions["community"][ids], values)
    account = held["account"][lines]
    theirs = _BY_RANK[accounts["role"][account]]
    recipients = accounts["recipient"][account][theirs].astype(np.int64)
    record.leaders.add_to_people("issued", recipients, values[theirs])


def count_ruled(record: Record, batch: Batch, decided: NewDecisions, new: NewLines) -> Ints:
    """Count each rule's results, and the money that each rule withheld.

    Returns that money (minor units) by decision, NONE where no rule withheld any; `new` are the batch's reward lines.
    """
    withheld = np.full(len(decided.rows), NONE)
    verdicts = decided.verdicts
    # on an `any` milestone some have since been barred by an earlier decision
    kept = decided.barred[decided.ruled] == 0
    if verdicts is None or not verdicts.results.shape[1] or not kept.any():
        return withheld
    names = [rule.code for rule in record.compiled.rules]
    places, results = decided.ruled[kept], verdicts.results[kept]
    at = batch.received[decided.rows[places]]
    codes = np.array([record.breakdown.codes(f"rule.{result}", names) for result in RESULTS])
    row, rule = np.nonzero(results != UNASKED)
    record.breakdown.add(codes[results[row, rule], rule], at[row])
    stopped = decided.outcome[places] != QUALIFIED
    places, deciding, at = places[stopped], verdicts.deciding[kept][stopped], at[stopped]
    money = withheld_money(batch, record.state, record.ledger, record.compiled, decided, places, new)
    withheld[places] = money
    outcome = decided.outcome[places]
    for which in (REFUSED, REVIEW):
        of = outcome == which
        parts = record.breakdown.codes(f"rule.{OUTCOMES[which]}", names)
        record.breakdown.add(parts[deciding[of]], at[of], 1, money[of])
    waiting = outcome == REVIEW
    rules = [names[place] for place in deciding[waiting].tolist()]
    record.state.reviews.hold(decided.ids[places[waiting]], rules, money[waiting])
    return withheld


def count_settled(record: Record, settled: Sequence[Settlement], at: Ints) -> None:
    """Count verdicts by the rule that had put the decision in review; an overtaken one only leaves the review."""
    for place, settlement in enumerate(settled):
        rule, minor = record.state.reviews.held(settlement.case.decision)
        when = at[place : place + 1]
        record.breakdown.add(record.breakdown.code("rule.review", rule), when, -1, -minor)
        verdict = {QUALIFIED: "approved", REFUSED: "declined"}.get(settlement.outcome)
        if verdict is not None:
            record.breakdown.add(record.breakdown.code(f"rule.{verdict}", rule), when, 1, minor)


def _channels(record: Record, metric: str, attributions: Array) -> Ints:
    """Return the breakdown codes of the channels of these attributions."""
    state = record.state
    words, firsts, places = np.unique(
        state.attributions["channel"][attributions], return_index=True, return_inverse=True
    )
    codes = np.zeros(len(words), np.int64)
    for place in np.argsort(firsts).tolist():  # in log order, as `BoundedLabels` requires
        codes[place] = record.breakdown.code(metric, state.channels.part(state.words.texts[words[place]]))
    return codes[places]
