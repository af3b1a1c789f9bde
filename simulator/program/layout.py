"""Define the layout of a program file, its tables and keys, once for the loader, the JSON Schema and the docs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from simulator.domain.calendars import Period
from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.events.contract import REFERRER_KINDS
from simulator.program.model import (
    AttributeOf,
    AttributeType,
    By,
    Codes,
    DatedBy,
    Model,
    OnFail,
    Over,
    Per,
    Role,
    Short,
    WindowKind,
)

Form = Literal[
    "text", "sentence", "choice", "choices", "names", "currency", "moment", "duration", "hold", "occurrence",
    "boolean", "expression", "money", "percent", "whole", "tier", "caps", "window",
    "zone", "kinds", "weights", "word", "attribute", "rate",
]  # fmt: skip
"""How a value is written.

`hold` is a duration that may be zero, `names` are names from the same file, `kinds` are kinds of rewards, `word` is a
name that facts are made of, and `attribute` the type of one.
"""

MODELS: tuple[Model, ...] = get_args(Model)
ON_FAIL: tuple[OnFail, ...] = get_args(OnFail)
ROLES: tuple[Role, ...] = get_args(Role)
CODES: tuple[Codes, ...] = get_args(Codes)
DATED_BY: tuple[DatedBy, ...] = get_args(DatedBy)
PER: tuple[Per, ...] = get_args(Per)
OVER: tuple[Over, ...] = get_args(Over)
SHORT: tuple[Short, ...] = get_args(Short)
PERIODS: tuple[Period, ...] = get_args(Period)
BY: tuple[By, ...] = get_args(By)
ATTRIBUTE_OF: tuple[AttributeOf, ...] = get_args(AttributeOf)
ATTRIBUTE_TYPES: tuple[AttributeType, ...] = get_args(AttributeType)
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
    """A table, or if `many` each table of an array; `each` is the key of a table whose names are the file's own."""

    name: str
    note: str
    keys: tuple[Key, ...] = ()
    many: bool = False
    required: bool = False
    each: Key | None = None

    def key_names(self) -> tuple[str, ...]:
        """Return the names of the keys."""
        return tuple(key.name for key in self.keys)


CAP = Table(
    "caps",
    "A limit on one reward; `count`, `value` or both.",
    (
        Key("count", "whole", "At most this many rewards in the window."),
        Key("value", "money", "At most this much money in the window."),
        Key(
            "window",
            "window",
            "lifetime, a calendar period in the program's time zone, or a rolling duration.",
            True,
            CAP_WINDOWS,
        ),
        Key("per", "choice", "Whose rewards it counts; recipient if left out.", choices=PER),
        Key(
            "over",
            "choice",
            "skip what does not fit (the default), or trim it to the room left.",
            choices=OVER,
        ),
        Key("returns", "boolean", "false if what was taken back still counts; true if left out."),
    ),
    many=True,
)

TABLES: tuple[Table, ...] = (
    Table(
        "program",
        "What the program is, whom it is for and when it runs.",
        (
            Key("name", "text", "The name of the program.", True),
            Key("industry", "text", 'The industry, in a word; "general" if left out.'),
            Key("currency", "currency", "The ISO 4217 code of all money in the file.", True),
            Key("referrers", "choices", "Who may refer; everybody if left out.", choices=REFERRER_KINDS),
            Key("starts", "moment", "Conversions that occurred before this are outside the program."),
            Key("ends", "moment", "Conversions that occurred at or after this are outside the program."),
            Key(
                "timezone",
                "zone",
                "The time zone of calendar days, such as Pacific/Auckland; UTC if left out.",
            ),
            Key(
                "stops",
                "boolean",
                "true if a referrer who is no longer one of referrers brings nothing more.",
            ),
            Key(
                "numeric_references",
                "boolean",
                "true if the brand's pseudonymous references are digits, as a phone number is; false if left "
                "out. It can't be changed later.",
            ),
        ),
        required=True,
    ),
    Table(
        "attribution",
        "How a friend is matched to a referrer.",
        (
            Key("model", "choice", "Which touch wins; last-touch if left out.", choices=MODELS),
            Key(
                "window",
                "duration",
                "How long after a touch a friend may still claim or convert; default 30d.",
            ),
            Key("codes", "choice", "How codes are compared: exact (the default), or fold.", choices=CODES),
            Key("uses", "whole", "For how many friends a code serves; for any number if left out."),
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
                "How long after the touch it still counts; without limit if left out.",
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
            Key("because", "sentence", "What to tell people if it fails."),
            Key("on_fail", "choice", "refuse (the default), or review by a person.", choices=ON_FAIL),
            Key("milestones", "names", "The milestones it applies to; all if left out."),
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
            Key("kind", "text", 'What it is, such as bill-credit or voucher; "credit" if left out.'),
            Key("choices", "kinds", "The kinds of which the recipient chooses one, in place of kind."),
            Key("choose_within", "duration", "How long the recipient may choose."),
            Key(
                "otherwise",
                "text",
                "Which of choices it is if nothing was chosen; forfeited if left out.",
            ),
            Key("value", "money", "Its value, in the program's currency; this or percent."),
            Key("percent", "percent", "Its value as a percentage of the conversion's amount; this or value."),
            Key("max", "money", "The most that a percent comes to."),
            Key("min", "money", "The least that a percent comes to."),
            Key("when", "expression", "Given only where this is true at the conversion."),
            Key("from", "moment", "Given only for conversions that occurred at or after this."),
            Key("until", "moment", "Given only for conversions that occurred before this."),
            Key(
                "dated_by",
                "choice",
                "What from and until date: conversion (the default), or touch.",
                choices=DATED_BY,
            ),
            Key("keep_if", "expression", "Forfeited where this is not true as it falls due."),
            Key("hold", "hold", "The cooling-off time after the conversion; none if left out."),
            Key("every", "whole", "Only every n-th release pays."),
            Key("tier", "tier", "Only releases from the first number to the second pay; [4] has no end."),
            Key("clawback", "duration", "How long after its issue a reversal still takes it back."),
            Key("expires", "duration", "How long after its issue it may be used."),
            Key("caps", "caps", "Limits; what does not fit is skipped, or trimmed."),
        ),
        many=True,
    ),
    Table(
        "budget",
        "What the whole program may spend.",
        (
            Key("total", "money", "Everything issued, taken together; without limit if left out."),
            Key(
                "period",
                "choice",
                "In which calendar period it is spent; lifetime if left out.",
                choices=PERIODS,
            ),
            Key(
                "over",
                "choice",
                "skip what does not fit (the default), or trim it to the room left.",
                choices=OVER,
            ),
            Key(
                "short",
                "choice",
                "skip what does not fit (the default), or let it wait for room.",
                choices=SHORT,
            ),
            Key("returns", "boolean", "false if what was taken back still counts; true if left out."),
        ),
    ),
    Table(
        "experiment",
        "A split of people into variants, each a value of the fact variant_NAME.",
        (
            Key("name", "word", "The name of the experiment.", True),
            Key("by", "choice", "Who is split: each referrer, or each friend.", True, BY),
            Key("variants", "weights", "The variants, and the weight of each.", True),
        ),
        many=True,
    ),
    Table(
        "attributes",
        "The attributes of events that expressions read.",
        each=Key("NAME", "attribute", 'Its type: "text", "number" or "bool"; or a table with type and of.'),
    ),
    Table(
        "rates",
        "What one unit of another currency is worth in the program's.",
        each=Key("CODE", "rate", "The worth, as a decimal, of one major unit of that currency."),
    ),
)

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
