"""Codes in other capitals, and codes that are used up."""

from __future__ import annotations

import dataclasses

import pytest

from simulator.program.model import Attribution, Codes, Program
from tests.engine.conftest import Judge
from tests.engine.designs import DAY, HOUR, design, with_text
from tests.engine.logbook import Logbook


def program(codes: Codes = "exact", uses: int | None = None, name: str = "Test program") -> Program:
    attribution = Attribution(codes=codes, uses=uses)
    return with_text(dataclasses.replace(design(name=name), attribution=attribution))


def referred(judge: Judge, design: Program, log: Logbook) -> list[tuple[str, str, str, str]]:
    """Each friend, the referrer, the code as it is shown, and the method."""
    rows = judge(design, log).attributions
    return [(row["friend"], row["referrer"], row["code"], row["method"]) for row in rows]


# ---------------------------------------------------------------------- capitals


@pytest.mark.parametrize("spelled", ["anna10", " Anna10", "ANNA10\u3000", "ANNA10"])
def test_a_folded_code_is_found_in_any_capitals_and_shown_as_the_link_spells_it(
    judge: Judge, log: Logbook, spelled: str
) -> None:
    log.link("ann", "ANNA10")
    log.buy("fred", code=spelled)
    assert referred(judge, program("fold"), log) == [("fred", "ann", "ANNA10", "code")]


def test_folding_is_full_so_a_sharp_s_is_two(judge: Judge, log: Logbook) -> None:
    log.link("ann", "STRASSE")
    log.visit("fred", "straße")
    log.buy("fred")
    assert referred(judge, program("fold"), log) == [("fred", "ann", "STRASSE", "link")]


def test_an_exact_code_is_not_found_in_other_capitals(judge: Judge, log: Logbook) -> None:
    log.link("ann", "ANNA10")
    log.buy("fred", code="anna10")
    assert referred(judge, program(), log) == []


def test_a_link_that_folds_as_an_earlier_one_has_no_effect(judge: Judge, log: Logbook) -> None:
    log.link("ann", "ANNA10")
    log.link("bob", "anna10")
    log.buy("fred", code="anna10")
    assert referred(judge, program("fold"), log) == [("fred", "ann", "ANNA10", "code")]


def test_of_two_links_made_while_codes_were_exact_the_first_serves_once_they_fold(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "ANNA10")
    log.link("bob", "anna10")
    log.buy("fred", code="anna10")
    log.change(program("fold", name="Folding"))
    log.buy("gwen", code="anna10")
    assert referred(judge, program(), log) == [
        ("fred", "bob", "anna10", "code"),
        ("gwen", "ann", "ANNA10", "code"),
    ]


def test_a_link_without_effect_while_codes_folded_is_no_link_once_they_are_exact(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "ANNA10")
    log.link("bob", "anna10")
    log.change(program(name="Exact"))
    log.buy("fred", code="anna10")
    log.link("cid", "anna10")
    log.buy("gwen", code="anna10")
    log.change(program("fold", name="Folding again"))
    log.link("dan", "anna10 ")
    log.buy("hugh", code="Anna10")
    assert referred(judge, program("fold"), log) == [
        ("gwen", "cid", "anna10", "code"),
        ("hugh", "ann", "ANNA10", "code"),
    ]


# ---------------------------------------------------------------------- uses


def test_a_code_serves_for_so_many_attributions_and_then_no_more(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    for friend in ("fred", "gwen", "hugh"):
        log.buy(friend, code="A")
    assert [row[0] for row in referred(judge, program(uses=2), log)] == ["fred", "gwen"]


def test_the_touch_of_a_code_that_is_used_up_does_not_win_and_the_next_best_does(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A")
    log.link("bob", "B")
    log.visit("fred", "B", at=HOUR)
    log.visit("fred", "A", at=2 * HOUR)
    log.buy("gwen", code="A", at=3 * HOUR)
    log.buy("fred", at=4 * HOUR)
    assert referred(judge, program(uses=1), log) == [
        ("gwen", "ann", "A", "code"),
        ("fred", "bob", "B", "link"),
    ]


def test_who_comes_too_late_for_one_code_may_use_up_another(judge: Judge, log: Logbook) -> None:
    """Fred is a use too many of A and takes B, so that gwen gets C, and hugh nothing."""
    for owner, code in (("ann", "A"), ("bob", "B"), ("cid", "C")):
        log.link(owner, code)
    log.visit("fred", "B", at=1 * HOUR)
    log.visit("gwen", "C", at=1 * HOUR)
    log.visit("hugh", "C", at=1 * HOUR)
    log.visit("fred", "A", at=2 * HOUR)
    log.visit("gwen", "B", at=2 * HOUR)
    log.buy("eve", code="A", at=3 * HOUR)
    log.buy("fred", at=4 * HOUR)
    log.buy("gwen", at=5 * HOUR)
    log.buy("hugh", at=6 * HOUR)
    assert referred(judge, program(uses=1), log) == [
        ("eve", "ann", "A", "code"),
        ("fred", "bob", "B", "link"),
        ("gwen", "cid", "C", "link"),
    ]


def test_uses_count_from_before_the_version_that_limits_them(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.buy("fred", code="A")
    log.change(program(uses=1, name="Once"))
    log.buy("gwen", code="A")
    assert [row[0] for row in referred(judge, program(), log)] == ["fred"]


def test_a_visit_after_the_last_use_stays_no_touch_when_the_limit_goes_while_one_before_it_serves_again(
    judge: Judge, log: Logbook
) -> None:
    log.link("ann", "A")
    log.visit("gwen", "A", at=HOUR)
    log.buy("fred", code="A", at=2 * HOUR)
    log.visit("hugh", "A", at=3 * HOUR)
    log.buy("gwen", at=4 * HOUR)
    log.change(program(name="Without limit"))
    log.buy("gwen", at=DAY)
    log.buy("hugh", at=DAY)
    assert [row[0] for row in referred(judge, program(uses=1), log)] == ["fred", "gwen"]
