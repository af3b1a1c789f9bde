"""Referrers who are stopped: their friends are refused from then on."""

from __future__ import annotations

import dataclasses

from simulator.program.model import Program
from tests.engine.conftest import Judge
from tests.engine.designs import design, milestone, rule, with_text
from tests.engine.logbook import Logbook


def program(stops: bool = True, occurrence: str = "each", within: int | None = None) -> Program:
    plain = design(
        [milestone(occurrence=occurrence, within=within)],  # type: ignore[arg-type]
        rules=[rule("new", "new_customer")],
        referrers=("customer",),
    )
    return with_text(dataclasses.replace(plain, referrers_stop=stops))


def outcomes(judge: Judge, design: Program, log: Logbook) -> list[tuple[str, str | None]]:
    return [(row["outcome"], row["reason"]) for row in judge(design, log).decisions]


def test_the_friend_of_a_referrer_who_changed_kind_is_refused_before_rules_are_asked(
    judge: Judge, log: Logbook
) -> None:
    log.identified("ann")
    log.link("ann", "A")
    log.buy("fred", code="A", new_customer=True)
    log.identified("ann", kind="employee")
    log.buy("fred")
    log.identified("ann", kind="customer")
    log.buy("fred")
    rows = judge(program(), log)
    assert [(row["outcome"], row["reason"], row["failed"]) for row in rows.decisions] == [
        ("qualified", None, []),
        ("refused", "referrer-stopped", []),
        ("refused", "new:missing", [["new", "missing"]]),
    ]
    assert len(rows.rewards) == 1


def test_without_stops_they_stay_a_referrers_friends(judge: Judge, log: Logbook) -> None:
    log.identified("ann")
    log.link("ann", "A")
    log.identified("ann", kind="employee")
    log.identified("ann", kind="customer")
    log.buy("fred", code="A", new_customer=True)
    log.identified("ann", kind="employee")
    log.buy("fred", new_customer=True)
    assert outcomes(judge, program(stops=False), log) == [("qualified", None), ("qualified", None)]


def test_a_milestone_that_is_taken_and_a_conversion_too_late_go_first(judge: Judge, log: Logbook) -> None:
    log.identified("ann")
    log.link("ann", "A")
    log.buy("fred", code="A", new_customer=True, at=0)
    log.identified("ann", kind="employee")
    log.buy("fred", at=1)
    assert outcomes(judge, program(occurrence="any"), log)[1] == ("ignored", "occurrence")
    assert outcomes(judge, program(within=60_000), log)[1] == ("refused", "referrer-stopped")
    log.buy("fred", at=120_000)
    assert outcomes(judge, program(within=60_000), log)[2] == ("ignored", "too-late")
