"""How much a share is: rates of other currencies, its least and its most."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from simulator.program.model import Program, Rate
from tests.engine.conftest import Judge
from tests.engine.designs import design, milestone, reward, rule, with_text
from tests.engine.logbook import Logbook


def program(
    percent: str = "10", least: int | None = None, most: int | None = None, rates: dict[str, str] | None = None,
    currency: str = "GBP",
) -> Program:  # fmt: skip
    line = dataclasses.replace(reward(percent=percent), min_minor=least, max_minor=most)
    plain = design([milestone(occurrence="each")], [line], currency=currency)
    given = tuple(Rate(code, Decimal(rate)) for code, rate in (rates or {}).items())
    return with_text(dataclasses.replace(plain, rates=given))


def values(judge: Judge, design: Program, log: Logbook) -> list[int]:
    return [row["value_minor"] for row in judge(design, log).rewards]


def buys(log: Logbook, *amounts: int, currency: str | None = None) -> None:
    log.link("ann", "A")
    for amount in amounts:
        log.buy("fred", code="A", amount=amount, currency=currency)


def test_a_share_is_cut_to_its_most_and_raised_to_its_least(judge: Judge, log: Logbook) -> None:
    buys(log, 1_000, 20_000, 90_000)
    assert values(judge, program(least=500, most=5_000), log) == [500, 2_000, 5_000]


def test_a_share_that_rounds_to_nothing_is_not_raised(judge: Judge, log: Logbook) -> None:
    buys(log, 0, 5, 6)
    assert values(judge, program(least=500), log) == [500]


@pytest.mark.parametrize(
    ("currency", "amount", "rate", "minor"),
    [
        ("EUR", 1_000, "0.8512", 851),
        ("EUR", 1_250, "0.0004", 0),  # 0.5 of a penny: half to even
        ("EUR", 3_750, "0.0004", 2),  # 1.5
        ("JPY", 1_000, "0.0051", 510),  # yen have no minor unit
        ("KWD", 1_000, "2.5", 250),  # a dinar has a thousand fils
    ],
)
def test_an_amount_in_another_currency_is_converted_exactly(
    judge: Judge, log: Logbook, currency: str, amount: int, rate: str, minor: int
) -> None:
    buys(log, amount, currency=currency)
    expected = [minor] if minor else []
    assert values(judge, program("100", rates={currency: rate}), log) == expected


def test_rules_read_the_amount_in_the_programs_currency(judge: Judge, log: Logbook) -> None:
    converting = program(rates={"EUR": "0.8512"})
    asking = with_text(
        dataclasses.replace(
            converting, rules=(dataclasses.replace(rule("enough", "amount = 8.51"), milestones=("bought",)),)
        )
    )
    buys(log, 1_000, currency="EUR")
    assert judge(asking, log).decisions[0]["outcome"] == "qualified"


def test_a_currency_without_a_rate_gives_no_share(judge: Judge, log: Logbook) -> None:
    buys(log, 1_000, currency="USD")
    assert values(judge, program(rates={"EUR": "0.8512"}), log) == []


def test_the_rate_is_that_of_the_version_that_judged_even_where_a_review_comes_later(
    judge: Judge, log: Logbook
) -> None:
    def reviewed(rate: str, name: str) -> Program:
        asked = dataclasses.replace(rule("looked-at", "new_customer", "review"), milestones=("bought",))
        return with_text(dataclasses.replace(program(rates={"EUR": rate}), rules=(asked,), name=name))

    log.link("ann", "A")
    bought = log.buy("fred", code="A", amount=1_000, currency="EUR")
    log.change(reviewed("0.5", "Later"))
    log.verdict(bought)
    assert values(judge, reviewed("0.8", "First"), log) == [80]
