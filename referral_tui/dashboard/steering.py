"""Steer the writer: the commands to send for a key, when each was executed, and how to say both. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from db import control
from db.control import WriterCommand
from db.read.queries import DatabaseStatus, ExecutedCommand
from referral_tui import figures
from referral_tui.dashboard.snapshot import Snapshot
from referral_tui.dashboard.status_message import StatusMessage
from referral_tui.dashboard.step import Step
from referral_tui.names import Namer, short_name
from referral_tui.words import entry_sentence, event_sentence

FULL_SPEED = 0.0
MOST_STOPS = 100
"""How many of the last stops are remembered, to go back to."""
PACES = (1.0, 60.0, 600.0, 3_600.0, 21_600.0, 86_400.0, 604_800.0, FULL_SPEED)
"""Simulated ms per wall ms, slowest first: 1 s/s, 1 min/s, 10 min/s, 1 h/s, 6 h/s, 1 d/s, 1 wk/s, full speed."""
LASTING = (control.VERDICT, control.PROGRAM)
"""Commands that change the outcome: it is worth saying that one was no longer executed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The commands to send for a key, or why there is nothing to send."""

    commands: tuple[tuple[str, Mapping[str, object]], ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Where a world stood still: the event, the simulated time (milliseconds UTC), and the event in words."""

    seq: int
    at: int
    said: str


class Steering:
    """The commands that wait to be executed, and what to say of the last one."""

    def __init__(self) -> None:
        self._waiting: list[WriterCommand] = []
        self._message: StatusMessage | None = None
        self._before_step: DatabaseStatus | None = None
        self._stepping = False
        self._step: Step | None = None
        self._status = ""
        self._of_screen = False
        self._back_to = 0
        self._stops: deque[Stop] = deque(maxlen=MOST_STOPS)
        self.following: str | None = None
        """The reference of the friend at whose events alone the step keys stop; None: at everybody's."""

    @property
    def status_message(self) -> StatusMessage | None:
        """What to say about the last command, if there was one."""
        return self._message

    @property
    def step(self) -> Step | None:
        """What the last step did, while it is shown."""
        return self._step if self._stepping else None

    def plan(self, kind: str, snapshot: Snapshot | None, faster: int = 0, until: str | None = None) -> Plan:
        """Decide what a key sends.

        `pause` resumes a paused world, `faster` is 1 or -1 for `speed`, `until` is a step's.
        """
        refusal = _refusal(snapshot)
        if refusal or snapshot is None or snapshot.database_status.clock is None:
            return Plan(refusal=refusal)
        paused = self._paused(snapshot)
        if kind == control.PAUSE:
            return Plan(((control.RESUME if paused else control.PAUSE, {}),))
        if kind == control.STEP:
            given = {"until": until, "person": self.following}
            step: tuple[str, Mapping[str, object]] = (
                control.STEP,
                {name: value for name, value in given.items() if value},
            )
            return Plan((step,) if paused else ((control.PAUSE, {}), step))
        pace = self._pace(snapshot)
        wanted = next_pace(pace, faster)
        if wanted is None:
            return Plan(
                refusal="It already goes as fast as it can."
                if faster > 0
                else f"{figures.pace(pace)} is the slowest; pause, and go one event at a time."
            )
        return Plan(((control.SPEED, {"pace": wanted}),))

    def stops_before(self, snapshot: Snapshot | None) -> list[Stop]:
        """Return the last stops before the event at which the world stands, the newest first."""
        now = snapshot.database_status.newest_seq if snapshot is not None else 0
        return [one for one in reversed(self._stops) if one.seq < now]

    @property
    def is_going_back(self) -> bool:
        """Whether the world is being recreated."""
        return self._back_to > 0

    def going_back(self, seq: int) -> None:
        """Note that the world is being recreated up to an event."""
        self._waiting.clear()
        self._stepping = False
        self._before_step = None
        self._set_message(
            StatusMessage(f"Back to event {seq:,}: the world is recreated from its seed.", "warn")
        )
        self._back_to = seq

    def _note_stop(self, snapshot: Snapshot) -> None:
        """Remember where the world stands still, so that people can go back there."""
        now = snapshot.database_status
        if snapshot.status != "paused" or not now.newest_seq or self._back_to:
            return
        while self._stops and self._stops[-1].seq > now.newest_seq:
            self._stops.pop()  # the world went back: what came after that has not happened
        if not self._stops or self._stops[-1].seq < now.newest_seq:
            sentence = event_sentence(now.events[0], now.program, snapshot.names) if now.events else ""
            at = now.clock.sim_at if now.clock is not None else 0
            self._stops.append(Stop(now.newest_seq, at, sentence))

    def sent(self, command: WriterCommand, snapshot: Snapshot | None) -> None:
        """Note a command that is in the control database."""
        self._waiting.append(command)
        if command.kind == control.STEP:
            self._stepping = True
            if snapshot is not None and self._paused(snapshot, without=command):
                self._before_step = snapshot.database_status
        else:
            self._stepping = False
            if command.kind != control.PAUSE:
                self._before_step = None
        self._set_message(StatusMessage(f"Sent: {_words(command)}. Waiting for the simulation.", "warn"))

    def forget(self) -> None:
        """Stop showing the last command."""
        self._set_message(None)
        self._stepping = False

    def leave_screen(self) -> None:
        """Stop showing what the screen that is left had to say; the result of a command stays."""
        if self._of_screen:
            self._set_message(None)

    def say(self, status_message: StatusMessage) -> None:
        """Show what a screen has to say, as long as it is open."""
        self._set_message(status_message, of_screen=True)

    def refused(self, text: str) -> None:
        """Note why a key did nothing."""
        self.say(StatusMessage(text, "warn"))

    def _set_message(self, status_message: StatusMessage | None, *, of_screen: bool = False) -> None:
        self._message, self._of_screen = status_message, of_screen

    def failed(self, text: str) -> None:
        """Note that a command could not be written."""
        self._set_message(StatusMessage(f"Not sent: {text}", "bad"))

    def see(self, snapshot: Snapshot) -> None:
        """Look for commands that were executed, and for what a step did."""
        if (
            self._back_to
            and snapshot.status == "paused"
            and snapshot.database_status.newest_seq == self._back_to
        ):
            self._set_message(StatusMessage(f"Back at event {self._back_to:,}, as it was.", "good"))
            self._back_to = 0
        self._note_stop(snapshot)
        done = {(entry.kind, entry.issued_at): entry for entry in snapshot.database_status.executed}
        for command in list(self._waiting):
            entry = done.get((command.kind, command.issued_at))
            if entry is not None:
                self._waiting.remove(command)
                self._set_message(_obeyed_message(command, entry))
                if command.kind == control.PAUSE:
                    self._before_step = snapshot.database_status
        ended = snapshot.status in ("finished", "stopped") and snapshot.status != self._status
        if ended and not self._back_to:
            lost = [_words(command) for command in self._waiting if command.kind in LASTING]
            self._waiting.clear()
            self._set_message(
                StatusMessage(f"The simulation ended before it executed: {', '.join(lost)}.", "bad")
                if lost
                else None
            )
        self._status = snapshot.status
        if self._stepping and self._before_step is not None and not self._waiting:
            self._step = Step.between(self._before_step, snapshot.database_status)
            words = step_words(self._step, snapshot.database_status, snapshot.names)
            if words:
                self._set_message(StatusMessage(words, "good"))

    def _paused(self, snapshot: Snapshot, without: WriterCommand | None = None) -> bool:
        """Return whether the world stands still once all pending commands are executed."""
        paused = snapshot.status == "paused"
        for command in self._waiting:
            if command is without:
                continue
            if command.kind in (control.PAUSE, control.RESUME):
                paused = command.kind == control.PAUSE
        return paused

    def _pace(self, snapshot: Snapshot) -> float:
        pace = snapshot.database_status.clock.pace if snapshot.database_status.clock else FULL_SPEED
        for command in self._waiting:
            wanted = command.args.get("pace")
            if command.kind == control.SPEED and isinstance(wanted, (int, float)):
                pace = float(wanted)
        return pace


def next_pace(pace: float, faster: int) -> float | None:
    """Find the next pace of the ladder above (`faster` 1) or below (-1); None if there is none."""
    if faster > 0:
        return None if pace <= 0 else next((step for step in PACES if step > pace), FULL_SPEED)
    if pace <= 0:
        return PACES[-2]
    return next((step for step in reversed(PACES[:-1]) if step < pace), None)


def step_words(step: Step, now: DatabaseStatus, name: Namer = short_name) -> str:
    """Say what a step did: the event, and what followed from it."""
    newer, followed = step.events, step.audit_entries
    if not newer and not followed:
        return ""
    parts: list[str] = []
    if newer:
        parts.append(f"Event {newer[0].seq:,}: {event_sentence(newer[0], now.program, name)}.")
        before = newer[0].seq - step.after - 1
        if before > 0:
            parts.append(f"(And {before:,} more before it.)")
    if followed:
        sentences = "; ".join(entry_sentence(entry, now.program, name) for entry in followed[:4])
        more = f"; and {len(followed) - 4} more" if len(followed) > 4 else ""
        parts.append(f"→ {sentences}{more}.")
    else:
        parts.append("It changed no decision and no reward.")
    return " ".join(parts)


def _refusal(snapshot: Snapshot | None) -> str:
    if snapshot is None:
        return "There is no database yet, so nothing to steer."
    status = snapshot.status
    if status == "unknown" or snapshot.database_status.made_by == "ingest":
        return "There is nothing to steer here: these events are not simulated."
    if status == "finished":
        return (
            "This run is finished: there is nothing to pause, step or speed up. [ goes back in time; "
            "`referral-tui simulate` makes another."
        )
    if status == "stopped":
        return "The writer has stopped, so nothing would happen. Start it again with `referral-tui simulate --resume`."
    return ""


def _words(command: WriterCommand) -> str:
    if command.kind == control.SPEED:
        pace = command.args.get("pace")
        said = figures.pace(float(pace)) if isinstance(pace, (int, float)) else ""
        return said if said.endswith("speed") else f"speed {said}".rstrip()
    if command.kind == control.DIAL:
        faults = command.args.get("faults")
        turns = faults.items() if isinstance(faults, dict) else ()
        return ", ".join(f"{name} {rate * 100:.3g} %" for name, rate in turns) or f"faults {faults}"
    if command.kind == control.VERDICT:
        return f"{command.args.get('verdict')} decision {command.args.get('decision')}"
    if command.kind == control.STEP:
        what = "change" if command.args.get("until") else "event"
        if "person" in command.args:
            return f"on to the friend's next {what}"
        return "on to the next change" if what == "change" else "one event on"
    return {
        control.PAUSE: "pause",
        control.RESUME: "go on",
        control.PROGRAM: "apply the edited program",
    }.get(command.kind, command.kind)


def _obeyed_message(command: WriterCommand, entry: ExecutedCommand) -> StatusMessage:
    if entry.refused is not None:
        return StatusMessage(f"Not done: {_words(command)}. {entry.refused}", "bad")
    return StatusMessage(
        f"Executed: {_words(command)}, after event {entry.seq:,}, at {figures.moment(entry.sim_at)}.", "good"
    )
