"""Explanations: what happened to a friend, a referrer, a conversion or a reward, and what would have paid.

lookup.py         which of them a text names
journey.py        a friend: events, the touches that lost, decisions, rewards
referrer.py       a referrer: links, friends, what they were given, what caps leave room for
decision.py       one decision: each rule, the values it read, the nearest change
reward.py         one reward: why it stands as it stands, and what would have had it paid
releases.py       what would become of a line that falls due at another time
nearest.py        the nearest single changes that would have made a decision qualify
by_reason.py      … tried for each reason to be ignored
by_facts.py       … and for each fact that a failing rule reads
solving.py        the nearest value of a fact with which rules pass
trying.py         a decision with all that it came from, on which a change is tried
neighbourhood.py  the part of the log that it depends on, judged again
edits.py          changes to a log
saying.py         changes in words
"""

from simulator.explain.explain import explain

__all__ = ["explain"]
