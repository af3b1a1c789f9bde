"""Find which rewards a conversion is offered, by their conditions (`when`) and dates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import orjson
import polars as pl

from simulator.domain.vocabulary import Offered
from simulator.engine.arrays import Bools, Ints
from simulator.engine.frames import select
from simulator.engine.kept import KeptAnswers
from simulator.engine.rules import answers
from simulator.engine.version import CompiledProgram
from simulator.program.model import Reward

NOTHING = "[]"
"""The record of a decision for which no condition was evaluated."""
_NO, _YES, _MISSING = 0, 1, 2
_WORDS = {_NO: Offered.NO.value, _YES: Offered.YES.value, _MISSING: Offered.MISSING.value}


def ask_conditions(
    compiled: CompiledProgram, facts: pl.DataFrame, milestones: Ints, seqs: Ints, kept: KeptAnswers
) -> list[str]:
    """Evaluate the conditions of the rewards on each row's milestone (`milestones`: places in the file).

    Returns the answer of each as JSON: [reward, "yes" | "no" | "missing"] in file order. `kept` answers are used
    instead for the conversions (`seqs`) that have some.
    """
    if not compiled.offers:
        return [NOTHING] * len(milestones)
    frame = facts if facts.width else pl.DataFrame({"": np.zeros(len(milestones), np.int8)})
    columns = np.column_stack(
        [
            answers(column, true=_YES, false=_NO, missing=_MISSING)
            for column in select(frame, *compiled.offer_conditions)
        ]
    )
    names = [milestone.name for milestone in compiled.program.milestones]
    of_milestone = [
        [place for place, offer in enumerate(compiled.offers) if offer.reward.on == name] for name in names
    ]
    known: dict[tuple[int, bytes], str] = {}
    texts = []
    for milestone, row in zip(milestones.tolist(), columns, strict=True):
        key = milestone, row.tobytes()
        if key not in known:
            pairs = [
                [compiled.offers[place].reward.name, _WORDS[int(row[place])]]
                for place in of_milestone[milestone]
            ]
            known[key] = orjson.dumps(pairs).decode()
        texts.append(known[key])
    if kept.offered:
        kept.put_offered(texts, seqs, [names[place] for place in milestones.tolist()])
    return texts


def are_offered(reward: Reward, occurred: Ints, touch_at: Ints, offered: Sequence[str]) -> Bools:
    """Return which decisions a reward is offered to.

    `occurred` and `touch_at` (milliseconds UTC) are those of the conversions and attributions, `offered` is what the
    conditions of rewards answered, as JSON; it is not read for a reward without one.
    """
    found = np.ones(len(occurred), bool)
    dated = touch_at if reward.dated_by == "touch" else occurred
    if reward.from_ms is not None:
        found &= dated >= reward.from_ms
    if reward.until_ms is not None:
        found &= dated < reward.until_ms
    if reward.when is not None:
        yes = [reward.name, Offered.YES.value]
        offers = {text: yes in orjson.loads(text) for text in set(offered)}
        found &= np.array([offers[text] for text in offered], bool)
    return found
