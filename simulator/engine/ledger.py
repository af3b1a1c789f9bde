"""The rewards' memory: lines, who they go to, what was issued to whom, conversions' targets and their reversals."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

import numpy as np

from simulator.domain.spans import HOUR_MS
from simulator.domain.vocabulary import RewardState, values
from simulator.engine.arrays import NONE, Array, Bools, Columns, Ints, Keys, chain_back
from simulator.engine.interner import Interner
from simulator.engine.keys import KeyIndex, mix
from simulator.program.model import Cap, Reward, Role

STATES = values(RewardState)
PENDING, ISSUED, COUNTED, CAPPED, UNFUNDED, VOIDED, REVOKED = (
    STATES.index(state)
    for state in (
        RewardState.PENDING,
        RewardState.ISSUED,
        RewardState.COUNTED,
        RewardState.CAPPED,
        RewardState.UNFUNDED,
        RewardState.VOIDED,
        RewardState.REVOKED,
    )
)
NOT_PAID = tuple(STATES[code] for code in (COUNTED, CAPPED, UNFUNDED))
"""States of a line that fell due and is not issued."""
ROLES: tuple[Role, ...] = ("referrer", "friend", "upline", "community")

_ID, _LONG = np.int32, np.int64
NEVER = int(np.iinfo(np.int64).min)
ENDLESS = int(np.iinfo(np.int64).max)


@dataclass(frozen=True)
class Terms:
    """A reward line's terms: those of the version its conversion was judged under, and its place in that file."""

    version: int
    place: int
    reward: Reward


@dataclass(frozen=True)
class Limits:
    """What limits the lines of each terms, in columns by the terms' id; ENDLESS where nothing does.

    `limited` says whether any version of the reward has `every`, `tier` or caps: what becomes of a line may then
    depend on the others of its account; `numbered` whether any has `every` or `tier`, `capped` whether any has caps,
    `count` and `value` are the least that any of these caps allows.
    """

    place: Ints
    every: Ints
    first: Ints
    last: Ints
    capped: Bools
    count: Ints
    value: Ints
    limited: Bools
    numbered: Bools
    smallest: int
    """The least money that a line which may be merely counted can be of."""

    @classmethod
    def of(cls, terms: list[Terms]) -> Limits:
        """Make the columns."""
        rewards = [entry.reward for entry in terms]
        tiers = [reward.tier or (1, None) for reward in rewards]
        names = {reward.name for reward in rewards if reward.every or reward.tier or reward.caps}
        counting = {reward.name for reward in rewards if reward.every or reward.tier}
        numbered = [reward.value_minor or 1 for reward in rewards if reward.every or reward.tier]

        caps: dict[str, list[Cap]] = {}
        for reward in rewards:
            caps.setdefault(reward.name, []).extend(reward.caps)

        def least(name: str, reward: Reward) -> int:
            allowed = (getattr(cap, name) for cap in caps[reward.name])
            return min((most for most in allowed if most is not None), default=ENDLESS)

        return cls(
            np.array([entry.place for entry in terms], np.int64),
            np.array([reward.every or 1 for reward in rewards], np.int64),
            np.array([first for first, _ in tiers], np.int64),
            np.array([last or ENDLESS for _, last in tiers], np.int64),
            np.array([bool(caps[reward.name]) for reward in rewards], np.bool_),
            np.array([least("count", reward) for reward in rewards], np.int64),
            np.array([least("value_minor", reward) for reward in rewards], np.int64),
            np.array([reward.name in names for reward in rewards], np.bool_),
            np.array([reward.name in counting for reward in rewards], np.bool_),
            min(numbered, default=ENDLESS),
        )

    def on_turn(self, terms: Array, numbers: Ints) -> Bools:
        """Whether each release stands on its reward's `every` and in its `tier`."""
        turn: Bools = (numbers % self.every[terms] == 0) & (self.first[terms] <= numbers)
        turn &= numbers <= self.last[terms]
        return turn


def _lines() -> Columns:
    return Columns(
        {
            "decision": (_LONG, 0),
            "seq": (_LONG, 0),  # of the conversion
            "made": (_LONG, 0),  # seq of the event that qualified it
            "due": (_LONG, 0),
            "state_at": (_LONG, 0),
            "value": (_LONG, 0),
            "occurred": (_LONG, 0),  # of the conversion
            "account": (_ID, NONE),
            "terms": (_ID, NONE),
            "friend": (_ID, NONE),
            "sibling": (_ID, NONE),  # the line before of the same conversion
            "pending_before": (_ID, NONE),  # the line before that was pending for the same limited account
            "issued_before": (_ID, NONE),  # the line issued before to the same account
            "state": (np.int8, PENDING),
            "expected": (np.int8, ISSUED),  # the state that a pending line gets if nothing else happens
        }
    )


def _accounts() -> Columns:
    return Columns(
        {
            "recipient": (_ID, NONE),  # a person, or for a community its word
            "role": (np.int8, 0),
            "made": (_ID, 0),  # lines promised, whatever became of them
            "releases": (_ID, 0),
            "issued": (_ID, 0),
            "issued_value": (_LONG, 0),
            "last_issued": (_ID, NONE),
            "watched": (np.int8, 0),  # 1 once its history is kept in `histories`
            # of limited accounts only: their pending lines, the money of these, the newest of a chain, and the
            # greatest `due` that a line ever had
            "pending": (_ID, 0),
            "pending_value": (_LONG, 0),
            "last_pending": (_ID, NONE),
            "last_due": (_LONG, NEVER),
        }
    )


def _targets() -> Columns:
    return Columns({"line": (_ID, NONE), "reversal_seq": (_LONG, 0), "reversed_at": (_LONG, 0)})


def _conversions() -> Columns:
    """All conversions in log order; `check` is half of the hash by which their (source, id) are told apart."""
    return Columns({"seq": (np.uint32, 0), "person": (_ID, NONE), "check": (np.uint32, 0)})


@dataclass(frozen=True)
class Waiting:
    """A reversal whose conversion is not in the log yet: its seq, when it was received, its subject, and its reason."""

    seq: int
    at: int
    person: int
    why: str


@dataclass
class History:
    """What was issued to an account: times in order, and the running total of money before each."""

    times: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=lambda: [0])

    def add(self, at: int, value: int) -> None:
        """One more was issued."""
        self.times.append(at)
        self.totals.append(self.totals[-1] + value)

    def cut(self, length: int) -> None:
        """Forget what was added after the first `length`."""
        del self.times[length:]
        del self.totals[length + 1 :]


@dataclass
class Ledger:
    """Rewards by dense ids. An account is one reward (by name) to one recipient in one role."""

    lines: Columns = field(default_factory=_lines)
    accounts: Columns = field(default_factory=_accounts)
    targets: Columns = field(default_factory=_targets)
    conversions: Columns = field(default_factory=_conversions)
    waiting: dict[int, list[Waiting]] = field(default_factory=dict)  # by target
    target_ids: Interner = field(
        default_factory=Interner
    )  # (source, id) of conversions with lines or reversals
    account_ids: KeyIndex = field(default_factory=KeyIndex)
    reward_ids: dict[str, int] = field(default_factory=dict)
    terms: list[Terms] = field(default_factory=list)
    histories: dict[int, History] = field(default_factory=dict)
    limits: Limits = field(default_factory=lambda: Limits.of([]))
    spent: int = 0
    pending: int = 0  # the money of all pending lines
    promised: int = 0  # of those that are expected to be issued
    unfunded: int = 0  # how many are expected to be unfunded
    _due: dict[int, list[Ints]] = field(default_factory=dict)
    _hours: list[int] = field(default_factory=list)

    def add_terms(self, version: int, rewards: tuple[Reward, ...]) -> Ints:
        """Enter a version's rewards; gives the terms' ids by place."""
        first = len(self.terms)
        self.terms.extend(Terms(version, place, reward) for place, reward in enumerate(rewards))
        for reward in rewards:
            self.reward_ids.setdefault(reward.name, len(self.reward_ids))
        before, self.limits = self.limits.limited, Limits.of(self.terms)
        later = np.flatnonzero(self.limits.limited[:first] & ~before)
        if len(later):  # a reward without limits has got one
            lines = self.pending_lines()
            self.chain(lines[np.isin(self.lines["terms"][lines], later)])
        return np.arange(first, len(self.terms))

    def enter_conversions(self, seqs: Ints, persons: Ints, checks: Keys) -> None:
        """Enter the next conversions of the log."""
        self.conversions.append(seq=seqs, person=persons, check=checks.astype(np.uint32))

    def find_conversions(self, seqs: Ints, checks: Keys) -> Ints:
        """Return the places of the conversions with these seqs (0 for none) and checks; NONE if there is none."""
        held, count = self.conversions, len(self.conversions)
        if not count:
            return np.full(len(seqs), NONE, np.int64)
        wanted = seqs.astype(
            np.uint32
        )  # of one type with the column, which would be copied as a whole otherwise
        places = np.minimum(np.searchsorted(held["seq"][:count], wanted), count - 1)
        same = (held["seq"][places] == wanted) & (held["check"][places] == checks.astype(np.uint32))
        return np.where(same & (seqs > 0), places, NONE)

    def accounts_of(self, reward: Reward, recipients: Ints) -> Ints:
        """Return the accounts of these recipients for one reward, and add new ones."""
        claim = self.account_ids.get_or_insert(self._keys(reward, recipients))
        new = recipients[claim.first]
        ids = self.accounts.append(recipient=new, role=np.full(len(new), ROLES.index(reward.to)))
        self.account_ids.put(claim.slots[claim.first], ids)
        return self.account_ids.get(claim.slots)

    def find_accounts(self, reward: Reward, recipients: Ints) -> Ints:
        """Find the accounts of these recipients for one reward; NONE where nothing was promised yet."""
        return self.account_ids.find(self._keys(reward, recipients))

    def _keys(self, reward: Reward, recipients: Ints) -> Keys:
        number = self.reward_ids[reward.name] * len(ROLES) + ROLES.index(reward.to)
        return mix((np.int64(number) << 32) | recipients)

    def schedule(self, lines: Ints) -> None:
        """Put pending lines into the calendar of what falls due."""
        if not len(lines):
            return
        hours = self.lines["due"][lines] // HOUR_MS
        order = np.argsort(hours, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(hours[order]) > 0])
        for part in np.split(lines[order], starts[1:]):
            hour = int(self.lines["due"][part[0]] // HOUR_MS)
            if hour not in self._due:
                self._due[hour] = []
                heappush(self._hours, hour)
            self._due[hour].append(part)

    @property
    def first_due(self) -> int:
        """The earliest due time in the calendar (milliseconds), 2**62 where it is empty; lines may be void by now."""
        if not self._hours:
            return 2**62
        return min(int(self.lines["due"][part].min()) for part in self._due[self._hours[0]])

    def chain(self, lines: Ints) -> None:
        """Enter pending lines of limited accounts into their accounts' chains and sums."""
        if not len(lines):
            return
        accounts = self.accounts
        account = self.lines["account"][lines].astype(np.int64)
        self.lines["pending_before"][lines] = chain_back(account, lines, accounts["last_pending"])
        np.maximum.at(accounts["last_due"], account, self.lines["due"][lines])
        self._count(account, lines, 1)

    def count_pending(self, lines: Ints, sign: int) -> None:
        """Add lines to the sums of what is pending (sign 1) or take them out (-1), each as it is expected to end."""
        values, expected = self.lines["value"][lines], self.lines["expected"][lines]
        self.pending += sign * int(values.sum())
        self.promised += sign * int(values[expected == ISSUED].sum())
        self.unfunded += sign * int((expected == UNFUNDED).sum())

    def uncount_limited(self, lines: Ints) -> None:
        """Take lines that are pending no more out of their accounts' sums; those of plain accounts have none."""
        lines = lines[self.limits.limited[self.lines["terms"][lines]]]
        self._count(self.lines["account"][lines].astype(np.int64), lines, -1)

    def _count(self, account: Ints, lines: Ints, sign: int) -> None:
        np.add.at(self.accounts["pending"], account, sign)
        np.add.at(self.accounts["pending_value"], account, sign * self.lines["value"][lines])

    def pending_lines(self) -> Ints:
        """All lines that are pending, in no order."""
        parts = [part for parts in self._due.values() for part in parts]
        if not parts:
            return np.zeros(0, np.int64)
        lines = np.concatenate(parts)
        return np.asarray(lines[self.lines["state"][lines] == PENDING], np.int64)

    def in_order(self, lines: Ints) -> Ints:
        """Return the lines in the order of release: by due, the conversion's seq, the reward's place in its file."""
        held = self.lines
        places = self.limits.place[held["terms"][lines]]
        return np.asarray(lines[np.lexsort((places, held["seq"][lines], held["due"][lines]))], np.int64)

    def take_due(self, before: int) -> Ints:
        """Take the pending lines with `due` < `before` (milliseconds) out of the calendar, in order of release."""
        parts: list[Ints] = []
        while self._hours and self._hours[0] * HOUR_MS < before:
            hour = heappop(self._hours)
            lines = np.concatenate(self._due.pop(hour))
            due = self.lines["due"][lines] < before
            parts.append(lines[due])
            if not due.all():
                self.schedule(lines[~due])
                break
        if not parts:
            return np.zeros(0, np.int64)
        lines = np.concatenate(parts)
        return self.in_order(lines[self.lines["state"][lines] == PENDING])

    def history(self, account: int) -> History:
        """Return what was issued to an account so far; from now on `note_issued` keeps it up to date."""
        kept = self.histories.get(account)
        if kept is None:
            chain: list[int] = []
            line = int(self.accounts["last_issued"][account])
            while line != NONE:
                chain.append(line)
                line = int(self.lines["issued_before"][line])
            kept = self.histories[account] = History()
            for line in reversed(chain):
                kept.add(int(self.lines["due"][line]), int(self.lines["value"][line]))
            self.accounts["watched"][account] = 1
        return kept
