"""Cases of drills: one right answer each, wrong ones refuted, the same from the same seed, nothing given away."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import nullcontext
from dataclasses import replace

import pytest

from referral_tui.names import short_name
from simulator.domain.drills import LEVELS, STATE_WORDS, STATES, Ask, Case, CaseState, Cause, Level
from simulator.drills.cases import find_questions
from simulator.drills.check import check, problems
from simulator.drills.client_log import client_log
from simulator.drills.facts import Facts
from simulator.drills.mishaps import mistype, strike
from simulator.drills.practice import Practice
from tests.cli.nasty import Cli

WISHED = {Cause.IN_HOLD, Cause.MISTYPED, Cause.PAID_ALREADY}
RARE = {Cause.NOT_FIRST}  # a contract is activated once: orders and boxes have that cause


@pytest.fixture(scope="module")
def asked(world: Practice) -> dict[Cause, list[Facts]]:
    """The questions of some causes."""
    return find_questions(world, WISHED)


def test_a_small_world_has_cases_of_nearly_every_cause(cases: list[Case]) -> None:
    assert {case.cause for case in cases} >= set(Cause) - RARE


def test_every_question_has_one_right_answer_and_a_fact_behind_each(
    cases: list[Case], ambiguous: list[str]
) -> None:
    assert [line for case in cases for line in problems(case)] == []
    assert ambiguous == []


def test_a_fact_is_one_sentence_that_gets_its_full_stop_on_the_screen(cases: list[Case]) -> None:
    facts = [option.fact for case in cases for one in case.questions for option in one.options]
    assert [
        fact for fact in [*facts, *(line for case in cases for line in case.account)] if fact.endswith(".")
    ] == []


def test_what_has_arrived_is_refuted_by_its_arrival_and_what_is_matched_by_its_match(
    cases: list[Case],
) -> None:
    facts = {
        (LEVELS[case.cause], option.text): option.fact
        for case in cases
        for option in case.questions[0].options
        if not option.right
    }
    for (level, text), fact in facts.items():
        if text in (STATE_WORDS[CaseState.NOT_RECEIVED], STATE_WORDS[CaseState.QUARANTINED]):
            assert " arrived on " in fact or level is Level.ARRIVAL, (level, text, fact)
        if text in (STATE_WORDS[CaseState.UNMATCHED], STATE_WORDS[CaseState.OTHERS]):
            assert " was matched to " in fact or level in (Level.ARRIVAL, Level.MATCH), (level, text, fact)


def test_the_check_finds_a_case_with_two_right_answers(cases: list[Case]) -> None:
    case = cases[0]
    first = case.questions[0]
    twice = replace(first, options=tuple(replace(option, right=True) for option in first.options))
    assert "right answers" in " ".join(problems(replace(case, questions=(twice, *case.questions[1:]))))


def test_the_check_finds_a_wrong_answer_taken_for_right(cases: list[Case]) -> None:
    case = cases[0]
    other = next(cause for cause in Cause if STATES[cause] is not STATES[case.cause])
    assert "is taken for right" in " ".join(problems(replace(case, cause=other)))


def test_what_is_matched_to_nobody_is_never_offered_as_ignored_since_it_is_both(cases: list[Case]) -> None:
    unmatched = [case for case in cases if STATES[case.cause] is CaseState.UNMATCHED]
    assert len(unmatched) == 6
    offered = {option.text for case in unmatched for option in case.questions[0].options}
    assert STATE_WORDS[CaseState.IGNORED] not in offered


def test_the_right_answer_stands_in_no_fixed_place(cases: list[Case]) -> None:
    places = Counter(case.questions[1].right for case in cases)
    assert set(places) == {0, 1, 2, 3}


def test_the_message_of_a_customer_never_tells_the_cause(cases: list[Case]) -> None:
    by_cause = {case.cause: case.message for case in cases}
    told = ("capped", "review", "refused", "expired", "reversed", "quarantine", "merged", "budget", "window")
    assert [word for message in by_cause.values() for word in told if word in message] == []


def test_the_journey_to_look_at_holds_no_conclusion(cases: list[Case]) -> None:
    for case in cases:
        assert case.journey["why_not"] == []
        assert all(one["why_not"] == one["changes"] == [] for one in case.journey["decisions"])
        assert case.account


def test_a_case_can_be_stored_and_read_back(cases: list[Case]) -> None:
    for case in cases:
        assert Case.of_json(json.loads(json.dumps(case.to_json()))) == case


def test_the_same_seed_sends_the_same_and_the_same_mishaps_strike(world: Practice) -> None:
    again = strike(world.design, client_log(world.design, 3), 3)
    assert again == world.sent


def test_wishes_for_causes_are_kept(asked: dict[Cause, list[Facts]]) -> None:
    assert set(asked) == WISHED


def test_what_never_arrived_stands_in_the_clients_books_only(cases: list[Case]) -> None:
    lost = [case for case in cases if LEVELS[case.cause] is Level.ARRIVAL]
    assert len(lost) == 8
    for case in lost:
        assert case.data[0].startswith("the client's records: ")
        assert case.data[2].startswith("the log: no ")


def test_who_has_a_second_account_asks_from_it_for_what_the_first_was_paid(
    world: Practice, asked: dict[Cause, list[Facts]]
) -> None:
    second = [facts for facts in asked[Cause.PAID_ALREADY] if facts.writer != facts.owner]
    assert second
    assert all(world.sent.second_accounts[facts.writer] == facts.owner for facts in second)


def test_a_mistyped_code_differs_in_one_sign_and_is_nobodys() -> None:
    wrong = mistype("ABCDEFGHJK", {"XBCDEFGHJK"}.__contains__, seed=1)
    assert sum(one != other for one, other in zip(wrong, "ABCDEFGHJK", strict=True)) == 1
    assert wrong != "XBCDEFGHJK"


def test_a_date_to_wait_for_is_a_date_in_the_future(cases: list[Case]) -> None:
    waiting = [case for case in cases if case.cause in (Cause.IN_HOLD, Cause.LATE_FILE)]
    assert waiting
    for case in waiting:
        texts = [option.text for option in case.questions[-1].options if option.text.startswith("wait")]
        assert len(texts) == 2  # the right date, and one that somebody may take for it
        assert texts[0].rsplit(",", 1)[0] != texts[1].rsplit(",", 1)[0]  # not only by the hour
        assert case.questions[-1].ask is Ask.ACTION


def test_check_says_how_many_cases_of_each_cause_there_were(
    cli: Cli, world: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.drills.check.practice", lambda _design, _seed: nullcontext(world))
    ran = cli("drill", "check", "--cases", 6, "--json")
    found = json.loads(ran.out)
    assert (found["cases"], found["worlds"], found["ambiguous"]) == (6, 1, [])
    assert sum(found["causes"].values()) == 6
    assert (ran.status, found["passed"], len(found["missing"])) == (1, False, len(Cause) - 6)


@pytest.mark.long
def test_ten_thousand_cases_have_one_right_answer_each() -> None:
    found = check(10_000, short_name)
    assert found.ambiguous == []
    assert min(found.cases[cause] for cause in Cause) >= 200
