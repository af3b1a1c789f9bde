"""Explain what happened to a friend, a referrer, a conversion or a reward, and what would have paid.

lookup.py         find the person, conversion or reward that a text names
journey.py        a friend: events, touches, decisions, rewards
account.py        whether a person's account was merged or closed
touches.py        why each visit won or lost, and why a conversion found no referrer
referrer.py       a referrer: links, friends, rewards, and the room that caps leave
decision.py       one decision: each rule, the values it read, the nearest changes
late_arrivals.py  what arrived only after a decision, and would have counted
reward.py         one reward: the reason for its state, and what would have had it paid
releases.py       the state of a reward line if it fell due at another time
reversals.py      reversals of a friend's conversions, and why some had no effect
adjusted.py       what adjustments made of a conversion's amount and of its rewards
amounts.py        why an amount gives no percentage
nearest.py        the nearest single changes that would have made a decision qualify
by_reason.py      candidate changes for each reason to be ignored
by_facts.py       candidate changes for each fact that a failing rule reads
fact_changes.py   the nearest value of a fact with which rules pass
context.py        a decision with everything it was made from, to try a change on
neighbourhood.py  the part of the log that a decision depends on, judged again
edits.py          edits of a log
change_words.py   changes in words
different_results.py who got a different result in another database, and why on both sides
source.py         the database as explanations read it
"""

from simulator.explain.explain import explain

__all__ = ["explain"]
