"""The oracle's expressions against SQLite, which has the same three-valued logic."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.oracle_expressions import Value, evaluate, parse
from tests.engine.strategies import CONDITIONS

NUMBERS = ("a", "b")
TEXTS = ("s", "t")
FLAGS = ("p", "q")


@pytest.fixture(scope="module")
def sqlite() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA case_sensitive_like = ON")
    connection.execute("CREATE TABLE fact (a REAL, b REAL, s TEXT, t TEXT, p INTEGER, q INTEGER)")
    yield connection
    connection.close()


numbers = st.recursive(
    st.sampled_from([*NUMBERS, "0.5", "2.0", "10.0"]),
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("{} / {}".format, inner, st.sampled_from(["2.0", "4.0"])),
        st.builds("-{}".format, st.sampled_from(NUMBERS)),
        st.builds("COALESCE({}, {})".format, inner, inner),
        st.builds("{} - {} * {}".format, inner, inner, inner),
    ),
    max_leaves=4,
)
texts = st.sampled_from([*TEXTS, "'x'", "'X'", "'it''s'", "CASE WHEN p THEN s ELSE t END"])
patterns = st.sampled_from(["'x'", "'x%'", "'%s'", "'_'", "'i_''s'", "'%'", "'.'", "t"])
COMPARISONS = ["=", "<>", "!=", "<", "<=", ">", ">="]
truths = st.recursive(
    st.one_of(
        st.sampled_from([*FLAGS, "TRUE", "FALSE"]),
        st.builds("{} {} {}".format, numbers, st.sampled_from(COMPARISONS), numbers),
        st.builds("{} {} {}".format, texts, st.sampled_from(COMPARISONS), texts),
        st.builds("{} {}BETWEEN {} AND {}".format, numbers, st.sampled_from(["", "NOT "]), numbers, numbers),
        st.builds("{} {}IN ({}, {})".format, texts, st.sampled_from(["", "NOT "]), texts, texts),
        st.builds("{} {}IN ({}, {}, {})".format, numbers, st.sampled_from(["", "NOT "]), *[numbers] * 3),
        st.builds("{} {}LIKE {}".format, texts, st.sampled_from(["", "NOT "]), patterns),
        st.builds("{} IS {}NULL".format, numbers | texts, st.sampled_from(["", "NOT "])),
    ),
    lambda inner: st.one_of(
        st.builds("{} AND {}".format, inner, inner),
        st.builds("{} OR {}".format, inner, inner),
        st.builds("NOT {}".format, inner),
        st.builds("({})".format, inner),
        st.builds("CASE WHEN {} THEN {} ELSE {} END".format, inner, inner, inner),
        st.builds("CASE WHEN {} THEN {} END".format, inner, inner),
        st.builds("COALESCE({}, {})".format, inner, inner),
        st.builds("({}) IS NULL".format, inner),
    ),
    max_leaves=6,
)
facts = st.fixed_dictionaries(
    {
        **{name: st.sampled_from([None, -1.0, 0.0, 0.5, 2.0, 10.0]) for name in NUMBERS},
        **{name: st.sampled_from([None, "", "x", "X", "xs", "it's", "."]) for name in TEXTS},
        **{name: st.sampled_from([None, True, False]) for name in FLAGS},
    }
)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(expression=truths, known=facts)
def test_the_oracle_reads_expressions_as_sqlite_does(
    sqlite: sqlite3.Connection, expression: str, known: dict[str, Value]
) -> None:
    sqlite.execute("DELETE FROM fact")
    sqlite.execute("INSERT INTO fact VALUES (:a, :b, :s, :t, :p, :q)", known)
    (wanted,) = sqlite.execute(f"SELECT {expression} FROM fact").fetchone()
    assert evaluate(expression, known) == (None if wanted is None else bool(wanted))


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_conditions_of_the_strategies_can_be_read(condition: str) -> None:
    parse(condition)


@pytest.mark.parametrize("wrong", ["a >", "a = 1)", "(a = 1", "a ? 1", "IN (1)", "CASE WHEN a THEN b"])
def test_nonsense_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"expected|understood"):
        parse(wrong)
