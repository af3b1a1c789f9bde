"""Read what a client's own page would show: a friend, a referrer, a list of rewards. Standard library only.

Every query is bounded. Times are in milliseconds UTC, money in minor units; the names are those of `export`.
"""

from __future__ import annotations

from typing import Any, Final

from db.read.decision_rows import newest_brought_by
from db.read.journeys import journeys
from db.read.outcomes import ATTRIBUTION, ATTRIBUTIONS, DECISION, DECISIONS, REWARD, REWARDS, rewards_of
from db.read.people import person_called
from db.sqlite.readonly import Database

Fields = dict[str, Any]
MOST: Final = 200
"""How many decisions, friends, links or rewards of one person are returned, and how many rewards a page has."""
_SCANNED: Final = 20_000  # rewards that are looked at for one page, whatever the filter leaves of them


def friend(db: Database, ref: str) -> Fields | None:
    """Return a friend's stage, attribution, newest decisions and their rewards; None if the reference is unknown."""
    person = person_called(db, ref)
    if person is None:
        return None
    found = db.execute(f"{ATTRIBUTIONS} WHERE a.friend = ? ORDER BY a.seq DESC LIMIT 1", (person,)).fetchone()
    rows = db.execute(f"{DECISIONS} WHERE d.friend = ? ORDER BY d.id DESC LIMIT ?", (person, MOST)).fetchall()
    decisions = [dict(zip(DECISION, row[1:], strict=True)) for row in reversed(rows)]
    (journey,) = journeys(db, [person]) or (None,)
    return {
        "ref": ref,
        "stage": journey.stage if journey is not None else None,
        "attribution": dict(zip(ATTRIBUTION, found[1:], strict=True)) if found is not None else None,
        "decisions": decisions,
        "rewards": [row for _, row in rewards_of(db, [one["number"] for one in decisions])],
    }


def referrer(db: Database, ref: str) -> Fields | None:
    """Return a referrer's links, newest friends with stages, and newest rewards; None if the reference is unknown."""
    person = person_called(db, ref)
    if person is None:
        return None
    links = db.execute(
        "SELECT code, received_at FROM event WHERE person = ? AND type = 'link.created' ORDER BY seq LIMIT ?",
        (person, MOST),
    ).fetchall()
    brought = newest_brought_by(db, person, MOST)
    reached = {one.person: one for one in journeys(db, [one.friend for one in brought])}
    rewards = db.execute(f"{REWARDS} WHERE r.recipient = ? ORDER BY r.id DESC LIMIT ?", (person, MOST))
    (count,) = db.execute("SELECT COUNT(*) FROM attribution WHERE referrer = ?", (person,)).fetchone()
    return {
        "ref": ref,
        "links": [{"code": code, "since": since} for code, since in links],
        "friends_count": count,
        "friends": [
            {
                "friend": one.ref,
                "code": one.code,
                "attributed_at": one.attributed_at,
                "stage": reached[one.friend].stage if one.friend in reached else None,
                "outcome": reached[one.friend].outcome if one.friend in reached else None,
            }
            for one in brought
        ],
        "rewards": [dict(zip(REWARD, row[1:], strict=True)) for row in rewards],
    }


def first_code(db: Database, person: int) -> str | None:
    """Return the code of a person's first link, or None."""
    found = db.execute(
        "SELECT code FROM event WHERE person = ? AND type = 'link.created' ORDER BY seq LIMIT 1", (person,)
    ).fetchone()
    return None if found is None else found[0]


def reward_page(db: Database, state: str | None, after: int, most: int) -> Fields:
    """Return up to `most` rewards numbered above `after`, in one state or any, and where the next page begins.

    `next` is None after the last reward. A page may be short or even empty and still have a next one.
    """
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM reward").fetchone()
    until = min(last, after + _SCANNED)
    rows = db.execute(
        f"{REWARDS} WHERE r.id > ? AND r.id <= ? AND (? IS NULL OR r.state = ?) ORDER BY r.id LIMIT ?",
        (after, until, state, state, most),
    ).fetchall()
    rewards = [dict(zip(REWARD, row[1:], strict=True)) for row in rows]
    reached = rewards[-1]["number"] if len(rewards) == most else until
    return {"rewards": rewards, "next": reached if reached < last else None}


def newest(db: Database) -> Fields:
    """Return the seq of the newest event, and the number of the newest entry of the audit trail; 0 for none."""
    (seq,) = db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
    return {"seq": seq, "entry": newest_entry(db)}


def newest_entry(db: Database) -> int:
    """Return the number of the newest entry of the audit trail; 0 for none."""
    (entry,) = db.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()
    return int(entry)
