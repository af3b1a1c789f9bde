"""Let things go wrong between client and platform: messages get lost or corrupted, codes mistyped, accounts merged.

The seed decides whom a mishap strikes. The client's own log stays as it was, so the cost of each mishap is known: they
strike conversions that qualify in the log without mishaps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import msgspec
import polars as pl

from simulator.domain.drills import Cause
from simulator.drills.client_log import ClientLog
from simulator.drills.designs import Design
from simulator.engine import Engine
from simulator.events.columns import EVENT_SCHEMA, MESSAGE_SCHEMA
from simulator.events.encode import encode_events
from simulator.platform.records import parse_program

Fields = dict[str, Any]

_SHARES: Final = (
    (Cause.NOT_SENT, 0.13),
    (Cause.QUARANTINE, 0.13),
    (Cause.CONFLICT, 0.13),
    (Cause.MERGED, 0.25),
)
"""The share of eligible conversions that each mishap strikes: enough for several of each in a small world."""
_MISTYPED: Final = 0.7
_SECOND_ACCOUNTS: Final = 0.12
"""The share of referrers, of those with a friend who qualified, who have a second account."""
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # of codes


@dataclass(frozen=True)
class Record:
    """A conversion as the client has it in its own records: what it sent, or should have sent.

    `file_due` is when the file that contains it is due (milliseconds UTC). `struck` is the mishap that happened to it.
    `qualifies` is whether it qualifies in the log without mishaps, for the referrer `referrer`. `id` is the id that it
    was sent with.
    """

    id: str
    source: str
    type: str
    subject: str
    occurred_at: int
    amount_minor: int | None
    currency: str | None
    file_due: int
    struck: Cause | None = None
    qualifies: bool = False
    referrer: str | None = None


@dataclass(frozen=True)
class SentLog:
    """What reached the platform by `now`, as lines with their time of receipt, and what only the client knows.

    `intended` are the codes that friends meant who mistyped them, `second_accounts` the other references of referrers.
    """

    now: int
    lines: Sequence[bytes]
    records: Sequence[Record]
    intended: Mapping[str, str]
    second_accounts: Mapping[str, str]


def strike(design: Design, log: ClientLog, seed: int) -> SentLog:
    """Let mishaps strike a client's log, as drawn from a seed."""
    return _Striking(design, log, seed).sent()


def drawn(seed: int, *what: object) -> float:
    """Return a number from 0 up to before 1, by hashing the seed and what it is drawn for."""
    text = ":".join(map(str, (seed, *what)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest(), "big") / 2**56


def mistype(code: str, taken: Callable[[str], bool], seed: int) -> str:
    """Return a code with one wrong character that is nobody's code."""
    for attempt in range(100):
        place = int(drawn(seed, "place", code, attempt) * len(code))
        other = _ALPHABET[int(drawn(seed, "other", code, attempt) * len(_ALPHABET))]
        wrong = f"{code[:place]}{other}{code[place + 1 :]}"
        if wrong != code and not taken(wrong):
            return wrong
    raise ValueError(f"every code near {code} is taken")


class _Striking:
    """A client's log, its results without mishaps, and the mishaps."""

    def __init__(self, design: Design, log: ClientLog, seed: int) -> None:
        self._seed, self._log = seed, log
        self._type = design.event
        frame = log.arrived.select(list(MESSAGE_SCHEMA))
        whole = pl.concat([log.arrived, log.to_come]).select(list(MESSAGE_SCHEMA))
        self._frame = frame
        found = Engine(design.program, parse_program).replay(
            whole.with_row_index("seq", 1)
            .with_columns(pl.col("seq").cast(pl.Int64))
            .select(list(EVENT_SCHEMA))
        )
        numbers = dict(found.persons.select("id", "ref").rows())
        self._attributed = {
            numbers[row["friend"]]: row | {"referrer": numbers[row["referrer"]]}
            for row in found.attributions.iter_rows(named=True)
        }
        self._qualified = set(found.decisions.filter(pl.col("outcome") == "qualified")["seq"].to_list())
        self._codes = set(frame.filter(pl.col("type") == "link.created")["code"].to_list())
        self._visitors = set(frame.filter(pl.col("type") == "friend.visited")["subject"].to_list())
        self._merged = set(frame.filter(pl.col("type") == "customer.merged")["subject"].to_list()) | set(
            frame.filter(pl.col("type") == "customer.merged")["into"].to_list()
        )
        self._touched = {
            name
            for column in ("reverses", "adjusts", "reinstates")
            for name in whole.filter(pl.col(column).is_not_null())[column].to_list()
        }
        conversions = whole.with_row_index("row").filter(pl.col("type") == self._type)
        self._conversions = list(conversions.iter_rows(named=True))
        self._count: dict[str, int] = {}
        for one in self._conversions:
            self._count[one["subject"]] = self._count.get(one["subject"], 0) + 1
        self._due = pl.concat([log.arrived, log.to_come])["file_due"].to_list()
        self._new: list[Fields] = []

    def sent(self) -> SentLog:
        """Apply the mishaps, and return what reaches the platform."""
        records = [self._record(one) for one in self._conversions]
        intended = self._mistyped()
        records = [self._struck(one) if one.subject not in intended else one for one in records]
        records = list(self._reuse_ids(list(self._merges(records))))
        accounts = self._second_accounts(records)
        return SentLog(self._log.now, self._lines(records, intended), records, intended, accounts)

    def _record(self, one: Fields) -> Record:
        named = ("id", "source", "type", "subject", "occurred_at", "amount_minor", "currency")
        attributed = self._attributed.get(one["subject"])
        return Record(
            **{name: one[name] for name in named},
            file_due=self._due[one["row"]],
            qualifies=one["row"] + 1 in self._qualified,
            referrer=attributed["referrer"] if attributed else None,
        )

    def _alone(self, one: Record) -> bool:
        """Return whether these are all of the friend's conversions, and all arrived without mishaps."""
        return (
            one.qualifies
            and self._count[one.subject] == 1
            and one.id not in self._touched
            and one.file_due < self._log.now
            and one.subject not in self._merged
        )

    def _matched_before(self, one: Record) -> bool:
        row = self._attributed.get(one.subject)
        return row is not None and row["attributed_at"] < one.file_due

    def _struck(self, one: Record) -> Record:
        if not self._alone(one) or not self._matched_before(one):
            return one
        left = drawn(self._seed, "mishap", one.id)
        for cause, share in _SHARES:
            if left < share:
                return replace(one, struck=cause)
            left -= share
        return one

    def _mistyped(self) -> dict[str, str]:
        """Return the codes meant by friends who mistype them: some of those who only ever typed one code."""
        intended = {}
        for one in self._conversions:
            friend, row = one["subject"], self._attributed.get(one["subject"])
            alone = self._alone(self._record(one)) and friend not in self._visitors
            typed = row is not None and row["method"] == "code"
            if row is not None and typed and alone and drawn(self._seed, "mistyped", friend) < _MISTYPED:
                intended[friend] = row["code"]
        return intended

    def _merges(self, records: Sequence[Record]) -> Iterator[Record]:
        """Yield the records; those struck by a merge that finds no account to merge with are not struck."""
        spare = sorted(
            (row["attributed_at"], ref)
            for ref, row in self._attributed.items()
            if ref not in self._count and ref not in self._merged
        )
        for one in records:
            if one.struck is not Cause.MERGED:
                yield one
                continue
            own = self._attributed[one.subject]
            place = next(
                (
                    place
                    for place, (at, ref) in enumerate(spare)
                    if at < own["attributed_at"]
                    and self._attributed[ref]["referrer"] != own["referrer"]
                    and one.subject != self._attributed[ref]["referrer"] != one.subject
                ),
                None,
            )
            if place is None:
                yield replace(one, struck=None)
                continue
            _at, into = spare.pop(place)
            at = (own["attributed_at"] + one.file_due) // 2
            self._add(at, "customer.merged", subject=one.subject, into=into)
            yield one

    def _second_accounts(self, records: Sequence[Record]) -> dict[str, str]:
        """Give some referrers a second account, and return whose it is by its reference."""
        accounts: dict[str, str] = {}
        for one in records:
            owner = one.referrer
            if not one.qualifies or owner is None or owner in self._merged or one.struck is not None:
                continue
            if drawn(self._seed, "second", owner) < _SECOND_ACCOUNTS and owner not in accounts.values():
                digest = hashlib.blake2b(f"{self._seed}:{owner}".encode(), digest_size=12).hexdigest()
                accounts[f"p{digest}"] = owner
                self._add(one.occurred_at, "customer.merged", subject=f"p{digest}", into=owner)
        return accounts

    def _add(self, at: int, kind: str, **given: object) -> None:
        """Add an event that the client sends at once."""
        own_id = hashlib.blake2b(f"{self._seed}:{kind}:{given}".encode(), digest_size=6).hexdigest()
        event = {
            "received_at": at,
            "occurred_at": at,
            "source": "client/crm",
            "id": own_id,
            "type": kind,
            **given,
        }
        self._new.append(event)

    def _lines(self, records: Sequence[Record], intended: Mapping[str, str]) -> list[bytes]:
        """Return the lines that reach the platform, in order of their receipt."""
        frame, rows = self._frame, [one["row"] for one in self._conversions]
        if intended:
            own = pl.col("subject").is_in(list(intended)) & pl.col("code").is_not_null()
            wrong = {
                one: mistype(code, self._codes.__contains__, self._seed) for one, code in intended.items()
            }
            typed = pl.col("subject").replace_strict(wrong, default=None)
            frame = frame.with_columns(code=pl.when(own).then(typed).otherwise("code"))
        struck = {row: one for row, one in zip(rows, records, strict=True) if one.struck is not None}
        ids = frame["id"].to_list()
        for row, one in struck.items():
            ids[row] = one.id
        frame = frame.with_columns(id=pl.Series(ids, dtype=pl.String))
        lines: list[tuple[int, bytes]] = []
        for row, (at, line) in enumerate(
            zip(frame["received_at"].to_list(), encode_events(frame), strict=True)
        ):
            what = struck[row].struck if row in struck else None
            if what is not Cause.NOT_SENT:
                lines.append((at, _spoiled(line, self._seed) if what is Cause.QUARANTINE else line))
        if self._new:
            none = dict.fromkeys(MESSAGE_SCHEMA)
            new = pl.DataFrame([none | row for row in self._new], schema=MESSAGE_SCHEMA, orient="row")
            lines += zip(new["received_at"].to_list(), encode_events(new), strict=True)
        return [line for _at, line in sorted(lines, key=lambda pair: pair[0])]

    def _reuse_ids(self, records: Sequence[Record]) -> Iterator[Record]:
        """Yield the records, in the order of their files; those in conflict get the id of the one before."""
        earlier = ""
        for one in records:
            if one.struck is Cause.CONFLICT:
                yield replace(one, id=earlier) if earlier else replace(one, struck=None)
            else:
                if one.struck is None and one.file_due < self._log.now:
                    earlier = one.id
                yield one


def _spoiled(line: bytes, seed: int) -> bytes:
    """Return a conversion's line with one of the mistakes that clients make."""
    message: Fields = msgspec.json.decode(line)
    fault = int(drawn(seed, "fault", message["id"]) * 4)
    if fault == 0 and "amount_minor" in message["data"]:
        message["data"]["amount_minor"] = f"{message['data']['amount_minor'] / 100:.2f}"
    elif fault == 1:
        message["time"] = message["time"].removesuffix("Z")
    elif fault == 2:
        message["data"]["currency"] = "pounds"
    else:
        del message["subject"]
    return msgspec.json.encode(message)
