"""Rules: what may be written, what is refused and why, and that Polars agrees with SQL."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.domain.errors import ProgramError
from simulator.program.expression import MAX_NODES, MAX_PATTERN, parse_expression
from simulator.program.facts import AT_CONVERSION
from simulator.program.model import Rule
from simulator.program.rules import column_types, compile_rule
from simulator.program.sqltext import MAX_NESTING, MAX_TEXT
from tests.unit.three_valued import (
    BOOLS,
    NUMBERS,
    SOME_NUMBERS,
    SOME_TEXTS,
    TEXTS,
    Tree,
    Value,
    evaluate,
    expressions,
    sql,
)

Row = dict[str, Value]
FACTS = column_types(AT_CONVERSION)


def _rule(require: str) -> Rule:
    return Rule("test", require, "Because.", "refuse", ("bought",))


def problems_of(require: str) -> list[str]:
    return list(parse_expression(require).problems)


def _frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in FACTS}, schema=dict(FACTS), strict=True
    )


def _values(require: str, rows: list[Row]) -> list[bool | None]:
    return (
        _frame(rows).select(compile_rule(_rule(require), AT_CONVERSION).expr.alias("said"))["said"].to_list()
    )


def _rows() -> st.SearchStrategy[list[Row]]:
    columns: dict[str, st.SearchStrategy[Value]] = {}
    columns |= dict.fromkeys(BOOLS, st.sampled_from((True, False, None)))
    columns |= dict.fromkeys(NUMBERS, st.sampled_from((*SOME_NUMBERS, -1.0, None)))
    columns |= dict.fromkeys(TEXTS, st.sampled_from((*SOME_TEXTS, None)))
    return st.lists(st.fixed_dictionaries(columns), max_size=6)


@settings(max_examples=40, deadline=None)
@given(tree=expressions(), rows=_rows())
def test_polars_gives_what_three_valued_logic_gives(tree: Tree, rows: list[Row]) -> None:
    text = sql(tree)
    assert problems_of(text) == []
    assert _values(text, rows) == [evaluate(tree, row) for row in rows]


@settings(max_examples=20, deadline=None)
@given(tree=expressions(depth=2), rows=_rows())
def test_a_lazy_frame_gives_the_same(tree: Tree, rows: list[Row]) -> None:
    expr = compile_rule(_rule(sql(tree)), AT_CONVERSION).expr.alias("said")
    assert _frame(rows).lazy().select(expr).collect()["said"].to_list() == [
        evaluate(tree, row) for row in rows
    ]


@pytest.mark.parametrize("height", [0, 1, 3])
@pytest.mark.parametrize(
    ("require", "value"),
    [
        ("TRUE", True),
        ("FALSE", False),
        ("1 = 1", True),
        ("'abc' LIKE 'a%'", True),
        ("NOT (TRUE AND FALSE)", True),
        ("CASE WHEN FALSE THEN TRUE END", None),
        ("COALESCE(CASE WHEN FALSE THEN TRUE END, FALSE)", False),
        ("TRUE OR claimed", True),
        ("CASE WHEN TRUE THEN TRUE ELSE claimed END", True),
        ("claimed AND FALSE", False),
        ("claimed IS NULL", True),
        ("2 IN (1, 2)", True),
    ],
)
def test_there_is_one_value_a_row_even_without_a_fact(require: str, value: bool | None, height: int) -> None:
    assert _values(require, [{}] * height) == [value] * height


@pytest.mark.parametrize(
    ("require", "row", "value"),
    [
        ("channel IN ('email', 'social')", {"channel": None}, None),
        ("channel NOT IN ('email', community)", {"channel": "post"}, None),
        ("channel NOT IN ('email', community)", {"channel": "email"}, False),
        ("amount NOT BETWEEN 1 AND touch_age_days", {"amount": 0.0}, True),
        ("amount BETWEEN 1 AND touch_age_days", {"amount": 2.0}, None),
        ("NOT eligible", {}, None),
        ("eligible = TRUE OR TRUE", {}, True),
        ("CASE WHEN eligible THEN FALSE ELSE TRUE END", {}, True),
        ("CASE channel WHEN community THEN FALSE ELSE TRUE END", {}, True),
        ("amount / 4 = 2.5", {"amount": 10.0}, True),
        ("amount - 1 - 1 = 0", {"amount": 2.0}, True),
        ("amount / 2 / 5 = 1", {"amount": 10.0}, True),
        ("2 + amount * 2 = 22", {"amount": 10.0}, True),
        ("-amount < 0", {"amount": 1.0}, True),
        ("amount = -0.0", {"amount": 0.0}, True),
        ("0.1 + 0.2 = 0.3", {}, False),
        ("channel < 'b'", {"channel": "B"}, True),
        ("channel LIKE 'A%'", {"channel": "ab"}, False),
        ("channel LIKE 'a_b'", {"channel": "a\nb"}, True),
        ("channel LIKE 'a%'", {"channel": "a\n\n"}, True),
        ("channel LIKE 'a'", {"channel": "a\n"}, False),
        ("channel LIKE '__'", {"channel": "é😀"}, True),
        ("channel LIKE 'a\\%'", {"channel": "a\\x"}, True),
        ("NOT claimed = eligible", {"claimed": True, "eligible": False}, True),
        ("claimed OR eligible AND FALSE", {"claimed": True}, True),
        ("amount IS NOT NULL AND amount > 5", {}, False),
        ("(amount > 5) IS NULL", {}, True),
    ],
)
def test_the_corners_of_sql(require: str, row: Row, value: bool | None) -> None:
    assert _values(require, [row]) == [value]


@pytest.mark.parametrize(
    ("require", "says"),
    [
        ("", "is empty"),
        (" \n\t", "is empty"),
        ("-- nothing", "only a comment"),
        ("claimed -- really", "comment"),
        ("claimed /* really */", "comment"),
        # unknown facts, with the nearest
        ("refererr_friends > 3", '"referrer_friends"'),
        ("CHANNEL = 'x'", '"channel"'),
        ("customer.amount > 1", "customer"),
        ("claimed AND nothing_like_it", "use one of amount"),
        # not a condition, or kinds that don't go together
        ("amount", '"amount" is a number'),
        ("'yes'", "is a text"),
        ("amount + 1", "is a number"),
        ("NOT amount", "NOT needs a condition"),
        ("claimed AND channel", "AND needs a condition"),
        ("amount > 'ten'", "compares a number with a text"),
        ("channel > 5", "compares a text with a number"),
        ("claimed = 1", "compares a condition (true or false) with a number"),
        ("claimed > FALSE", "puts true and false in an order"),
        ("claimed BETWEEN FALSE AND TRUE", "puts true and false in an order"),
        ("channel IN ('a', 1)", "compares a text with a number"),
        ("amount BETWEEN 1 AND 'x'", "compares a number with a text"),
        ("amount LIKE '1%'", "LIKE needs a text"),
        ("channel + 'x' = 'ax'", "+ needs a number"),
        ("-claimed = TRUE", "- needs a number"),
        ("CASE WHEN amount THEN TRUE END", "WHEN needs a condition"),
        ("CASE WHEN claimed THEN 1 ELSE 'a' END = 1", "give them one kind"),
        ("CASE amount WHEN 'a' THEN TRUE END", "compares a number with a text"),
        ("COALESCE(claimed, 0)", "give them one kind"),
        # divisions
        ("10 / amount > 1", 'a division by "amount"'),
        ("amount / 0 > 1", "which is 0"),
        ("amount / -(0.0) > 1", "which is 0"),
        ("amount / (2 - 2) > 1", "which is 0"),
        ("amount / 1e-400 > 1", "which is 0"),
        ("amount / COALESCE(2, 1) > 1", "only a constant"),
        # numbers
        ("amount > 1e999", "too large"),
        ("amount * 1e300 > 1", "grow past"),
        ("amount / 1e-300 > 1", "grow past"),
        ("amount > 1e", "not a number"),
        ("amount > 1_000", "_000"),
        ("amount > 0x1F", "x1F"),
        ("amount > 1.5.2", "can't be used"),
        # nulls
        ("amount = NULL", "IS NULL"),
        ("NULL", "IS NULL"),
        ("channel IN ('a', NULL)", "IS NULL"),
        ("COALESCE(NULL, NULL) = 1", "every branch"),
        ("CASE WHEN claimed THEN NULL END", "every branch"),
        ("claimed IS TRUE", "IS goes with NULL"),
        ("claimed IS NOT FALSE", "IS goes with NULL"),
        ("channel IS NOT DISTINCT FROM community", "IS goes with NULL"),
        ("amount ISNULL", "ISNULL"),
        # nothing else
        ("SUM(amount) > 5", "the function SUM"),
        ("COUNT(*) > 5", "the function COUNT"),
        ("LOWER(channel) = 'x'", "the function LOWER"),
        ("IFNULL(claimed, TRUE)", "the function IFNULL"),
        ("IF(claimed, TRUE, FALSE)", "the function IF"),
        ("amount(1) > 1", "the function amount"),
        ("SUM(amount) OVER () > 5", "OVER"),
        ("CAST(amount AS TEXT) = '1'", "the function CAST"),
        ("amount::text = '1'", '"::"'),
        ("channel || 'x' = 'ax'", '"||"'),
        ("channel ILIKE 'x'", '"ILIKE"'),
        ("channel SIMILAR TO 'x'", '"SIMILAR TO"'),
        ("channel RLIKE 'x'", '"RLIKE"'),
        ("channel LIKE 'x' ESCAPE '!'", '"ESCAPE"'),
        ("channel LIKE ANY ('x')", "the function ANY"),
        ("channel LIKE community", "as its pattern"),
        ("channel LIKE NULL", "as its pattern"),
        ("amount % 2 = 1", '"%"'),
        ("amount == 1", '"=="'),
        ("!claimed", '"!"'),
        ("claimed && eligible", '"&&"'),
        ("claimed XOR eligible", '"XOR"'),
        ("+amount > 1", '"+"'),
        ("amount IN (SELECT 1)", '"SELECT"'),
        ("EXISTS (SELECT 1)", "the function EXISTS"),
        ("SELECT TRUE", '"SELECT"'),
        ("claimed; DROP TABLE event", '";"'),
        ("amount > ?", '"?"'),
        ("amount > @limit", '"@"'),
        ('channel = "email"', "single quotes"),
        ('"claimed"', "without quotes"),
        ("channel = N'x'", "can't be used"),
        ("DATE '2026-01-01' > DATE '2025-01-01'", '"DATE"'),
        ("amount[0] > 1", '"["'),
        ("(amount, 1) = (1, 1)", "can't be used"),
        ("claimed \x00", "u0000"),
        # what the parser alone would let pass, or read otherwise than another database
        ("claimed eligible", "nothing joins"),
        ("channel = 'a' 'b'", "nothing joins"),
        ("(claimed) (eligible)", "nothing joins"),
        ("channel IN ('a',)", '","'),
        ("channel IN ()", '"()"'),
        ("channel IN community", "parentheses"),
        ("COALESCE() = 1", '"()"'),
        ("amount = 1 = TRUE", "two tests in a row"),
        ("claimed = eligible IS NULL", "two tests in a row"),
        ("1 < amount < 5", "two tests in a row"),
        ("claimed = NOT eligible", "NOT turns"),
        ("amount NOT > 5", "NOT after a value"),
        # broken
        ("claimed AND", "can't be read"),
        ("OR claimed", "can't be read"),
        ("amount >", "can't be read"),
        ("CASE END", "can't be read"),
        ("CASE WHEN claimed THEN TRUE", "not closed"),
        ("(claimed", "not closed"),
        ("claimed)", "closes nothing"),
        ("channel = 'x", "quote"),
    ],
)
def test_what_is_refused_and_how_it_is_said(require: str, says: str) -> None:
    problems = problems_of(require)
    assert any(says in problem for problem in problems), problems
    assert all("\n" not in problem for problem in problems)
    with pytest.raises(ProgramError, match=r'rule "test".require: '):
        compile_rule(_rule(require), AT_CONVERSION)


def test_every_problem_is_named_once_and_all_at_once() -> None:
    problems = problems_of("chanel = 'a' AND chanel = 'b' AND amont > 1 AND SUM(amount) || MAX(amount) > 1")
    assert len(problems) == 3
    assert '"channel"' in problems[0]
    assert '"amount"' in problems[1]
    assert "the function SUM" in problems[2]
    assert "the function MAX" in problems[2]
    assert len(problems_of("amount = 'a' AND claimed > TRUE AND channel")) == 3


@pytest.mark.parametrize(
    "require",
    [
        "(" * (MAX_NESTING + 1) + "claimed" + ")" * (MAX_NESTING + 1),
        "(" * 3000 + "claimed" + ")" * 3000,
        "NOT " * 1500 + "claimed",
        "amount > " + "- " * 1500 + "1",
        "CASE WHEN " * 800 + "claimed",
        "COALESCE(" * 900 + "claimed" + ")" * 900,
        "claimed" + " AND claimed" * MAX_TEXT,
        "amount" + " + 1" * 300 + " > 1",
        "channel IN (" + ", ".join(["'a'"] * (MAX_NODES // 2)) + ")",
        "(" * 4000,
        "CASE amount WHEN 1 THEN " * 300,
        f"channel LIKE '{'_' * (MAX_PATTERN + 1)}'",
        # a simple CASE and an IN write their subject out once for each value: 40 to the power of 4
        "CASE CASE CASE CASE amount " + (" WHEN 1 THEN 1" * 40 + " END") * 4 + " = 1",
    ],
)
def test_what_is_too_long_or_too_deep_is_refused_without_a_crash(require: str) -> None:
    (problem,) = problems_of(require)
    assert any(word in problem for word in ("nested", "most", "too long", "not closed")), problem


@pytest.mark.parametrize(
    "require",
    [
        "(" * MAX_NESTING + "claimed" + ")" * MAX_NESTING,
        "NOT " * MAX_NESTING + "claimed",
        " AND ".join(["claimed"] * 800),
        " OR ".join(f"channel = '{number}'" for number in range(400)),
        "amount" + " + 1" * 90 + " > 1",
        "channel IN (" + ", ".join(f"'{number}'" for number in range(800)) + ")",
        f"channel LIKE '{'_' * MAX_PATTERN}'",
    ],
)
def test_what_is_just_short_enough_is_compiled_and_runs(require: str) -> None:
    assert problems_of(require) == []
    rows: list[Row] = [{"claimed": True, "channel": "7", "amount": 1.0}, {}]
    found = _values(require, rows)
    assert found[0] is not None
    assert found[1] is None


def test_a_compiled_rule_knows_the_facts_it_reads() -> None:
    rule = compile_rule(
        Rule(
            "velocity",
            "referrer_friends_24h <= 5 OR amount > 1 AND amount < 3",
            "Too many.",
            "review",
            ("a",),
        ),
        AT_CONVERSION,
    )
    assert rule.code == "velocity"
    assert rule.on_fail == "review"
    assert rule.facts == ("amount", "referrer_friends_24h")
    frame = pl.DataFrame({"amount": [2.0, None], "referrer_friends_24h": [9.0, 9.0]})
    assert frame.select(rule.expr.alias("said"))["said"].to_list() == [True, None]


def test_every_fact_can_be_read() -> None:
    tests = {pl.Boolean(): "{}", pl.Float64(): "{} >= 0", pl.String(): "{} = 'x'"}
    require = " AND ".join(f"({tests[kind].format(name)})" for name, kind in FACTS.items())
    assert compile_rule(_rule(require), AT_CONVERSION).facts == tuple(FACTS)
    assert len(FACTS) == 45
