"""Compute the money that a rule withholds: what a stopped decision would have been promised, as of its event.

There is one definition for the rules' table, for `fraud` and for the oracle, and later events can't change it, so
it does not depend on the batches. It is each reward line that the decision would have made, at its value. Of an
`every` k-th reward it is the k-th part, since one in k pays. Of a `tier` it is nothing where the recipient's next
line would be outside the tier, counting the lines promised by then, whatever became of them. Caps, the budget and
reversals are ignored. A friend stopped again on a milestone that counts once (`any`) adds nothing.
"""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import NONE, Ints
from simulator.engine.batch import Batch
from simulator.engine.decisions import NewDecisions
from simulator.engine.keys import pair
from simulator.engine.ledger import Ledger
from simulator.engine.rewards import NewLines, of_batch, promises
from simulator.engine.state import State
from simulator.engine.version import CompiledProgram
from simulator.program.model import Reward


def withheld_money(
    batch: Batch,
    state: State,
    ledger: Ledger,
    compiled: CompiledProgram,
    decided: NewDecisions,
    places: Ints,
    new: NewLines,
) -> Ints:
    """Return the money (minor units) that each of these stopped decisions, in log order, would have been promised.

    `new` are the reward lines that the batch has made: they are in the ledger already.
    """
    money = np.zeros(len(places), np.int64)
    if not len(places):
        return money
    group = of_batch(batch, compiled, decided, places, places)
    for reward in compiled.program.rewards:
        at, recipients, values = promises(batch, state, group, reward)
        values = _part(values, reward.every or 1)
        if reward.tier is not None and len(at):
            first, last = reward.tier
            numbers = _promised_before(ledger, reward, recipients, group.rows[at], new) + 1
            values[(numbers < first) | (False if last is None else numbers > last)] = 0
        money[at] += values
    money[_stopped_before(state, compiled, decided, places)] = 0
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
    theirs = ledger.lines["account"][new.lines].astype(np.int64)
    width = 1 + max(int(rows.max()), int(new.rows.max(initial=0)))
    later = np.sort(theirs * width + new.rows)
    since = np.searchsorted(later, (accounts + 1) * width) - np.searchsorted(later, accounts * width + rows)
    return made - np.where(accounts == NONE, 0, since)


def _stopped_before(state: State, compiled: CompiledProgram, decided: NewDecisions, places: Ints) -> Ints:
    """Find the decisions on an `any` milestone that a rule had stopped before for the same friend."""
    once = np.array([milestone.occurrence == "any" for milestone in compiled.program.milestones], bool)
    at = np.flatnonzero(once[decided.milestone[places]])
    if not len(at):
        return at
    names = np.array([state.milestone_id(one.name) for one in compiled.program.milestones], np.int64)
    insertion = state.stopped.get_or_insert(
        pair(decided.friend[places[at]], names[decided.milestone[places[at]]])
    )
    state.stopped.put(insertion.slots[insertion.first], np.zeros(int(insertion.first.sum()), np.int64))
    return at[~insertion.first]
