"""The operator: when verdicts come, and how often they are right."""

from __future__ import annotations

import numpy as np

from simulator.domain.spans import HOUR_MS
from simulator.world.operator import LOOKAHEAD_MS, Operator, Review
from simulator.world.spec import WorldSpec

START = 1_767_225_600_000


def _reviews(count: int) -> list[Review]:
    return [Review(START + n * 1_234_567, "client/crm", f"e{n}", "activated", f"p{n}") for n in range(count)]


def test_no_verdict_comes_before_a_day_after_the_hour(telecom: WorldSpec) -> None:
    operator = Operator(telecom.operator, 1)
    reviews = _reviews(200)
    operator.look(reviews, {})
    given = operator.advance(START + 10**12)
    assert given["occurred_at"].is_sorted()
    opened = {review.event_id: review.opened_at for review in reviews}
    for event, at in given.select("decision_id", "occurred_at").iter_rows():
        assert at >= -(-opened[event] // HOUR_MS) * HOUR_MS + LOOKAHEAD_MS
    assert given["id"].n_unique() == 200
    assert operator.advance(START + 10**13).is_empty()


def test_verdicts_do_not_depend_on_when_the_reviews_are_looked_at(telecom: WorldSpec) -> None:
    whole, parts = Operator(telecom.operator, 1), Operator(telecom.operator, 1)
    reviews = _reviews(60)
    whole.look(reviews, {})
    for review in reversed(reviews):
        parts.look([review], {})
    middle = START + 3 * LOOKAHEAD_MS
    first, rest = parts.advance(middle), parts.advance(START + 10**12)
    assert first.height
    assert first.vstack(rest).equals(whole.advance(START + 10**12))


def test_errors_are_as_frequent_as_stated(telecom: WorldSpec) -> None:
    operator = Operator(telecom.operator, 5)
    count = 3000
    operator.look(_reviews(count), {f"p{n}": "self-referral:friend" for n in range(0, count, 2)})
    given = operator.advance(START + 10**12)
    wrong = sum(
        (verdict == "approve") == (int(friend[1:]) % 2 == 0)
        for verdict, friend in given.select("verdict", "subject").iter_rows()
    )
    rate = telecom.operator.error
    assert abs(wrong - count * rate) < 4 * np.sqrt(count * rate * (1 - rate))
