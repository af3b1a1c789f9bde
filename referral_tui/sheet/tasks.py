"""List what each team has to do for a program's data, and what a database shows to be missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from referral_tui import figures
from referral_tui.sheet.model import EventSheet, Task
from referral_tui.sheet.passing import AT_ONCE
from simulator.domain.owners import Team
from simulator.domain.personal_data import KEEP_DAYS
from simulator.program.data_doubts import NeverSent, Unused, never_sent, unused_sent
from simulator.program.words import either, listed, money

if TYPE_CHECKING:
    from db.read.data_sent import DataSent
    from simulator.program.model import Program

_MOST_FIELDS: Final = 3  # refused fields that are named


def tasks_of(program: Program, events: Sequence[EventSheet], sent: DataSent | None) -> tuple[Task, ...]:
    """Return the tasks of all teams, grouped by team; `sent` is what a database received."""
    tasks = _Tasks(program, events, sent)
    return (*tasks.engineering(), *tasks.marketing(), *tasks.compliance())


class _Tasks:
    """Finds the tasks of one program."""

    def __init__(self, program: Program, events: Sequence[EventSheet], sent: DataSent | None) -> None:
        self._program = program
        self._events = [one for one in events if one.used]
        self._sent = sent
        self._never: list[NeverSent] = []
        self._unused: list[Unused] = []
        if sent is not None:
            self._never = never_sent(program, sent.counts, sent.fields)
            self._unused = unused_sent(program, sent.counts, sent.fields)
        self._collectors = {one.event: one.team for one in events if one.systems == ("platform",)}

    def engineering(self) -> Iterator[Task]:
        """Yield what engineering has to do: send what is needed and no more, correctly, and again after a failure."""
        for one in self._events:
            if one.event not in self._collectors:
                yield self._sending(one)
        yield from self._lacking("engineering")
        yield from self._stopping("engineering")
        yield from self._refused()
        yield _open("engineering", "Give each event an id that stays the same when it is sent again.")
        yield _open(
            "engineering",
            "Make the key of the pseudonyms and a salt for each person, keep them in your own systems, and hash "
            "references, contacts and devices before anything is sent.",
        )
        yield _open(
            "engineering",
            "Send a list of each day's events, so that what was lost on the way is found and sent again.",
        )

    def marketing(self) -> Iterator[Task]:
        """Yield what marketing has to do: terms, pages, channels, and the rewards themselves."""
        program = self._program
        kinds = [f"{kind}s" for kind in program.referrers or ()]
        yield _open(
            "marketing",
            f"Publish the terms: {figures.counted(len(program.rewards), 'reward')}, who gets each and when, and "
            f"that {f'only {listed(kinds)}' if kinds else 'everybody'} may refer.",
        )
        yield from self._collecting("marketing")
        yield from self._lacking("marketing")
        yield from self._stopping("marketing")
        yield _open("marketing", "Call each channel by the same name wherever links are shared.")
        if program.budget_minor is not None:
            yield _open("marketing", f"Set aside the budget of {money(program.budget_minor, program)}.")
        for reward in program.rewards:
            if reward.choices:
                yield _open(
                    "marketing", f'Have {listed(reward.choices)} ready to choose from for "{reward.name}".'
                )
        shared = [f'"{reward.name}"' for reward in program.rewards if reward.to == "community"]
        if shared:
            yield _open(
                "marketing", f"Agree with each community on the name under which it gets {listed(shared)}."
            )
        for experiment in program.experiments:
            yield _open("marketing", f'Decide when experiment "{experiment.name}" ends.')

    def compliance(self) -> Iterator[Task]:
        """Yield what compliance has to do: legal bases, notices, contracts, human review, time limits, answers."""
        personal = sum(one.about != "nobody" for one in self._events)
        yield _open(
            "compliance",
            f"Confirm the legal basis of {figures.counted(personal, 'type')} of events; the sheet gives the usual "
            "ones.",
        )
        yield _open(
            "compliance",
            "Tell referrers and friends what is passed, what for and for how long (Art. 13), and friends that some of "
            "it comes from the client's own systems, not from them (Art. 14).",
        )
        yield _open(
            "compliance",
            "Agree in writing on what the platform's operator processes for the client (Art. 28).",
        )
        yield from self._deciding()
        yield from self._collecting("compliance")
        yield from self._lacking("compliance")
        yield from self._stopping("compliance")
        yield self._minimised()
        yield _open(
            "compliance",
            f"Confirm how long data is kept; if you say nothing, {KEEP_DAYS:,} days after a person's newest event.",
        )
        yield _open(
            "compliance", "Answer those who ask what is held on them: `person show REFERENCE` (Art. 15)."
        )
        yield _open(
            "compliance",
            "Erase those who ask for it, by `erase REFERENCE` (Art. 17), and those about whom nothing has "
            "come for a long time, "
            f"by `erase --older-than {KEEP_DAYS}`.",
        )
        yield _open(
            "compliance", "Decide whether an impact assessment is needed (Art. 35); its base is below."
        )

    def _sending(self, one: EventSheet) -> Task:
        """Say whether the client sends a type, and what waits for one that it has never sent."""
        systems = listed([name for name in one.systems if name != "platform"])
        if one.came is None:
            return _open("engineering", _to_send(one, systems))
        if one.came.count:
            return _done("engineering", f"{systems} sends {one.event}: {one.came.count:,} so far.")
        waiting = dict.fromkeys(
            fact.label.removeprefix("milestone ")
            for fact in self._never
            if any(origin.type == one.event and not origin.field for origin in fact.origins)
        )
        if waiting:
            verb = "waits" if len(waiting) == 1 else "wait"
            text = f"{systems} has never sent {one.event}, which {listed(list(waiting))} {verb} for."
            return _missing("engineering", text)
        text = f"{systems} has never sent {one.event}: make sure that it does whenever {one.whenever}."
        return _open("engineering", text)

    def _collecting(self, team: Team) -> Iterator[Task]:
        """Say which of a team's types the platform's pages have to collect."""
        for one in self._events:
            if self._collectors.get(one.event) != team or "operators" in one.direction:
                continue
            if one.came is None:
                yield _open(
                    team, f"Make sure that the platform's pages collect {one.event} whenever {one.whenever}."
                )
            elif one.came.count:
                yield _done(team, f"The platform collects {one.event}: {one.came.count:,} so far.")
            else:
                yield _open(
                    team, f"There has never been {one.event}: make sure that the platform's pages collect it."
                )

    def _team_of(self, event: str) -> Team:
        """Return which team is responsible for a type: its owner if the platform collects it, otherwise engineering."""
        return self._collectors.get(event, "engineering")

    def _lacking(self, team: Team) -> Iterator[Task]:
        """Say which data of a team's types never arrived although an expression of the program reads it."""
        for fact in self._never:
            if fact.fact and self._team_of(fact.origins[0].type) == team:
                yield _missing(
                    team, f"There has never been {fact.wanted}, from which {fact.label} gets {fact.fact}."
                )

    def _stopping(self, team: Team) -> Iterator[Task]:
        """Say what a team should stop sending or collecting."""
        unused: dict[str, list[Unused]] = {}
        for field in self._unused:
            if self._team_of(field.origin.type) == team:
                unused.setdefault(field.origin.type, []).append(field)
        for event, doubts in unused.items():
            names = [one.origin.field for one in doubts if one.origin.field]
            what = f"{listed(names)} of {event}" if names else event
            verb = "collecting" if event in self._collectors else "sending"
            many = max(one.count for one in doubts)
            came = f"{'they' if len(names) > 1 else 'it'} came {'once' if many == 1 else f'{many:,} times'}"
            yield _missing(team, f"Stop {verb} {what}: nothing in the program uses that, and {came}.")

    def _refused(self) -> Iterator[Task]:
        """Say what was refused."""
        if self._sent is None:
            return
        count = sum(one.count for one in self._sent.refused)
        if not count:
            yield _done("engineering", "No message has been refused.")
            return
        fields = dict.fromkeys(one.field or "the message as a whole" for one in self._sent.refused)
        what = (
            "the message that was refused, and send it"
            if count == 1
            else f"the {count:,} messages that were refused, and send them"
        )
        mostly = "mostly " if len(fields) > _MOST_FIELDS else ""
        yield _missing(
            "engineering",
            f"Correct {what} again; wrong is {mostly}{listed(list(fields)[:_MOST_FIELDS])}. "
            "`export quarantine` has the reasons.",
        )

    def _deciding(self) -> Iterator[Task]:
        """Say which rules refuse by themselves, and which send a conversion to a person."""
        refusing = [f'"{rule.code}"' for rule in self._program.rules if rule.on_fail == "refuse"]
        asking = [f'"{rule.code}"' for rule in self._program.rules if rule.on_fail == "review"]
        if refusing:
            yield _open(
                "compliance",
                f"Say how somebody who is refused by {either(refusing)}, with no person involved, can have a person "
                "look at it (Art. 22).",
            )
        if asking:
            verb = "sends" if len(asking) == 1 else "send"
            yield _open(
                "compliance", f"Name who settles the conversions that {listed(asking)} {verb} to a review."
            )

    def _minimised(self) -> Task:
        """Say whether anything was sent that nothing uses."""
        if self._sent is None or self._sent.fields is None:
            return _open(
                "compliance", "Make sure that nothing is sent that the program does not use (Art. 5(1)(c))."
            )
        if not self._unused:
            return _done("compliance", "Nothing was sent that the program does not use (Art. 5(1)(c)).")
        many = len(self._unused)
        what = "One thing was" if many == 1 else f"{many:,} things were"
        return _missing(
            "compliance", f"{what} sent that the program does not use (Art. 5(1)(c)); they are listed below."
        )


def _to_send(one: EventSheet, systems: str) -> str:
    """Say when a type is to be recorded, and when it is to be sent."""
    if one.delivery == AT_ONCE:
        return f"Whenever {one.whenever}, send {one.event} from {systems} at once."
    return f"Whenever {one.whenever}, record {one.event} in {systems}, and send it {one.delivery}."


def _open(team: Team, text: str) -> Task:
    return Task(team, text, "open")


def _missing(team: Team, text: str) -> Task:
    return Task(team, text, "missing")


def _done(team: Team, text: str) -> Task:
    return Task(team, text, "done")
