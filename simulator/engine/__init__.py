"""The referral engine: a deterministic fold of the event log, in columns.

Stages feed forward only: intake -> attribution -> decisions -> rewards -> audit and rollups. Each takes the batch
and the state and gives rows; nothing later feeds back into an earlier one, which is why the outcome does not
depend on how the log is cut into batches.
"""

from simulator.engine.engine import Engine
from simulator.engine.outcome import Outcome, Receipts

__all__ = ["Engine", "Outcome", "Receipts"]
