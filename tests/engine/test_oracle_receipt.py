"""Receipts: accepted, duplicate or conflict, by source and id and then by content."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.collector import Collector
from tests.engine.designs import DAY, design, milestone
from tests.engine.logbook import Judge, Logbook
from tests.engine.oracle import Oracle

PROGRAM = design([milestone(occurrence="each")])
Receive = Callable[[Logbook], list[str]]


@pytest.fixture(params=["oracle", "engine", "engine-by-one"])
def receive(request: pytest.FixtureRequest) -> Receive:
    """The receipts of a log's messages."""
    if request.param == "oracle":

        def by_oracle(log: Logbook) -> list[str]:
            oracle = Oracle(PROGRAM, log.programs.__getitem__)
            return [oracle.receive(step) for step in log.steps if not isinstance(step, int)]

        return by_oracle

    def by_engine(log: Logbook) -> list[str]:
        batch = 1 if request.param == "engine-by-one" else None
        return Collector(PROGRAM).run(log.steps, batch).receipts

    return by_engine


def again(log: Logbook, sent: dict[str, Any], **other: Any) -> None:
    log.steps.append({**sent, "received_at": log.newest, **other})


def test_the_same_content_again_is_a_duplicate_whenever_it_comes(receive: Any, log: Logbook) -> None:
    sent = log.buy("fred", at=1, amount=5)
    log.buy("gina", at=DAY)
    again(log, sent)
    again(log, sent)
    assert receive(log) == ["accepted", "accepted", "duplicate", "duplicate"]


@pytest.mark.parametrize(
    "other",
    [
        {"type": "purchase.paid"},
        {"occurred_at": 1},
        {"subject": "gina"},
        {"amount_minor": 6},
        {"amount_minor": None},
        {"outcome": "ok"},
        {"new_customer": True},
    ],
)
def test_other_content_is_a_conflict_and_the_first_stands(receive: Any, log: Logbook, other: Any) -> None:
    sent = log.buy("fred", at=1, amount=5)
    again(log, sent, **other)
    again(log, sent)
    assert receive(log) == ["accepted", "conflict", "duplicate"]


def test_a_message_without_a_time_again_is_a_duplicate_and_with_one_a_conflict(
    receive: Any, log: Logbook
) -> None:
    sent = log.buy("fred", at=1, amount=5)
    sent["time_inferred"] = True
    log.buy("gina", at=DAY)
    again(log, sent, occurred_at=log.newest)
    again(log, sent, time_inferred=None)
    again(log, sent, occurred_at=log.newest, amount_minor=6)
    stated = log.buy("hal", at=2 * DAY)
    again(log, stated, time_inferred=True)
    wanted = ["accepted", "accepted", "duplicate", "conflict", "conflict", "accepted", "conflict"]
    assert receive(log) == wanted


def test_a_field_that_was_not_said_and_its_default_are_not_the_same_content(
    receive: Any, log: Logbook
) -> None:
    sent = log.add("eligibility.confirmed", "fred", 1, None)
    again(log, sent, eligible=True)
    assert receive(log) == ["accepted", "conflict"]


def test_an_id_is_unique_within_its_source_only(receive: Any, log: Logbook) -> None:
    log.buy("fred", at=1, source="client/shop", key="x")
    log.buy("fred", at=1, source="client/crm", key="x")
    log.link("ann", "A")
    log.add("link.created", "ann", 1, None, key="x", code="B")
    assert receive(log) == ["accepted"] * 4


def test_source_and_id_are_not_run_together(receive: Any, log: Logbook) -> None:
    log.buy("fred", at=1, source="client/a", key="bc")
    log.buy("fred", at=1, source="client/ab", key="c")
    assert receive(log) == ["accepted"] * 2


def test_two_of_a_kind_in_one_batch(receive: Any, log: Logbook) -> None:
    sent = log.buy("fred", at=1)
    again(log, sent)
    again(log, sent, subject="gina")
    assert receive(log) == ["accepted", "duplicate", "conflict"]


def test_a_conflict_is_with_the_accepted_message_not_with_another_conflict(
    receive: Any, log: Logbook
) -> None:
    sent = log.buy("fred", at=1, amount=1)
    again(log, sent, amount_minor=2)
    again(log, sent, amount_minor=2)
    assert receive(log) == ["accepted", "conflict", "conflict"]


def test_operators_messages_are_compared_too(receive: Any, log: Logbook) -> None:
    sent = log.verdict(("client/shop", "x"), "approve", at=1)
    again(log, sent)
    again(log, sent, verdict="decline")
    again(log, sent, decision_milestone="other")
    changed = log.change(PROGRAM, at=2)
    again(log, changed)
    assert receive(log) == ["accepted", "duplicate", "conflict", "conflict", "accepted", "duplicate"]


def test_duplicates_and_conflicts_change_nothing(judge: Judge, log: Logbook) -> None:
    log.link("ann", "A")
    log.claim("fred", code="A", at=1)
    sent = log.buy("fred", at=2)
    plain = judge(PROGRAM, log)
    again(log, sent)
    again(log, sent, subject="gina")
    assert judge(PROGRAM, log) == plain


def test_a_duplicate_does_not_move_the_time(judge: Judge, log: Logbook) -> None:
    """Only events of the log do: what is due at the newest event's receipt waits for one after it."""
    log.link("ann", "A")
    log.claim("fred", code="A", at=1)
    sent = log.buy("fred", at=2)
    log.steps.append({**sent, "received_at": log.start + DAY})
    assert judge(PROGRAM, log).rewards[0]["state"] == "pending"
