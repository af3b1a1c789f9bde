"""Let recipients choose and redeem the rewards that the platform reports, and the operator stop a few of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl

from simulator.domain.vocabulary import RewardState
from simulator.program.model import Program, Reward
from simulator.world.draws import Bools, Ints, Keys, Purpose, bits, seed_key, uniform
from simulator.world.event_rows import WIDTH, EventKind, event_rows, ident
from simulator.world.rhythm import Rhythm

if TYPE_CHECKING:  # pydantic and the world's file: who only receives events loads neither
    from simulator.world.measures import Delay
    from simulator.world.spec import WorldSpec
    from simulator.world.spec_rewards import Choice, Redemption, Veto

ACT_COLUMNS: Final = (
    *("subject", "reward_source", "reward_id", "reward_milestone", "reward_reward"),
    *("choice", "reason"),
)
"""The columns of a message that an act's texts fill."""
_LATE: Final = 1  # index of the draw of a delay that begins when the reward is known, not when it came
_NEVER: Final = 1 << 61


class ReportedReward(NamedTuple):
    """A reward line that came into a state at `at`; times in milliseconds UTC, people by reference.

    `source`, `event_id` and `milestone` name its decision, `reward` and `role` say what it is and whose, `due_at` when
    it is released. `market` is the place of its market among those simulated together.
    """

    at: int
    state: str
    source: str
    event_id: str
    milestone: str
    reward: str
    role: str
    recipient: str
    friend: str
    due_at: int
    market: int = 0


class RewardActs:
    """What happens to reported rewards. Each draw is by the reward, so it is the same whenever that is reported."""

    def __init__(
        self, spec: WorldSpec, program: Program, seeds: Sequence[int], rhythm: Rhythm, roots: int
    ) -> None:
        """Take the markets' seeds, and the number of first customers in each."""
        self._spec = spec
        self._seeds = [seed_key(seed).to_bytes(8, "big") for seed in seeds]
        self._roots = roots
        self._rhythm = rhythm
        self._texts: list[tuple[str | None, ...]] = []  # of all acts so far
        self.change_program(program)

    def change_program(self, program: Program) -> None:
        """Follow the choices and expiries of this program's rewards from now on."""
        self._rewards: dict[str, Reward] = {one.name: one for one in program.rewards}

    def follow(self, reported: Sequence[ReportedReward], cheats: Bools, earliest: int) -> Ints:
        """Return the events of acts on rewards (`event_rows`), none before `earliest` (milliseconds UTC).

        `cheats` says of each reward whether its friend cheats.
        """
        events = [np.empty((0, WIDTH), dtype=np.int64)]
        if reported:
            lines = _Lines(reported, self._keys(reported), earliest, self._rhythm)
            if self._spec.redemption is not None:
                events.append(self._redeem(lines, self._spec.redemption))
            if self._spec.choice is not None:
                events.append(self._choose(lines, self._spec.choice))
            if self._spec.operator.vetoes is not None:
                events.append(self._stop(lines, self._spec.operator.vetoes, cheats))
        return np.concatenate(events)

    def texts(self, places: Ints) -> pl.DataFrame:
        """Return the texts of acts by their places, columns `ACT_COLUMNS`."""
        rows = [self._texts[place] for place in places.tolist()]
        return pl.DataFrame(rows, schema=dict.fromkeys(ACT_COLUMNS, pl.String), orient="row")

    def _redeem(self, lines: _Lines, spec: Redemption) -> Ints:
        share = np.array([spec.friend if one.role == "friend" else spec.referrer for one in lines.reported])
        does = lines.of(RewardState.ISSUED, uniform(lines.keys, Purpose.REDEEM) < share)
        when = lines.when(does, Purpose.REDEEM_DELAY, spec.delay)
        ends = lines.ends(does, {name: one.expires_ms for name, one in self._rewards.items()})
        in_time = when <= ends
        return self._act(EventKind.REDEEMED, lines, does[in_time], when[in_time])

    def _choose(self, lines: _Lines, spec: Choice) -> Ints:
        some = np.array([bool(self._choices(one)) for one in lines.reported])
        does = lines.of(RewardState.OFFERED, some & (uniform(lines.keys, Purpose.CHOOSE) < spec.share))
        when = lines.when(does, Purpose.CHOOSE_DELAY, spec.delay)
        ends = lines.ends(does, {name: one.choose_within_ms for name, one in self._rewards.items()})
        does, when = does[when < ends], when[when < ends]
        drawn = bits(lines.keys[does], Purpose.CHOOSE_WHAT).tolist()
        choices = [self._choices(lines.reported[place]) for place in does.tolist()]
        chosen = [among[number % len(among)] for among, number in zip(choices, drawn, strict=True)]
        return self._act(EventKind.CHOSEN, lines, does, when, choice=chosen)

    def _stop(self, lines: _Lines, spec: Veto, cheats: Bools) -> Ints:
        error = self._spec.operator.error
        share = spec.share * np.where(cheats, 1 - error, error)
        does = lines.of(RewardState.PENDING, uniform(lines.keys, Purpose.VETO) < share)
        when = lines.when(does, Purpose.VETO_DELAY, spec.delay)
        open_then = when < np.array([lines.reported[place].due_at for place in does.tolist()], dtype=np.int64)
        does, when = does[open_then], when[open_then]
        return self._act(EventKind.VETOED, lines, does, when, reason=[spec.reason] * len(does))

    def _choices(self, one: ReportedReward) -> tuple[str, ...]:
        reward = self._rewards.get(one.reward)
        return reward.choices if reward is not None else ()

    def _act(
        self,
        kind: EventKind,
        lines: _Lines,
        does: Ints,
        when: Ints,
        *,
        choice: Sequence[str | None] = (),
        reason: Sequence[str | None] = (),
    ) -> Ints:
        first = len(self._texts)
        nothing = [None] * len(does)
        for place, chosen, why in zip(does.tolist(), choice or nothing, reason or nothing, strict=True):
            one = lines.reported[place]
            subject = None if kind is EventKind.VETOED else one.recipient
            self._texts.append((subject, one.source, one.event_id, one.milestone, one.reward, chosen, why))
        number = np.arange(first, len(self._texts))
        # the subject is among the texts; the first person of the market stands for the market
        nobody = np.array([lines.reported[place].market for place in does.tolist()], np.int64) * self._roots
        identity = ident(lines.keys[does], kind, lines.seconds(does))  # a reward may be issued again
        return event_rows(kind, when, nobody, identity, number=number)

    def _keys(self, reported: Sequence[ReportedReward]) -> Keys:
        drawn = b"".join(
            hashlib.blake2b(
                "\n".join((one.source, one.event_id, one.milestone, one.reward)).encode(),
                digest_size=8,
                key=self._seeds[one.market],
            ).digest()
            for one in reported
        )
        return np.frombuffer(drawn, dtype=np.uint64)


class _Lines:
    """Reported rewards with their keys; nobody acts on one before `earliest`."""

    def __init__(self, reported: Sequence[ReportedReward], keys: Keys, earliest: int, rhythm: Rhythm) -> None:
        self.reported = reported
        self.keys = keys
        self._at: Ints = np.array([one.at for one in reported], dtype=np.int64)
        self._states = np.array([one.state for one in reported])
        self._earliest = earliest
        self._rhythm = rhythm

    def of(self, state: RewardState, which: Bools) -> Ints:
        """Return the places of those that are in a state and among `which`."""
        return np.flatnonzero((self._states == str(state)) & which)

    def seconds(self, places: Ints) -> Ints:
        """Return when they came into the state, in seconds since 1970."""
        return self._at[places] // 1000

    def when(self, places: Ints, purpose: Purpose, delay: Delay) -> Ints:
        """Draw when somebody acts: a delay after the state, or, if that was before `earliest`, after that."""
        keys = self.keys[places]
        when = self._rhythm.after(self._at[places], keys, purpose, delay)
        begin = np.full(len(places), self._earliest)
        late = self._rhythm.after(begin, keys, purpose, delay, _LATE)
        return np.where(when >= self._earliest, when, late)

    def ends(self, places: Ints, spans: dict[str, int | None]) -> Ints:
        """Return when the state ends by itself, by the spans (milliseconds) of rewards by name; far off if never."""
        found = [spans.get(self.reported[place].reward) for place in places.tolist()]
        span = np.array([_NEVER if one is None else one for one in found], dtype=np.int64)
        return self._at[places] + span
