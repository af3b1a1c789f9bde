"""A program and a log in which much goes wrong, for the tests of the command line."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

import db.schema.models  # noqa: F401 -- fills the metadata
from referral_tui.cli.app import run

START = 1_767_225_600_000  # 2026-01-01T00:00Z
HOUR = 3_600_000
DAY = 24 * HOUR

PROGRAM = """
[program]
name = "Test Mobile"
industry = "telecom"
currency = "GBP"
referrers = ["customer", "employee"]

[attribution]
window = "20d"

[[milestone]]
name = "activated"
event = "service.activated"
occurrence = "any"
within = "30d"

[[milestone]]
name = "bill"
event = "bill.paid"
occurrence = "each"

[[rule]]
code = "no-self-referral"
require = "NOT same_person AND NOT same_contact"
because = "One person, or one contact."

[[rule]]
code = "not-too-fast"
require = "referrer_friends_24h <= 1"
because = "Too many friends within a day."
on_fail = "review"
milestones = ["activated"]

[[rule]]
code = "worth-it"
require = "amount >= 5"
because = "Less than five pounds."
milestones = ["bill"]

[[reward]]
name = "credit"
to = "referrer"
on = "activated"
kind = "bill-credit"
value = 20.00
hold = "3d"
clawback = "10d"
caps = [{ count = 2, window = "7d" }]

[[reward]]
name = "share"
to = "friend"
on = "bill"
kind = "bill-credit"
percent = 10
hold = "1d"

[[reward]]
name = "thanks"
to = "upline"
on = "bill"
kind = "bill-credit"
value = 1.00
every = 2

[budget]
total = 400.00
"""


WHATS = ("events", "quarantine", "attributions", "decisions", "rewards", "audit")


@dataclass(frozen=True)
class Ran:
    """The result of a command: its status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output as JSON."""
        return json.loads(self.out)


Cli = Callable[..., Ran]


def command_runner(capture: pytest.CaptureFixture[bytes]) -> Cli:
    """Return a function that runs a command in this process, given its arguments."""

    def command(*arguments: object) -> Ran:
        capture.readouterr()
        status = run([str(argument) for argument in arguments])
        out, err = capture.readouterr()
        return Ran(status, out.decode(), err.decode())

    return command


def message(
    own_id: str, kind: str, subject: str | None, at: int, occurred: Any = None, **data: Any
) -> dict[str, Any]:
    """An event as a sender writes it; times in milliseconds, `occurred` an integer or None."""
    conversion = kind in ("service.activated", "bill.paid", "conversion.reversed")
    ms = at if occurred is None else occurred
    days, rest = divmod(ms - START, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, 60_000)
    clock = f"{hours:02d}:{minutes:02d}:{rest // 1000:02d}.{rest % 1000:03d}Z"
    month, day = (1, days + 1) if days < 31 else (2, days - 30)
    return {
        "specversion": "1.0",
        "id": own_id,
        "source": "client/shop" if conversion else "platform",
        "type": kind,
        "time": f"2026-{month:02d}-{day:02d}T{clock}",
        "subject": subject,
        "data": data,
        "receivedat": at,
    }


def _journeys(luck: random.Random, people: int) -> list[dict[str, Any]]:
    """People who share links, visit, claim, convert, reverse and bring one another."""
    events = []
    for number in range(people):
        at = START + number * HOUR // 4
        me = f"p-{number}"
        kind = luck.choice(["customer", "customer", "employee", "partner"])
        fields: dict[str, Any] = {
            "contact_kind": "email",
            "via": "sso",
            "referrer_kind": kind,
            "segment": luck.choice("ab"),
        }
        events.append(
            message(f"who-{number}", "customer.identified", me, at, contact_ref=f"c-{number % 40}x", **fields)
        )
        events.append(message(f"link-{number}", "link.created", me, at + 1, code=f"CODE{number}"))
        for visit in range(luck.randrange(3)):
            code = f"CODE{max(0, number - luck.randrange(1, 4))}"
            seen = at + luck.randrange(3 * HOUR)
            events.append(
                message(f"visit-{number}-{visit}", "friend.visited", me, seen, code=code, channel="email")
            )
        claimed = at + luck.randrange(4 * HOUR)
        if luck.random() < 0.7:
            typed: dict[str, Any] = {"code": f"CODE{max(0, number - 1)}"} if luck.random() < 0.3 else {}
            events.append(
                message(
                    f"claim-{number}", "friend.claimed", me, claimed, contact_ref=f"c-{number % 41}x", **typed
                )
            )
        if luck.random() < 0.8:
            bought = claimed + luck.randrange(DAY)
            events.append(message(f"on-{number}", "service.activated", me, bought + HOUR, bought))
            if luck.random() < 0.2:
                back = bought + luck.randrange(8 * DAY)
                events.append(
                    message(f"off-{number}", "conversion.reversed", me, back, reverses=f"on-{number}")
                )
        for bill in range(luck.randrange(3)):
            paid = claimed + (bill + 1) * DAY
            minor = luck.randrange(100, 3000)
            events.append(
                message(f"bill-{number}-{bill}", "bill.paid", me, paid, amount_minor=minor, currency="GBP")
            )
    return events


def nasty_lines(seed: int = 1, people: int = 150) -> list[bytes]:
    """A log with duplicates, conflicts, malformed lines, late events, verdicts and a change of program."""
    luck = random.Random(seed)
    events = sorted(_journeys(luck, people), key=lambda event: event["receivedat"])
    lines = []
    for place, event in enumerate(events):
        lines.append(json.dumps(event))
        at = event["receivedat"]
        if luck.random() < 0.04:
            lines.append(json.dumps(luck.choice(events[: place + 1]) | {"receivedat": at}))
        if luck.random() < 0.02:
            lines.append(json.dumps(event | {"subject": "p-0", "receivedat": at}))
        if luck.random() < 0.02:
            lines.append(
                luck.choice(
                    ['{"cut": ', "[]", json.dumps(event | {"id": f"bad-{place}", "extra": 1, "time": "now"})]
                )
            )
        if luck.random() < 0.03:
            decision = {
                "source": "client/shop",
                "id": f"on-{luck.randrange(people)}",
                "milestone": "activated",
            }
            verdict = luck.choice(["approve", "decline"])
            review: dict[str, Any] = {"decision": decision, "verdict": verdict, "by": "op-1"}
            lines.append(json.dumps(message(f"verdict-{place}", "review.decided", None, at, **review)))
        if place == len(events) // 2:
            text = PROGRAM.replace("value = 20.00", "value = 25.00").replace('"7d"', '"9d"')
            lines.append(json.dumps(message("change-1", "program.changed", None, at, program=text)))
    return [line.encode() + b"\n" for line in lines]


def texts_of(table: str) -> list[str]:
    """The text columns of a table of the platform's database."""
    columns = SQLModel.metadata.tables[table].columns  # whose python_type of a text is object
    return [name for name, column in columns.items() if isinstance(column.type, AutoString)]
