"""The fraud score: a small case whose every number is worked out by hand, and what is said if nothing can be scored."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from db.client.crm import Crm
from db.client.people import crm_path
from db.read.rules import by_rule
from db.read.sums import now
from tests.cli.nasty import DAY, HOUR, START, Cli

PROGRAM = """
[program]
name = "Shop"
currency = "GBP"

[[milestone]]
name = "first"
event = "purchase.completed"
occurrence = "any"

[[milestone]]
name = "bill"
event = "bill.paid"
occurrence = "each"

[[rule]]
code = "no-self"
require = "NOT same_device"

[[rule]]
code = "big"
require = "amount >= 10"
milestones = ["first"]

[[rule]]
code = "fast"
require = "referrer_friends_24h <= 2"
on_fail = "review"
milestones = ["first"]

[[reward]]
name = "ten"
to = "referrer"
on = "first"
value = 10.00
hold = "1d"
clawback = "30d"

[[reward]]
name = "every-second"
to = "referrer"
on = "first"
value = 50.00
hold = "1d"
every = 2

[[reward]]
name = "tenth"
to = "friend"
on = "first"
percent = 10
hold = "1d"

[[reward]]
name = "fund"
to = "community"
on = "bill"
value = 3.00

[[reward]]
name = "upline"
to = "upline"
on = "bill"
value = 2.00
"""
LABELS = {
    "referrer": "self-referral:referrer",  # was brought by somebody, and honestly: no friend of a cheat
    "b": "self-referral:friend",
    "c": "disposable:friend",
    "f": "buy-then-cancel:friend",
}
PEOPLE = ("referrer", "above", *"abcdefghxy")


def message(
    at: int, source: str, kind: str, subject: str | None, number: str = "", **data: Any
) -> dict[str, Any]:
    """A message received as it occurs, `at` milliseconds after the start."""
    return {
        "specversion": "1.0",
        "id": f"{kind}-{subject}{number}",
        "source": source,
        "type": kind,
        "time": f"2026-01-{1 + at // DAY:02d}T{at % DAY // HOUR:02d}:00:00Z",
        "subject": subject,
        "data": data,
        "receivedat": START + at,
    }


def log() -> list[dict[str, Any]]:
    """One referrer of a club, brought by another; eight friends, a day or more apart except for the last four."""
    known = {"contact_kind": "email", "via": "sso", "referrer_kind": "customer"}
    sent = [
        message(
            0,
            "client/crm",
            "customer.identified",
            "referrer",
            **known,
            contact_ref="cr",
            community="club-1",
            device_ref="dr",
        ),
        message(0, "client/crm", "customer.identified", "above", **known, contact_ref="ca"),
        message(0, "platform", "link.created", "referrer", code="AAA"),
        message(0, "platform", "link.created", "above", code="QQQ"),
        message(HOUR, "platform", "friend.claimed", "referrer", contact_ref="cr", code="QQQ"),
    ]

    def friend(name: str, at: int, pounds: float | None, device: str | None = None) -> None:
        sent.append(
            message(
                at,
                "platform",
                "friend.visited",
                name,
                code="AAA",
                channel="email",
                device_ref=device or f"d{name}",
            )
        )
        sent.append(message(at + HOUR, "platform", "friend.claimed", name, contact_ref=f"c{name}"))
        if pounds is not None:
            buy(name, at + 2 * HOUR, pounds)

    def buy(name: str, at: int, pounds: float, number: str = "") -> None:
        sent.append(
            message(at, "client/shop", "purchase.completed", name, number, amount_minor=round(pounds * 100))
        )

    friend("a", 1 * DAY, 40)
    friend("b", 3 * DAY, 40, "dr")  # refused by no-self
    friend("c", 5 * DAY, 40)
    buy("b", 6 * DAY, 40, "-again")  # refused too, and would not have paid twice
    friend("d", 7 * DAY, 5)  # refused by big
    friend("e", 9 * DAY, 20, "dr")  # refused by no-self, an honest household; taken back later
    friend("f", 11 * DAY, 30)
    sent.append(message(10 * DAY, "client/shop", "conversion.reversed", "e", reverses="purchase.completed-e"))
    sent.append(message(13 * DAY, "client/shop", "conversion.reversed", "f", reverses="purchase.completed-f"))
    friend("x", 15 * DAY, None)
    friend("y", 15 * DAY + HOUR, None)
    friend("g", 15 * DAY + 2 * HOUR, 20)  # the third in a day: waits
    friend("h", 15 * DAY + 3 * HOUR, 20)  # the fourth: declined
    sent += [message(16 * DAY, "client/billing", "bill.paid", name, amount_minor=500) for name in "ab"]
    decision = {"source": "client/shop", "id": "purchase.completed-h", "milestone": "first"}
    sent.append(
        message(17 * DAY, "platform", "review.decided", None, decision=decision, verdict="decline", by="op")
    )
    return sorted(sent, key=lambda one: one["receivedat"])


@pytest.fixture
def scored(tmp_path: Path, cli: Cli) -> Path:
    """The judged log, with a CRM database beside it."""
    program, events, db = tmp_path / "shop.toml", tmp_path / "log.jsonl", tmp_path / "shop.db"
    program.write_text(PROGRAM)
    events.write_text("".join(json.dumps(one) + "\n" for one in log()))
    ran = cli(
        "ingest", events, "--replay", "--program", program, "--db", db, "--now", START + 40 * DAY, "--json"
    )
    assert json.loads(ran.out)["accepted"] == len(log()), ran.err
    with Crm(db, b"key") as crm:
        rows = [
            {"ref": name, "label": LABELS.get(name), "joined": START}
            | dict.fromkeys(("salt", "name", "email", "phone", "kind", "segment", "country"), "-")
            for name in PEOPLE
        ]
        crm.write(pl.DataFrame(rows, schema_overrides={"label": pl.String()}))
    return db


def test_the_score_by_hand(scored: Path, cli: Cli) -> None:
    ran = cli("fraud", "--db", scored, "--json")
    assert ran.status == 0, ran.err
    told = json.loads(ran.out)
    # first: a, b, b again, c, d, e, f, g, h; bill: a, b. Cheats: b, b again, c, f, and b's bill.
    assert (told["conversions"], told["cheats"]) == (11, 5)
    # of every-second one in two pays: half of its 50 each
    assert told["rules"] == {
        "no-self": {
            "flagged": 4,  # b, b again, e, b's bill
            "cheats": 3,
            "precision": 3 / 4,
            "recall": 3 / 5,
            "refused_honest_minor": 1000 + 2500 + 200,  # e
            "refused_cheats_minor": 1000 + 2500 + 400 + 300 + 200,  # b; b's bill for the club and for above
        },
        "big": {
            "flagged": 1,
            "cheats": 0,
            "precision": 0,
            "recall": 0,
            "refused_honest_minor": 1000 + 2500 + 50,
            "refused_cheats_minor": 0,
        },
        "fast": {
            "flagged": 2,  # g waits, h was declined
            "cheats": 0,
            "precision": 0,
            "recall": 0,
            "refused_honest_minor": 1000 + 2500 + 200,
            "refused_cheats_minor": 0,
        },
    }
    assert told["flagged"]["flagged"] == 7
    assert told["flagged"]["precision"] == 3 / 7
    assert told["refused"]["flagged"] == 6  # g waits
    assert told["refused"]["precision"] == 3 / 6
    assert told["refused"]["recall"] == 3 / 5
    assert told["refused_to_honest_minor"] == 3700 + 3550 + 3700
    assert told["kinds"] == {
        "buy-then-cancel": {
            "conversions": 1, "flagged": 0, "refused": 0, "waiting": 0, "recall": 0,
            "refused_minor": 0, "paid_minor": 300, "taken_back_minor": 1000, "pending_minor": 0,
        },
        "disposable": {
            "conversions": 1, "flagged": 0, "refused": 0, "waiting": 0, "recall": 0,
            "refused_minor": 0, "paid_minor": 1000 + 5000 + 400, "taken_back_minor": 0, "pending_minor": 0,
        },
        "self-referral": {
            "conversions": 3, "flagged": 3, "refused": 3, "waiting": 0, "recall": 1,
            "refused_minor": 4400, "paid_minor": 0, "taken_back_minor": 0, "pending_minor": 0,
        },
    }  # fmt: skip
    assert told["paid_to_cheats_minor"] == 6700
    assert "÷" in told["formulas"]["precision"]


def test_what_fraud_says_of_a_rule_is_what_the_screen_says_that_it_held_back(scored: Path, cli: Cli) -> None:
    told = json.loads(cli("fraud", "--db", scored, "--json").out)["rules"]
    with closing(sqlite3.connect(scored)) as db:
        rows = {row.code: row for row in by_rule(now(db))}
    assert {code: row.held_back[1] for code, row in rows.items()} == {
        code: rule["refused_honest_minor"] + rule["refused_cheats_minor"] for code, rule in told.items()
    }
    assert rows["fast"].review[1] == 1000 + 2500 + 200  # g waits


def test_the_score_in_words(scored: Path, cli: Cli) -> None:
    said = cli("fraud", "--db", scored).out
    assert said.startswith("Shop: 11 conversions judged, 5 of cheats (45.5 %)\n")
    assert "£67.00 was paid to cheats and kept by them; £109.50 was refused to honest people" in said
    assert "precision: cheats among them ÷ flagged" in said


def test_totals_over_some_rules_only(scored: Path, cli: Cli) -> None:
    told = json.loads(cli("fraud", "--db", scored, "--rule", "no-self", "--json").out)
    assert list(told["rules"]) == ["no-self"]
    assert told["flagged"]["flagged"] == 4
    assert told["refused_to_honest_minor"] == 3700
    assert told["paid_to_cheats_minor"] == 6700
    ran = cli("fraud", "--db", scored, "--rule", "no-slef")
    assert ran.status == 2
    assert 'no rule "no-slef"; did you mean "no-self"?' in ran.err


def test_nothing_is_changed_by_scoring(scored: Path, cli: Cli) -> None:
    before = scored.read_bytes(), crm_path(scored).read_bytes()
    cli("fraud", "--db", scored)
    assert (scored.read_bytes(), crm_path(scored).read_bytes()) == before


def test_without_a_customer_system_nobody_knows(scored: Path, cli: Cli) -> None:
    beside = crm_path(scored)
    for path in scored.parent.glob(f"{beside.name}*"):
        path.unlink()
    ran = cli("fraud", "--db", scored)
    assert ran.status == 2
    assert "shop.crm.db: no customer system beside shop.db, so nobody knows who cheats" in ran.err
    assert ran.err.count("\n") == 1
    beside.write_bytes(scored.read_bytes())
    assert "is not a CRM database" in cli("fraud", "--db", scored).err


def test_a_customer_system_of_another_run_is_told(scored: Path, cli: Cli) -> None:
    beside = crm_path(scored)
    beside.unlink()
    with Crm(scored, b"other"):
        pass
    assert "belongs to another run than shop.db" in cli("fraud", "--db", scored).err
