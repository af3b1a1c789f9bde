"""Show somebody what is stored about them: each row of each table in words, and what erasing would do to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from referral_tui import figures
from simulator.domain import moments
from simulator.domain.currencies import DIGITS
from simulator.domain.personal_data import COLUMN_ERASURE, kept_until
from simulator.domain.vocabulary import ErasureEffect

Row = Mapping[str, Any]

TABLES: Final = {
    "person": "References: the pseudonyms by which the platform knows the person",
    "event": "Events: what happened, as it was received",
    "merge": "Merges: references that turned out to be one person's",
    "attribution": "Attributions: who referred whom",
    "decision": "Decisions: whether a conversion earned a reward, and by which rules",
    "reward": "Rewards: what the person was promised, and what became of it",
    "audit": "Audit trail: every change, and which event caused it",
    "leader": "Leaderboards: places among the top 200",
    "quarantine": "Quarantine: messages that were refused, with contacts masked",
    "command": "Commands: what operators ordered that names the person",
}
"""What each table that can have rows about a person holds."""

_OTHERS: Final = ("friend", "referrer", "recipient", "person", "subject", "target", "merged")
"""The columns that point to people."""
_NUMBERS: Final = {
    **dict.fromkeys(("event", "merge", "attribution", "audit"), "seq"),
    **dict.fromkeys(("person", "decision", "reward", "command"), "id"),
    "quarantine": "number",
}
"""The column that numbers the rows of a table."""
_TRUTHS: Final = ("eligible", "new_customer", "time_inferred")  # stored as 0 and 1
_MOMENTS: Final = ("occurred_at", "attributed_at", "decided_at", "state_at", "at", "received_at", "issued_at")
"""The columns that say when a row's subject happened; the first one present counts."""
_LEADING: Final = ("table", "file", "type", "milestone", "reward", "kind", "board")
_AMOUNT: Final = re.compile(r"^(.*: )(\d+)( to (?:friend|referrer|upline|community)\b.*)$", re.DOTALL)
"""An audit entry's detail that begins with a reward line: the reward, its value (minor units) and the role."""
MENTIONS: Final = {
    "event": "of other people's events, with a code, contact or device of this person's; they are about those people",
    "reason": "of other people's or nobody's events, with a written reason that names this person or is about a reward "
    "of theirs; erasing replaces it",
    "attribution": "attributions to other referrers, made by a code of this person's",
}


def shown(table: str, row: Row, numbers: frozenset[int]) -> dict[str, Any]:
    """Return a row as it may be shown to the person: other people in it appear as `another person`.

    The facts of a friend's decision are left out, since they are about the friend.
    """
    others = row.get("friend") not in numbers
    return {
        name: value
        if name not in _OTHERS or not isinstance(value, int)
        else ("this person" if value in numbers else "another person")
        for name, value in row.items()
        if not (table == "decision" and name == "facts" and others)
    }


def held_lines(
    tables: Mapping[str, Sequence[Row]], numbers: frozenset[int], money: tuple[str, int]
) -> Iterator[str]:
    """Yield lines: for each table its rows in words, and what erasing does to it; `money` is currency and digits."""
    for table, title in TABLES.items():
        rows = tables.get(table, [])
        yield ""
        yield f"{title}: {figures.counted(len(rows), 'row')} in the table {table}"
        for row in rows:
            yield f"  {_line(table, shown(table, row, numbers), money)}"
        if rows:
            yield f"  Erasing {_erasing(table)}"


def held_beside_lines(
    name: str, holds: str, rows: Sequence[Row], erasing: str, money: tuple[str, int]
) -> Iterator[str]:
    """Yield lines for a file beside the database: its rows in words, and what erasing does to them."""
    yield ""
    yield f"{holds}: {figures.counted(len(rows), 'row')} in {name}"
    for row in rows:
        yield f"  {_line('', row, money)}"
    if rows:
        yield f"  Erasing {erasing}"


def _line(table: str, row: Row, money: tuple[str, int]) -> str:
    """Put a row into words: its number, what it is, when it happened, and its other columns."""
    row = _spelled(row)
    if table == "audit" and isinstance(row.get("detail"), str):
        row["detail"] = _AMOUNT.sub(
            lambda found: f"{found[1]}{figures.money(int(found[2]), *money)}{found[3]}", row["detail"]
        )
    number = _NUMBERS.get(table, "")
    moment = next((name for name in _MOMENTS if name in row), "")
    leading = next((name for name in _LEADING if name in row), "")
    parts = [str(row[leading])] if leading else []
    parts += [moments.moment(row[moment])] if isinstance(row.get(moment), int) else []
    parts += [
        f"{name.removesuffix('_minor').replace('_', ' ')} {_value(name, value, money)}"
        for name, value in row.items()
        if name not in (number, moment, leading) and value not in ("this person", "[]")
    ]
    return f"{row[number]}: {', '.join(parts)}" if number in row else ", ".join(parts)


def _spelled(row: Row) -> dict[str, Any]:
    """Return a row with amounts as money, booleans as yes or no, and the members of `steering` one by one."""
    spelled: dict[str, Any] = {}
    for name, value in row.items():
        if name == "amount_minor" and isinstance(value, int) and row.get("currency") in DIGITS:
            spelled[name] = figures.money(value, row["currency"], DIGITS[row["currency"]])
        elif name in _TRUTHS:
            spelled[name] = "yes" if value else "no"
        elif name == "steering" and isinstance(value, str):
            spelled |= _members(value)
        elif name != "currency" or value not in DIGITS or not isinstance(row.get("amount_minor"), int):
            spelled[name] = value
    return spelled


def _members(steering: str) -> dict[str, Any]:
    """Return what `steering` says, by member."""
    try:
        found = json.loads(steering)
    except ValueError:
        return {"steering": steering}  # in a damaged database
    if not isinstance(found, dict):
        return {"steering": steering}
    return {name.removeprefix("reward_reward") or "reward": value for name, value in found.items()}


def _value(name: str, value: Any, money: tuple[str, int]) -> str:
    if isinstance(value, int) and (name in ("at", "joined") or name.endswith("_at")):
        return moments.moment(value)
    if isinstance(value, int) and name.endswith("_minor") and name != "amount_minor":
        return figures.money(value, *money)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _erasing(table: str) -> str:
    """Say what erasing the person would do to a table's rows."""
    columns = COLUMN_ERASURE[table]
    replaced = [name for name, effect in columns.items() if effect is ErasureEffect.REPLACED]
    removed = [name for name, effect in columns.items() if effect is ErasureEffect.REMOVED]
    parts = [f"replaces {', '.join(replaced)}"] if replaced else []
    parts += [f"removes {', '.join(removed)}"] if removed else []
    if not parts:
        return "changes nothing here: without the references, the rows no longer tell whom they are about."
    return f"{' and '.join(parts)}; the rest stays."


def kept() -> str:
    """Say how long the person's data is kept."""
    return f"What identifies the person is kept {kept_until(ErasureEffect.REPLACED)}."
