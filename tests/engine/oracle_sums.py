"""The sums that screens read, counted directly from what the oracle decided."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict

from simulator.domain.lateness import EDGES
from tests.engine.oracle import Line, Oracle

DAY_MS = 86_400_000
GIVEN = ("issued", "redeemed", "expired")
Parts = dict[tuple[str, str], tuple[int, int]]


def parts(oracle: Oracle) -> Parts:
    """Each metric by its parts: (count, value); those that are nothing left out."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])

    def add(metric: str, part: str, value: int = 0) -> None:
        found[metric, part][0] += 1
        found[metric, part][1] += value

    for event in oracle.log:
        add(f"event.{event['type']}", event["source"])
    for why in oracle.in_vain.values():
        add("reversal.without_effect", why)
    for attribution in oracle.attributed:
        add("channel.attributed", attribution.channel)
        add("generation", str(attribution.generation))
        if oracle.ref(attribution.friend) in qualified(oracle):
            add("channel.qualified", attribution.channel)
    for line, expected in zip(oracle.lines, oracle.expected, strict=True):
        add(f"reward.{line.state}", line.reward.name, line.value_minor)
        if expected not in (None, "issued"):
            add(f"pending.{expected}", line.reward.name, line.value_minor)
        if line.state in GIVEN:
            assert line.decision.attribution is not None
            add("channel.issued", line.decision.attribution.channel, line.value_minor)
        if came_too_late(oracle, line):
            fate = "clawed" if line.state == "revoked" else "lost"
            add(f"late_reversal.{fate}", line.reward.name, line.value_minor)
    for decision in oracle.decisions:
        failed = dict(decision.failed)
        for code in decision.asked:
            add(f"rule.{failed.get(code, 'pass')}", code)
        if decision.stopped_by is not None:
            became = {"qualified": "approved", "declined": "declined", "occurrence": None}.get(
                decision.reason or decision.outcome, decision.outcome
            )
            if became is not None:
                add(f"rule.{became}", decision.stopped_by, decision.held_minor)
    return {key: (count, value) for key, (count, value) in sorted(found.items())}


def came_too_late(oracle: Oracle, line: Line) -> bool:
    """Whether a reward was issued because news of an earlier reversal came after."""
    reversal = oracle.undone.get((line.conversion["source"], line.conversion["id"]))
    if line.issued_at is None or reversal is None:
        return False
    return bool(reversal["occurred_at"] <= line.issued_at < reversal["received_at"])


def qualified(oracle: Oracle) -> set[str]:
    """Friends with a qualified decision."""
    return {oracle.ref(d.friend) for d in oracle.decisions if d.outcome == "qualified"}


def due(oracle: Oracle) -> dict[tuple[int, str, str], tuple[int, int]]:
    """Pending lines and their money by due day, reward and what is expected of them."""
    counts: Counter[tuple[int, str, str]] = Counter()
    values: Counter[tuple[int, str, str]] = Counter()
    for line, expected in zip(oracle.lines, oracle.expected, strict=True):
        if expected is not None:
            key = (line.due_at // DAY_MS, line.reward.name, expected)
            counts[key] += 1
            values[key] += line.value_minor
    return {key: (counts[key], values[key]) for key in counts}


def lateness(oracle: Oracle) -> dict[tuple[int, str, int], tuple[int, int]]:
    """How many events of a day and type fall into a bucket, and the worst of them."""
    late = defaultdict(list)
    for event in oracle.log:
        by = max(0, event["received_at"] - event["occurred_at"])
        late[event["received_at"] // DAY_MS, event["type"], bisect_right(EDGES, by)].append(by)
    return {key: (len(all_), max(all_)) for key, all_ in late.items()}


def standing(oracle: Oracle) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """Friends, qualified ones and money issued, by referrer (what they got) and by community (of their friends)."""
    people: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    communities: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for friend, attribution in oracle.attributions.items():
        referrer = oracle.ref(attribution.referrer)
        for board, key in ((people, referrer), (communities, attribution.community)):
            if key is not None:
                board[key][0] += 1
                board[key][1] += friend in qualified(oracle)
    for line in oracle.lines:
        if line.state not in GIVEN:
            continue
        if line.reward.to in ("referrer", "upline"):
            people[oracle.ref(line.recipient)][2] += line.value_minor
        assert line.decision.attribution is not None
        community = line.decision.attribution.community
        if community is not None:
            communities[community][2] += line.value_minor
    return people, communities
