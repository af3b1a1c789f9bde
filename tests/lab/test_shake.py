"""What a world file assumes, moved to the ends of its ranges: what that does to an answer, and to a decision."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pytest

from simulator.domain.errors import WorldError
from simulator.lab.measures import MEASURES
from simulator.lab.shake import answer, shake, shaken_worlds
from simulator.run.plan import world_names, world_text
from simulator.world.spec import WorldSpec, load_world
from tests.lab.frames import markets_of

TELECOM = world_text("telecom")
QUALIFIED = MEASURES["qualified"]


@pytest.mark.parametrize("preset", world_names())
def test_every_preset_gives_ranges_of_what_it_assumes_and_both_ends_are_worlds(preset: str) -> None:
    text = world_text(preset)
    found = list(shaken_worlds(text, preset))
    assert len(found) >= 10
    for one, low, high in found:
        assert (_value(low, one.path), _value(high, one.path)) == (one.low, one.high), one.name
        (line,) = [
            line for line in text.partition("\n[assumed]")[0].splitlines() if _names(line, one.path, text)
        ]
        assert "assumed" in line, one.name


def _value(spec: object, path: Sequence[str]) -> object:
    for key in path:
        spec = getattr(spec, key)
    return spec


def _names(line: str, path: Sequence[str], text: str) -> bool:
    """Whether a line of the file says the number: in its table, or in a table within a line."""
    head, *_, key = path
    table = text.partition(f"\n[{'.'.join(path[:-1])}]")[2].partition("\n[")[0]
    if len(path) == 3 and head == "offer":
        return line.startswith(f"{path[1]} = {{ reference")
    return line.startswith(f"{key} =") and line in table.splitlines()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "offer.referrer.elastic = [0.0, 0.9]",
            "assumed: offer.referrer.elastic is not a number in this file",
        ),
        (
            "friend.again = 0.3",
            "assumed: friend.again needs its lowest and its highest value, such as [0.1, 0.4]",
        ),
        (
            "friend.again = [0.2, 0.3]",
            "assumed: friend.again is 0.18, which does not lie between 0.2 and 0.3",
        ),
    ],
)
def test_a_range_that_is_not_one_is_refused(line: str, said: str) -> None:
    with pytest.raises(WorldError, match=r".") as error:
        load_world(f"{TELECOM}{line}\n", "w.toml")
    assert said in error.value.problems[0]


def run(spec: WorldSpec) -> pl.DataFrame:
    """A's customers stay; B brings 1 more, and as many as its elasticity makes of 100."""
    more = 1 + 100 * (spec.offer.referrer.elasticity - 0.35)
    luck = [-1.0, -0.5, 1.0, 0.5, -0.8, 0.8]
    eligible = 100 * spec.friend.eligible
    return markets_of(
        {
            "A": {"funnel.qualified": [eligible] * 6},
            "B": {"funnel.qualified": [eligible + more + one for one in luck]},
        }
    )


def test_the_assumption_that_moves_the_answer_most_comes_first_and_turns_it() -> None:
    base = answer(run(load_world(TELECOM, "")), QUALIFIED, ("A", "B"))
    found = shake(list(shaken_worlds(TELECOM, "")), run, QUALIFIED, ("A", "B"), base)
    first, *others = found
    assert first.assumption.name == "offer.referrer.elasticity"
    assert first.low.value == pytest.approx(1 - 35)
    assert first.high.value == pytest.approx(1 + 25)
    assert first.turn == "turned"
    assert {one.spread for one in others} == {0.0}
    assert {one.turn for one in others} == {"holds"}


def test_one_design_has_a_figure_that_is_moved_and_no_decision() -> None:
    base = answer(run(load_world(TELECOM, "")), QUALIFIED, ("A",))
    first, *_ = shake(list(shaken_worlds(TELECOM, "")), run, QUALIFIED, ("A",), base)
    assert first.assumption.name == "friend.eligible"
    assert first.turn == "holds"
