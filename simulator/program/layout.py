"""The layout of a program file, its tables and keys, defined once for the loader, the JSON Schema and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.events.contract import REFERRER_KINDS
from simulator.program.model import Model, OnFail, Role, WindowKind

Form = Literal[
    "text", "sentence", "choice", "choices", "names", "currency", "moment", "duration", "hold", "occurrence",
    "boolean", "expression", "money", "percent", "whole", "tier", "caps", "window",
]  # fmt: skip
"""How a value is written; `hold` is a duration that may be zero, `names` are names from the same file."""

MODELS: tuple[Model, ...] = get_args(Model)
ON_FAIL: tuple[OnFail, ...] = get_args(OnFail)
ROLES: tuple[Role, ...] = get_args(Role)
CAP_WINDOWS: tuple[WindowKind, ...] = tuple(kind for kind in get_args(WindowKind) if kind != "rolling")


@dataclass(frozen=True)
class Key:
    """A key: how its value is written, what it means, and whether it may be left out."""

    name: str
    form: Form
    note: str
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A table, or if `many` each table of an array."""

    name: str
    note: str
    keys: tuple[Key, ...]
    many: bool = False
    required: bool = False

    def key_names(self) -> tuple[str, ...]:
        """Return the names of the keys."""
        return tuple(key.name for key in self.keys)


CAP = Table(
    "caps",
    "A limit on one reward for one recipient; `count`, `value` or both.",
    (
        Key("count", "whole", "At most this many rewards in the window."),
        Key("value", "money", "At most this much money in the window."),
        Key(
            "window",
            "window",
            "lifetime, a calendar period in UTC, or a rolling duration.",
            True,
            CAP_WINDOWS,
        ),
    ),
    many=True,
)

TABLES: tuple[Table, ...] = (
    Table(
        "program",
        "What the program is, whom it is for and when it runs.",
        (
            Key("name", "text", "The name of the program.", True),
            Key("industry", "text", 'The industry, in a word; "general" where left out.'),
            Key("currency", "currency", "The ISO 4217 code of all money in the file.", True),
            Key("referrers", "choices", "Who may refer; everybody where left out.", choices=REFERRER_KINDS),
            Key("starts", "moment", "Conversions that occurred before this are outside the program."),
            Key("ends", "moment", "Conversions that occurred at or after this are outside the program."),
            Key(
                "numeric_references",
                "boolean",
                "true where the brand's pseudonymous references are digits, as a phone number is; false where left "
                "out. It can't be changed later.",
            ),
        ),
        required=True,
    ),
    Table(
        "attribution",
        "How a friend is matched to a referrer.",
        (
            Key("model", "choice", "Which touch wins; last-touch where left out.", choices=MODELS),
            Key(
                "window",
                "duration",
                "How long after a touch a friend may still claim or convert; default 30d.",
            ),
        ),
    ),
    Table(
        "milestone",
        "A conversion that counts.",
        (
            Key("name", "text", "The name that rules and rewards call it by.", True),
            Key("event", "choice", "The type of the conversion event.", True, CONVERSION_TYPES),
            Key("occurrence", "occurrence", 'The n-th of the friend (default 1), "any" one, or "each".'),
            Key(
                "within",
                "duration",
                "How long after the touch it still counts; without limit where left out.",
            ),
        ),
        many=True,
    ),
    Table(
        "rule",
        "A condition that a conversion must meet.",
        (
            Key("code", "text", "A short name, given as the reason of a refusal.", True),
            Key("require", "expression", "The condition, an SQL expression over facts.", True),
            Key("because", "sentence", "What to tell people where it fails."),
            Key("on_fail", "choice", "refuse (the default), or review by a person.", choices=ON_FAIL),
            Key("milestones", "names", "The milestones it applies to; all where left out."),
        ),
        many=True,
    ),
    Table(
        "reward",
        "What is given to whom for a milestone.",
        (
            Key("name", "text", "The name that numbers and caps go by.", True),
            Key("to", "choice", "Who gets it.", True, ROLES),
            Key("on", "text", "The milestone it is given for.", True),
            Key("kind", "text", 'What it is, such as bill-credit or voucher; "credit" where left out.'),
            Key("value", "money", "Its value, in the program's currency; this or percent."),
            Key("percent", "percent", "Its value as a percentage of the conversion's amount; this or value."),
            Key("hold", "hold", "The cooling-off time after the conversion; none where left out."),
            Key("every", "whole", "Only every n-th release pays."),
            Key("tier", "tier", "Only releases from the first number to the second pay; [4] has no end."),
            Key("clawback", "duration", "How long after its issue a reversal still takes it back."),
            Key("caps", "caps", "Limits for one recipient; what does not fit is skipped."),
        ),
        many=True,
    ),
    Table(
        "budget",
        "What the whole program may spend.",
        (Key("total", "money", "Everything issued, taken together; without limit where left out."),),
    ),
)

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
