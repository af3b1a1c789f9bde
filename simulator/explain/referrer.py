"""Explain a referrer: links, the friends they brought, and what came of it."""

from __future__ import annotations

from db.read.pending import STANDS
from simulator.explain.reward import rooms_now
from simulator.explain.source import Fields, Source
from simulator.program.words import money

_MOST_FRIENDS = 100  # named one by one; all are counted


def explain_referrer(source: Source, person: int) -> Fields | None:
    """Explain what a person did as a referrer; None for a person who never had a link."""
    links = source.events("event.person = ? AND event.type = 'link.created'", person)
    brought = source.rows(
        "SELECT a.friend AS number, p.ref AS friend, a.code, a.channel, a.method, a.attributed_at FROM attribution a "
        "JOIN person p ON p.id = a.friend WHERE a.referrer = ? ORDER BY a.seq",
        person,
    )
    if not links and not brought:
        return None
    rewards = source.rows(
        f"SELECT r.reward, {STANDS} AS state, COUNT(*) AS count, SUM(r.value_minor) AS value_minor FROM attribution a "
        "JOIN decision d ON d.friend = a.friend JOIN reward r ON r.decision = d.id "
        "WHERE a.referrer = ? AND r.recipient = a.referrer AND r.role = 'referrer' "
        "GROUP BY 1, 2 ORDER BY 1, 2",
        person,
    )
    outcomes = source.rows(
        "SELECT d.outcome, d.reason, COUNT(*) AS count FROM attribution a JOIN decision d ON d.friend = a.friend "
        "WHERE a.referrer = ? GROUP BY d.outcome, d.reason ORDER BY count DESC, d.outcome, d.reason",
        person,
    )
    return {
        "links": [{"code": link["code"], "since": link["received_at"]} for link in links],
        "friends_count": len(brought),
        "friends": _with_outcomes(source, person, brought[:_MOST_FRIENDS]),
        "room": rooms_now(source, person, source.now),
        "decisions": outcomes,
        "rewards": [{**row, "value": money(row["value_minor"], source.program)} for row in rewards],
    }


def _with_outcomes(source: Source, person: int, brought: list[Fields]) -> list[Fields]:
    """Add to each friend the distinct `decisions` on them and the referrer's own `rewards` for them."""
    found = []
    for row in brought:
        number = row.pop("number")
        decisions = source.rows(
            "SELECT milestone, outcome, reason FROM decision WHERE friend = ? GROUP BY 1, 2, 3 ORDER BY MIN(id)",
            number,
        )
        rewards = source.rows(
            f"SELECT r.reward, {STANDS} AS state, r.value_minor FROM decision d JOIN reward r ON r.decision = d.id "
            "WHERE d.friend = ? AND r.recipient = ? AND r.role = 'referrer' ORDER BY r.id",
            number,
            person,
        )
        found.append({**row, "decisions": decisions, "rewards": rewards})
    return found
