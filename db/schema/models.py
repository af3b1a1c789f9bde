"""The platform's tables: the schema, once; those of how a run goes are in `models_run`.

References of people are kept once, in `person`; every other row points to them by `id`. Times are integer
milliseconds UTC, money integer minor units. Rows carry ids given in log order, so that the same log gives the
same rows whatever the batches, and indexes grow at their end.
"""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from db.schema.models_run import row_number


class Setting(SQLModel, table=True):
    """What this database is: schema, how it was made, and what a restart must know."""

    __tablename__: ClassVar[str] = "setting"
    name: str = Field(primary_key=True)
    value: str


class ProgramVersion(SQLModel, table=True):
    """A version of the program: its whole text and the first event judged under it; the budget is in minor units."""

    __tablename__: ClassVar[str] = "program_version"
    version: int = Field(sa_column=row_number())
    from_seq: int
    name: str
    currency: str
    digits: int
    budget_minor: int | None = Field(sa_type=BigInteger)
    text: str


class Person(SQLModel, table=True):
    """A pseudonymous reference met as a subject, in the order of the log."""

    __tablename__: ClassVar[str] = "person"
    id: int = Field(sa_column=row_number())
    ref: str


class Event(SQLModel, table=True):
    """The log: every accepted event, its envelope and its data fields; `steering` holds operators' data as JSON."""

    __tablename__: ClassVar[str] = "event"
    __table_args__ = (
        Index("event_person", "person"),
        Index("event_link", "code", sqlite_where=text("type = 'link.created'")),  # whose code is it? few rows
        Index("event_reverses", "reverses", sqlite_where=text("reverses IS NOT NULL")),
    )
    seq: int = Field(sa_column=row_number())
    received_at: int = Field(sa_type=BigInteger)
    occurred_at: int = Field(sa_type=BigInteger)
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
    steering: str | None


class Quarantine(SQLModel, table=True):
    """A message that was not accepted, masked, with a reason a person can act on; `sha256` is of it as sent.

    `file` and `line` (from 1) say where it came from, null where it came in no file.
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
    """A friend matched to a referrer, once; `seq` is the event that did it.

    `generation` is 1 for a friend whose referrer nobody had brought by then, else the referrer's own and one more.
    """

    __tablename__: ClassVar[str] = "attribution"
    __table_args__ = (
        # kept from the start: friends come in the order of their numbers, so it costs 0.5 µs a row (an index of
        # referrers 2.4), and without it the board of referrers would read all rows at each look
        Index("attribution_friend", "friend", info={"from_start": True}),
        Index("attribution_referrer", "referrer"),
        Index("attribution_channel", "channel"),  # this and the next serve a search: the newest of one first
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


class Decision(SQLModel, table=True):
    """What was decided of one conversion for one milestone; `failed` and `facts` are JSON.

    `withheld_minor` is the money that a rule kept back as it refused the decision or put it in review, null where none
    did; it stays when a verdict settles it.
    """

    __tablename__: ClassVar[str] = "decision"
    __table_args__ = (
        Index("decision_friend", "friend"),
        Index("decision_review", "id", sqlite_where=text("outcome = 'review'")),  # the queue: those open only
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
    facts: str | None
    program_version: int
    withheld_minor: int | None = Field(sa_type=BigInteger)


class Reward(SQLModel, table=True):
    """A reward line; `recipient` is a person for every role but `community`, which has its name in `community`.

    `expected` is what a pending line becomes if nothing else happens, where that is not `issued`: `counted`, `capped`
    or `unfunded`.
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
    value_minor: int = Field(sa_type=BigInteger)
    state: str
    expected: str | None
    due_at: int = Field(sa_type=BigInteger)
    state_at: int = Field(sa_type=BigInteger)


class Audit(SQLModel, table=True):
    """One entry for every attribution, decision and change of a reward's state.

    `person` is the friend whose journey it is; `ref` the row it tells of (attribution.seq, decision.id or
    reward.id, by `kind`); `trigger` the seq of the event that triggered it.
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
    """A link of the audit chain: SHA-256 over its rows and the block before; the last one may be part full."""

    __tablename__: ClassVar[str] = "block"
    __table_args__ = ({"sqlite_with_rowid": False},)
    chain: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    rows: int
    hash: str


class Total(SQLModel, table=True):
    """A rollup over everything: how many, and how much (minor units or milliseconds, by metric)."""

    __tablename__: ClassVar[str] = "total"
    __table_args__ = ({"sqlite_with_rowid": False},)
    metric: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class Hour(SQLModel, table=True):
    """The same rollup by hour of the platform's clock (`hour` = milliseconds UTC // 3,600,000)."""

    __tablename__: ClassVar[str] = "hour"
    __table_args__ = ({"sqlite_with_rowid": False},)
    hour: int = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class Week(SQLModel, table=True):
    """The same by 168 hours (`week` = hour // 168), so that totals at a moment are a sum of few rows."""

    __tablename__: ClassVar[str] = "week"
    __table_args__ = ({"sqlite_with_rowid": False},)
    week: int = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class Breakdown(SQLModel, table=True):
    """A rollup of a metric by its parts: rewards by name, decisions by rule, friends by channel and so on."""

    __tablename__: ClassVar[str] = "breakdown"
    __table_args__ = ({"sqlite_with_rowid": False},)
    metric: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class BreakdownHour(SQLModel, table=True):
    """The same by hour."""

    __tablename__: ClassVar[str] = "breakdown_hour"
    __table_args__ = ({"sqlite_with_rowid": False},)
    hour: int = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class BreakdownWeek(SQLModel, table=True):
    """The same by 168 hours."""

    __tablename__: ClassVar[str] = "breakdown_week"
    __table_args__ = ({"sqlite_with_rowid": False},)
    week: int = Field(primary_key=True)
    metric: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    count: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)


class Lateness(SQLModel, table=True):
    """How late events of a type arrived, as a histogram: events in a bucket, and the worst of them in milliseconds.

    Late is `received_at` - `occurred_at`; the buckets are those of `simulator.domain.lateness`.
    """

    __tablename__: ClassVar[str] = "lateness"
    __table_args__ = ({"sqlite_with_rowid": False},)
    type: str = Field(primary_key=True)
    bucket: int = Field(primary_key=True)
    count: int
    worst: int = Field(sa_type=BigInteger)


class LatenessDay(SQLModel, table=True):
    """The same by day of receipt (`day` = milliseconds UTC // 86,400,000)."""

    __tablename__: ClassVar[str] = "lateness_day"
    __table_args__ = ({"sqlite_with_rowid": False},)
    day: int = Field(primary_key=True)
    type: str = Field(primary_key=True)
    bucket: int = Field(primary_key=True)
    count: int
    worst: int = Field(sa_type=BigInteger)


class Due(SQLModel, table=True):
    """The calendar of what falls due: pending lines and their money by due day, reward and expected state.

    `expected` is the state that they get if nothing else happens, `issued` too.
    """

    __tablename__: ClassVar[str] = "due"
    __table_args__ = ({"sqlite_with_rowid": False},)
    day: int = Field(primary_key=True)
    reward: str = Field(primary_key=True)
    expected: str = Field(primary_key=True)
    count: int
    value: int = Field(sa_type=BigInteger)


class Leader(SQLModel, table=True):
    """A place on a board of the first 200: who (a person, or a community's name), friends, qualified ones, money.

    Boards: `qualified` and `issued` rank referrers by that, `community` communities by qualified friends.
    `generation` is kept where shards are merged, whose attributions are elsewhere: a referrer's own as a friend.
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
