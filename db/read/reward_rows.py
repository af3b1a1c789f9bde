"""Read reward lines as stored, and the lines that compete with one for its number, its caps and the budget."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from typing import Final, NamedTuple

from db.read.line_entries import Reduction, past_releases, reductions, taken_back_since
from db.read.pending import STANDS
from db.read.people import united_with
from db.sqlite.readonly import AMONG, Database, listed
from simulator.domain.vocabulary import COUNTS_AS_PAID

FALLEN: Final = ("voided", "revoked", "forfeited")
"""The states of a line that counts toward no number any more."""
HELD: Final = tuple(str(state) for state in COUNTS_AS_PAID)
"""The states of a line that caps and the budget count."""
_RELEASED: Final = (*HELD, "waiting", "counted", "capped", "unfunded", "revoked")


class Account(NamedTuple):
    """Whose lines share a number, caps and windows: those of one reward, for one role, to one recipient."""

    reward: str
    role: str
    recipient: int | None
    community: str | None


class Place(NamedTuple):
    """The place of a line among those that fall due: they are released in this order."""

    due_at: int
    seq: int
    id: int


@dataclass(frozen=True, slots=True)
class RewardRow:
    """A reward line: of a decision, for a conversion (`seq`), to a person (a number) or a community.

    `earned_minor` is what it is worth, `value_minor` what it is issued for. `kind` is None until the recipient of a
    choice has made it, `reason` why it was forfeited. `expected` is the state that a pending line gets if nothing else
    happens, None for `issued`.
    """

    id: int
    decision: int
    seq: int
    reward: str
    role: str
    recipient: int | None
    community: str | None
    earned_minor: int
    value_minor: int
    kind: str | None
    state: str
    reason: str | None
    expected: str | None
    due_at: int
    state_at: int

    @property
    def account(self) -> Account:
        """Whose line it is."""
        return Account(self.reward, self.role, self.recipient, self.community)

    @property
    def place(self) -> Place:
        """Its place among the lines that fall due."""
        return Place(self.due_at, self.seq, self.id)


class ReleasedLine(NamedTuple):
    """A line that was released, also one that fell afterwards; its money is in minor units, as in `RewardRow`.

    `friend` is the number of the person whose conversion it is for, `referrer` that of who brought them. `since`
    is when its recipient became the person whose lines were asked for, 0 if they always were (milliseconds UTC).
    `taken_back` are the adjustments that have reduced it, in order. `came_back` is whether this is an earlier release,
    of a line that came back with its conversion: it is then revoked or voided, as of when it fell.
    """

    id: int
    seq: int
    due_at: int
    earned_minor: int
    value_minor: int
    state: str
    state_at: int
    friend: int | None
    referrer: int | None
    since: int = 0
    taken_back: tuple[Reduction, ...] = ()
    came_back: bool = False

    @property
    def place(self) -> Place:
        """Its place among the lines that fall due."""
        return Place(self.due_at, self.seq, self.id)

    @property
    def given_minor(self) -> int:
        """What it was given out for, before anything was taken back."""
        return self.taken_back[0].before_minor if self.taken_back else self.value_minor

    def value_at(self, at: int) -> int:
        """Return what it was worth at a moment (milliseconds UTC) after its release."""
        return next((one.before_minor for one in self.taken_back if one.at > at), self.value_minor)

    def had_not_fallen(self, at: int) -> bool:
        """Return whether it had not fallen by a moment (milliseconds UTC)."""
        return self.state not in FALLEN or self.state_at > at


@dataclass(frozen=True, slots=True)
class RewardSum:
    """How many lines of a reward stand so, and their value in minor units."""

    reward: str
    state: str
    count: int
    value_minor: int


class OwnReward(NamedTuple):
    """A referrer's reward for a friend: how the line stands, and its value in minor units."""

    reward: str
    state: str
    value_minor: int


def is_reward(db: Database, number: int) -> bool:
    """Return whether there is a reward line with this number."""
    return db.execute("SELECT id FROM reward WHERE id = ?", (number,)).fetchone() is not None


def reward(db: Database, number: int) -> RewardRow:
    """Return the reward line with this number.

    Raises:
        LookupError: there is none.

    """
    return _rewards(db, "id = ?", number)[0]


def rewards_of(db: Database, decision: int) -> list[RewardRow]:
    """Return the lines of a decision, in the order of their numbers."""
    return _rewards(db, "decision = ? ORDER BY id", decision)


def issued_at(db: Database, number: int) -> int | None:
    """Return when a line was last issued (milliseconds UTC), by the audit trail; None if it never was."""
    found = db.execute("SELECT MAX(at) FROM audit WHERE kind = 'issued' AND ref = ?", (number,)).fetchone()
    return None if found is None else found[0]


def chosen_by(db: Database, number: int) -> bool:
    """Return whether its recipient's choice issued a line, rather than the end of the time to choose."""
    found = db.execute(
        "SELECT e.type FROM audit a JOIN event e ON e.seq = a.\"trigger\" WHERE a.kind = 'issued' AND a.ref = ? "
        "ORDER BY a.seq DESC LIMIT 1",
        (number,),
    ).fetchone()
    return found is not None and found[0] == "reward.chosen"


def released(db: Database, account: Account, without: int | None) -> list[ReleasedLine]:
    """Return the released lines of an account in the order of release, without the line with that number.

    They include those of everybody who has become the recipient since.
    """
    since = _united(db, account.recipient)
    return [
        row._replace(since=0 if recipient is None else since[recipient])
        for recipient, row in _released(db, *_of_account(account, since), without)
    ]


def released_to_all(db: Database, reward: str, without: int | None) -> list[ReleasedLine]:
    """Return the released lines of a reward to whomever, as `released` does."""
    return [row for _, row in _released(db, "reward = ?", (reward,), without)]


def brought_by(db: Database, decision: int) -> tuple[int | None, str | None]:
    """Return the friend (a number) of a decision, and the code by which the referrer brought them."""
    found = db.execute("SELECT friend, referrer FROM decision WHERE id = ?", (decision,)).fetchone()
    return (None, None) if found is None else (found[0], code_of(db, *found))


def pending_before(db: Database, account: Account, place: Place) -> tuple[int, int]:
    """Count an account's pending lines that fall due before this place, and those not expected to count.

    Those that are expected to be forfeited are left out, since they have no number.
    """
    where, values = _of_account(account, _united(db, account.recipient))
    found = db.execute(
        "SELECT COUNT(*), COUNT(*) FILTER (WHERE expected IS NOT 'counted') FROM reward "
        f"WHERE {where} AND state = 'pending' AND expected IS NOT 'forfeited' "
        "AND (due_at, seq, id) < (?, ?, ?)",
        (*values, *place),
    )
    return tuple(found.fetchone())


def waiting_before(db: Database, place: Place) -> int:
    """Count the lines that wait for the budget before this place."""
    found = db.execute(
        "SELECT COUNT(*) FROM reward WHERE state = 'waiting' AND (due_at, seq, id) < (?, ?, ?)", tuple(place)
    )
    return int(found.fetchone()[0])


def spent_before(db: Database, place: Place, since: int, *, returns: bool) -> int:
    """Return what the budget counts at a place, in minor units: what was issued before it, from `since` on.

    With `returns`, money that was clawed back by then does not count; otherwise it does. Times are milliseconds UTC.
    """
    taken_back = "AND state_at > ?" if returns else "AND ? IS NOT NULL"
    found = db.execute(
        "SELECT COALESCE(SUM(value_minor), 0) FROM reward "
        f"WHERE (state IN {HELD} OR state = 'revoked' {taken_back} OR reason = 'not-chosen' AND state_at > ?) "
        "AND due_at >= ? AND (due_at, seq, id) < (?, ?, ?)",
        (place.due_at, place.due_at, since, *place),
    )
    before = "r.due_at >= ? AND (r.due_at, r.seq, r.id) < (?, ?, ?)"
    reduced = taken_back_since(db, place.due_at if returns else 0, before, (since, *place))
    return int(found.fetchone()[0]) + reduced


def value_beside(db: Database, seq: int, number: int) -> int:
    """Return the value of a conversion's other lines, in minor units."""
    found = db.execute(
        "SELECT COALESCE(SUM(value_minor), 0) FROM reward WHERE decision IN "
        "(SELECT id FROM decision WHERE seq = ?) AND id != ?",
        (seq, number),
    )
    return int(found.fetchone()[0])


def sums_for(db: Database, referrers: Collection[int]) -> list[RewardSum]:
    """Add up a referrer's own rewards for friends, by name and state in alphabetical order.

    The referrer is given by all their numbers.
    """
    found = db.execute(
        f"SELECT r.reward, {STANDS}, COUNT(*), SUM(r.value_minor) FROM reward r "
        f"WHERE r.recipient {AMONG} AND r.role = 'referrer' GROUP BY 1, 2 ORDER BY 1, 2",
        (listed(referrers),),
    )
    return [RewardSum(*row) for row in found]


def own_rewards_for(db: Database, referrers: Collection[int], friends: Collection[int]) -> list[OwnReward]:
    """Return a referrer's own rewards for a friend, in the order of their numbers; both by all their numbers."""
    found = db.execute(
        f"SELECT r.reward, {STANDS}, r.value_minor FROM decision d JOIN reward r ON r.decision = d.id "
        f"WHERE d.friend {AMONG} AND r.recipient {AMONG} AND r.role = 'referrer' "
        "ORDER BY r.id",
        (listed(friends), listed(referrers)),
    )
    return [OwnReward(*row) for row in found]


def _released(
    db: Database, where: str, values: tuple[str | int | None, ...], without: int | None
) -> list[tuple[int | None, ReleasedLine]]:
    """Return released lines, each with its recipient's number."""
    found = db.execute(
        "SELECT r.recipient, r.id, r.seq, due_at, earned_minor, value_minor, state, state_at, d.friend, d.referrer, "
        f"state IN {_RELEASED} OR state IN ('voided', 'forfeited') AND due_at < state_at "
        f"FROM reward r LEFT JOIN decision d ON d.id = r.decision WHERE {where} AND r.id IS NOT ?",
        (*values, without),
    ).fetchall()
    every = {row[1]: (row[0], ReleasedLine._make((*row[1:10], 0, (), False))) for row in found}
    lines = [every[row[1]] for row in found if row[10]]
    lessened = [line for _, line in lines if line.value_minor < line.earned_minor]
    taken = reductions(db, [line.id for line in lessened], min((line.due_at for line in lessened), default=0))
    lines = [
        (recipient, line._replace(taken_back=tuple(one for one in taken[line.id] if one.at > line.due_at)))
        if line.id in taken
        else (recipient, line)
        for recipient, line in lines
    ]
    for past in past_releases(db, every):
        recipient, line = every[past.number]
        held = "revoked" if past.state in (*HELD, "waiting") else "voided"
        earlier = (-line.id, line.seq, past.at, past.value_minor, past.value_minor, held, past.fell_at)
        lines.append((recipient, ReleasedLine(*earlier, line.friend, line.referrer, came_back=True)))
    return sorted(lines, key=lambda one: one[1].place)


def _united(db: Database, recipient: int | None) -> dict[int, int]:
    return {} if recipient is None else united_with(db, recipient)


def _of_account(account: Account, since: dict[int, int]) -> tuple[str, tuple[str | int | None, ...]]:
    """Return the condition on the lines of an account, given the numbers of its recipient, and its values."""
    among = f"recipient {AMONG}" if since else "recipient IS NULL"
    return (
        f"reward = ? AND role = ? AND {among} AND community IS ?",
        (account.reward, account.role, *((listed(since),) if since else ()), account.community),
    )


def code_of(db: Database, friend: int | None, referrer: int | None) -> str | None:
    """Return the code by which a referrer brought a friend, each by any number of theirs; the latest that holds."""
    if friend is None or referrer is None:
        return None
    friends, referrers = united_with(db, friend), united_with(db, referrer)
    found = db.execute(
        f"SELECT code FROM attribution WHERE friend {AMONG} "
        f"AND referrer {AMONG} ORDER BY friend = ? DESC, ended_at IS NULL DESC LIMIT 1",
        (listed(friends), listed(referrers), friend),
    ).fetchone()
    return None if found is None else str(found[0])


def _rewards(db: Database, where: str, *values: int) -> list[RewardRow]:
    return [RewardRow(*row) for row in db.execute(f"SELECT {_REWARD} FROM reward WHERE {where}", values)]


_REWARD = ", ".join(field.name for field in fields(RewardRow))
