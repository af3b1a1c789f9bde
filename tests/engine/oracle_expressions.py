"""Rule expressions for the oracle: a small parser and a three-valued evaluator of its own.

Nothing is shared with the project: no SQL library, no compiled rules. Numbers are floats, null is `None`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

Value = bool | float | str | None
Facts = Mapping[str, Value]
Node = Callable[[Facts], Value]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)"
    r"|(?P<text>'(?:[^']|'')*')"
    r"|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"
    r"|(?P<sign><=|>=|<>|!=|[-+*/=<>(),]))"
)
_LOGIC = ("AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "IS", "NULL", "TRUE", "FALSE")
_KEYWORDS = frozenset((*_LOGIC, "CASE", "WHEN", "THEN", "ELSE", "END", "COALESCE"))
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<>": operator.ne,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@cache
def parse(text: str) -> Node:
    """The expression as a function of the facts."""
    parser = _Parser(_tokens(text))
    node = parser.disjunction()
    if parser.peek() != _End:
        raise ValueError(f"not understood after the expression: {parser.peek()} in {text!r}")
    return node


def evaluate(text: str, facts: Facts) -> Value:
    """True, False or None (null) for a boolean expression."""
    return parse(text)(facts)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


_End = _Token("end", "")


def _tokens(text: str) -> list[_Token]:
    found, at = [], 0
    stripped = text.rstrip()
    while at < len(stripped):
        match = _TOKEN.match(stripped, at)
        if match is None:
            raise ValueError(f"not understood: {stripped[at:]!r}")
        kind = match.lastgroup
        assert kind is not None
        word = match.group(kind)
        if kind == "word" and word.upper() in _KEYWORDS:
            found.append(_Token("keyword", word.upper()))
        else:
            found.append(_Token(kind, word))
        at = match.end()
    return found


def _not(value: Value) -> Value:
    return None if value is None else not value


def _and(a: Value, b: Value) -> Value:
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def _or(a: Value, b: Value) -> Value:
    if a is True or b is True:
        return True
    return None if a is None or b is None else False


def _compare(sign: str, a: Value, b: Value) -> Value:
    if a is None or b is None:
        return None
    return _COMPARE[sign](a, b)


def _like(text: Value, pattern: Value) -> Value:
    if text is None or pattern is None:
        return None
    assert isinstance(text, str)
    assert isinstance(pattern, str)
    regex = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in pattern)
    return re.fullmatch(regex, text, re.DOTALL) is not None


def _calculate(sign: str, a: Value, b: Value) -> Value:
    if a is None or b is None:
        return None
    assert isinstance(a, float)
    assert isinstance(b, float)
    match sign:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case _:
            return a / b


class _Parser:
    """Recursive descent, loosest first: OR, AND, NOT, comparison, sum, product, minus, atom."""

    def __init__(self, tokens: list[_Token]) -> None:
        self.tokens = tokens
        self.at = 0

    def peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _End

    def take(self, *texts: str) -> str | None:
        token = self.peek()
        if token.kind in ("keyword", "sign") and token.text in texts:
            self.at += 1
            return token.text
        return None

    def need(self, text: str) -> None:
        if self.take(text) is None:
            raise ValueError(f"{text} expected, found {self.peek().text!r}")

    def disjunction(self) -> Node:
        node = self.conjunction()
        while self.take("OR"):
            node = self._both(_or, node, self.conjunction())
        return node

    def conjunction(self) -> Node:
        node = self.negation()
        while self.take("AND"):
            node = self._both(_and, node, self.negation())
        return node

    @staticmethod
    def _both(how: Callable[[Value, Value], Value], a: Node, b: Node) -> Node:
        return lambda facts: how(a(facts), b(facts))

    def negation(self) -> Node:
        if self.take("NOT"):
            inner = self.negation()
            return lambda facts: _not(inner(facts))
        return self.predicate()

    def predicate(self) -> Node:
        left = self.sum()
        while True:
            if sign := self.take(*_COMPARE):
                left = self._comparison(sign, left, self.sum())
            elif self.take("IS"):
                left = self._is_null(left, negated=self.take("NOT") is not None)
            else:
                start = self.at
                negated = self.take("NOT") is not None
                node = self._membership(left)
                if node is None:
                    self.at = start
                    return left
                left = self._negated(node) if negated else node

    @staticmethod
    def _comparison(sign: str, a: Node, b: Node) -> Node:
        return lambda facts: _compare(sign, a(facts), b(facts))

    @staticmethod
    def _negated(node: Node) -> Node:
        return lambda facts: _not(node(facts))

    def _is_null(self, node: Node, negated: bool) -> Node:
        self.need("NULL")
        return lambda facts: (node(facts) is None) is not negated

    def _membership(self, left: Node) -> Node | None:
        if self.take("IN"):
            self.need("(")
            options = [self.sum()]
            while self.take(","):
                options.append(self.sum())
            self.need(")")

            def among(facts: Facts) -> Value:
                result: Value = False
                for option in options:
                    result = _or(result, _compare("=", left(facts), option(facts)))
                return result

            return among
        if self.take("BETWEEN"):
            low = self.sum()
            self.need("AND")
            high = self.sum()
            return lambda facts: _and(
                _compare(">=", left(facts), low(facts)), _compare("<=", left(facts), high(facts))
            )
        if self.take("LIKE"):
            pattern = self.sum()
            return lambda facts: _like(left(facts), pattern(facts))
        return None

    def sum(self) -> Node:
        node = self.product()
        while sign := self.take("+", "-"):
            node = self._arithmetic(sign, node, self.product())
        return node

    def product(self) -> Node:
        node = self.minus()
        while sign := self.take("*", "/"):
            node = self._arithmetic(sign, node, self.minus())
        return node

    @staticmethod
    def _arithmetic(sign: str, a: Node, b: Node) -> Node:
        return lambda facts: _calculate(sign, a(facts), b(facts))

    def minus(self) -> Node:
        if self.take("-"):
            inner = self.minus()
            return lambda facts: _calculate("-", 0.0, inner(facts))
        if self.take("+"):
            return self.minus()
        return self.atom()

    def atom(self) -> Node:
        if self.take("("):
            node = self.disjunction()
            self.need(")")
            return node
        if self.take("CASE"):
            return self._case()
        if self.take("COALESCE"):
            return self._coalesce()
        for word, constant in (("TRUE", True), ("FALSE", False), ("NULL", None)):
            if self.take(word):
                return self._constant(constant)
        token = self.peek()
        self.at += 1
        match token.kind:
            case "number":
                return self._constant(float(token.text))
            case "text":
                return self._constant(token.text[1:-1].replace("''", "'"))
            case "word":
                return lambda facts: facts[token.text]
        raise ValueError(f"a value expected, found {token.text!r}")

    @staticmethod
    def _constant(value: Value) -> Node:
        return lambda facts: value

    def _case(self) -> Node:
        subject = None if self.peek() == _Token("keyword", "WHEN") else self.disjunction()
        branches: list[tuple[Node, Node]] = []
        while self.take("WHEN"):
            condition = self.disjunction()
            if subject is not None:
                condition = self._comparison("=", subject, condition)
            self.need("THEN")
            branches.append((condition, self.disjunction()))
        otherwise = self.disjunction() if self.take("ELSE") else self._constant(None)
        self.need("END")

        def choose(facts: Facts) -> Value:
            for condition, result in branches:
                if condition(facts) is True:
                    return result(facts)
            return otherwise(facts)

        return choose

    def _coalesce(self) -> Node:
        self.need("(")
        options = [self.disjunction()]
        while self.take(","):
            options.append(self.disjunction())
        self.need(")")

        def first(facts: Facts) -> Value:
            for option in options:
                value = option(facts)
                if value is not None:
                    return value
            return None

        return first
