"""Compute the money that a rule withholds: what a stopped decision would have been promised, as of its event.

There is a single definition for the rules' table, for `fraud` and for the oracle, and later events can't change it, so
it does not depend on the batches. It is each reward line that the decision would have made, at its value. Of an
`every` k-th reward it is the k-th part, since one in k pays. Of a `tier` it is nothing if the recipient's next
line would be outside the tier, counting the lines promised by then, whatever happened to them. Caps, the budget and
reversals are ignored. A friend stopped again on a milestone that counts once (`any`) adds nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from simulator.engine.arrays import NONE, Ints, Keys, first_of_each
from simulator.engine.batch import Batch
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import NewLines
from simulator.engine.results import NewDecisions, ReviewedMoney, Settlement, Withheld
from simulator.engine.rewards import of_batch, promises
from simulator.engine.rules import QUALIFIED, REVIEW
from simulator.engine.state import State
from simulator.engine.version import CompiledProgram
from simulator.program.model import Reward

_NO_ROWS: Ints = np.zeros(0, np.int64)
_NOTHING = Withheld(
    places=_NO_ROWS,
    money=_NO_ROWS,
    deciding=_NO_ROWS,
    stopped=np.zeros(0, np.uint64),
    reviews=_NO_ROWS,
    rules=(),
    held=_NO_ROWS,
)


def withhold(
    batch: Batch, state: State, compiled: CompiledProgram, decided: NewDecisions, new: NewLines
) -> Withheld:
    """Return what rules withheld from the decisions that they stopped, in log order.

    `new` are the reward lines that the batch has made: they are in the ledger already.
    """
    if decided.ruled is None:
        return _NOTHING
    stopped = decided.outcome[decided.ruled.places] != QUALIFIED
    places, deciding = decided.ruled.places[stopped], decided.ruled.deciding[stopped]
    if not len(places):
        return _NOTHING
    money = _promised_money(batch, state, compiled, decided, places, new)
    again, first = _stopped_before(state, compiled, decided, places)
    money[again] = 0
    waiting = decided.outcome[places] == REVIEW
    return Withheld(
        places=places,
        money=money,
        deciding=deciding,
        stopped=first,
        reviews=decided.ids[places[waiting]],
        rules=[compiled.rules[place].code for place in deciding[waiting].tolist()],
        held=money[waiting],
    )


def reviewed_money(state: State, settled: Sequence[Settlement]) -> ReviewedMoney:
    """Return the rule that had put each of these decisions in review, and the money (minor units) that it withheld."""
    held = [state.reviews.held(one.case.decision) for one in settled]
    return ReviewedMoney(rules=[rule for rule, _ in held], money=[minor for _, minor in held])


def _promised_money(
    batch: Batch,
    state: State,
    compiled: CompiledProgram,
    decided: NewDecisions,
    places: Ints,
    new: NewLines,
) -> Ints:
    """Return the money (minor units) that each of these decisions would have been promised."""
    money = np.zeros(len(places), np.int64)
    group = of_batch(batch, compiled, decided, places, places)
    for reward in compiled.program.rewards:
        at, recipients, values = promises(batch, state, group, reward)
        values = _part(values, reward.every or 1)
        if reward.tier is not None and len(at):
            first, last = reward.tier
            numbers = _promised_before(state.ledger, reward, recipients, group.rows[at], new) + 1
            values[(numbers < first) | (False if last is None else numbers > last)] = 0
        money[at] += values
    return money


def _part(values: Ints, every: int) -> Ints:
    """Divide by `every`, rounding half to even."""
    whole, rest = values // every, values % every
    up = (2 * rest > every) | ((2 * rest == every) & (whole % 2 == 1))
    part: Ints = whole + up
    return part


def _promised_before(ledger: Ledger, reward: Reward, recipients: Ints, rows: Ints, new: NewLines) -> Ints:
    """Count the lines of a reward that each recipient had been promised before the event in that row of the batch."""
    accounts = ledger.find_accounts(reward, recipients)
    made = np.where(accounts == NONE, 0, ledger.accounts["made"][accounts]).astype(np.int64)
    theirs = new.lines.account.astype(np.int64)
    width = 1 + max(int(rows.max()), int(new.rows.max(initial=0)))
    later = np.sort(theirs * width + new.rows)
    since = np.searchsorted(later, (accounts + 1) * width) - np.searchsorted(later, accounts * width + rows)
    return made - np.where(accounts == NONE, 0, since)


def _stopped_before(
    state: State, compiled: CompiledProgram, decided: NewDecisions, places: Ints
) -> tuple[Ints, Keys]:
    """Find the decisions on an `any` milestone that a rule had stopped before for the same friend.

    Also returned are the keys of friend and milestone stopped for the first time.
    """
    once = np.array([milestone.occurrence == "any" for milestone in compiled.program.milestones], bool)
    at = np.flatnonzero(once[decided.milestone[places]])
    keys = decided.group[places[at]]
    first = np.zeros(len(at), bool)
    first[first_of_each(keys)] = True
    first &= state.stopped.find(keys) < 0
    return at[~first], keys[first]
