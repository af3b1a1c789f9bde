"""Stage 4a: find which adjustments of an amount are effective, and the amounts from then on."""

from __future__ import annotations

from simulator.engine.arrays import NONE, Ints
from simulator.engine.batch import Batch
from simulator.engine.intake import Intake
from simulator.engine.ledger import Ledger
from simulator.engine.line_results import Adjusted, Adjustments
from simulator.engine.money import converted
from simulator.engine.results import StandingChanges
from simulator.engine.standing import OTHER_SUBJECT, UNKNOWN, StandsAt, find_named
from simulator.engine.state import State
from simulator.program.model import Program

NO_ADJUSTMENTS = Adjustments(rows=(), why=(), adjusted=())


def find_adjustments(
    batch: Batch, state: State, intake: Intake, program: Program, standing: StandingChanges
) -> Adjustments:
    """Decide which adjustments are effective; the batch's conversions, and which of them stand, are in the state."""
    rows = batch.rows("conversion.adjusted")
    if not len(rows):
        return NO_ADJUSTMENTS
    ledger = state.ledger
    named = batch.columns(rows, source="source", id="adjusts")
    found = find_named(ledger, intake, named, batch.seq[rows]).tolist()
    stands = StandsAt(ledger, standing)
    why: list[str | None] = []
    adjusted: list[Adjusted] = []
    given = batch.words("currency", rows), batch.given[rows].tolist()
    columns = zip(rows.tolist(), found, *given, strict=True)
    for row, conversion, currency, amount in columns:
        reason = _reason(batch, state, program, stands, row, conversion, currency)
        why.append(reason)
        if reason is None:
            adjusted.append(
                Adjusted(
                    row=row,
                    seq=int(batch.seq[row]),
                    at=int(batch.received[row]),
                    conversion=conversion,
                    amount=amount,
                    currency=_currency(state, conversion),
                )
            )
    return Adjustments(rows=rows.tolist(), why=why, adjusted=adjusted)


def _reason(
    batch: Batch,
    state: State,
    program: Program,
    stands: StandsAt,
    row: int,
    conversion: int,
    currency: str | None,
) -> str | None:
    """Return why an adjustment has no effect, or None if it has one."""
    held, subject = state.ledger.conversions, int(batch.person[row])
    if conversion == NONE:
        return UNKNOWN
    person = int(state.people_of(held["person"][[conversion]].astype(int))[0])
    if subject not in (NONE, person):
        return OTHER_SUBJECT
    if not stands.at(conversion, 2 * row):
        return "reversed"
    if held["amount"][conversion] == NONE:
        return "no-amount"
    theirs = _currency(state, conversion) or program.currency
    return None if currency in (None, theirs) else "other-currency"


def _currency(state: State, conversion: int) -> str | None:
    word = int(state.ledger.conversions["currency"][conversion])
    return None if word == NONE else state.words.texts[word]


def amounts_now(
    ledger: Ledger, program: Program, conversions: Ints, rows: Ints, amounts: Ints, made: Adjustments
) -> Ints:
    """Return the amounts of conversions as of events of the batch (rows), in minor units of the program's currency.

    `amounts` are their original ones.
    """
    found = amounts.copy()
    for place, (conversion, row) in enumerate(zip(conversions.tolist(), rows.tolist(), strict=True)):
        force = made.before(conversion, row) or ledger.adjusted.get(conversion)
        if force is not None:
            found[place] = converted(program, force.currency, force.amount)
    return found
