"""The platform's tables; those about the run itself are in `models_run`.

References of people are stored once, in `person`; every other row points to them by `id`. Times are integer
milliseconds UTC, money is in integer minor units. Ids are given in log order, so that the same log gives the same rows
however it is cut into batches, and indexes grow at their end.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from db.schema.models_run import row_number


class Setting(SQLModel, table=True):
    """A setting of the database: its schema, how it was made, and what a restart must know."""

    __tablename__: ClassVar[str] = "setting"
    name: str = Field(primary_key=True)
    value: str


class ProgramVersion(SQLModel, table=True):
    """A version of the program: its whole text, and the first event judged under it; the budget is in minor units."""

    __tablename__: ClassVar[str] = "program_version"
    version: int = Field(sa_column=row_number())
    from_seq: int
    name: str
    currency: str
    digits: int
    budget_minor: int | None = Field(sa_type=BigInteger)
    text: str


class Person(SQLModel, table=True):
    """A pseudonymous reference; people are numbered in the order in which the log names them."""

    __tablename__: ClassVar[str] = "person"
    id: int = Field(sa_column=row_number())
    ref: str


class Event(SQLModel, table=True):
    """An accepted event of the log: its envelope and data fields.

    `steering` holds the data of operators' and other rare events as JSON, `attributes` the client's own as JSON.
    `time_inferred` is true if no time was stated: `occurred_at` is then the time of receipt.
    """

    __tablename__: ClassVar[str] = "event"
    __table_args__ = (
        Index("event_person", "person"),
        Index(
            "event_link", "code", sqlite_where=text("type = 'link.created'")
        ),  # finds a code's owner; few rows
        Index("event_reverses", "reverses", sqlite_where=text("reverses IS NOT NULL")),
    )
    seq: int = Field(sa_column=row_number())
    received_at: int = Field(sa_type=BigInteger)
    occurred_at: int = Field(sa_type=BigInteger)
    time_inferred: bool | None
    type: str
    source: str
    id: str
    person: int | None
    code: str | None
    channel: str | None
    contact_ref: str | None
    contact_kind: str | None
    via: str | None
    referrer_kind: str | None
    segment: str | None
    community: str | None
    country: str | None
    device_ref: str | None
    reach: int | None = Field(sa_type=BigInteger)
    eligible: bool | None
    amount_minor: int | None = Field(sa_type=BigInteger)
    currency: str | None
    outcome: str | None
    new_customer: bool | None
    reverses: str | None
    reason: str | None
    attributes: str | None
    adjusts: str | None
    reinstates: str | None
    steering: str | None


class Quarantine(SQLModel, table=True):
    """A refused message, masked, with a reason that a person can act on; `sha256` is of the message as sent.

    `file` and `line` (from 1) say where it came from; null if it did not come in a file.
    """

    __tablename__: ClassVar[str] = "quarantine"
    number: int = Field(sa_column=row_number())
    received_at: int = Field(sa_type=BigInteger)
    source: str | None
    id: str | None
    receipt: str
    field: str | None
    reason: str
    message: str
    sha256: str
    file: str | None
    line: int | None = Field(sa_type=BigInteger)


class Attribution(SQLModel, table=True):
    """A friend's attribution to a referrer, one for each friend; `seq` is the event that caused it.

    `generation` is 1 for a friend whose referrer had not been referred by then, else the referrer's plus 1. `ended_at`
    is null unless a merge gave the friend an earlier attribution.
    """

    __tablename__: ClassVar[str] = "attribution"
    __table_args__ = (
        # kept from the start: friends come in the order of their numbers, so it costs 0.5 µs a row (an index of
        # referrers 2.4), and without it the leaderboard would read all rows at each refresh
        Index("attribution_friend", "friend", info={"from_start": True}),
        Index("attribution_referrer", "referrer"),
        Index("attribution_channel", "channel"),  # this and the next serve searches, newest first
        Index("attribution_code", "code"),
    )
    seq: int = Field(sa_column=row_number())
    friend: int
    referrer: int
    code: str
    channel: str
    method: str
    touch_at: int = Field(sa_type=BigInteger)
    attributed_at: int = Field(sa_type=BigInteger)
    touch_seq: int
    generation: int
    ended_at: int | None = Field(sa_type=BigInteger)


class Merge(SQLModel, table=True):
    """A merge of two people by the event `seq`: from `at` on the person `merged` is the person `person`.

    `subject` and `target` are the references that the event names; they are those of the two people by themselves or
    by earlier merges.
    """

    __tablename__: ClassVar[str] = "merge"
    __table_args__ = (Index("merge_person", "person"), Index("merge_merged", "merged"))
    seq: int = Field(sa_column=row_number())
    subject: int
    target: int
    merged: int
    person: int
    at: int = Field(sa_type=BigInteger)


class Decision(SQLModel, table=True):
    """A decision on one conversion for one milestone; `failed`, `offered` and `facts` are JSON.

    `offered` is what the conditions of rewards said, as pairs of the reward and `yes`, `no` or `missing`.
    `withheld_minor` is the money that a rule kept back when it refused the decision or put it in review, null if none
    did; a verdict does not change it.
    """

    __tablename__: ClassVar[str] = "decision"
    __table_args__ = (
        Index("decision_friend", "friend"),
        Index(
            "decision_review", "id", sqlite_where=text("outcome = 'review'")
        ),  # the queue: open reviews only
    )
    id: int = Field(sa_column=row_number())
    seq: int
    milestone: str
    friend: int
    referrer: int | None
    outcome: str
    reason: str | None
    decided_at: int = Field(sa_type=BigInteger)
    failed: str
    offered: str
    facts: str | None
    program_version: int
    withheld_minor: int | None = Field(sa_type=BigInteger)


class Reward(SQLModel, table=True):
    """A reward line; `recipient` is a person for every role but `community`, whose name is in `community`.

    `earned_minor` is what the line is worth, `value_minor` what it is issued for, both in minor units.

    `kind` is what it is, null until the recipient of a choice has made it. `reason` is why a line was forfeited.

    `expected` is the state that a pending line gets if nothing else happens, null if that is `issued`: `counted`,
    `capped`, `unfunded`, `forfeited`, `waiting` or `offered`.
    """

    __tablename__: ClassVar[str] = "reward"
    __table_args__ = (Index("reward_decision", "decision"), Index("reward_recipient", "recipient"))
    id: int = Field(sa_column=row_number())
    decision: int
    seq: int
    reward: str
    role: str
    recipient: int | None
    community: str | None
    earned_minor: int = Field(sa_type=BigInteger)
    value_minor: int = Field(sa_type=BigInteger)
    kind: str | None
    state: str
    reason: str | None
    expected: str | None
    due_at: int = Field(sa_type=BigInteger)
    state_at: int = Field(sa_type=BigInteger)


class Audit(SQLModel, table=True):
    """An audit entry: one for each attribution, decision and change of a reward's state.

    `person` is the friend whose journey it belongs to; `ref` is the row it is about (attribution.seq, decision.id or
    reward.id, by `kind`); `trigger` is the seq of the event that triggered it.
    """

    __tablename__: ClassVar[str] = "audit"
    seq: int = Field(sa_column=row_number())
    at: int = Field(sa_type=BigInteger)
    kind: str
    person: int | None
    ref: int | None
    detail: str
    trigger: int
    program_version: int


class Block(SQLModel, table=True):
    """A block of an audit chain: a SHA-256 over its rows and the block before; the last one may not be full.

    `key` is what the salts of its rows follow from (hexadecimal), null once a row of it was blanked.
    """

    __tablename__: ClassVar[str] = "block"
    __table_args__ = ({"sqlite_with_rowid": False},)
    chain: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    rows: int
    hash: str
    key: str | None


class OpenedBlock(SQLModel, table=True):
    """The salts of a block of which a row was blanked, one after the other (hexadecimal); zeros for a destroyed one."""

    __tablename__: ClassVar[str] = "opened_block"
    __table_args__ = ({"sqlite_with_rowid": False},)
    chain: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    salts: str


class Blanked(SQLModel, table=True):
    """A row of a chained table whose personal cells an erasure overwrote; `erasure` is the seq of that event.

    `before_hash` is the commitment to the cells that the chain was made with, `after_hash` the one to what the erasure
    put there, with `salt` (all hexadecimal). The salt is null if a later erasure has overwritten the row again.
    """

    __tablename__: ClassVar[str] = "blanked"
    __table_args__ = ({"sqlite_with_rowid": False},)
    chain: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    erasure: int = Field(primary_key=True)
    before_hash: str
    after_hash: str
    salt: str | None


class KeptAnswer(SQLModel, table=True):
    """A question that the program had asked about data that an erasure overwrote, with its answer.

    `seq` is the event at which it was asked, `what` names the question, `answer` is JSON; `erasure` is the seq of the
    event `person.erased`.
    """

    __tablename__: ClassVar[str] = "kept_answer"
    __table_args__ = ({"sqlite_with_rowid": False},)
    seq: int = Field(primary_key=True)
    what: str = Field(primary_key=True)
    answer: str
    erasure: int


class Total(SQLModel, table=True):
    """A rollup over everything: a count, and a value in minor units or milliseconds, depending on the metric."""

    __tablename__: ClassVar[str] = "total"
    __table_args__ = ({"sqlite_with_rowid": False},)
    metric: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class Hour(SQLModel, table=True):
    """The rollup of `total` by hour of the platform's clock (`hour` = milliseconds UTC // 3,600,000)."""

    __tablename__: ClassVar[str] = "hour"
    __table_args__ = ({"sqlite_with_rowid": False},)
    hour: int = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class Week(SQLModel, table=True):
    """The rollup of `total` by 168 hours (`week` = hour // 168), so that past totals are a sum of few rows."""

    __tablename__: ClassVar[str] = "week"
    __table_args__ = ({"sqlite_with_rowid": False},)
    week: int = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class Breakdown(SQLModel, table=True):
    """A rollup of a metric by part: rewards by name, decisions by rule, friends by channel and so on."""

    __tablename__: ClassVar[str] = "breakdown"
    __table_args__ = ({"sqlite_with_rowid": False},)
    metric: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class BreakdownHour(SQLModel, table=True):
    """The rollup of `breakdown` by hour."""

    __tablename__: ClassVar[str] = "breakdown_hour"
    __table_args__ = ({"sqlite_with_rowid": False},)
    hour: int = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class BreakdownWeek(SQLModel, table=True):
    """The rollup of `breakdown` by 168 hours."""

    __tablename__: ClassVar[str] = "breakdown_week"
    __table_args__ = ({"sqlite_with_rowid": False},)
    week: int = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class Lateness(SQLModel, table=True):
    """A histogram of how late events of a type arrived: events in a bucket, and the worst of them in milliseconds.

    Lateness is `received_at` - `occurred_at`; the buckets are those of `simulator.domain.lateness`.
    """

    __tablename__: ClassVar[str] = "lateness"
    __table_args__ = ({"sqlite_with_rowid": False},)
    type: str = Field(primary_key=True)
    bucket: int = Field(primary_key=True)
    count: int
    worst: int = Field(sa_type=BigInteger)


class LatenessDay(SQLModel, table=True):
    """The histogram of `lateness` by day of receipt (`day` = milliseconds UTC // 86,400,000)."""

    __tablename__: ClassVar[str] = "lateness_day"
    __table_args__ = ({"sqlite_with_rowid": False},)
    day: int = Field(primary_key=True)
    type: str = Field(primary_key=True)
    bucket: int = Field(primary_key=True)
    count: int
    worst: int = Field(sa_type=BigInteger)


class Due(SQLModel, table=True):
    """The calendar of what falls due: pending lines and their money, by due day, reward and expected state.

    `expected` is the state that they get if nothing else happens, including `issued`.
    """

    __tablename__: ClassVar[str] = "due"
    __table_args__ = ({"sqlite_with_rowid": False},)
    day: int = Field(primary_key=True)
    reward: str = Field(primary_key=True)
    expected: str = Field(primary_key=True)
    count: int
    value: int = Field(sa_type=BigInteger)


class Leader(SQLModel, table=True):
    """A place on a leaderboard of 200: a person, or a community by name, with friends, qualified friends and money.

    Boards: `qualified` and `issued` rank referrers by that, `community` ranks communities by qualified friends.
    `generation` is the referrer's own as a friend; stored only in merged databases, which have no attributions.
    """

    __tablename__: ClassVar[str] = "leader"
    __table_args__ = ({"sqlite_with_rowid": False},)
    board: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    person: int | None
    community: str | None
    friends: int
    qualified: int
    issued_minor: int = Field(sa_type=BigInteger)
    generation: int | None = None
