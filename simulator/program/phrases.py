"""Put a rule's expression (`NOT same_device AND amount >= 30`) into plain English.

Pure; the text is read by the parser that the engine uses.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.program.expression import parse_expression
from simulator.program.facts import AT_CONVERSION, VARIANT, FactList
from simulator.program.tree import SIGNS, Node, Op

_CONDITIONS: Final = {
    "new_customer": ("the friend is a new customer", "the friend is not a new customer"),
    "claimed": ("the friend has claimed", "the friend has not claimed"),
    "opted_in": ("the friend has agreed to marketing", "the friend has not agreed to marketing"),
    "authenticated": ("the friend has signed in", "the friend has not signed in"),
    "eligible": ("the friend is eligible", "the friend is not eligible"),
    "same_person": ("friend and referrer are one person", "friend and referrer are two people"),
    "same_contact": ("they share a contact", "they share no contact"),
    "same_device": ("they share a device", "they share no device"),
    "friend_is_upline": (
        "the friend is among the referrer's own referrers",
        "the friend is not among the referrer's own referrers",
    ),
    "friend_closed": ("the friend's account is closed", "the friend's account is not closed"),
    "referrer_closed": ("the referrer's account is closed", "the referrer's account is not closed"),
    "recipient_closed": ("the recipient's account is closed", "the recipient's account is not closed"),
    "cross_referral": ("this friend brought the referrer", "this friend did not bring the referrer"),
}
"""The words for a true-or-false fact: if it holds, and if it doesn't."""
_VALUES: Final = {
    "amount": "the amount",
    "outcome": "the outcome",
    "currency": "the currency",
    "channel": "the channel",
    "method": "the way of matching",
    "touch_age_days": "the number of days since the touch",
    "claim_delay_seconds": "the number of seconds from touch to claim",
    "friend_segment": "the friend's segment",
    "referrer_segment": "the referrer's segment",
    "friend_country": "the friend's country",
    "referrer_country": "the referrer's country",
    "referrer_kind": "the referrer's kind",
    "community": "the referrer's community",
    "referrer_age_days": "the number of days from the referrer's first link to the match",
    "referrer_friends_24h": "the number of friends the referrer brought in 24 hours",
    "referrer_friends": "the number of friends the referrer brought so far",
    "friend_first_conversion_days": "the number of days since the friend's first conversion",
    **{
        f"{who}_conversions": f"the number of conversions of the {who}'s that stand"
        for who in ("friend", "referrer")
    },
    **{
        f"{who}_{kind.replace('.', '_')}_count": f"the number of {kind} events of the {who}'s that stand"
        for who in ("friend", "referrer")
        for kind in CONVERSION_TYPES
    },
}
_COMPARED: Final[dict[Op, str]] = {
    "eq": "is", "ne": "is not", "lt": "is less than", "le": "is at most", "gt": "is more than", "ge": "is at least",
}  # fmt: skip
_OPPOSITES: Final[dict[Op, Op]] = {"eq": "ne", "ne": "eq", "lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}


def condition_words(text: str, facts: FactList = AT_CONVERSION) -> str:
    """Put an expression over `facts` into words; return the expression itself if it can't be read."""
    tree = parse_expression(text, facts).tree
    return " ".join(text.split()) if tree is None else _phrase(tree)


def _phrase(node: Node) -> str:
    """Put a part of an expression into words."""
    say = _BY_OP.get(node.op)
    if say is not None:
        return say(node)
    if node.op in _COMPARED:
        return f"{_phrase(node.args[0])} {_COMPARED[node.op]} {_phrase(node.args[1])}"
    return f" {SIGNS[node.op]} ".join(_grouped(arg) for arg in node.args)


def _fact(node: Node) -> str:
    name = str(node.value)
    if name in _CONDITIONS:
        return _CONDITIONS[name][0]
    return f"{_own_fact(name)} is true" if node.kind == "bool" else _VALUES.get(name) or _own_fact(name)


def _own_fact(name: str) -> str:
    """Name a fact that only this program has: an attribute or an experiment."""
    if name.startswith(VARIANT):
        return f'the variant of "{name.removeprefix(VARIANT)}"'
    for who in ("friend", "referrer"):
        if name.startswith(f"{who}_"):
            return f'the {who}\'s "{name.removeprefix(f"{who}_")}"'
    return f'"{name}" of the conversion'


def _literal(node: Node) -> str:
    if isinstance(node.value, bool):
        return "true" if node.value else "false"
    return f"{node.value:g}" if isinstance(node.value, float) else str(node.value) or "empty"


def _not(node: Node) -> str:
    (of,) = node.args
    if of.op == "fact":
        name = str(of.value)
        return _CONDITIONS[name][1] if name in _CONDITIONS else f"{_own_fact(name)} is not true"
    if of.op in _OPPOSITES:
        return f"{_phrase(of.args[0])} {_COMPARED[_OPPOSITES[of.op]]} {_phrase(of.args[1])}"
    if of.op == "is-null":
        return f"{_known(of.args[0])} is known"
    return f"it is not so that ({_phrase(of)})"


def _all(node: Node) -> str:
    return _joined([_part(arg) for arg in _flat(node, "and")], "and")


def _any(node: Node) -> str:
    parts = _flat(node, "or")
    first = parts[0].args[0] if parts[0].op == "eq" else None
    if first is not None and all(part.op == "eq" and part.args[0] == first for part in parts):
        return f"{_phrase(first)} is {_joined([_phrase(part.args[1]) for part in parts], 'or')}"
    return _joined([_part(arg) for arg in parts], "or")


def _coalesce(node: Node) -> str:
    of, *others = node.args
    if node.kind == "bool" and len(others) == 1 and isinstance(others[0].value, bool):
        return f"{_part(of)}, {'or that is not known' if others[0].value else 'and that is known'}"
    return f"{_phrase(of)} (where it is not known, {', else '.join(_phrase(other) for other in others)})"


def _case(node: Node) -> str:
    *pairs, otherwise = node.args
    branches = [
        f"{_phrase(value)} if {_phrase(when)}" for when, value in zip(pairs[::2], pairs[1::2], strict=True)
    ]
    return f"({', '.join(branches)}, otherwise {_phrase(otherwise)})"


def _known(node: Node) -> str:
    return f"whether {_phrase(node)}" if node.kind == "bool" else _phrase(node)


_BY_OP: Final[dict[Op, Callable[[Node], str]]] = {
    "fact": _fact,
    "literal": _literal,
    "null": lambda _node: "not known",
    "not": _not,
    "and": _all,
    "or": _any,
    "neg": lambda node: f"-{_grouped(node.args[0])}",
    "like": lambda node: f'{_phrase(node.args[0])} is like "{node.value}"',
    "is-null": lambda node: f"{_known(node.args[0])} is not known",
    "coalesce": _coalesce,
    "case": _case,
}


def _flat(node: Node, op: Op) -> list[Node]:
    """List the operands of a chain of one operator, in order."""
    return [one for arg in node.args for one in (_flat(arg, op) if arg.op == op else [arg])]


def _part(node: Node) -> str:
    """Put an operand of a chain into words; a chain within it, or a CASE, stands in brackets."""
    phrase = _phrase(node)
    return f"({phrase})" if node.op in ("and", "or", "coalesce") else phrase


def _grouped(node: Node) -> str:
    return f"({_phrase(node)})" if node.op in SIGNS else _phrase(node)


def _joined(words: Sequence[str], last: str) -> str:
    """Join parts into a list: a, b and c."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"
