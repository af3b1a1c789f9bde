"""Program files: what a valid one becomes, and what is warned of."""

from __future__ import annotations

from decimal import Decimal

import pytest

from simulator.program.load import load_program, warnings
from simulator.program.model import Attribution, Cap, CapWindow, Milestone, Program, Reward, Rule
from tests.unit.program_texts import SMALL, problem_of, replaced

DAY = 86_400_000

WHOLE = """\
[program]
name = "Northwind Mobile"
industry = "telecom"
currency = "GBP"
referrers = ["customer", "employee"]
starts = 2026-01-01T00:00:00Z
ends   = 2027-01-01T02:00:00.0019+02:00

[attribution]
model  = "first-touch"
window = "2w"

[[milestone]]
name       = "activated"
event      = "service.activated"
occurrence = "any"
within     = "90d"

[[milestone]]
name  = "paid"
event = "bill.paid"

[[rule]]
code    = "no-self-referral"
require = "NOT same_contact AND NOT same_device"
because = "The friend and the referrer share a contact or a device."
on_fail = "review"
milestones = ["activated"]

[[rule]]
code    = "enough"
require = '''
amount >= 10
  OR outcome = 'vip' '''

[[reward]]
name  = "referrer-credit"
to    = "referrer"
on    = "activated"
kind  = "bill-credit"
value = 20.00
hold  = "12h"
every = 2
tier  = [1, 4]
clawback = "60d"
caps  = [{ count = 10, window = "calendar-year" }, { value = 150, count = 3, window = "30m" }]

[[reward]]
name    = "friend-share"
to      = "friend"
on      = "paid"
percent = 2.50
hold    = "0d"
tier    = [4]

[budget]
total = 50000.01
"""


def test_a_whole_program_is_read_exactly() -> None:
    assert load_program(WHOLE, "p.toml") == Program(
        name="Northwind Mobile",
        industry="telecom",
        currency="GBP",
        digits=2,
        referrers=("customer", "employee"),
        starts_ms=1_767_225_600_000,
        ends_ms=1_798_761_600_001,
        attribution=Attribution("first-touch", 14 * DAY),
        milestones=(
            Milestone("activated", "service.activated", "any", 90 * DAY),
            Milestone("paid", "bill.paid", 1, None),
        ),
        rules=(
            Rule(
                "no-self-referral",
                "NOT same_contact AND NOT same_device",
                "The friend and the referrer share a contact or a device.",
                "review",
                ("activated",),
            ),
            Rule(
                "enough",
                "amount >= 10\n  OR outcome = 'vip' ",
                "It does not hold that amount >= 10 OR outcome = 'vip'.",
                "refuse",
                ("activated", "paid"),
            ),
        ),
        rewards=(
            Reward(
                name="referrer-credit",
                to="referrer",
                on="activated",
                kind="bill-credit",
                value_minor=2000,
                percent=None,
                hold_ms=DAY // 2,
                every=2,
                tier=(1, 4),
                clawback_ms=60 * DAY,
                caps=(
                    Cap(CapWindow("calendar-year"), count=10),
                    Cap(CapWindow("rolling", 1_800_000), count=3, value_minor=15000),
                ),
            ),
            Reward(
                name="friend-share",
                to="friend",
                on="paid",
                kind="credit",
                percent=Decimal("2.5"),
                tier=(4, None),
            ),
        ),
        budget_minor=5_000_001,
        text=WHOLE,
    )


def test_what_may_be_left_out_has_its_default() -> None:
    program = load_program(SMALL, "p.toml")
    assert program.industry == "general"
    assert program.referrers is None
    assert (program.starts_ms, program.ends_ms, program.budget_minor) == (None, None, None)
    assert program.attribution == Attribution("last-touch", 30 * DAY)
    assert program.rules[0].on_fail == "refuse"
    assert program.rules[0].milestones == ("bought",)
    assert program.rewards[0].caps == ()


@pytest.mark.parametrize(
    ("currency", "value", "minor"),
    [
        ("GBP", "0.01", 1),
        ("GBP", "20", 2000),
        ("GBP", "20.000000", 2000),
        ("GBP", "0.29", 29),
        ("GBP", "1e2", 10_000),
        ("GBP", "1_000.5", 100_050),
        ("JPY", "500", 500),
        ("JPY", "500.0", 500),
        ("KWD", "0.001", 1),
        ("CLF", "0.0001", 1),
        ("GBP", "90000000.00", 9_000_000_000),
    ],
)
def test_money_is_exact(currency: str, value: str, minor: int) -> None:
    text = replaced('"GBP"', f'"{currency}"', replaced("value = 5", f"value = {value}"))
    assert load_program(text, "p.toml").rewards[0].value_minor == minor


def test_a_new_version_keeps_the_currency() -> None:
    assert load_program(SMALL, "p.toml", "GBP").currency == "GBP"
    problem = problem_of(SMALL, "EUR")
    assert problem == "p.toml:3: program.currency: GBP is not the running program's; keep EUR"


def test_warnings_tell_what_can_hardly_be_meant() -> None:
    assert warnings(load_program(WHOLE, "p.toml")) == []
    assert warnings(load_program(SMALL, "p.toml")) == []
    unused = SMALL + '[[milestone]]\nname = "second"\nevent = "bill.paid"\n'
    assert warnings(load_program(unused, "p.toml")) == ['milestone "second": no reward is given on it']
    doubtful = replaced(
        "value = 5", 'value = 5\nevery = 5\ntier = [1, 4]\ncaps = [{ value = 4, window = "1d" }]'
    )
    doubtful = replaced('code = "big"', 'code = "declined"', doubtful) + "[budget]\ntotal = 3\n"
    said = "\n".join(warnings(load_program(doubtful, "p.toml")))
    for part in ('rule "declined"', "cap of 4.00 GBP", "budget of 3.00 GBP", "multiple of 5"):
        assert part in said
    never = replaced(
        "amount > 5", "method IN ('link', 'cod') AND referrer_kind <> 'Partner' AND channel = 'qr'"
    )
    assert warnings(load_program(never, "p.toml")) == [
        'rule "big": method is never \'cod\'; did you mean "code"?',
        'rule "big": referrer_kind is never \'Partner\'; did you mean "partner"?',
    ]
    nothing = "[program]\nname = 'a'\ncurrency = 'EUR'\n"
    assert warnings(load_program(nothing, "p.toml")) == [
        "the program has no milestone: no conversion is ever decided on"
    ]
