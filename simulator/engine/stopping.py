"""Find stopped referrers: a program may refuse the friends of those whose kind is no longer allowed to refer."""

from __future__ import annotations

import numpy as np

from simulator.engine.arrays import Bools, Ints
from simulator.engine.batch import Batch
from simulator.engine.version import CompiledProgram


def stopped_referrers(batch: Batch, compiled: CompiledProgram, referrers: Ints, rows: Ints) -> Bools:
    """Return which referrers are stopped as of the events at `rows`, by their latest known kind."""
    if compiled.kinds is None or not compiled.program.referrers_stop:
        return np.zeros(len(referrers), bool)
    stopped: Bools = ~np.isin(batch.kind.at(referrers, rows), compiled.kinds)
    return stopped
