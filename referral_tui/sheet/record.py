"""Write the record of processing (GDPR Art. 30) and the input to an impact assessment (Art. 35) for a program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from referral_tui import figures
from referral_tui.sheet.model import EventSheet, Heading, Line
from referral_tui.sheet.type_words import TYPE_WORDS
from simulator.domain.personal_data import kept_until
from simulator.domain.vocabulary import ErasureEffect
from simulator.program.words import listed

if TYPE_CHECKING:
    from db.read.data_sent import DataSent
    from simulator.program.model import Program

_TO_FILL: Final = "To be filled in by the client."
_MEASURES: Final = (
    "People are known by keyed hashes alone; the client holds the key, and a raw contact in a message is refused.",
    "The client's own customer records are in a database that the platform cannot open.",
    "The log is append-only and chained by hashes; `verify` derives everything again from it and finds any change.",
    "Refused messages are kept with their contacts masked.",
    "Each sender has a key of its own that says what it may send.",
)


def record(events: Sequence[EventSheet]) -> tuple[Heading, ...]:
    """Return the headings of Art. 30(1), filled in as far as the program allows."""
    used = [one for one in events if one.used]
    personal = [line for one in used for line in one.lines if line.personal and line.used]
    purposes = dict.fromkeys(purpose for line in personal for purpose in line.purpose.split("; "))
    recipients = dict.fromkeys(part for one in used for part in one.recipients.split("; "))
    return (
        Heading(
            "Controller, representative and data protection officer (a)",
            (f"{_TO_FILL} The client is the controller; the platform's operator is a processor.",),
        ),
        Heading("Purposes (b)", tuple(f"{purpose[0].upper()}{purpose[1:]}." for purpose in purposes)),
        Heading(
            "Whose data (c)",
            (
                "Referrers: customers, employees or partners of the client who refer somebody.",
                "Friends: those whom they refer, once they open a link or are named by the client's systems.",
                "Operators, by their own references, if they settle reviews or stop rewards.",
            ),
        ),
        Heading("Which data (c)", tuple(_of_category(used))),
        Heading("Recipients (d)", tuple(f"{part[0].upper()}{part[1:]}." for part in recipients)),
        Heading(
            "Transfers to third countries (e)",
            (
                "None by the platform, which keeps everything in one database. The client confirms where it stands.",
            ),
        ),
        Heading(
            "Time limits (f)",
            (
                f"What identifies a person: {kept_until(ErasureEffect.REPLACED)}.",
                f"Amounts, dates and outcomes, without the person: {kept_until(ErasureEffect.KEPT)}.",
            ),
        ),
        Heading("Security (g)", _MEASURES),
    )


def _of_category(used: Sequence[EventSheet]) -> list[str]:
    found: dict[str, dict[str, None]] = {}
    for one in used:
        fields = [line.field for line in one.lines if line.personal and line.used and line.field]
        names_somebody = TYPE_WORDS[one.event].pseudonym == "keyed"
        found.setdefault(one.category, {}).update(
            dict.fromkeys(["subject", *fields] if names_somebody else fields)
        )
    return [
        f"{title.partition(':')[0].capitalize()}: {', '.join(fields)}."
        for title, fields in found.items()
        if fields
    ]


def assessment(program: Program, events: Sequence[EventSheet], sent: DataSent | None) -> tuple[Heading, ...]:
    """Return the headings of Art. 35(7), and what indicates whether an assessment is needed."""
    used = [one for one in events if one.used]
    lines = [line for one in used for line in one.lines if line.field]
    return (
        Heading("Is one needed?", tuple(_screening(program, lines, sent))),
        Heading(
            "What is done (a)",
            (
                "The client's systems and the platform's pages send an event for each thing that happens; the "
                "platform matches friends to referrers, decides by rules whether a conversion earns a reward, and "
                "keeps what was decided and why.",
                f"It takes in {figures.counted(len(used), 'type')} of events, with "
                f"{figures.counted(len(lines), 'field')} between them; the tables above say what uses each.",
            ),
        ),
        Heading("Is it necessary, and no more than that? (b)", tuple(_necessity(events, lines))),
        Heading(
            "Risks to people (c)",
            (
                "Whoever has both the log and the client's key can tell who refers whom.",
                "Somebody is refused a reward wrongly, by a rule or because data came late or not at all.",
                "A friend who did not ask for it is known to the program by a link that was opened.",
                *(
                    ("Two people who share a device or a contact are taken for one who cheats.",)
                    if any(line.field in ("device_ref", "contact_ref") and line.used for line in lines)
                    else ()
                ),
            ),
        ),
        Heading("Measures against them (d)", (*_MEASURES, *_against(program))),
    )


def _screening(program: Program, lines: Sequence[Line], sent: DataSent | None) -> list[str]:
    refusing = sum(rule.on_fail == "refuse" for rule in program.rules)
    found = [
        f"Decisions without a person: {figures.counted(refusing, 'rule')} can refuse a reward by "
        f"{'itself' if refusing == 1 else 'themselves'}. A reward is seldom a significant effect (Art. 22(1)); the "
        "client decides.",
        f"Scale: {figures.counted(sent.people, 'person').replace('persons', 'people')} in this database."
        if sent is not None
        else "Scale: not known without a database.",
    ]
    own = [line.field for line in lines if line.field.startswith("attributes.")]
    found.append(
        f"Special categories (Art. 9): none in the contract. See that there is none in {listed(own)}."
        if own
        else "Special categories (Art. 9): none."
    )
    return found


def _necessity(events: Sequence[EventSheet], lines: Sequence[Line]) -> list[str]:
    by_contract = [line for line in lines if line.uses and not line.used]
    unneeded = [line for line in lines if not line.uses]
    found = [f"Of these {len(lines)} fields the program uses {sum(line.used for line in lines)}."]
    if by_contract:
        names = dict.fromkeys(f"{line.field} of {line.event}" for line in by_contract)
        found.append(f"The contract requires these, although nothing here uses them: {', '.join(names)}.")
    if unneeded:
        found.append(
            f"Not to be sent: {figures.counted(len(unneeded), 'optional field')} of these, and "
            f"{figures.counted(sum(not one.used for one in events), 'type')} of events altogether."
        )
    return found


def _against(program: Program) -> list[str]:
    found = ["Each decision says which rules failed, and `explain` says what would have made the difference."]
    if any(rule.on_fail == "review" for rule in program.rules):
        found.append("Doubtful conversions go to a person, whose verdict is kept with their reference.")
    found.append("Somebody who asks is told what is held on them, and can be erased while all totals stay.")
    return found
