"""One reward explained: why it stands as it stands, and what would have left room for it."""

from __future__ import annotations

from simulator.explain.source import Fields, Source
from simulator.invariants import window_start
from simulator.program.model import Program, Reward
from simulator.program.words import moment, money, ordinal

_RELEASED = ("counted", "capped", "unfunded", "issued", "revoked")


def explain_reward(source: Source, row: Fields) -> Fields:
    """A reward line, in fields that are ready to print."""
    version = source.one("SELECT program_version FROM decision WHERE id = ?", row["decision"])
    program = source.programs[version["program_version"] if version else 1]
    terms = next(one for one in program.rewards if one.name == row["reward"])
    return {
        "id": row["id"],
        "decision": row["decision"],
        "reward": row["reward"],
        "role": row["role"],
        "recipient": row["community"] or source.ref(row["recipient"]),
        "kind": terms.kind,
        "value_minor": row["value_minor"],
        "value": money(row["value_minor"], program),
        "state": row["state"],
        "due_at": row["due_at"],
        "state_at": row["state_at"],
        "why": _why(source, row, terms, program),
    }


def missing(source: Source, decision: Fields, lines: list[Fields]) -> list[str]:
    """Rewards of a qualified decision's milestone that gave no line, and why."""
    program = source.programs[decision["program_version"]]
    there = {line["reward"] for line in lines}
    reasons = {
        "upline": "the referrer was brought by nobody else",
        "community": "no community of the referrer is known",
    }
    return [
        f"{terms.name}: no line, {reasons.get(terms.to, 'no amount to take a percentage of')}"
        for terms in program.rewards
        if terms.on == decision["milestone"] and terms.name not in there
    ]


def _why(  # noqa: PLR0911 - one for each state
    source: Source, row: Fields, terms: Reward, program: Program
) -> str:
    at = moment(row["state_at"])
    if row["state"] == "pending":
        return f"it waits out its cooling-off and falls due on {moment(row['due_at'])}"
    if row["state"] == "voided":
        return f"the conversion was reversed before it fell due; voided on {at}"
    if row["state"] == "revoked":
        return (
            f"it was issued on {moment(row['due_at'])} and clawed back on {at}: the conversion was reversed"
        )
    if row["state"] == "issued":
        return f"it was issued on {at}"
    before = _released_before(source, row)
    if row["state"] == "counted":
        number = len(before) + 1
        paying = f"every {ordinal(terms.every)}" if terms.every else ""
        tier = f"from the {ordinal(terms.tier[0])}" if terms.tier else ""
        if terms.tier and terms.tier[1] is not None:
            tier += f" to the {ordinal(terms.tier[1])}"
        return f"it was the recipient's {ordinal(number)}; {' and '.join(filter(None, (paying, tier)))} pays"
    if row["state"] == "capped":
        return _cap(row, terms, program, [one for one in before if one["state"] in ("issued", "revoked")])
    limit = money(source.program.budget_minor or 0, program)
    return f"the budget of {limit} had no room left for it on {at}"


def _released_before(source: Source, row: Fields) -> list[Fields]:
    """What was released of this reward to this recipient in this role before this line."""
    return source.rows(
        "SELECT id, due_at, value_minor, state FROM reward WHERE reward = ? AND role = ? AND recipient IS ? "
        f"AND community IS ? AND state IN ({', '.join(repr(state) for state in _RELEASED)}) "
        "AND (due_at, seq, id) < (?, ?, ?)",
        row["reward"],
        row["role"],
        row["recipient"],
        row["community"],
        row["due_at"],
        row["seq"],
        row["id"],
    )


def _cap(row: Fields, terms: Reward, program: Program, issued: list[Fields]) -> str:
    for cap in terms.caps:
        start = window_start(cap.window, row["due_at"])
        inside = [one for one in issued if one["due_at"] >= start]
        spent = sum(one["value_minor"] for one in inside)
        window = cap.window.kind.replace("-", " ") if cap.window.kind != "rolling" else "rolling window"
        if cap.count is not None and len(inside) + 1 > cap.count:
            return f"the recipient had {len(inside)} of at most {cap.count} in the {window} already"
        if cap.value_minor is not None and spent + row["value_minor"] > cap.value_minor:
            room = money(max(0, cap.value_minor - spent), program)
            return f"a cap of {money(cap.value_minor, program)} ({window}) had room for {room} more only"
    return "a cap left no room for it"
