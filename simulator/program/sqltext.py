"""Check the tokens of a rule's SQL text before it is parsed.

sqlglot reads many dialects and forgives much (`==`, a comment, a trailing comma, `IS` bound tighter than `=`); this
pass refuses what would be dropped silently, or read differently by other databases.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import Token, TokenType
from sqlglot.tokens import Tokenizer

from simulator.program.facts import VARIANT, FactList
from simulator.program.nearest import advice, nearest, shown

MAX_TEXT = 10_000  # characters of one expression; a person can't read a longer one
_MOST_SAID = 20  # things wrong with the words of one expression; each costs a search for what was meant
_WORD = re.compile(r"\w+")
MAX_NESTING = 20  # the parser takes about 20 Python frames a level, and Python allows 1,000 in all

ALLOWED = (
    "a rule is written with facts, numbers, texts in single quotes, TRUE, FALSE, AND, OR, NOT, IN, BETWEEN, "
    "LIKE, CASE, COALESCE, IS [NOT] NULL, = <> < <= > >=, + - * / and parentheses"
)

_T = TokenType
_SPELLED: dict[TokenType, tuple[str, ...]] = {
    _T.AND: ("AND",),
    _T.OR: ("OR",),
    _T.NOT: ("NOT",),
    _T.IN: ("IN",),
    _T.BETWEEN: ("BETWEEN",),
    _T.LIKE: ("LIKE",),
    _T.IS: ("IS",),
    _T.NULL: ("NULL",),
    _T.TRUE: ("TRUE",),
    _T.FALSE: ("FALSE",),
    _T.CASE: ("CASE",),
    _T.WHEN: ("WHEN",),
    _T.THEN: ("THEN",),
    _T.ELSE: ("ELSE",),
    _T.END: ("END",),
    _T.EQ: ("=",),
    _T.NEQ: ("<>", "!="),
    _T.LT: ("<",),
    _T.LTE: ("<=",),
    _T.GT: (">",),
    _T.GTE: (">=",),
    _T.PLUS: ("+",),
    _T.DASH: ("-",),
    _T.STAR: ("*",),
    _T.SLASH: ("/",),
    _T.L_PAREN: ("(",),
    _T.R_PAREN: (")",),
    _T.COMMA: (",",),
}
_COMPARISONS = {_T.EQ, _T.NEQ, _T.LT, _T.LTE, _T.GT, _T.GTE}
_TESTS = _COMPARISONS | {_T.IS, _T.IN, _T.BETWEEN, _T.LIKE}
_OPERANDS = {_T.VAR, _T.STRING, _T.NUMBER, _T.R_PAREN, _T.END, _T.TRUE, _T.FALSE, _T.NULL}
_BEFORE_NOT = {_T.L_PAREN, _T.AND, _T.OR, _T.NOT, _T.WHEN, _T.THEN, _T.ELSE, _T.COMMA, _T.CASE}
_VALUES = {_T.TRUE, _T.FALSE, _T.NULL, _T.CASE, _T.L_PAREN}
_OPENING = {_T.L_PAREN, _T.CASE}
_CLOSING = {_T.R_PAREN, _T.END}
_FRESH = {_T.OR, _T.WHEN, _T.THEN, _T.ELSE, _T.COMMA}


class _TokenContext(NamedTuple):
    """A token with its neighbours, None at the ends."""

    before: Token | None
    token: Token
    after: Token | None
    facts: FactList

    @property
    def previous(self) -> TokenType | None:
        """The type of the token before, None at the start."""
        return None if self.before is None else self.before.token_type

    @property
    def following(self) -> TokenType | None:
        """The type of the token after, None at the end."""
        return None if self.after is None else self.after.token_type


def word_problems(text: str, facts: FactList) -> list[str]:
    """Return what is wrong with the tokens of `text`, in order; empty if all may stand over `facts`."""
    if not text.strip():
        return ['the expression is empty; write a condition such as "amount >= 10"']
    if len(text) > MAX_TEXT:
        return [f"the expression has {len(text):,} characters; {MAX_TEXT:,} is the most"]
    try:
        tokens = Tokenizer().tokenize(text)
    except SqlglotError:
        return ["the expression can't be read: a quote is not closed (one within a text is doubled, 'it''s')"]
    if not tokens:
        return ["the expression is only a comment; write a condition"]
    found: dict[_Said, None] = {}
    for around in _with_neighbours(tokens, facts):
        found.setdefault(_word(around, text))
        if len(found) > _MOST_SAID:
            break
    problems = [one for one in found if isinstance(one, str)]
    unusable = [one.word for one in found if isinstance(one, _ForbiddenWord)]
    if unusable:
        problems.append(f"{', '.join(unusable)} can't be used; {ALLOWED}")
    if problems:
        return problems
    shape = _shape(tokens, facts)
    return [shape] if shape is not None else []


def words_of(text: str) -> set[str]:
    """Return what may be names in an expression, also what stands within its texts."""
    return set(_WORD.findall(text))


def is_keyword(name: str) -> bool:
    """Return whether SQL reserves a name, so that no expression could read it as a fact."""
    tokens = Tokenizer().tokenize(name)
    return len(tokens) != 1 or tokens[0].token_type is not _T.VAR or name.upper() == "COALESCE"


def whole_fractions(text: str) -> str:
    """Write a 0 before each number that begins with a dot; the parser does not accept .5 everywhere."""
    tokens = Tokenizer().tokenize(text)
    dots = [
        one.start for one, two in pairwise(tokens) if one.token_type is _T.DOT and two.token_type is _T.NUMBER
    ]
    for place in reversed(dots):
        text = f"{text[:place]}0{text[place:]}"
    return text


def _with_neighbours(tokens: list[Token], facts: FactList) -> list[_TokenContext]:
    before: list[Token | None] = [None, *tokens[:-1]]
    after: list[Token | None] = [*tokens[1:], None]
    return [_TokenContext(*three, facts) for three in zip(before, tokens, after, strict=True)]


@dataclass(frozen=True)
class _ForbiddenWord:
    """A word that no rule may have; all such words of an expression make one problem."""

    word: str


_Said = str | _ForbiddenWord | None


def _word(around: _TokenContext, text: str) -> _Said:
    """Say what is wrong with one token where it stands, or None."""
    token = around.token
    if token.comments:
        return "a comment can't stand in an expression; write it in the file, after #"
    special = _SPECIAL.get(token.token_type)
    if special is not None:
        return special(around)
    spelled = text[token.start : token.end + 1]
    if spelled.upper() in _SPELLED.get(token.token_type, ()):
        return _place(around)
    if around.following is _T.L_PAREN and spelled[:1].isalpha():
        return _ForbiddenWord(f"the function {spelled.upper()}")
    near = nearest(spelled, around.facts.usable)
    return (
        _ForbiddenWord(shown(spelled))
        if near is None
        else f'no fact {shown(spelled)}; did you mean "{near}"?'
    )


def _quoted(around: _TokenContext) -> str:
    """Explain a name in double quotes, most often meant as a text."""
    name = around.token.text
    right = f"the fact {name} without quotes" if name in around.facts.usable else "text in single quotes"
    return f"{shown(name)} in double quotes is a name in SQL; write {right}"


def _name(around: _TokenContext) -> _Said:
    """Check a name: it must be a fact, or COALESCE before a parenthesis."""
    name = around.token.text
    if around.following is _T.L_PAREN:
        known = name.upper() == "COALESCE"
        return _beside(around) if known else _ForbiddenWord(f"the function {shown(name)[1:-1]}")
    return _beside(around) if name in around.facts.usable else no_fact(name, around.facts)


def no_fact(name: str, facts: FactList) -> str:
    """Say that a name is not a fact that may stand here, and what would be right."""
    elsewhere = facts.elsewhere(name)
    if elsewhere is not None:
        return f"the fact {shown(name)[1:-1]} {elsewhere}"
    if name.startswith(VARIANT):
        experiment = name.removeprefix(VARIANT)
        if not facts.experiments:
            return f"no experiment {shown(experiment)}; the program has none: write [[experiment]]"
        return f"no experiment {shown(experiment)}; {advice(experiment, facts.experiments)}"
    otherwise = f"use one of {', '.join(facts.usable)}; {facts.declared}"
    return f"no fact {shown(name)}; {advice(name, facts.usable, otherwise)}"


def _dot(around: _TokenContext) -> _Said:
    """Check a dot: it may only begin a number, as in .5."""
    after = around.after
    joined = after is not None and around.following is _T.NUMBER and after.start == around.token.end + 1
    return None if joined and around.previous not in _OPERANDS else _ForbiddenWord('"."')


def _number(around: _TokenContext) -> _Said:
    text = around.token.text
    try:
        number = float(text)
    except ValueError:
        return f"{shown(text)} is not a number; write it as 12, 12.5 or 1.2e3"
    if number == float("inf"):
        return f"the number {shown(text)[1:-1]} is too large; 1.7e308 is the most"
    return _beside(around)


def _beside(around: _TokenContext) -> str | None:
    """Refuse a value right after another, which the parser would take for an alias of the first."""
    if around.before is None or around.previous not in _OPERANDS:
        return None
    if around.token.token_type is _T.L_PAREN and around.previous is _T.VAR:
        return None  # a call, which is checked with its name
    return (
        f"nothing joins {shown(around.before.text)} and {shown(around.token.text)}; write AND, OR "
        "or another operator between them"
    )


_SPECIAL: dict[TokenType, Callable[[_TokenContext], _Said]] = {
    _T.IDENTIFIER: _quoted,
    _T.VAR: _name,
    _T.DOT: _dot,
    _T.NUMBER: _number,
    _T.STRING: _beside,
}


def _place(around: _TokenContext) -> str | None:
    """Say what is wrong with the position of an allowed word; the parser would accept all of these."""
    kind, previous, following = around.token.token_type, around.previous, around.following
    problem = _beside(around) if kind in _VALUES else None
    if kind is _T.PLUS and previous not in _OPERANDS:
        problem = '"+" needs a number before it'
    elif kind is _T.COMMA and (following is _T.R_PAREN or previous not in _OPERANDS):
        problem = '"," needs a value on either side of it'
    elif kind is _T.IN and following is not _T.L_PAREN:
        problem = "IN needs its values in parentheses, such as channel IN ('email', 'social')"
    elif kind is _T.R_PAREN and previous is _T.L_PAREN:
        problem = '"()" is empty; write what belongs between'
    elif kind is _T.NOT and previous is _T.IS:
        right = "IS goes with NULL or NOT NULL only; use = or <> for TRUE and FALSE"
        problem = None if following is _T.NULL else right
    elif kind is _T.NOT and previous in _OPERANDS:
        infix = following in (_T.IN, _T.LIKE, _T.BETWEEN)
        problem = (
            None
            if infix
            else "NOT after a value goes with IN, LIKE or BETWEEN; before a condition stands AND or OR"
        )
    elif kind is _T.NOT and previous is not None and previous not in _BEFORE_NOT:
        problem = "NOT turns a whole condition round; put it and its condition in parentheses"
    return problem


@dataclass
class _Level:
    """One level of parentheses or CASE: whether it has a test yet, and a BETWEEN that still needs its AND."""

    tested: bool = False
    between: bool = False


def _shape(tokens: list[Token], facts: FactList) -> str | None:
    """Say what is wrong with the structure: nesting, parentheses, or two tests in a row.

    Databases disagree on what `a = b IS NULL` or `a = b = c` means; parentheses settle it.
    """
    levels = [_Level()]
    signs = 0
    for around in _with_neighbours(tokens, facts):
        kind = around.token.token_type
        prefix = kind is _T.NOT or (kind is _T.DASH and around.previous not in _OPERANDS)
        signs = signs + 1 if prefix else 0
        if kind in _OPENING:
            levels.append(_Level())
        elif kind in _CLOSING:
            levels.pop()
            if not levels:
                return f'"{around.token.text}" closes nothing that was opened before it'
        elif kind is _T.AND and levels[-1].between:
            levels[-1].between = False
        elif kind is _T.AND or kind in _FRESH:
            levels[-1] = _Level()
        elif kind in _TESTS:
            if levels[-1].tested:
                return (
                    f"two tests in a row at {shown(around.token.text)[1:-1]}; join them with AND or OR, "
                    "or put the first of them in parentheses"
                )
            levels[-1] = _Level(tested=True, between=kind is _T.BETWEEN)
        if len(levels) - 1 + signs > MAX_NESTING:
            return f"the expression is nested more than {MAX_NESTING} deep; write it flatter or as two rules"
    return None if len(levels) == 1 else "a parenthesis or a CASE is not closed; add its ) or END"
