"""The oracle's memory, and the audit trail it writes."""

from __future__ import annotations

from collections.abc import Callable

from simulator.program.model import Program
from tests.engine.oracle_records import Attributed, Decided, Entry, Event, Line

Key = tuple[str, str]
"""A source and an id: what names an event."""

# The entries of one event in the trail: of its kinds the first ones first.
STAGES = ("program-changed", "merged", "attributed", "decided", "settled", "pending", "reversed", "chosen")
# What falls due at one moment, after its events, in this order.
STEPS = ("release", "choice-ends", "expiry", "try")


class State:
    """Everything the oracle remembers. `load` reads the text of a `program.changed`."""

    def __init__(self, program: Program, load: Callable[[str], Program] | None = None) -> None:
        self.program = program
        self.load = load
        self.version = 1
        self.newest: int | None = None
        self.watermark: int | None = None
        self.log: list[Event] = []
        self.accepted: dict[Key, Event] = {}
        self.heard: dict[str, list[Event]] = {}  # reference -> the events with this subject, in order
        # Who somebody is.
        self.into: dict[str, str] = {}  # a merged reference -> the one it was merged into
        self.known_as: dict[str, list[str]] = {}  # the reference of a person -> those merged into it
        self.closed: dict[str, bool] = {}  # the first reference of a person -> whether the account is closed
        self.merges: list[Event] = []  # those that united two people
        # Standing.
        self.undone: dict[Key, Event] = {}  # a conversion that is reversed -> the reversal
        self.amounts: dict[Key, int] = {}  # a conversion that was adjusted -> its amount now
        self.waiting: dict[Key, list[Event]] = {}  # reversals of conversions not received yet
        self.in_vain: dict[int, str] = {}  # seq of a reversal without effect, or waiting -> why, as it stands
        # Attribution.
        self.links: dict[str, Event] = {}  # code -> the link.created that had effect, in log order
        self.touches: dict[int, Event] = {}  # seq of a visit that is a touch -> its link
        self.attributed: list[Attributed] = []  # in log order, ended ones too
        self.attributions: dict[
            str, Attributed
        ] = {}  # the friend, as written by now -> the one that has not ended
        # Decisions and rewards.
        self.decisions: list[Decided] = []
        self.lines: list[Line] = []
        self.releases = 0
        self.room_grew = False  # at the moment that is being judged: then what waits is tried
        self.clock: int | None = None  # the timed steps up to then, and of then, have been taken
        self.without_effect: list[Event] = []  # verdicts that settled nothing
        self._trail: list[tuple[tuple[int, ...], Entry]] = []

    # ------------------------------------------------------------------ the audit trail

    def note(
        self,
        stage: str,
        kind: str,
        event: Event,
        person: str | None,
        ref: int | None,
        detail: str,
        version: int | None = None,
        trigger: int | None = None,
    ) -> None:
        """Record what an event caused, under the version in force or that of what it is about."""
        at, seq = event["received_at"], event["seq"]
        entry = Entry(at, kind, person, trigger or seq, version or self.version, ref, detail)
        self._trail.append(((at, 0, seq, STAGES.index(stage), -1 if ref is None else ref), entry))

    def note_line(
        self,
        stage: str,
        line: Line,
        event: Event,
        trigger: int | None = None,
        kind: str | None = None,
        more: str = "",
    ) -> None:
        """Record what an event did to a line."""
        number = self.lines.index(line) + 1
        self.note(
            stage,
            kind or line.state,
            event,
            line.decision.friend,
            number,
            line.words + more,
            line.decision.version,
            trigger,
        )

    def note_step(self, step: str, line: Line, at: int, more: str) -> None:
        """Record what time did to a line."""
        seq, version = line.conversion["seq"], line.decision.version
        entry = Entry(
            at,
            line.state,
            line.decision.friend,
            seq,
            version,
            self.lines.index(line) + 1,
            f"{line.words}, {more}" if more else line.words,
        )
        self._trail.append(((at, 1, STEPS.index(step), *line.order), entry))

    @property
    def trail(self) -> list[Entry]:
        """The audit trail: what events did in their order, at one moment before what fell due."""
        return [entry for _, entry in sorted(self._trail, key=lambda pair: pair[0])]


def key_of(conversion: Event) -> Key:
    return conversion["source"], conversion["id"]
