"""Names, figures and sentences."""

from __future__ import annotations

from typing import Any

import pytest

from db.read.queries import AuditEntry, EventRow, Program
from referral_tui import figures
from referral_tui.dashboard.steering import next_pace
from referral_tui.dashboard.widgets.graph import area, bar, resample
from referral_tui.names import short_name
from referral_tui.words import entry_sentence, event_sentence, state_words
from simulator.program.words import amount

GBP = Program(1, "Northwind Mobile", "GBP", 2)
SOMEONE = "c_00000001"
NAME = short_name(SOMEONE)


def event(kind: str, **fields: object) -> EventRow:
    row: dict[str, Any] = dict.fromkeys(EventRow.__slots__) | {
        "seq": 1,
        "received_at": 0,
        "occurred_at": 0,
        "source": "platform",
    }
    return EventRow(**(row | {"type": kind, "subject": SOMEONE} | fields))


def test_names_are_short_and_always_the_same() -> None:
    names = {short_name(f"c_{number}") for number in range(3000)}
    assert len(names) > 2980
    assert max(map(len, names)) <= 18
    assert short_name("c_1") == short_name("c_1")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (event("friend.claimed", code="K7"), "claimed the offer with code K7"),
        (
            event("customer.identified", via="sso", referrer_kind="employee"),
            "was identified by single sign-on, an employee",
        ),
        (event("link.created", code="K7"), "got a referral link, code K7"),
        (
            event("referral.shared", channel="community-post", reach=240),
            "shared by community post, 240 people saw it",
        ),
        (event("friend.visited", code="K7", channel="qr"), "opened the link K7 from QR code"),
        (event("eligibility.confirmed"), "is eligible"),
        (event("eligibility.confirmed", eligible=False), "is not eligible"),
        (
            event("purchase.completed", amount_minor=4200, code="K7"),
            "bought something for £42.00 with code K7",
        ),
        (event("bill.paid", amount_minor=4200, currency="JPY"), "paid a bill for ¥4,200"),
        (event("bill.paid", amount_minor=4200, currency="KWD"), "paid a bill for KWD 4.200"),
        (event("bill.paid", amount_minor=4200, currency="XXX"), "paid a bill in XXX"),
        (event("service.activated"), "had a service activated"),
        (event("customer.merged"), "is a person known by another reference"),
        (event("reward.chosen"), "chose a reward"),
    ],
)
def test_events_in_words(row: EventRow, said: str) -> None:
    assert event_sentence(row, GBP) == f"{NAME} {said}"


def test_events_without_a_person_in_words() -> None:
    assert event_sentence(event("review.decided", subject=None, verdict="approve"), GBP) == (
        "an operator approved a conversion in review"
    )
    assert event_sentence(event("program.changed", subject=None), None) == "the program was changed"
    assert event_sentence(event("conversion.reversed", reason="refunded"), GBP) == (
        f"{NAME}'s conversion was reversed: refunded"
    )
    said = {
        event_sentence(event(kind, subject=None, reason="it is so"), GBP)
        for kind in ("conversion.reversed", "conversion.reinstated", "conversion.adjusted", "reward.vetoed")
    }
    assert said == {
        "a conversion was reversed: it is so",
        "a conversion stands again: it is so",
        "a conversion was given a new amount: it is so",
        "an operator stopped a reward: it is so",
    }
    assert event_sentence(event("reward.redeemed", subject=None), GBP) == "a reward was used"
    assert event_sentence(event("reward.redeemed"), GBP) == f"{NAME} used a reward"
    assert (
        event_sentence(event("customer.closed", reason="moved"), GBP) == f"{NAME}'s account was closed: moved"
    )
    assert event_sentence(event("customer.reopened"), GBP) == f"{NAME}'s account was opened again"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            AuditEntry(1, 0, "decided", SOMEONE, 1, milestone="activated", outcome="qualified"),
            "it qualified for activated",
        ),
        (
            AuditEntry(1, 0, "decided", SOMEONE, 1, milestone="m", outcome="refused", reason="age:missing"),
            "it was refused for m: rule age (a value was missing)",
        ),
        (
            AuditEntry(1, 0, "decided", SOMEONE, 1, milestone="m", outcome="ignored", reason="unattributed"),
            "it does not count for m: nobody referred this friend",
        ),
        (
            AuditEntry(1, 0, "unfunded", SOMEONE, 1, reward="r", recipient=SOMEONE, value_minor=2000),
            f"£20.00 not paid to {NAME}: no budget left",
        ),
        (
            AuditEntry(
                1,
                0,
                "forfeited",
                SOMEONE,
                1,
                reward="r",
                recipient=SOMEONE,
                value_minor=2000,
                forfeited="keep_if",
            ),
            f"£20.00 not paid to {NAME}: its condition did not hold",
        ),
        (
            AuditEntry(
                1, 0, "issued", SOMEONE, 1, reward="r", role="community", recipient="club 7", value_minor=50
            ),
            "£0.50 issued to club 7",
        ),
        (AuditEntry(1, 0, "reversal-without-effect", SOMEONE, 1), "the reversal changed no reward"),
    ],
)
def test_what_follows_in_words(entry: AuditEntry, said: str) -> None:
    assert entry_sentence(entry, GBP) == said


def test_figures() -> None:
    assert figures.money(123450, "GBP", 2) == "£1,234.50"
    assert figures.money(123450, "JPY", 0) == "¥123,450"
    assert figures.money(1234, "KWD", 3) == "KWD 1.234"
    assert figures.money(123456789, "GBP", 2, width=8) == "£1.23M"
    assert figures.money(2000, "GBP", 2, width=5) == "£20"
    assert figures.money(35_000, "ISK", 0, width=7) == "ISK 35k"
    assert figures.money(35_000, "ISK", 0, width=6) == "ISK35k"
    assert figures.money(-50, "GBP", 2) == "-£0.50"
    assert figures.money(15_080, "KWD", 3, width=8) == "15.080"  # no digit is lost for the code
    assert figures.money(-1_250, "CHF", 2, width=6) == "-12.50"
    assert figures.money(1_300, "CHF", 2, width=6) == "CHF 13"
    assert amount(-50, "GBP", 2) == "-0.50 GBP"
    assert figures.money(2**60 + 1, "GBP", 2) == "£11,529,215,046,068,469.77"
    assert amount(2**60 + 1, "GBP", 2) == "11,529,215,046,068,469.77 GBP"


def test_no_part_of_a_sum_is_said_to_be_nothing_where_there_is_little_room() -> None:
    cost = (("issued", 3863.0), ("pending", 21.0))
    assert figures.parts(cost, "GBP", 2) == "£38.63 issued + £0.21 pending"
    assert figures.parts(cost, "GBP", 2, width=14) == "£38.63 + £0.21"
    assert figures.parts(cost, "GBP", 2, width=12) == "£38.63+£0.21"
    assert figures.parts(cost, "GBP", 2, width=11) == "£39 + <£1"
    assert figures.parts((("issued", 0.0), ("pending", 4000.0)), "GBP", 2, width=10) == "£0 + £40"
    assert figures.share(0.3244) == "32.4 %"
    assert figures.share(None) == figures.NOTHING
    assert figures.duration(14.2 * figures.DAY) == "14.2 days"
    assert figures.number(29.8 * figures.HOUR, "duration", "", 0, width=10) == "29.8 hours"
    assert figures.number(29.8 * figures.HOUR, "duration", "", 0, width=9) == "30 h"
    assert figures.moment(1_772_548_707_000) == "Tue 3 Mar 2026 14:38"
    assert figures.pace(21_600) == "6 h/s"
    assert figures.pace(0) == "full speed"
    assert figures.compact(1_795_791) == "1.80M"
    assert figures.moment(10**17) == figures.NOTHING


def test_small_pictures() -> None:
    assert area([0, 1, 2, 4], 4, 1) == ["▁▃▅█"]
    assert area([0, 0], 2, 2) == ["⠀⠀", "⣀⣀"]
    assert area([1, 1], 1, 2) == ["⣿", "⣿"]
    assert area([], 3, 1) == ["▁▁▁"]
    assert resample([1, None, 3], 3) == [1, 1, 3]
    assert bar(0.5, 4) == "██  "
    assert bar(0.0001, 4) == "▏   "


def test_the_ladder_of_paces() -> None:
    assert next_pace(21_600, 1) == 86_400
    assert next_pace(604_800, 1) == 0
    assert next_pace(0, 1) is None
    assert next_pace(0, -1) == 604_800
    assert next_pace(1, -1) is None
    assert next_pace(5_000, -1) == 3_600


def test_a_reward_says_its_state_once() -> None:
    assert state_words("issued", "it was issued on 3 May") == "issued on 3 May"
    assert state_words("revoked", "it was issued on 3 May and clawed back") == (
        "revoked; it was issued on 3 May and clawed back"
    )
    assert state_words("capped", "2 of at most 2 were paid") == "capped; 2 of at most 2 were paid"
