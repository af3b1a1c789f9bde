"""Conditional, dated, chosen, capped and converted rewards: what a file with them becomes, and what is warned of."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest

from simulator.domain.errors import ProgramError
from simulator.program.changed import changed_defaults
from simulator.program.facts import facts_at
from simulator.program.load import load_program, warnings
from simulator.program.model import (
    Attribute,
    Attribution,
    Budget,
    Cap,
    CapWindow,
    Experiment,
    Program,
    Rate,
    Reward,
    Variant,
)
from simulator.program.rules import column_types, compile_condition
from simulator.program.schema import json_schema
from simulator.program.words import describe
from tests.unit.program_texts import EXPERIMENT, WITHOUT_RULES, with_reward, with_table

DAY = 86_400_000

EVERYTHING = """\
[program]
name = "Everything"
currency = "GBP"
timezone = "Pacific/Auckland"
referrers = ["customer"]
stops = true

[attribution]
codes = "fold"
uses = 25

[[experiment]]
name = "offer"
by = "referrer"
variants = { control = 50, richer = 50, paused = 0 }

[attributes]
product = "text"
seats = "number"
trial = { type = "bool" }
plan = { of = "customer", type = "text" }

[rates]
EUR = 0.8512
JPY = 1

[[milestone]]
name = "bought"
event = "purchase.paid"
occurrence = "each"

[[rule]]
code = "no-ring"
require = "NOT friend_is_upline AND friend_first_conversion_days >= 0"

[[reward]]
name = "share"
to = "referrer"
on = "bought"
kind = "credit"
percent = 10
max = 40.00
min = 1
when = "variant_offer = 'richer' AND product IN ('gold', 'silver') AND referrer_plan IS NOT NULL"
from = 2026-06-01T00:00:00Z
until = 2026-06-08T00:00:00Z
dated_by = "touch"
keep_if = "NOT recipient_closed AND friend_bill_paid_count >= 2 AND seats > 1"
expires = "180d"
clawback = "30d"
caps = [
    { count = 3, window = "lifetime", per = "friend" },
    { value = 100, window = "calendar-month", over = "trim", returns = false },
    { value = 1000, window = "365d", per = "program" },
    { count = 9, value = 500, window = "calendar-day", per = "code", over = "skip", returns = true },
]

[[reward]]
name = "thanks"
to = "friend"
on = "bought"
choices = ["bill-credit", "gift-card"]
choose_within = "90d"
otherwise = "bill-credit"
value = 5

[budget]
total = 5000
period = "calendar-month"
over = "skip"
short = "wait"
returns = false
"""


def test_every_term_of_a_program_is_read_exactly() -> None:
    program = load_program(EVERYTHING, "p.toml")
    share, thanks = program.rewards
    assert (program.timezone, program.referrers_stop) == ("Pacific/Auckland", True)
    assert program.attribution == Attribution(codes="fold", uses=25)
    assert program.experiments == (
        Experiment(
            "offer", "referrer", (Variant("control", 50), Variant("richer", 50), Variant("paused", 0))
        ),
    )
    assert program.attributes == (
        Attribute("product", "conversion", "text"),
        Attribute("seats", "conversion", "number"),
        Attribute("trial", "conversion", "bool"),
        Attribute("plan", "customer", "text"),
    )
    assert program.rates == (Rate("EUR", Decimal("0.8512")), Rate("JPY", Decimal(1)))
    assert (program.budget_minor, program.budget) == (
        500_000, Budget(period="calendar-month", short="wait", returns=False),
    )  # fmt: skip
    assert share == Reward(
        name="share",
        to="referrer",
        on="bought",
        kind="credit",
        percent=Decimal(10),
        max_minor=4000,
        min_minor=100,
        when="variant_offer = 'richer' AND product IN ('gold', 'silver') AND referrer_plan IS NOT NULL",
        from_ms=1_780_272_000_000,
        until_ms=1_780_876_800_000,
        dated_by="touch",
        keep_if="NOT recipient_closed AND friend_bill_paid_count >= 2 AND seats > 1",
        expires_ms=180 * DAY,
        clawback_ms=30 * DAY,
        caps=(
            Cap(CapWindow("lifetime"), count=3, per="friend"),
            Cap(CapWindow("calendar-month"), value_minor=10_000, over="trim", returns=False),
            Cap(CapWindow("rolling", 365 * DAY), value_minor=100_000, per="program"),
            Cap(CapWindow("calendar-day"), count=9, value_minor=50_000, per="code"),
        ),
    )
    assert thanks == Reward(
        name="thanks",
        to="friend",
        on="bought",
        kind=None,
        value_minor=500,
        choices=("bill-credit", "gift-card"),
        choose_within_ms=90 * DAY,
        otherwise="bill-credit",
    )


def test_a_file_that_says_none_of_it_means_what_it_meant() -> None:
    program = load_program(WITHOUT_RULES, "p.toml")
    assert (program.timezone, program.referrers_stop, program.experiments) == ("UTC", False, ())
    assert (program.attributes, program.rates, program.budget) == ((), (), Budget())
    assert program.attribution == Attribution()
    assert program.rewards == (Reward("credit", "friend", "bought", "credit", value_minor=500),)


def test_keep_if_reads_what_is_known_at_the_release() -> None:
    program = load_program(EVERYTHING, "p.toml")
    names = set(facts_at(program, "release").usable)
    of_types = {f"{who}_{kind}_count" for who in ("friend", "referrer") for kind in (
        "purchase_completed", "purchase_paid", "account_activated", "policy_started", "service_activated",
        "bill_paid", "milestone_reached",
    )}  # fmt: skip
    assert names == of_types | {
        *("amount", "eligible", "channel", "method", "outcome", "currency", "new_customer", "touch_age_days"),
        *(
            "friend_closed",
            "referrer_closed",
            "recipient_closed",
            "friend_conversions",
            "referrer_conversions",
        ),
        *("product", "seats", "trial", "friend_plan", "referrer_plan", "variant_offer"),
    }


def test_conditions_compile_over_the_program_s_own_facts() -> None:
    program = load_program(EVERYTHING, "p.toml")
    facts = facts_at(program, "conversion")
    condition = compile_condition(program.rewards[0].when or "", facts, "when")
    assert condition.facts == ("product", "referrer_plan", "variant_offer")
    assert column_types(facts)["seats"] == pl.Float64()
    frame = pl.DataFrame(
        {"product": ["gold", None, "tin"], "referrer_plan": ["x", "x", "x"], "variant_offer": ["richer"] * 3}
    )
    assert frame.select(condition.expr.alias("said"))["said"].to_list() == [True, None, False]
    with pytest.raises(ProgramError, match="when: no fact"):
        compile_condition("nonsense = 1", facts, "when")
    for right in ("COALESCE(variant_offer, 'none') = 'none'", "'richer' = COALESCE(product, variant_offer)"):
        assert compile_condition(right, facts, "when").facts[-1] == "variant_offer"


def test_the_terms_are_told_in_words() -> None:
    told = describe(load_program(EVERYTHING, "p.toml"))
    assert told[0] == "Everything (general) pays in GBP. Its days are those of Pacific/Auckland."
    assert told[1:7] == [
        "Customers may refer; what a friend does once the referrer is none of these is refused.",
        "A friend belongs to the referrer whose link they visited last in the 30 days before claiming or converting; "
        "a code they give goes before any visit. Codes may be typed in capitals or small letters, and with spaces. "
        "A code serves for 25 friends.",
        'Experiment "offer": each referrer is in one variant for good, "control" (50 %), "richer" (50 %) and '
        '"paused" (0 %).',
        'Of a conversion it reads "product", "seats" and "trial".',
        'Of a person it reads "plan".',
        "Amounts in other currencies are converted at fixed rates: 1 EUR as 0.8512 GBP and 1 JPY as 1 GBP.",
    ]
    assert told[9:] == [
        'Reward "share": the referrer gets 10 % of the amount, 1.00 GBP at least and 40.00 GBP at most (credit) for '
        '"bought", at once. It is given only where the variant of "offer" is richer, ("product" of the conversion '
        'is gold or silver) and the referrer\'s "plan" is known. It is given for friends who were referred from '
        "1 June 2026, 00:00 UTC until 8 June 2026, 00:00 UTC. It is forfeited as it falls due unless the recipient's "
        "account is not closed, the number of bill.paid events of the friend's that stand is at least 2 and "
        '"seats" of the conversion is more than 1. One recipient gets at most 100.00 GBP in a calendar month, the '
        "last one trimmed to the room left, what is taken back included. One recipient, for one friend, gets at most "
        "3 of them ever. One recipient, for friends of one code, gets at most 9 of them or 500.00 GBP in a calendar "
        "day. Everybody together gets at most 1,000.00 GBP in any 365 days. A reversal up to 30 days after the "
        "payout takes it back, a partial refund a part of it. It expires 180 days after the payout unless it is used "
        "before.",
        'Reward "thanks": the friend gets 5.00 GBP (of bill-credit or gift-card) for "bought", at once. The recipient '
        "chooses what it is within 90 days; else it is bill-credit.",
        "The whole program pays out 5,000.00 GBP at most in a calendar month. A reward that does not fit waits until "
        "there is room, and so does every later one. What is taken back still counts.",
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            with_table("[budget]\ntotal = 4"),
            "its value is more than the budget of 4.00 GBP; it is never paid",
        ),
        (
            with_table('[budget]\ntotal = 4\nover = "trim"'),
            "its value is more than the budget of 4.00 GBP; it is never paid whole",
        ),
        (
            with_table('[budget]\ntotal = 4\nshort = "wait"'),
            "its value is more than the budget of 4.00 GBP; it waits for ever, and so does all after it",
        ),
        (
            WITHOUT_RULES.replace(
                "value = 5", 'percent = 5\nmin = 5\ncaps = [{ value = 4, window = "365d" }]'
            ),
            "its min is more than its cap of 4.00 GBP; it is never paid",
        ),
        (
            with_reward('choices = ["card"]\nchoose_within = "1d"'),
            'there is nothing to choose: "card" is its only choice',
        ),
        (
            with_reward("until = 2026-01-01T00:00:00Z").replace(
                '"GBP"', '"GBP"\nstarts = 2026-01-01T00:00:00Z'
            ),
            "its dates lie outside those of the program; it is never given",
        ),
        (with_table('[attributes]\nproduct = "text"'), 'attribute "product": no expression reads it'),
        (with_table(EXPERIMENT), 'experiment "offer": no expression reads variant_offer'),
        (with_reward("keep_if = \"method = 'codes'\""), "method is never 'codes'; did you mean \"code\"?"),
        (
            with_reward("when = \"COALESCE(referrer_kind, 'none') IN ('none', 'staff')\""),
            "referrer_kind is never 'staff'; use one of customer, employee, partner",
        ),
        (
            with_table('[[rule]]\ncode = "referrer-stopped"\nrequire = "claimed"'),
            'rule "referrer-stopped": a decision gives this as a reason of its own; give it another name',
        ),
    ],
)
def test_a_warning_tells_what_can_hardly_be_meant(text: str, says: str) -> None:
    (doubt,) = warnings(load_program(text, "p.toml"))
    assert says in doubt


def test_what_is_trimmed_or_read_is_no_doubt() -> None:
    trimmed = with_reward('caps = [{ value = 4, window = "lifetime", over = "trim" }]')
    assert warnings(load_program(trimmed, "p.toml")) == []
    assert warnings(load_program(EVERYTHING, "p.toml")) == ['attribute "trial": no expression reads it']


def test_a_note_says_where_a_default_has_changed() -> None:
    numbered = with_reward('every = 5\nclawback = "30d"\ncaps = [{ count = 1, window = "365d" }]')
    notes = changed_defaults(load_program(numbered + "[budget]\ntotal = 50\n", "p.toml"))
    assert [note.partition(":")[0] for note in notes] == [
        'reward "credit"', 'reward "credit"', "budget", 'milestone "bought"',
    ]  # fmt: skip
    decided = numbered.replace('"365d"', '"365d", returns = true') + "[budget]\ntotal = 50\nreturns = false\n"
    notes = changed_defaults(load_program(decided, "p.toml"))
    assert [note.partition(":")[0] for note in notes] == ['reward "credit"', 'milestone "bought"']


def test_no_note_where_nothing_changed() -> None:
    each = WITHOUT_RULES.replace('"purchase.paid"', '"purchase.paid"\noccurrence = "each"')
    for text in (WITHOUT_RULES, each + 'hold = "3d"\n'):
        assert changed_defaults(load_program(text, "p.toml")) == []
    (note,) = changed_defaults(load_program(WITHOUT_RULES + 'hold = "3d"\n', "p.toml"))
    assert note.startswith('milestone "bought": if the conversion that took it is reversed')


def test_the_schema_tells_which_keys_go_together() -> None:
    properties = json_schema()["properties"]
    assert isinstance(properties, dict)
    assert properties["reward"]["items"]["dependencies"]["max"] == ["percent"]
    assert properties["attributes"]["additionalProperties"]["anyOf"][0]["enum"] == ["text", "number", "bool"]
    assert "GBP" in properties["rates"]["propertyNames"]["enum"]
    assert "Pacific/Auckland" in properties["program"]["properties"]["timezone"]["enum"]
    keep_if = properties["reward"]["items"]["properties"]["keep_if"]["description"]
    assert "recipient_closed" in keep_if
    assert "claimed" not in keep_if


def test_a_program_is_equal_to_itself_read_again() -> None:
    program: Program = load_program(EVERYTHING, "p.toml")
    assert load_program(program.text, "q.toml") == program
