"""Produce every message of a run in order of arrival: people's events, and the simulated operator's verdicts.

People's events are the same in every run of a plan, so a stopped run is resumed by generating them again from the
seed and skipping those that had arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, field
from typing import Any

import polars as pl

from db.client.crm import Crm
from db.read.deliveries import Reconciled
from simulator.delivery.accepted import Accepted
from simulator.delivery.chances import Chances
from simulator.delivery.delivery import Delivery
from simulator.delivery.dials import Timeline
from simulator.delivery.gateway import Gateway, Parcel
from simulator.delivery.models import Channels
from simulator.delivery.queue import ArrivalQueue
from simulator.delivery.sent_ledger import SentLedger
from simulator.delivery.spool import Spool
from simulator.delivery.tally import tally
from simulator.delivery.wire import on_wire
from simulator.domain.spans import HOUR_MS
from simulator.program.model import Program
from simulator.run.plan import Plan
from simulator.world.feedback import OutcomeFeedback
from simulator.world.operator import Operator, Review
from simulator.world.subprocess_world import SubprocessWorld
from simulator.world.windows import InProcessWorld, Windows, WorldSetup

Rows = Sequence[tuple[Any, ...]]
_COMPARED_MS = 30 * 24 * HOUR_MS
"""The span of lists compared at once when none can differ: each comparison costs more than its rows."""


@dataclass(frozen=True)
class PlatformHooks:
    """The callbacks through which a source talks to the platform.

    `reviews` returns the reviews opened since its last call. `feedback` returns the outcome feedback since its last
    call and before a moment; it is called at the start of each window, when all that arrived before has been
    judged. `accepted` collects what the receipts say. `note` takes new or changed rows of the tables `fault` and
    `reconciliation`.
    """

    reviews: Callable[[], list[Review]]
    feedback: Callable[[int], OutcomeFeedback]
    accepted: Accepted
    note: Callable[[Rows, Rows], None]


@dataclass
class _Window:
    """The window being delivered, and the state before it, so that it can be sent again with other fault rates."""

    events: pl.DataFrame
    from_ms: int
    until_ms: int
    waiting: pl.DataFrame
    state: Any
    empty: list[tuple[int, int]]
    verdicts: list[pl.DataFrame] = field(default_factory=list)
    taken: int = 0


class Source:
    """The messages of a run, generated at most one window ahead.

    `ready_until` is the moment up to which all arrivals have been generated. The next window may be generated only
    once all of them have been received, because the reviews they open are looked up then.
    """

    def __init__(
        self,
        plan: Plan,
        program: Program,
        crm: Crm,
        hooks: PlatformHooks,
        spool: Callable[[Channels], Spool],
        check_program: Callable[[str], object],
        turns: Iterable[tuple[int, object]] = (),
        *,
        processes: int = 1,
        hurried: bool = False,
    ) -> None:
        """Prepare a source of messages.

        `program` is the one the run began with. With 2 `processes` the world runs in a process of its own. `spool`
        creates the folder for batch files, `check_program` is for intake. `turns` are the dial commands obeyed so
        far, each with its simulated time. `hurried` marks a run that nobody watches: where no dial was ever on,
        nothing can be missing, and many lists are compared at once.
        """
        spec = plan.world()
        setting = WorldSetup(spec, program, plan.seed, plan.referrers, plan.start_ms, plan.days)
        self._windows: Windows = SubprocessWorld(setting) if processes > 1 else InProcessWorld(setting)
        self._hooks = hooks
        models = plan.models(spec)
        channels = Channels(models, plan.seed)
        self._models = models
        self._timeline = Timeline(plan.faults)
        for at, command in turns:
            self._timeline.turn(boundary(at), command)
        self._chances = Chances(plan.seed, self._timeline, plan.end_ms)
        self._delivery = Delivery(channels, self._chances)
        self._ledger = SentLedger(self._chances.keys)
        self._spool = spool(channels)
        self._door = Gateway(self._spool, check_program)
        self._operator = Operator(spec.operator, plan.seed)
        self._queue = ArrivalQueue()
        self._window: _Window | None = None
        self._empty: list[tuple[int, int]] = []
        self._hurried = hurried
        self._compared_until = plan.start_ms
        self._noted: set[tuple[Any, ...]] = set()
        self._crm = crm
        self.start_ms = self.ready_until = plan.start_ms
        self.end_ms = plan.end_ms

    def skip(self, count: int, progress: Callable[[int], None]) -> None:
        """Generate the first `count` of the people's messages again and drop them; verdicts among them are known."""
        while count > 0 and self.ready_until < self.end_ms:
            self._compare(lambda _name, content: content)
            self._make_window()
            count -= self._drop(count)
            progress(self.ready_until)
        self._add_verdicts()

    def make_window(self) -> None:
        """Generate the arrivals of the next window, which is as long as the operator allows."""
        self._reconcile()
        self._make_window()
        self._add_verdicts()
        self._note([])

    def finish(self) -> None:
        """Compare the remaining lists at the end of a run, and release the batch files."""
        self._reconcile()
        self._spool.close()

    def take(self, before_ms: int, limit: int) -> Parcel | None:
        """Return at most `limit` of the next messages that arrive before `before_ms` and `ready_until`, or None.

        Raises:
            DatabaseError: a batch file can't be written or read back.

        """
        rows = self._queue.take(min(before_ms, self.ready_until), limit)
        if not rows.height:
            return None
        if self._window is not None:
            self._window.taken += rows.height
        return self._door.open(rows)

    def turn(self, at_ms: int, command: object) -> None:
        """Turn fault dials by a command given at `at_ms`; it applies from the next full hour on (`boundary`).

        Whatever occurs from then on, and every file due from then on, is sent again with the new rates; all that
        arrives before stays as it was.

        Raises:
            InputError: the command can't be obeyed; nothing has changed.

        """
        self._timeline.turn(boundary(at_ms), command)
        window = self._window
        if window is not None and boundary(at_ms) < window.until_ms:
            self._delivery.state = window.state
            self._queue = ArrivalQueue(window.waiting)
            self._empty = list(window.empty)
            self._send(window)
            for verdicts in window.verdicts:
                self._queue.put_among(verdicts)
            self._queue.take(window.until_ms, window.taken)
        self._note([])

    def cancel_verdict(self, source: str, event_id: str, milestone: str) -> None:
        """Cancel the simulated operator's verdict on a review that a person has decided.

        After a restart the operator would not give one either.
        """
        self._operator.forget(source, event_id, milestone)
        of_it = (
            (pl.col("decision_source") == source)
            & (pl.col("decision_id") == event_id)
            & (pl.col("decision_milestone") == milestone)
        )
        self._queue.drop(of_it)
        if self._window is not None:
            self._window.verdicts = [verdicts.filter(~of_it) for verdicts in self._window.verdicts]

    def close(self) -> None:
        """Stop the process that runs the world, if there is one."""
        self._windows.close()

    def _make_window(self) -> None:
        made = self._windows.next(self._hooks.feedback(self.ready_until))
        self._crm.write(made.people)
        window = _Window(
            *(made.events, self.ready_until, made.until_ms, self._queue.waiting),
            *(self._delivery.state, list(self._empty)),
        )
        self._ledger.enter(self._send(window))
        self._window = window
        self.ready_until = made.until_ms

    def _send(self, window: _Window) -> pl.DataFrame:
        """Send a window's events, and return the client's own ones for its ledger."""
        sent = self._delivery.send(window.events, window.from_ms, window.until_ms)
        (self._queue.put_in_order if sent.ordered else self._queue.put_among)(sent.rows)
        self._empty += sent.empty
        self._door.expect(self._queue.waiting)
        return sent.listed

    def _drop(self, count: int) -> int:
        taken = self._queue.take(self.ready_until, count).height
        if self._window is not None:
            self._window.taken += taken
        return taken

    def _reconcile(self) -> None:
        """Compare the client's and the platform's lists, once all arrivals before `ready_until` have been received."""
        self._write_empty()
        self._note(self._compare(self._spool.exchange))

    def _compare(self, exchange: Callable[[str, bytes], bytes]) -> list[Reconciled]:
        """Compare the lists whose time has come, unless they are collected to be compared later."""
        waits = self._hurried and not self._timeline.ever() and self.ready_until < self.end_ms
        if waits and self.ready_until - self._compared_until < _COMPARED_MS:
            return []
        self._compared_until = self.ready_until
        accepted = self._hooks.accepted.take(self.ready_until)
        findings, again = self._ledger.compare(accepted, self.ready_until, exchange)
        self._queue.put_among(again)
        return findings

    def _write_empty(self) -> None:
        """Write empty batch files, of which no message is ever taken."""
        for file, at in self._empty:
            if at < self.ready_until:
                self._spool.write(file, ())
                self._spool.remove(file)
        self._empty = [(file, at) for file, at in self._empty if at >= self.ready_until]

    def _note(self, findings: Sequence[Reconciled]) -> None:
        rows = tally(self._models, self._timeline, self._chances.counts)
        changed = [row for row in rows if row not in self._noted]
        self._noted = set(rows)
        if changed or findings:
            self._hooks.note(changed, [astuple(finding) for finding in findings])

    def _add_verdicts(self) -> None:
        reviews = self._hooks.reviews()
        if reviews:
            self._operator.look(reviews, self._crm.labels([review.friend for review in reviews]))
        verdicts = self._operator.advance(self.ready_until)
        if verdicts.height:
            rows = on_wire(verdicts, verdicts["received_at"].to_numpy())
            self._queue.put_among(rows)
            if self._window is not None:
                self._window.verdicts.append(rows)


def boundary(at_ms: int) -> int:
    """Return when a command given at `at_ms` takes effect: the next full hour of simulated time, milliseconds UTC."""
    return (at_ms // HOUR_MS + 1) * HOUR_MS
