"""The referral engine: a deterministic, columnar fold over the event log.

Stages only feed forward: intake -> attribution -> decisions -> rewards -> audit and rollups. Each stage takes the
batch and the state and returns rows. Nothing later feeds back into an earlier stage, which is why the outcome does
not depend on how the log is cut into batches.
"""

from simulator.engine.engine import Engine
from simulator.engine.outcome import Outcome, Received

__all__ = ["Engine", "Outcome", "Received"]
