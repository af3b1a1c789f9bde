"""Read each referred friend's result, for the variants of an experiment.

It reads all friends, so it is too slow for a screen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from db.read.pending import PROMISED
from db.sqlite.readonly import Database
from simulator.domain.vocabulary import COUNTS_AS_PAID

_PAID = tuple(str(state) for state in COUNTS_AS_PAID)


class FriendResult(NamedTuple):
    """A friend and their referrer by reference, whether they converted and qualified, and their money.

    `promised_minor` is what is issued and not taken back, plus what is pending and would be issued, of all roles.
    """

    friend: str
    referrer: str
    converted: bool
    qualified: bool
    promised_minor: int


def friend_results(db: Database, from_seq: int) -> Iterator[FriendResult]:
    """Yield the result of every friend who was attributed at the event `from_seq` or later, in log order."""
    found = db.execute(
        "WITH decided AS MATERIALIZED "
        "(SELECT friend, MAX(outcome = 'qualified') AS qualified FROM decision GROUP BY friend), "
        "promised AS MATERIALIZED (SELECT d.friend, SUM(r.value_minor) AS minor FROM reward r "
        f"JOIN decision d ON d.id = r.decision WHERE r.state IN {_PAID} "
        f"OR {PROMISED} GROUP BY d.friend) "
        "SELECT friend.ref, referrer.ref, decided.friend IS NOT NULL, COALESCE(decided.qualified, 0), "
        "COALESCE(promised.minor, 0) FROM attribution a JOIN person friend ON friend.id = a.friend "
        "JOIN person referrer ON referrer.id = a.referrer LEFT JOIN decided ON decided.friend = a.friend "
        "LEFT JOIN promised ON promised.friend = a.friend WHERE a.seq >= ? ORDER BY a.seq",
        (from_seq,),
    )
    return (
        FriendResult(friend, referrer, bool(converted), bool(qualified), minor)
        for friend, referrer, converted, qualified, minor in found
    )
