"""Read what `verify` compares and checks: whole tables in order, chain blocks, sums, and forbidden states.

These queries read entire tables, so none of them is for a screen. Values are returned as stored, whatever their type.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from db.read.erasures import BlankedRow
from db.schema.blocks import CHAINS, PERSONAL
from db.sqlite.readonly import Database
from simulator.domain.vocabulary import COUNTS_AS_PAID

Row = tuple[Any, ...]
Among = tuple[str, tuple[str, ...]]
"""A column, and the texts that it may hold."""

COUNTED: Final = tuple(str(state) for state in COUNTS_AS_PAID)
"""The states of lines that caps and the budget count."""
_AT_ONCE: Final = 5_000  # rows in memory at once
_FETCH: Final = 10_000


class Block(NamedTuple):
    """A block of a chain: its number, the number of its rows, its hash in hexadecimal."""

    number: int
    rows: int
    hash: str


class CountedLine(NamedTuple):
    """A moment (milliseconds UTC) at which a reward line begins to count (`enters`), or was taken back.

    `group` is whose lines a cap counts together, `version` that of the program which decided.
    """

    group: tuple[Any, ...]
    at: int
    enters: int
    number: int
    value_minor: int
    version: int


def integrity(db: Database) -> str | None:
    """Run SQLite's own check, and return the first problem that it finds, or None."""
    ((found,),) = db.execute("PRAGMA integrity_check(1)")
    return None if found == "ok" else str(found)


def columns(db: Database, table: str) -> list[str]:
    """Return the names of a table's columns, in order."""
    return [row[1] for row in db.execute(f"PRAGMA table_info({table})")]


def rows_in_order(
    db: Database, table: str, key: int, only: Among | None = None, without: Among | None = None
) -> Iterator[list[Row]]:
    """Yield a table's rows in the order of its first `key` columns, some thousand at once.

    With `only`, those in which a column holds one of some texts; with `without`, those in which it holds none.
    """
    where: list[str] = []
    values: list[str] = []
    for among, negated in ((only, ""), (without, "NOT ")):
        if among is not None:
            where.append(f"{among[0]} {negated}IN ({', '.join('?' * len(among[1]))})")
            values += among[1]
    condition = f"WHERE {' AND '.join(where)} " if where else ""
    order = ", ".join(columns(db, table)[:key])
    cursor = db.execute(f"SELECT * FROM {table} {condition}ORDER BY {order}", values)
    while rows := cursor.fetchmany(_AT_ONCE):
        yield rows


def mistyped_values(db: Database, table: str, key: int) -> Iterator[tuple[Row, str, str, tuple[str, ...]]]:
    """Yield, for each column, the first value whose storage class the column's type does not allow.

    Yields the row's key, the column, the value's storage class, and those that are allowed.
    """
    found = db.execute(f"PRAGMA table_info({table})").fetchall()
    keys = ", ".join(f'"{row[1]}"' for row in found[:key])
    for _, name, declared, needed, _, _ in found:
        kinds = (*_STORED_AS[declared], *(() if needed else ("null",)))
        marks = ", ".join("?" * len(kinds))
        row = db.execute(
            f'SELECT typeof("{name}"), {keys} FROM {table} WHERE typeof("{name}") NOT IN ({marks}) LIMIT 1',
            kinds,
        ).fetchone()
        if row is not None:
            yield row[1:], name, row[0], kinds


_STORED_AS = {"INTEGER": ("integer",), "BIGINT": ("integer",), "BOOLEAN": ("integer",)} | {
    "VARCHAR": ("text",),
    "FLOAT": ("real", "integer"),
}
"""The storage classes that values of a declared type may have in SQLite."""


def watermark(db: Database) -> Any:
    """Return the latest time that the engine was told (milliseconds UTC).

    Raises:
        LookupError: the table `clock` has no row.

    """
    found = db.execute("SELECT watermark FROM clock WHERE id = 1").fetchone()
    if found is None:
        raise LookupError("clock with id 1")
    return found[0]


def program_texts(db: Database) -> list[tuple[Any, Any]]:
    """Return number and text of each version of the program, in order."""
    return db.execute("SELECT version, text FROM program_version ORDER BY version").fetchall()


def quarantine(db: Database) -> Iterator[list[Row]]:
    """Yield the rows of the quarantine in order, some thousand at once."""
    cursor = db.execute("SELECT * FROM quarantine ORDER BY number")
    while rows := cursor.fetchmany(_FETCH):
        yield rows


def blocks(db: Database, chain: str) -> Iterator[Block]:
    """Yield the blocks of a chain, in order."""
    found = db.execute("SELECT number, rows, hash FROM block WHERE chain = ? ORDER BY number", (chain,))
    return (Block(*row) for row in found)


def erasures(db: Database) -> dict[int, str]:
    """Return the ids of the events that erased somebody and left something, by seq."""
    return dict(
        db.execute(
            "SELECT seq, id FROM event WHERE type = 'person.erased' AND seq IN "
            "(SELECT erasure FROM blanked UNION SELECT erasure FROM kept_answer)"
        ).fetchall()
    )


def blanked(db: Database) -> list[BlankedRow]:
    """Return the rows that erasures overwrote, by chain and number, the oldest erasure first."""
    sql = (
        "SELECT chain, number, erasure, before_hash, after_hash, salt FROM blanked "
        "ORDER BY chain, number, erasure"
    )
    return [BlankedRow(*row) for row in db.execute(sql)]


def kept_answers(db: Database) -> list[tuple[int, int, str, str]]:
    """Return the answers that erasures kept: the erasure, the event at which it was asked, question and answer."""
    return db.execute("SELECT erasure, seq, what, answer FROM kept_answer ORDER BY seq, what").fetchall()


def personal_cells(db: Database, chain: str, number: int) -> Row | None:
    """Return the personal cells of a row of a chained table; None if there is no such row."""
    columns = ", ".join(f'"{name}"' for name in PERSONAL[chain])
    found: Row | None = db.execute(
        f"SELECT {columns} FROM {chain} WHERE {CHAINS[chain]} = ?", (number,)
    ).fetchone()
    return found


def opened_blocks(db: Database) -> dict[tuple[str, int], str]:
    """Return the salts of the blocks of which a row was overwritten, by chain and number of the block."""
    found = db.execute("SELECT chain, number, salts FROM opened_block").fetchall()
    return {(chain, number): salts for chain, number, salts in found}


def keyless_blocks(db: Database) -> set[tuple[str, int]]:
    """Return the blocks that have no key: chain and number."""
    return set(db.execute("SELECT chain, number FROM block WHERE key IS NULL").fetchall())


def newest_hashes(db: Database) -> dict[str, str]:
    """Return the hash of each chain's newest block, by chain."""
    return dict(
        db.execute(
            "SELECT chain, hash FROM block b WHERE number = (SELECT MAX(number) FROM block "
            "WHERE chain = b.chain) ORDER BY chain"
        ).fetchall()
    )


# what must never be: each returns what names the first row that breaks the rule, or None


def unqualified_reward(db: Database) -> Any:
    """Find a reward whose decision is not qualified."""
    return _first(
        db,
        "SELECT r.id FROM reward r LEFT JOIN decision d ON d.id = r.decision WHERE d.outcome IS NOT 'qualified'",
    )


def unfounded_decision(db: Database) -> Any:
    """Find a qualified decision without an attribution or its conversion."""
    rows = db.execute(
        "SELECT d.id, e.seq, e.person, d.friend, d.referrer FROM decision d LEFT JOIN event e ON e.seq = d.seq "
        "WHERE d.outcome = 'qualified' AND (e.person IS NOT d.friend OR e.seq IS NULL OR NOT EXISTS "
        "(SELECT 1 FROM attribution a WHERE a.friend = d.friend AND a.referrer IS d.referrer)) ORDER BY d.id"
    ).fetchall()  # also those of people who were merged by then
    if not rows:
        return None
    united = _United(db)
    founded: dict[tuple[Any, Any], bool] = {}
    for number, seq, person, friend, referrer in rows:
        if (friend, referrer) not in founded:
            founded[friend, referrer] = united.attributed(friend, referrer)
        if seq is None or not united.is_one(person, friend) or not founded[friend, referrer]:
            return number
    return None


class _United:
    """Who was merged into whom, at once or by way of others: a walk down from those who are people by now.

    Each person's part of the walk is between the numbers at which it begins and ends, so that a chain of merges costs
    no more than as many merges into one person.
    """

    def __init__(self, db: Database) -> None:
        merged: dict[Any, list[Any]] = {}
        into: dict[Any, Any] = {}
        for one, other in db.execute("SELECT merged, person FROM merge"):
            merged.setdefault(other, []).append(one)
            into[one] = other
        self._begins: dict[Any, int] = {}
        self._ends: dict[Any, int] = {}
        waiting = [(one, False) for one in merged if one not in into]
        while waiting:
            one, ended = waiting.pop()
            if ended:
                self._ends[one] = len(self._begins)
            elif one not in self._begins:
                self._begins[one] = len(self._begins)
                waiting += [(one, True), *((each, False) for each in merged.get(one, ()))]
        self._attributions: dict[Any, list[Any]] = {}
        for friend, referrer in db.execute("SELECT friend, referrer FROM attribution"):
            self._attributions.setdefault(friend, []).append(referrer)
        self._in_order = list(self._begins)

    def is_one(self, person: Any, now: Any) -> bool:
        """Return whether `person` is the person `now`, or somebody merged into that one."""
        if person == now:
            return True
        begin = self._begins.get(person)
        return begin is not None and now in self._ends and self._begins[now] <= begin < self._ends[now]

    def attributed(self, friend: Any, referrer: Any) -> bool:
        """Return whether a friend, or somebody merged into them, was attributed to a referrer or to such a one."""
        merged = (
            self._in_order[self._begins[friend] : self._ends[friend]] if friend in self._ends else [friend]
        )
        return any(
            self.is_one(theirs, referrer) for one in merged for theirs in self._attributions.get(one, ())
        )


def repeated_decision(db: Database) -> Any:
    """Find a decision whose conversion has another for the same milestone."""
    return _first(db, "SELECT MAX(id) FROM decision GROUP BY seq, milestone HAVING COUNT(*) > 1")


def repeated_attribution(db: Database) -> Any:
    """Find an attribution whose friend has another that has not ended either."""
    return _first(
        db,
        "WITH RECURSIVE last (one, other) AS "
        "(SELECT merged, person FROM merge WHERE person NOT IN (SELECT merged FROM merge) "
        "UNION SELECT merge.merged, last.other FROM last JOIN merge ON merge.person = last.one) "
        "SELECT MAX(seq) FROM attribution LEFT JOIN last ON last.one = friend WHERE ended_at IS NULL "
        "GROUP BY COALESCE(last.other, friend) HAVING COUNT(*) > 1",
    )


def unbalanced_reconciliation(db: Database) -> Any:
    """Find a reconciliation whose counts don't add up, by its event type and end."""
    return _first(
        db,
        "SELECT type || ' ' || until FROM reconciliation "
        "WHERE listed <> found + missing OR returned > missing OR different > found",
    )


def qualified_again(db: Database, milestone: str, version: int | None) -> int | None:
    """Find a decision whose friend had already qualified for the milestone, if that still stood or was paid then.

    With `version`, among the decisions under that one. Conversions that were reinstated are left out.
    """
    within = "" if version is None else " AND program_version = ?"
    values = (milestone,) if version is None else (milestone, version)
    rows = db.execute(
        f"WITH again AS (SELECT friend FROM decision WHERE outcome = 'qualified' AND milestone = ?{within} "
        "GROUP BY friend HAVING COUNT(*) > 1) "
        "SELECT d.friend, d.id, d.decided_at, e.source, e.id FROM decision d JOIN event e ON e.seq = d.seq "
        f"WHERE d.friend IN again AND d.outcome = 'qualified' AND d.milestone = ?{within} "
        "ORDER BY d.friend, d.decided_at, d.id",
        (*values, *values),
    ).fetchall()
    if not rows:
        return None
    back = set(
        db.execute("SELECT source, reinstates FROM event WHERE type = 'conversion.reinstated'").fetchall()
    )
    before: list[Row] = []
    for friend, number, at, *key in rows:
        before = [one for one in before if one[0] == friend]
        if any(_holds(db, one, at) for one in before if tuple(one[2]) not in back):
            return int(number)
        before.append((friend, number, key))
    return None


def _holds(db: Database, decided: Row, at: int) -> bool:
    """Return whether the conversion of a decision stood, or the decision was paid, at a later decision's time."""
    _, number, (source, conversion) = decided
    (reversed_then,) = db.execute(
        "SELECT COUNT(*) FROM event WHERE reverses = ? AND source = ? AND received_at <= ?",
        (conversion, source, at),
    ).fetchone()
    if not reversed_then:
        return True
    (paid,) = db.execute(
        f"SELECT COUNT(*) FROM reward WHERE decision = ? AND due_at < ? AND (state IN {COUNTED} "
        "OR (state = 'revoked' AND state_at > ?))",
        (number, at, at),
    ).fetchone()
    return bool(paid)


def wrong_duplicates(db: Database, table: str) -> tuple[Any, Any, Any] | None:
    """Find a row of a rollup by hour that counts duplicates and whose value is not hour x count.

    Returns its hour, count and value.
    """
    found: tuple[Any, Any, Any] | None = db.execute(
        f"SELECT hour, count, value FROM {table} "
        "WHERE metric = 'receipt.duplicate' AND value IS NOT hour * count LIMIT 1"
    ).fetchone()
    return found


def unequal_duplicates(db: Database) -> tuple[str, str] | None:
    """Find two rollups that don't agree on duplicates: the one of sums, and the one by hour."""
    for whole, parts, key in _ADD_UP:
        sums = [
            dict(
                db.execute(
                    f"SELECT {of}, SUM({what}) FROM {table} WHERE metric = 'receipt.duplicate' GROUP BY 1"
                ).fetchall()
            )
            for table, of in ((whole, key), (parts, key.replace("week", "(hour / 168)")))
            for what in ("count", "value")
        ]
        if sums[:2] != sums[2:]:
            return whole, parts
    return None


_ADD_UP = (
    ("total", "hour", "1"),
    ("week", "hour", "week"),
    ("breakdown", "breakdown_hour", "part"),
    ("breakdown_week", "breakdown_hour", "week || ' ' || part"),
)
"""Rollups that must agree on duplicates: the sums, their parts by hour, and the key that both are summed by."""


def receipts_in_total(db: Database) -> dict[str, int]:
    """Return the number of receipts by metric, from the totals."""
    return dict(db.execute("SELECT metric, count FROM total WHERE metric LIKE 'receipt.%'").fetchall())


def receipts_by_hour(db: Database) -> dict[str, int]:
    """Return the number of receipts by metric, added up over all hours."""
    return dict(
        db.execute(
            "SELECT metric, SUM(count) FROM hour WHERE metric LIKE 'receipt.%' GROUP BY metric"
        ).fetchall()
    )


def version_begins(db: Database) -> list[int | None]:
    """Return when the first event under each version of the program was received (milliseconds UTC).

    None for the first version, which is in force from the beginning.
    """
    found = db.execute(
        "SELECT e.received_at FROM program_version v LEFT JOIN event e ON e.seq = v.from_seq AND v.version > 1 "
        "ORDER BY v.version"
    )
    return [at for (at,) in found]


def budget_lines(db: Database, *, waited: bool) -> Iterator[CountedLine]:
    """Yield when each line begins to count in the budget, and when it was taken back, in order.

    With `waited`, lines may have waited for room, so that they count as of their entry in the audit trail.
    """
    issued, join = "r.due_at", ""
    if waited:
        issued = "COALESCE(i.at, r.due_at)"
        join = (
            "LEFT JOIN (SELECT a.ref, MIN(a.at) AS at FROM audit a JOIN reward o ON o.id = a.ref "
            "WHERE a.kind IN ('issued', 'offered') AND a.at >= o.due_at GROUP BY a.ref) i ON i.ref = r.id "
        )
    lines = (
        f"SELECT {issued} AS at, r.state, r.state_at, r.seq, r.id, r.value_minor FROM reward r {join}"
        f"WHERE r.state IN {(*COUNTED, 'revoked')}"
    )
    found = db.execute(
        f"WITH line AS MATERIALIZED ({lines}) SELECT at, 1, id, value_minor, seq FROM line UNION ALL "
        "SELECT state_at, 0, id, value_minor, seq FROM line WHERE state = 'revoked' ORDER BY 1, 2, 5, 3"
    )
    return (CountedLine((), at, enters, number, minor, 0) for at, enters, number, minor, _ in found)


def capped_lines(db: Database, reward: str, role: str, per: str) -> Iterator[CountedLine]:
    """Yield when each line of a reward and role begins to count in a cap, and when it was taken back, in order.

    `per` is whose lines the cap counts together, as in the program; they come one group after the other.
    """
    code = "(SELECT a.code FROM attribution a WHERE a.friend = d.friend AND a.referrer IS d.referrer LIMIT 1)"
    group = {"recipient": "0", "friend": "d.friend", "code": code, "program": "0"}[per]
    whose = "NULL, NULL" if per == "program" else "r.recipient, r.community"
    lines = (
        f"SELECT {whose}, {group}, r.due_at, r.state, r.state_at, r.seq, r.id, r.value_minor, d.program_version "
        f"FROM reward r LEFT JOIN decision d ON d.id = r.decision WHERE r.reward = ? AND r.role = ? "
        f"AND r.state IN {(*COUNTED, 'waiting', 'revoked')}"
    )
    names = "line(person, community, part, due_at, state, state_at, seq, id, minor, version)"
    found = db.execute(
        f"WITH {names} AS MATERIALIZED ({lines}) "
        "SELECT person, community, part, due_at, 1, id, minor, version, seq FROM line UNION ALL "
        "SELECT person, community, part, state_at, 0, id, minor, version, seq FROM line WHERE state = 'revoked' "
        "ORDER BY 1, 2, 3, 4, 5, 9, 6",
        (reward, role),
    )
    return (CountedLine(tuple(row[:3]), *row[3:8]) for row in found)


def _first(db: Database, sql: str, *values: Any) -> Any:
    found = db.execute(f"{sql} LIMIT 1", values).fetchone()
    return None if found is None else found[0]
