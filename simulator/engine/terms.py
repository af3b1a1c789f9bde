"""Define the terms of reward lines: their states and roles, what each version's rewards say, and their limits."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from simulator.domain.vocabulary import ForfeitReason, RewardState, values
from simulator.engine.arrays import Array, Bools, Ints
from simulator.engine.scopes import is_plain
from simulator.program.model import Cap, Program, Reward, Role

STATES = values(RewardState)
(
    PENDING,
    WAITING,
    OFFERED,
    ISSUED,
    REDEEMED,
    EXPIRED,
    FORFEITED,
    COUNTED,
    CAPPED,
    UNFUNDED,
    VOIDED,
    REVOKED,
) = (
    STATES.index(state)
    for state in (
        RewardState.PENDING,
        RewardState.WAITING,
        RewardState.OFFERED,
        RewardState.ISSUED,
        RewardState.REDEEMED,
        RewardState.EXPIRED,
        RewardState.FORFEITED,
        RewardState.COUNTED,
        RewardState.CAPPED,
        RewardState.UNFUNDED,
        RewardState.VOIDED,
        RewardState.REVOKED,
    )
)
REASONS = values(ForfeitReason)
VETOED, NOT_CHOSEN = REASONS.index(ForfeitReason.VETOED), REASONS.index(ForfeitReason.NOT_CHOSEN)
GIVEN = (ISSUED, REDEEMED, EXPIRED)
"""States of a line that was issued and not taken back."""
PAID_STATES = (OFFERED, *GIVEN)
"""States of a line for which its decision is paid: caps and budget count it."""
NOT_ISSUED = (
    *(STATES[code] for code in (COUNTED, CAPPED, UNFUNDED)),
    STATES[FORFEITED],
    STATES[WAITING],
    STATES[OFFERED],
)
"""States that a release can give a line instead of issuing it."""
ROLES: tuple[Role, ...] = ("referrer", "friend", "upline", "community")

ENDLESS = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, kw_only=True)
class Terms:
    """A reward line's terms: those of the version its conversion was judged under, and its place in that file.

    `program` is that of the version.
    """

    version: int
    place: int
    program: Program

    @cached_property
    def reward(self) -> Reward:
        """What the file says of the reward."""
        return self.program.rewards[self.place]

    @property
    def timezone(self) -> str:
        """The zone of the version's calendar windows."""
        return self.program.timezone


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What limits the lines of each terms, in columns by the terms' id; ENDLESS if nothing does.

    `limited` says whether any version of the reward has `every`, `tier` or caps: what becomes of a line may then
    depend on the others of its account; `numbered` whether any has `every` or `tier`, `one_by_one` whether they differ
    between versions, a cap is not plain or any has `keep_if` or choices, so that its lines are booked, `capped` whether
    any has caps; `count` and `value` are the least that any of these caps allows. `expires` is how long after its issue
    a line expires (milliseconds).
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
    one_by_one: Bools
    expires: Ints
    smallest: int
    """The least money that a line which may be merely counted can be of."""

    @classmethod
    def of(cls, terms: list[Terms]) -> Limits:
        """Create the columns."""
        rewards = [entry.reward for entry in terms]
        tiers = [reward.tier or (1, None) for reward in rewards]
        names = {reward.name for reward in rewards if reward.every or reward.tier or reward.caps}
        counting = {reward.name for reward in rewards if reward.every or reward.tier}
        numbered = [reward.value_minor or 1 for reward in rewards if reward.every or reward.tier]

        turns: dict[str, set[tuple[int, tuple[int, int | None]]]] = {}
        for reward in rewards:
            turns.setdefault(reward.name, set()).add((reward.every or 1, reward.tier or (1, None)))

        kept = {reward.name for reward in rewards if reward.keep_if is not None}
        chosen = {reward.name for reward in rewards if reward.choices}
        caps: dict[str, list[Cap]] = {}
        for reward in rewards:
            caps.setdefault(reward.name, []).extend(reward.caps)

        def least(name: str, reward: Reward) -> int:
            allowed = (getattr(cap, name) for cap in caps[reward.name])
            return min((most for most in allowed if most is not None), default=ENDLESS)

        return cls(
            place=np.array([entry.place for entry in terms], np.int64),
            every=np.array([reward.every or 1 for reward in rewards], np.int64),
            first=np.array([first for first, _ in tiers], np.int64),
            last=np.array([last or ENDLESS for _, last in tiers], np.int64),
            capped=np.array([bool(caps[reward.name]) for reward in rewards], np.bool_),
            count=np.array([least("count", reward) for reward in rewards], np.int64),
            value=np.array([least("value_minor", reward) for reward in rewards], np.int64),
            limited=np.array([reward.name in names for reward in rewards], np.bool_),
            numbered=np.array([reward.name in counting for reward in rewards], np.bool_),
            one_by_one=np.array(
                [
                    len(turns[reward.name]) > 1
                    or reward.name in kept
                    or reward.name in chosen
                    or not all(is_plain(cap) for cap in caps[reward.name])
                    for reward in rewards
                ],
                np.bool_,
            ),
            expires=np.array(
                [ENDLESS if one.expires_ms is None else one.expires_ms for one in rewards], np.int64
            ),
            smallest=min(numbered, default=ENDLESS),
        )

    def on_turn(self, terms: Array, numbers: Ints) -> Bools:
        """Return whether each release stands on its reward's `every` and in its `tier`."""
        turn: Bools = (numbers % self.every[terms] == 0) & (self.first[terms] <= numbers)
        turn &= numbers <= self.last[terms]
        return turn
