"""The referral engine: a deterministic, columnar fold over the event log.

Stages only feed forward: intake -> attribution -> decisions -> rewards -> audit and rollups; `fold.py` has their order.
Each stage takes the batch and the state and returns a result; `State.apply` puts it into effect, recorders make rows of
it. Nothing later feeds back into an earlier stage, which is why what comes out does not depend on how the log is cut
into batches.
"""

from simulator.engine.engine import Engine
from simulator.engine.frames import Received

__all__ = ["Engine", "Received"]
