"""Parse a rule's expression: from SQL text to a small typed tree (`tree.py`), or to a list of problems.

Pure; loads sqlglot but no Polars.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from simulator.program.facts import AT_CONVERSION, VARIANT, FactList, Kind
from simulator.program.nearest import advice, shown
from simulator.program.sqltext import ALLOWED, MAX_NESTING, no_fact, whole_fractions, word_problems
from simulator.program.tree import SIGNS, Node, Op, balanced, constant, few_values, results

# of the tree, after expanding BETWEEN and the like; Polars takes 0.1 s for one of this size
MAX_NODES = 5_000
MAX_DEPTH = 100  # levels of the tree; a long sum is deep too, since the order of adding floats matters
MAX_PATTERN = 256  # characters of a LIKE pattern; no text of an event is longer
_LARGEST_FACT = 2.0**63  # more than any amount, age or count can be


@dataclass(frozen=True)
class Parsed:
    """The result of parsing: a tree of kind `bool`, or problems, each a line for a person."""

    tree: Node | None
    problems: tuple[str, ...]


def parse_expression(text: str, facts: FactList = AT_CONVERSION) -> Parsed:
    """Parse `text` over these `facts` into a typed tree, or list all of its problems, each once. Never raises."""
    problems = word_problems(text, facts)
    if problems:
        return Parsed(None, tuple(problems))
    try:
        return _parsed(text, facts)
    except RecursionError:
        # only if the caller's stack is deep already: the limit on nesting is met long before
        return Parsed(None, (f"the expression is nested too deep; {MAX_NESTING} levels are the most",))


# sqlglot takes 1 ms, and `explain` judges a conversion a dozen times by the same rules
@lru_cache(maxsize=512)
def _parsed(text: str, facts: FactList) -> Parsed:
    reading = _ExpressionReader(facts)
    tree = None
    try:
        tree = reading.condition(parse_one(whole_fractions(text)), "a rule")
    except SqlglotError as error:
        reading.problems.append(_syntax(error))
    except _Refused:
        pass
    return Parsed(None if reading.problems else tree, tuple(dict.fromkeys(reading.problems)))


def _syntax(error: SqlglotError) -> str:
    found = getattr(error, "errors", None)
    first = found[0] if found else {}
    near = str(first.get("highlight") or "").strip()
    where = f" at {shown(near)}" if near else ""
    return f"the expression can't be read{where}; something is missing or stands in the wrong place"


class _Refused(Exception):  # noqa: N818 - a signal within this file: the problem is already noted
    """A part has a problem, which has been noted; the parts beside it are still read."""


_KIND_WORDS: dict[Kind, str] = {"bool": "a condition (true or false)", "number": "a number", "text": "a text"}
_COMPARE: dict[type[exp.Expr], Op] = {
    exp.EQ: "eq", exp.NEQ: "ne", exp.LT: "lt", exp.LTE: "le", exp.GT: "gt", exp.GTE: "ge",
}  # fmt: skip
_ARITHMETIC: dict[type[exp.Expr], Op] = {exp.Add: "add", exp.Sub: "sub", exp.Mul: "mul", exp.Div: "div"}
_ALLOWED_ARGS: dict[type[exp.Expr], set[str]] = {
    exp.Column: {"this"},
    exp.Literal: {"this", "is_string"},
    exp.Boolean: {"this"},
    exp.Null: set(),
    exp.Paren: {"this"},
    exp.And: {"this", "expression"},
    exp.Or: {"this", "expression"},
    exp.Not: {"this"},
    exp.Neg: {"this"},
    **{kind: {"this", "expression"} for kind in (*_COMPARE, exp.Add, exp.Sub, exp.Mul, exp.Is)},
    exp.Div: {"this", "expression", "typed", "safe"},
    exp.In: {"this", "expressions"},
    exp.Between: {"this", "low", "high"},
    exp.Like: {"this", "expression", "negate"},
    exp.Case: {"this", "ifs", "default"},
    exp.Coalesce: {"this", "expressions"},
}
"""Every node a rule may have, and the arguments it may carry; any other argument is refused."""


class _ExpressionReader:
    """One pass over a parsed text. Each method returns a node, or notes a problem and raises `_Refused`."""

    def __init__(self, facts: FactList) -> None:
        self.problems: list[str] = []
        self._facts = facts
        self._by_type: dict[type[exp.Expr], Callable[[exp.Expr], Node]] = {
            exp.Column: self._fact,
            exp.Literal: self._literal,
            exp.Boolean: lambda node: Node("literal", "bool", value=bool(node.this)),
            exp.Null: self._stray_null,
            exp.Paren: lambda node: self.read(node.this),
            exp.And: self._chain,
            exp.Or: self._chain,
            exp.Not: lambda node: Node("not", "bool", (self.condition(node.this, "NOT"),)),
            exp.Neg: self._negative,
            exp.In: self._in,
            exp.Between: self._between,
            exp.Like: self._like,
            exp.Is: self._is_null,
            exp.Case: self._case,
            exp.Coalesce: self._coalesce,
            **dict.fromkeys(_COMPARE, self._comparison),
            **dict.fromkeys(_ARITHMETIC, self._arithmetic),
        }

    def refuse(self, problem: str) -> _Refused:
        """Note a problem, and return the exception for the caller to raise."""
        self.problems.append(problem)
        return _Refused()

    def all(self, readers: Sequence[Callable[[], Node]]) -> list[Node]:
        """Read every part, so that the problems of all are noted before the first of them is raised."""
        nodes: list[Node] = []
        refused = False
        for read in readers:
            try:
                nodes.append(read())
            except _Refused:
                refused = True
        if refused:
            raise _Refused
        return nodes

    def read(self, node: exp.Expr) -> Node:
        """Read `node`, whatever its kind."""
        allowed = _ALLOWED_ARGS.get(type(node))
        reader = self._by_type.get(type(node))
        extra = {name for name, value in node.args.items() if value not in (None, False, [])} - (
            allowed or set()
        )
        if allowed is None or reader is None or extra:
            raise self.refuse(f"{_written(node)} can't be used; {ALLOWED}")
        return self.checked(reader(node))

    def checked(self, node: Node) -> Node:
        """Return `node`, unless the tree has grown too large or a number in it could exceed what a float holds."""
        if node.size > MAX_NODES or node.depth > MAX_DEPTH:
            raise self.refuse(
                f"the expression is too long: written out it has more than {MAX_NODES:,} parts or "
                f"{MAX_DEPTH} levels; write it shorter or as two rules"
            )
        if node.kind == "number" and not math.isfinite(node.bound):
            raise self.refuse("the numbers of the expression can grow past 1.7e308; use smaller ones")
        return node

    def of_kind(self, kind: Kind, node: exp.Expr, user: str) -> Node:
        """Read `node`, which must be of `kind`; `user` names in a message what needs it."""
        read = self.read(node)
        if read.kind != kind:
            raise self.refuse(
                f"{user} needs {_KIND_WORDS[kind]}, and {_written(node)} is {_KIND_WORDS[read.kind]}"
            )
        return read

    def condition(self, node: exp.Expr, user: str) -> Node:
        """Read `node`, which must be a condition."""
        return self.of_kind("bool", node, user)

    def _fact(self, node: exp.Expr) -> Node:
        name = node.name
        if name not in self._facts.usable:
            raise self.refuse(no_fact(name, self._facts))
        return Node("fact", self._facts.kinds[name], value=name, bound=_LARGEST_FACT)

    def _literal(self, node: exp.Expr) -> Node:
        if node.args.get("is_string"):
            return Node("literal", "text", value=str(node.this))
        number = float(node.this)
        return Node("literal", "number", value=number, bound=abs(number))

    def _stray_null(self, _node: exp.Expr) -> Node:
        raise self.refuse(
            "NULL can stand only in a branch of CASE or COALESCE, or after IS; test with IS NULL"
        )

    def _chain(self, node: exp.Expr) -> Node:
        """Read A AND B AND C … into a balanced tree, however long it is."""
        op: Op = "and" if isinstance(node, exp.And) else "or"
        parts = list(reversed(list(_spine(node, (type(node),)))))
        read = self.all([lambda part=part: self.condition(part, op.upper()) for part in parts])  # type: ignore[misc]
        return balanced(op, read)

    def _arithmetic(self, node: exp.Expr) -> Node:
        """Read A + B - C … from the left; only constants may divide."""
        steps: list[exp.Expr] = []
        first = node
        while type(first) in _ARITHMETIC:
            steps.append(first)
            first = first.this
        result = self.of_kind("number", first, SIGNS[_ARITHMETIC[type(steps[-1])]])
        for step in reversed(steps):
            op = _ARITHMETIC[type(step)]
            right = self.of_kind("number", step.expression, SIGNS[op])
            result = self.checked(self._applied(op, result, right, step.expression))
        return result

    def _applied(self, op: Op, left: Node, right: Node, written: exp.Expr) -> Node:
        if op == "div":
            divisor = constant(right)
            if divisor is None:
                raise self.refuse(
                    f"a division by {_written(written)}; only a constant other than 0 can divide"
                )
            if divisor == 0:
                raise self.refuse(
                    f"a division by {_written(written)}, which is 0; divide by a constant other than 0"
                )
            bound = left.bound / abs(divisor)
        else:
            bound = left.bound * right.bound if op == "mul" else left.bound + right.bound
        return Node(op, "number", (left, right), bound=bound)

    def _negative(self, node: exp.Expr) -> Node:
        inner = self.of_kind("number", node.this, "-")
        if inner.op == "literal" and isinstance(inner.value, float):
            return Node("literal", "number", value=-inner.value, bound=inner.bound)
        return Node("neg", "number", (inner,), bound=inner.bound)

    def _comparison(self, node: exp.Expr) -> Node:
        left, right = self.all([lambda: self.read(node.this), lambda: self.read(node.expression)])
        return self._compared(_COMPARE[type(node)], left, right, node)

    def _compared(self, op: Op, left: Node, right: Node, node: exp.Expr) -> Node:
        if left.kind != right.kind:
            raise self.refuse(
                f"{_written(node)} compares {_KIND_WORDS[left.kind]} with {_KIND_WORDS[right.kind]}; "
                "compare values of one kind"
            )
        if left.kind == "bool" and op not in ("eq", "ne"):
            raise self.refuse(f"{_written(node)} puts true and false in an order; use = or <>")
        for one, other in ((left, right), (right, left)):
            self._check_variants(one, [str(text.value) for text in results(other) if text.op == "literal"])
        return Node(op, "bool", (left, right))

    def _check_variants(self, node: Node, texts: Sequence[str]) -> None:
        """Refuse texts that `node` can't be, if it is a variant of an experiment, or else one of some texts."""
        known = few_values(node, lambda name: self._facts.usable[name].values)
        unknown = [text for text in texts if known is not None and text not in known.all]
        if known is None or not unknown:
            return
        have = "experiment {} has" if len(known.facts) == 1 else "experiments {} have"
        names = have.format(" and ".join(name.removeprefix(VARIANT) for name in known.facts))
        raise self.refuse(f"the {names} no variant '{unknown[0]}'; {advice(unknown[0], known.values)}")

    def _in(self, node: exp.Expr) -> Node:
        values = node.expressions
        if not values:
            raise self.refuse(f"{_written(node)} needs values in parentheses")
        this, *read = self.all([lambda part=part: self.read(part) for part in (node.this, *values)])  # type: ignore[misc]
        return balanced("or", [self._compared("eq", this, value, node) for value in read])

    def _between(self, node: exp.Expr) -> Node:
        parts = (node.this, node.args["low"], node.args["high"])
        this, low, high = self.all([lambda part=part: self.read(part) for part in parts])  # type: ignore[misc]
        return Node(
            "and", "bool", (self._compared("ge", this, low, node), self._compared("le", this, high, node))
        )

    def _like(self, node: exp.Expr) -> Node:
        this = self.of_kind("text", node.this, "LIKE")
        pattern = node.expression
        while isinstance(pattern, exp.Paren):
            pattern = pattern.this
        if not (isinstance(pattern, exp.Literal) and pattern.is_string):
            raise self.refuse(f"LIKE needs text in single quotes as its pattern; {_written(pattern)} is not")
        if len(pattern.this) > MAX_PATTERN:
            raise self.refuse(
                f"a LIKE pattern of {len(pattern.this):,} characters; {MAX_PATTERN} is the most"
            )
        if {"%", "_"}.isdisjoint(pattern.this):
            self._check_variants(this, [str(pattern.this)])
        like = Node("like", "bool", (this,), value=str(pattern.this))
        return Node("not", "bool", (like,)) if node.args.get("negate") else like

    def _is_null(self, node: exp.Expr) -> Node:
        if not isinstance(node.expression, exp.Null):
            raise self.refuse(
                f"{_written(node)}: IS goes with NULL or NOT NULL only; use = for TRUE and FALSE"
            )
        return Node("is-null", "bool", (self.read(node.this),))

    def _case(self, node: exp.Expr) -> Node:
        """Read both forms of CASE; the subject of the short form is read once, or nested ones take exponential time."""
        branches = node.args.get("ifs") or []
        operand = node.args.get("this")
        subject = None if operand is None else self.read(operand)
        conditions = self.all([lambda branch=branch: self._when(subject, branch) for branch in branches])  # type: ignore[misc]
        default = node.args.get("default") or exp.Null()
        values = self._branches("CASE", [*(branch.args["true"] for branch in branches), default])
        args: list[Node] = []
        for condition, value in zip(conditions, values[:-1], strict=True):
            args += (condition, value)
        args.append(values[-1])
        return Node("case", values[0].kind, tuple(args), bound=max(value.bound for value in values))

    def _when(self, subject: Node | None, branch: exp.Expr) -> Node:
        if subject is None:
            return self.condition(branch.this, "WHEN")
        return self._compared("eq", subject, self.read(branch.this), branch)

    def _coalesce(self, node: exp.Expr) -> Node:
        values = self._branches("COALESCE", [node.this, *node.expressions])
        return Node("coalesce", values[0].kind, tuple(values), bound=max(value.bound for value in values))

    def _branches(self, user: str, nodes: Sequence[exp.Expr]) -> list[Node]:
        """Read values that must all be of one kind; a NULL among them takes the kind of the others."""
        bare = [_without_parentheses(node) for node in nodes]
        given = [node for node in bare if not isinstance(node, exp.Null)]
        read = iter(self.all([lambda node=node: self.read(node) for node in given]))  # type: ignore[misc]
        values = [None if isinstance(node, exp.Null) else next(read) for node in bare]
        kinds = list(dict.fromkeys(value.kind for value in values if value is not None))
        if not kinds:
            raise self.refuse(f"every branch of {user} is NULL; give one of them a value")
        if len(kinds) > 1:
            mixed = " and ".join(_KIND_WORDS[kind] for kind in kinds)
            raise self.refuse(f"{user} has {mixed} among its branches; give them one kind")
        return [Node("null", kinds[0]) if value is None else value for value in values]


def _spine(node: exp.Expr, kinds: tuple[type[exp.Expr], ...]) -> Iterator[exp.Expr]:
    """Yield the operands of a chain of one operator from the right; the parser nests them to the left."""
    while isinstance(node, kinds):
        yield node.expression
        node = node.this
    yield node


def _without_parentheses(node: exp.Expr) -> exp.Expr:
    while isinstance(node, exp.Paren):
        node = node.this
    return node


def _written(node: exp.Expr) -> str:
    """Write a part of the expression as a message names it."""
    try:
        return shown(node.sql())
    except (SqlglotError, RecursionError):
        return "a part of the expression"
