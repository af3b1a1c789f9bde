"""Explanations: what happened to a friend, a referrer, a conversion or a reward, and what would have paid.

lookup.py    which of them a text names
journey.py   a friend: events, the touches that lost, decisions, rewards
referrer.py  a referrer: links, friends, what they were given
decision.py  one decision: each rule, the values it read, the nearest change
reward.py    one reward: why it stands as it stands
"""

from simulator.explain.explain import explain

__all__ = ["explain"]
