"""Run world, delivery, platform and operator at a pace; stoppable and resumable at any moment.

The loop knows three things: the current simulated time, the commands that watchers have given, and whether somebody
wants it to stop. Whatever it has handed to the platform is committed; everything else is generated again on a
restart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal

from db.control import CHANGE, DIAL, PAUSE, PROGRAM, RESUME, SPEED, STEP, VERDICT, WriterCommand
from db.read.following import has_changed, has_happened
from db.read.resume import first_program, last_measurement, turned_dials
from simulator.delivery.spool import Spool, files_path
from simulator.domain.errors import InputError
from simulator.domain.wall_clock import Clock, wall_ms
from simulator.measuring.gauge import Gauge
from simulator.platform.session import TOGETHER, WATCHED, IntakeSession
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.run.opening import OpenRun, Progress
from simulator.run.pace import MAX
from simulator.run.reports import RewardReports
from simulator.run.script import CommandSchedule, ScheduledCommand, recorded
from simulator.run.source import PlatformHooks, Source
from simulator.run.steering import change_program, decide
from simulator.world.feedback import OutcomeFeedback
from simulator.world.operator import Review

Ending = Literal["finished", "stopped"]
Args = Mapping[str, object]

BATCH = 20_000  # the most messages in a transaction
_FASTEST = 1e9  # simulated milliseconds per millisecond: 11 days
_TICK_S = 0.05  # how often a paced or paused run checks the clock and its inbox
_WORLD_RECEIVED = "world_received"


class Run:
    """A run on open databases. Call `go` once."""

    def __init__(
        self,
        opened: OpenRun,
        *,
        stopped: Callable[[], bool],
        wall: Clock,
        pace: float = MAX,
        batch: int = BATCH,
        processes: int = 1,
        progress: Progress | None = None,
        script: Sequence[ScheduledCommand] = (),
        files: Path | None = None,
        hold_after: int = 0,
        visit: Callable[[IntakeSession], object] | None = None,
    ) -> None:
        """Prepare a run.

        `pace` is simulated milliseconds per wall-clock millisecond, 0 for as fast as possible. `progress` is called
        with the simulated milliseconds done and the total. `script` holds the commands of an earlier run, to be
        obeyed again. It goes to the event `hold_after` as fast as possible, and pauses there. With 2 `processes` the
        world runs in a process of its own; the outcome is the same. Batch files are left in the folder `files`; without
        one they are kept beside the database until they are no longer needed. `visit` is called repeatedly with the
        session, so that others besides the world can send messages.
        """
        self._platform = opened.platform
        self._inbox = opened.inbox
        self._stopped = stopped
        self._wall = wall
        self._visit = visit
        self._batch = batch
        self._progress = progress or (lambda _done, _total: None)
        self._script = CommandSchedule(script, len(recorded(opened.platform.path)) if script else 0)
        self._hold_after = hold_after
        self._received = int(opened.platform.settings.get(_WORLD_RECEIVED, "0"))
        turns = opened.platform.read(turned_dials)
        self._last_turn = max((at for at, _ in turns), default=0)
        folder, keep = files or files_path(opened.platform.path), files is not None
        self._source = Source(
            opened.plan,
            self._first_program(),
            opened.crm,
            PlatformHooks(self._new_reviews, self._take_feedback, opened.accepted, opened.platform.note),
            lambda channels: Spool(folder, channels.form, keep=keep),
            opened.platform.check_program,
            turns,
            processes=processes,
            hurried=pace == MAX,
        )
        self._platform.subscribers.listen()
        self._reports = RewardReports(opened.platform, opened.plan.world().reported)
        self._at = self._source.start_ms  # everything that arrives before this has been received
        self._session = IntakeSession(
            self._platform,
            clock=lambda: self._at,
            batching=TOGETHER if pace == MAX else WATCHED,
            wall=wall.now,
            pace=pace,
            starts_at=self._source.start_ms,
            ends_at=self._source.end_ms,
        )
        self._gauge = Gauge(opened.platform.path)
        self._gauge.continue_from(opened.platform.read(last_measurement))
        opened.platform.measure(self._gauge.meters)
        self._handlers: dict[str, Callable[[Args], None]] = {  # raise InputError to refuse
            PAUSE: self._pause,
            RESUME: self._resume,
            STEP: self._step,
            SPEED: self._speed,
            VERDICT: self._verdict,
            PROGRAM: self._program,
            DIAL: self._dial,
        }
        self._follow_wall()

    def go(self) -> Ending:
        """Run to the end or until stopped; in either case, what was received is committed."""
        with closing(self._source), self._session:
            if self._received:
                self._source.skip(
                    self._received, lambda at: self._progress(at - self._source.start_ms, self._length)
                )
                self._at = max(self._at, self._platform.newest, self._last_turn)
                self._follow_wall()
            ended = self._loop()
            if ended == "finished":
                self._finish()
            self._session.end(ended, self._gauge.heartbeat(wall_ms(), self._at))
        return ended

    @property
    def unreached(self) -> int:
        """The event at which the run was to pause and has not; 0 if it has, or a person has taken over before."""
        return self._hold_after

    def _finish(self) -> None:
        """Compare the last lists, and release what is due by the end; commands of the last moment still count."""
        while self._run_scheduled():
            pass
        self._take_commands()
        self._source.finish()
        # later than the end if something has arrived since
        self._session.advance(max(self._source.end_ms, self._platform.earliest_now))

    @property
    def _length(self) -> int:
        return self._source.end_ms - self._source.start_ms

    def _loop(self) -> Ending:
        while self._at < self._source.end_ms:
            if self._stopped():
                return "stopped"
            self._take_commands()
            self._admit_guests()
            self._send_heartbeat()
            if 0 < self._hold_after <= self._platform.last_seq:
                self._hold()
            if self._session.paused:
                self._wall.wait(_TICK_S)
                continue
            if self._run_scheduled():
                continue
            limit = self._limit()
            target = self._target()
            if target <= self._at:
                self._wall.wait(_TICK_S)
            elif self._receive(target, limit) < limit:
                self._move(target)
        return "finished"

    def _limit(self) -> int:
        """Return the most messages to take at once; at the event to hold after, pause."""
        left = self._hold_after - self._platform.last_seq
        return min(self._batch, left) if left > 0 else self._batch

    def _run_scheduled(self) -> bool:
        """Advance to the scheduled command that is due, or execute it; return False if none is due."""
        due = self._script.next
        if due is None or self._at < due.at_ms:
            return False
        left = due.after - self._platform.last_seq  # events of the same millisecond that came before it
        self._move(self._at)
        if left <= 0 or not self._receive(due.at_ms + 1, min(left, self._batch)):
            self._script.obeyed()
            self._execute(due.command)
        return True

    def _target(self) -> int:
        target = self._paced_target()
        due = self._script.next
        return target if due is None else min(target, due.at_ms)

    def _paced_target(self) -> int:
        if self._pace == MAX or self._hold_after:
            return self._source.end_ms
        elapsed = (self._wall.now() - self._from_wall) * 1000 * self._pace
        due = self._from_at + int(elapsed)
        tick = max(1, int(_TICK_S * 1000 * self._pace))  # smaller windows would be mostly empty transactions
        return min(self._source.end_ms, due - (due - self._from_at) % tick)

    @property
    def _pace(self) -> float:
        return self._session.pace or MAX

    def _follow_wall(self) -> None:
        """Let simulated time follow the wall clock from the current moment."""
        self._from_at, self._from_wall = self._at, self._wall.now()

    def _receive(self, before_ms: int, limit: int) -> int:
        """Hand the next messages, at most `limit`, to the platform; return how many of those generated arrived."""
        parcel = self._source.take(before_ms, limit)
        if parcel is None:
            return 0
        self._received += parcel.own
        done = self._gauge.add_received(parcel.decoded.messages)
        keep = {_WORLD_RECEIVED: str(self._received)}
        receipts = self._session.receive(parcel.decoded, parcel.lines, keep=keep, answer=done)
        self._gauge.add_judged(receipts.counts)
        self._at = max(self._at, self._platform.newest)
        self._progress(self._at - self._source.start_ms, self._length)
        return parcel.count

    def _move(self, target: int) -> None:
        """Move to the target, before which no generated message arrives any more, or generate the next window."""
        self._at = max(self._at, min(target, self._source.ready_until))
        if self._at >= self._source.ready_until and self._at < self._source.end_ms:
            made = self._gauge.time_generation()
            self._source.make_window()
            made()

    def _admit_guests(self) -> None:
        """Let others besides the world send messages."""
        if self._visit is not None:
            self._visit(self._session)
            self._at = max(self._at, self._platform.newest)

    def _take_commands(self) -> None:
        for command in self._inbox.take():
            self._execute(command)

    def _execute(self, command: WriterCommand) -> None:
        """Execute a watcher's command and record it; record one that can't be obeyed with the reason."""
        refused = None
        try:
            if command.wrong is not None:
                raise InputError(command.wrong)
            self._handlers[command.kind](command.args)
        except InputError as error:
            refused = str(error)
        self._follow_wall()
        self._platform.record(command, self._at, refused)
        self._send_heartbeat(now=True)

    def _hold(self) -> None:
        """Pause at the event to hold after."""
        self._hold_after = 0
        self._session.paused = True
        self._follow_wall()
        self._send_heartbeat(now=True)

    def _pause(self, _args: Args) -> None:
        self._hold_after = 0
        self._session.paused = True

    def _resume(self, _args: Args) -> None:
        self._session.paused = False

    def _speed(self, args: Args) -> None:
        pace = args.get("pace")
        if not isinstance(pace, int | float) or not 0 <= pace <= _FASTEST:
            raise InputError(
                "a speed needs a pace of 0 to 1e9 simulated milliseconds per millisecond; 0 means as fast as possible"
            )
        self._session.pace = float(pace)

    def _step(self, args: Args) -> None:
        """Step one event forward, however far that is, or until an event changes something; then pause.

        With `person` it goes on to the next event or change of that friend.
        """
        until, person = args.get("until"), args.get("person")
        if until not in (None, CHANGE):
            raise InputError(f"a step goes until {CHANGE!r}, or, without `until`, one event forward")
        if not isinstance(person, str | None):
            raise InputError("the person whom a step follows is given by a reference")
        self._hold_after = 0
        self._session.paused = True
        end, since = self._source.end_ms, (self._platform.last_seq, self._platform.last_entry)
        while self._at < end and not self._stopped():
            if not self._receive(end, 1):
                self._move(end)
            elif self._is_stop(since, person, changes_only=until == CHANGE):
                break

    def _is_stop(self, since: tuple[int, int], person: str | None, *, changes_only: bool) -> bool:
        """Return whether a step ends here: `since` are the last event and audit entry before it."""
        seq, entry = since
        if person is None:
            return not changes_only or self._platform.last_entry > entry
        if changes_only:
            return self._platform.read(has_changed, person, entry)
        return self._platform.read(has_happened, person, seq, entry)

    def _verdict(self, args: Args) -> None:
        one = decide(self._platform, args, self._at)
        self._source.cancel_verdict(one.source, one.event_id, one.milestone)

    def _program(self, args: Args) -> None:
        change_program(self._platform, args, self._at)

    def _dial(self, args: Args) -> None:
        self._source.turn(self._at, args.get("faults"))

    def _send_heartbeat(self, *, now: bool = False) -> None:
        """Send a heartbeat if one is due, or `now`."""
        if now or self._session.heartbeat_is_due():
            self._session.heartbeat(self._gauge.heartbeat(wall_ms(), self._at))

    def _first_program(self) -> Program:
        return load_program(self._platform.read(first_program), f"{self._platform.path}, program version 1")

    def _take_feedback(self, before_ms: int) -> OutcomeFeedback:
        """Return outcome feedback from before a moment (milliseconds UTC), releasing what was due by then first."""
        if before_ms - 1 >= self._platform.earliest_now:
            self._platform.advance(before_ms - 1)
        feedback = self._platform.subscribers.take_feedback(before_ms)
        return replace(feedback, rewards=self._reports.take(before_ms))

    def _new_reviews(self) -> list[Review]:
        return [Review(*row) for row in self._platform.subscribers.take_reviews()]
