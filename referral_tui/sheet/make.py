"""Build the data sheet of a program: a line for each field, what uses it, how it travels, and what arrived."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from referral_tui.figures import counted
from referral_tui.sheet.field_words import ENVELOPE_WORDS, PSEUDONYMS, FieldWords, words_of
from referral_tui.sheet.mapped import Origins
from referral_tui.sheet.model import Arrivals, EventSheet, Line, Sheet
from referral_tui.sheet.often import how_often
from referral_tui.sheet.passing import Passing
from referral_tui.sheet.record import assessment, record
from referral_tui.sheet.tasks import tasks_of
from referral_tui.sheet.type_words import TYPE_WORDS
from referral_tui.words import CATEGORY_TITLES
from simulator.domain.owners import owner
from simulator.domain.personal_data import field_erasure, kept_until
from simulator.domain.printable import printable
from simulator.domain.vocabulary import Category
from simulator.events.contract import EVENT_TYPES, EventSpec, Sender
from simulator.program.field_uses import Use, UseKind, field_uses, is_used
from simulator.program.origins import ATTRIBUTES, Origin
from simulator.program.words import duration

if TYPE_CHECKING:
    from db.read.data_sent import DataSent
    from simulator.program.model import Program

_PURPOSES: Final = {
    UseKind.ATTRIBUTION: "match a friend to the referrer",
    UseKind.REFERRERS: "let only eligible people refer",
    UseKind.MILESTONE: "recognise what earns a reward",
    UseKind.RULE: "decide whether a conversion earns a reward",
    UseKind.REWARD: "give the right reward, and take it back if none is owed",
    UseKind.CAP: "keep rewards within their limits",
    UseKind.REVIEW: "let a person settle doubtful conversions",
    UseKind.REPORT: "report how the program does",
    UseKind.CONSENT: "show that consent was given",
    UseKind.JOURNEY: "explain to people what happened, and why",
    UseKind.OPERATOR: "let operators steer the program",
    UseKind.CONTRACT: "none in this program",
}
_ENVELOPE_PURPOSES: Final = {
    "specversion": "read the event rightly",
    "id": "count each event once",
    "source": "count each event once; ask the right system when something is wrong",
    "type": "know what happened",
    "time": "keep to windows, holds and dates",
    "subject": "know whom the event is about, without knowing who that is",
}
_MOST_REWARDS: Final = 2  # that are named one by one where all rewards use a field


def make_sheet(
    program: Program,
    file: str,
    passing: Passing,
    sent: DataSent | None = None,
    database: str = "",
    origins: Origins | None = None,
) -> Sheet:
    """Build the sheet of a program; `file` names it, `sent` is what the database of that name received.

    `origins` is where fields come from, if they are mapped from other systems' records.
    """
    maker = _Maker(program, passing, sent, origins or {})
    order = list(Category)
    events = tuple(
        maker.event(kind)
        for kind in sorted(EVENT_TYPES.values(), key=lambda kind: order.index(kind.category))
    )
    period = (
        "" if sent is None else f"{counted(round(sent.days), 'day')}, {counted(sent.messages, 'message')}"
    )
    return Sheet(
        program=program.name,
        industry=program.industry,
        file=printable(file),
        database=printable(database),
        period=period,
        often=how_often(program, passing, events, printable(database)),
        envelope=tuple(maker.envelope()),
        events=events,
        tasks=tasks_of(program, events, sent),
        record=record(events),
        assessment=assessment(program, events, sent),
        mapped=bool(origins),
    )


class _Maker:
    """Builds the lines of one program's sheet."""

    def __init__(self, program: Program, passing: Passing, sent: DataSent | None, origins: Origins) -> None:
        self._origins = origins
        self._program = program
        self._passing = passing
        self._sent = sent
        self._uses = field_uses(program)
        self._rewards = {reward.name for reward in program.rewards}

    def event(self, kind: EventSpec) -> EventSheet:
        """Build a type's part of the sheet."""
        words, came = TYPE_WORDS[kind.name], self._came(kind.name)
        return EventSheet(
            event=kind.name,
            category=CATEGORY_TITLES[kind.category],
            meaning=kind.type.meaning,
            about=words.about,
            direction=_direction(kind),
            systems=self._passing.systems_of(kind.name),
            team=owner(kind.name),
            delivery=self._passing.delivery_of(kind.name),
            whenever=words.says,
            basis=words.basis,
            recipients=words.recipients,
            used=is_used(self._uses[Origin(kind.name)]),
            lines=tuple(self._line(kind, origin, came) for origin in self._uses if origin.type == kind.name),
            came=came,
        )

    def envelope(self) -> Iterator[Line]:
        """Yield the lines of the fields that every event has."""
        for field, words in ENVELOPE_WORDS.items():
            yield Line(
                event="",
                field=field,
                meaning=words.meaning,
                needed=True,
                used=True,
                uses=tuple(_uses_of_envelope(field, self._program)),
                purpose=_ENVELOPE_PURPOSES[field],
                example=words.example,
                about="whom the event is about" if field == "subject" else "the event",
                basis="as the event",
                basis_of_event=True,
                pseudonym=PSEUDONYMS[words.pseudonym][0],
                pseudonymised=": ".join(PSEUDONYMS[words.pseudonym]),
                personal=field == "subject",
                **_erasure("", field),
                came=None if self._sent is None else sum(row.count for row in self._sent.types),
                origin=self._origins.get(("", field), ""),
            )

    def _line(self, kind: EventSpec, origin: Origin, came: Arrivals | None) -> Line:
        words, uses = TYPE_WORDS[kind.name], self._uses[origin]
        field, needed = origin.field, any(f.name == origin.field and f.required for f in kind.fields)
        of_field = _words_of(kind, field)
        purposes = dict.fromkeys(_PURPOSES[use.kind] for use in uses)
        personal = of_field.pseudonym != "about-nobody" and words.about != "nobody"
        return Line(
            event=kind.name,
            field=field,
            meaning=of_field.meaning,
            needed=needed or not field,
            used=is_used(uses),
            uses=self._use_words(uses),
            purpose="; ".join(purposes) or "none: do not send it",
            example=of_field.example,
            about=of_field.about or words.about,
            basis=(of_field.basis or words.basis) if personal or not field else "none needed by itself",
            basis_of_event=not of_field.basis and personal,
            pseudonym=PSEUDONYMS[of_field.pseudonym][0],
            pseudonymised=": ".join(PSEUDONYMS[of_field.pseudonym]),
            personal=personal,
            **_erasure(
                kind.name, field.partition(".")[0] or ("subject" if of_field.pseudonym == "keyed" else "id")
            ),
            came=self._with_field(kind.name, field, needed=needed, came=came),
            origin=self._origins.get((kind.name, field), ""),
        )

    def _use_words(self, uses: Sequence[Use]) -> tuple[str, ...]:
        """Put uses into words; if every reward uses a field, and there are many, they become one phrase."""
        rewards = {use.name for use in uses if use.kind is UseKind.REWARD}
        every = len(rewards) > _MOST_REWARDS and rewards == self._rewards
        words = ["every reward" if every and use.kind is UseKind.REWARD else use.words for use in uses]
        return tuple(dict.fromkeys(words))

    def _came(self, event: str) -> Arrivals | None:
        if self._sent is None:
            return None
        refused = sum(one.count for one in self._sent.refused if one.type == event)
        row = next((row for row in self._sent.types if row.type == event), None)
        if row is None:
            return Arrivals(0, 0.0, None, None, None, refused)
        late = row.late
        if late is None:
            return Arrivals(row.count, row.a_day, None, None, None, refused)
        return Arrivals(row.count, row.a_day, late.median, late.p95, late.worst, refused)

    def _with_field(self, event: str, field: str, *, needed: bool, came: Arrivals | None) -> int | None:
        """Count the events that had a field; None if that is not known."""
        if self._sent is None or came is None:
            return None
        if not field or needed:
            return came.count
        return None if self._sent.fields is None else self._sent.fields.get(event, {}).get(field, 0)


def _words_of(kind: EventSpec, field: str) -> FieldWords:
    if not field:
        return FieldWords(kind.type.meaning.rstrip("."), "", TYPE_WORDS[kind.name].pseudonym)
    if field.startswith(f"{ATTRIBUTES}."):
        return FieldWords(f"the client's own attribute {field.partition('.')[2]}", "…", "none")
    return words_of(kind.name, field)


def _erasure(kind: str, field: str) -> dict[str, str]:
    effect = field_erasure(kind, field)
    return {"kept_until": kept_until(effect), "erasing": str(effect)}


def _direction(kind: EventSpec) -> str:
    if kind.category is Category.STEERING:
        return "entered by the platform's operators"
    if len(kind.senders) > 1:
        return "from the client to the platform, or collected by the platform"
    return (
        "from the client to the platform" if kind.senders[0] is Sender.CLIENT else "collected by the platform"
    )


def _uses_of_envelope(field: str, program: Program) -> Iterator[str]:
    if field == "specversion":
        yield "intake: it says how to read the event"
    elif field in ("id", "source"):
        yield "intake: nothing counts twice"
        yield "reversals and rewards name a conversion by it"
    elif field == "type":
        yield "everything: it says what happened"
    elif field == "subject":
        yield "attribution: who refers whom"
        yield "every reward: who gets it"
        yield from (f'experiment "{one.name}"' for one in program.experiments)
    else:
        yield f"attribution, within {duration(program.attribution.window_ms)} of the visit"
        if any(one.within_ms for one in program.milestones):
            yield "the time limits of milestones"
        if any(one.hold_ms for one in program.rewards):
            yield "the holds of rewards"
        if program.starts_ms is not None or program.ends_ms is not None:
            yield "the program's dates"
