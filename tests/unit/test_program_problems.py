"""Program files: how every problem of an invalid one is reported, with its line and what would be right."""

from __future__ import annotations

import re

import pytest

from simulator.domain.errors import ProgramError
from simulator.program.load import load_program
from tests.unit.program_texts import SMALL, problem_of, problems_of, replaced


@pytest.mark.parametrize(
    ("currency", "value", "says"),
    [
        ("GBP", "20.001", "20.001 is finer than the minor unit; GBP has 2 decimals at most"),
        ("GBP", "0.010000000000000000000000000000000000001", "finer than the minor unit"),
        ("JPY", "500.5", "JPY has no minor unit: write whole numbers"),
        ("KWD", "0.0001", "finer"),
        ("GBP", "0", "not more than nothing"),
        ("GBP", "-0.0", "not more than nothing"),
        ("GBP", "-5", "not more than nothing"),
        ("GBP", "nan", "not a finite number"),
        ("GBP", "-inf", "not a finite number"),
        ("GBP", "1e99999999999999999999", "not a finite number"),
        ("GBP", "1e999999", "too much"),
        ("GBP", "90000000.01", "is too much; 9000000000 minor units is the most"),
        ("GBP", "1e-999999", "finer"),
        ("GBP", "true", "true is not a number"),
        ("GBP", '"20.00"', "without quotes"),
        ("GBP", "[20]", "a list is not a number"),
        ("GBP", '"forty"', 'must be an amount, such as 40.00, without quotes; "forty" is not a number'),
        ("GBP", "2026-01-01", "is not a number"),
    ],
)
def test_money_that_is_none(currency: str, value: str, says: str) -> None:
    text = replaced('"GBP"', f'"{currency}"', replaced("value = 5", f"value = {value}"))
    problem = problem_of(text)
    assert problem.startswith('p.toml:14: reward[1] "credit".value: ')
    assert says in problem


CASES = [
    # unknown keys and tables
    ('name = "Small"', 'name = "Small"\nnmae = 1', "p.toml:3: program.nmae: unknown key", '"name"'),
    ("value = 5", "value = 5\nhlod = '2d'", 'p.toml:15: reward[1] "credit".hlod: unknown key', '"hold"'),
    ("[[rule]]", "[[rules]]", "p.toml:7: rules: unknown table", '"rule"'),
    ("[program]", "budgt = 1\n[program]", "p.toml:1: budgt: unknown key outside of any table", '"budget"'),
    ("[program]", "window = 1\n[program]", "p.toml:1: window: unknown key", "[attribution]"),
    (
        "value = 5",
        'value = 5\ncaps = [{ count = 1, windw = "1d" }]',
        ".caps[1].windw: unknown key",
        '"window"',
    ),
    # what is missing
    ('name = "Small"', "", "p.toml:1: program.name: missing", "name of the program"),
    ('currency = "GBP"', "", "p.toml:1: program.currency: missing", "ISO 4217"),
    ('event = "purchase.paid"', "", 'p.toml:4: milestone[1] "bought".event: missing', "event"),
    ('require = "amount > 5"', "", 'p.toml:7: rule[1] "big".require: missing', "condition"),
    ('to = "friend"', "", 'p.toml:10: reward[1] "credit".to: missing', "who"),
    ("value = 5", "", 'p.toml:10: reward[1] "credit".value: missing', "percent"),
    (
        "value = 5",
        "value = 5\ncaps = [{ count = 1 }]",
        'p.toml:15: reward[1] "credit".caps[1].window',
        "missing",
    ),
    ("value = 5", "value = 5\npercent = 5", "p.toml:15", "one of value and percent"),
    # names
    ('name = "Small"', 'name = ""', "p.toml:2: program.name", "empty"),
    ('name = "Small"', 'name = "  "', "p.toml:2: program.name", "empty"),
    ('name = "Small"', 'name = "a\\u0007b"', "p.toml:2: program.name", "U+0007"),
    ('name = "Small"', f'name = "{"x" * 257}"', "p.toml:2: program.name", "256 is the most"),
    ('name = "Small"', "name = 7", "p.toml:2: program.name", "not text"),
    ('name = "bought"', 'name = "bought@shop"', "p.toml:5", "an e-mail"),
    ('on = "bought"', 'on = "bougth"', 'p.toml:13: reward[1] "credit".on', '"bought"'),
    ('code = "big"', 'code = ""', "p.toml:8: rule[1]", "empty"),
    ('require = "amount > 5"', 'require = "amount > 5"\nbecause = " "', "p.toml:10", "empty"),
    ('require = "amount > 5"', 'require = "amount > 5"\nmilestones = ["Bought"]', "p.toml:10", '"bought"'),
    ('require = "amount > 5"', 'require = "amount > 5"\nmilestones = []', "p.toml:10", "empty"),
    ('require = "amount > 5"', 'require = "amount > 5"\nmilestones = "bought"', "p.toml:10", '["bought"]'),
    ('require = "amount > 5"', 'require = "amount > 5"\nmilestones = ["bought", "bought"]', ":10:", "twice"),
    ('require = "amount > 5"', 'require = "amount > 5"\non_fail = "reject"', "p.toml:10", "refuse"),
    ('require = "amount > 5"', 'require = "amuont > 5"', 'p.toml:9: rule[1] "big".require', '"amount"'),
    ('require = "amount > 5"', "require = 5", 'p.toml:9: rule[1] "big".require', "not text"),
    ('event = "purchase.paid"', 'event = "purchase.payed"', "p.toml:6: milestone[1]", '"purchase.paid"'),
    ('event = "purchase.paid"', 'event = "friend.claimed"', "p.toml:6", "no conversion"),
    ('event = "purchase.paid"', 'event = "conversion.reversed"', "p.toml:6", "no conversion"),
    ('event = "purchase.paid"', "event = 1", "p.toml:6", "not text"),
    ('to = "friend"', 'to = "frend"', "p.toml:12", '"friend"'),
    ('to = "friend"', 'to = "nobody"', "p.toml:12", "referrer, friend, upline, community"),
    ('currency = "GBP"', 'currency = "GBq"', "p.toml:3: program.currency", '"GBP"'),
    ('currency = "GBP"', 'currency = "gbp"', "p.toml:3: program.currency", '"GBP"'),
    ('currency = "GBP"', 'currency = "£"', "p.toml:3: program.currency", "ISO 4217"),
    ('currency = "GBP"', "currency = 826", "p.toml:3: program.currency", "ISO 4217"),
    ('currency = "GBP"', 'currency = "GBP"\nreferrers = []', "p.toml:4: program.referrers", "empty"),
    (
        'currency = "GBP"',
        'currency = "GBP"\nreferrers = ["staff"]',
        "p.toml:4",
        "customer, employee, partner",
    ),
    ('currency = "GBP"', 'currency = "GBP"\nreferrers = [1]', "p.toml:4", "no kind of referrer 1"),
    # moments
    ('"GBP"', '"GBP"\nstarts = 2026-01-01T00:00:00', "p.toml:4: program.starts", "2026-01-01T00:00:00Z"),
    ('"GBP"', '"GBP"\nstarts = 2026-01-01', "p.toml:4: program.starts", "2026-01-01T00:00:00Z"),
    ('"GBP"', '"GBP"\nends = 10:00:00', "p.toml:4: program.ends", "no date"),
    ('"GBP"', '"GBP"\nends = "2026-01-01T00:00:00Z"', "p.toml:4: program.ends", "no quotes"),
    (
        '"GBP"',
        '"GBP"\nstarts = 2026-01-01T00:00:00Z\nends = 2026-01-01T01:00:00+02:00',
        ":5:",
        "before it has",
    ),
    ('"GBP"', '"GBP"\nstarts = 2026-01-01T00:00:00Z\nends = 2026-01-01T00:00:00Z', ":5:", "before it has"),
    # durations
    *(
        ("value = 5", f"value = 5\nhold = {said}", 'p.toml:15: reward[1] "credit".hold', "14d")
        for said in (
            '"14 days"',
            '"14"',
            '"d"',
            '"1.5d"',
            '"-1d"',
            '"1y"',
            '"14D"',
            '""',
            '"1d\\n"',
            '"\\u0661d"',
            "14",
            "true",
        )
    ),
    ("value = 5", 'value = 5\nhold = "9999999999999999999d"', "p.toml:15", "365000d"),
    ("value = 5", 'value = 5\nclawback = "0d"', "p.toml:15", "more than nothing"),
    (
        "[[milestone]]",
        '[attribution]\nwindow = "0h"\n[[milestone]]',
        "p.toml:5: attribution.window",
        "nothing",
    ),
    ("[[milestone]]", '[attribution]\nmodel = "lasttouch"\n[[milestone]]', "p.toml:5", '"last-touch"'),
    ('event = "purchase.paid"', 'event = "purchase.paid"\nwithin = "00m"', "p.toml:7", "more than nothing"),
    # numbers
    *(
        ("value = 5", f"value = 5\nevery = {said}", 'p.toml:15: reward[1] "credit".every', "1")
        for said in ("0", "-1", "true", "1.0", '"1"', "9007199254740992")
    ),
    *(
        ("value = 5", f"value = 5\ntier = {said}", 'p.toml:15: reward[1] "credit".tier', right)
        for said, right in (
            ("[4, 1]", "[1, 4]"),
            ("[]", "empty"),
            ("[0, 2]", "from 1"),
            ("[1, 2, 3]", "3 numbers"),
            ("[1, true]", "whole number"),
            ("2", "[1, 4]"),
        )
    ),
    *(
        ('event = "purchase.paid"', f'event = "purchase.paid"\noccurrence = {said}', "p.toml:7", right)
        for said, right in (
            ("0", "from 1"),
            ('"eech"', '"each"'),
            ('"2"', "any"),
            ("1.0", "whole"),
            ("false", "whole"),
        )
    ),
    *(
        ("value = 5", f"percent = {said}", 'p.toml:14: reward[1] "credit".percent', right)
        for said, right in (
            ("0", "above 0"),
            ("-5.5", "above 0"),
            ("nan", "finite"),
            ("1001", "1000 is the most"),
            ("true", "not a number"),
            ("0.1234567890123", "12 decimals"),
        )
    ),
    # caps
    (
        "value = 5",
        'value = 5\ncaps = [{ window = "lifetime" }]',
        ".caps[1]: neither count nor value",
        "count = 10",
    ),
    ("value = 5", "value = 5\ncaps = []", 'reward[1] "credit".caps', "empty"),
    ("value = 5", "value = 5\ncaps = {}", 'reward[1] "credit".caps', "not a list"),
    ("value = 5", "value = 5\ncaps = [1]", ".caps[1]", "table"),
    ("value = 5", 'value = 5\ncaps = [{ count = 1, window = "calender-year" }]', "window", '"calendar-year"'),
    ("value = 5", 'value = 5\ncaps = [{ count = 1, window = "0d" }]', "window", "more than nothing"),
    ("value = 5", 'value = 5\ncaps = [{ count = 1, window = "rolling" }]', "window", "365d"),
    ("value = 5", 'value = 5\ncaps = [{ count = 0, window = "1d" }]', ".caps[1].count", "from 1"),
    ("value = 5", 'value = 5\ncaps = [{ value = 0.001, window = "1d" }]', ".caps[1].value", "finer"),
    ("value = 5", 'value = 5\n[[reward.caps]]\ncount = 1\nwindow = "x"', "p.toml:17: reward[1]", "lifetime"),
    ("value = 5", "value = 5\n[budget]\ntotal = 0", "p.toml:16: budget.total", "more than nothing"),
    # shapes
    ("[[milestone]]", "[milestone]", "p.toml:4: milestone: a table", "[[milestone]]"),
    ("[program]", "[[program]]", "p.toml:1: program: a list", "[program]"),
    ("[program]", "attribution = 5\n[program]", "p.toml:1: attribution: 5", "[attribution]"),
    ("[program]", "rule = [1]\n[program]", "p.toml:1: rule[1]: 1", "table"),
]


@pytest.mark.parametrize(("old", "new", "where", "right"), CASES)
def test_a_problem_says_where_what_and_what_would_be_right(
    old: str, new: str, where: str, right: str
) -> None:
    text = SMALL
    if new in ("[milestone]", "rule = [1]\n[program]"):
        text = re.sub(r"\[\[re.*", "", re.sub(r"\[\[rule\]\]\n.*\n.*\n", "", text), flags=re.DOTALL)
    problems = problems_of(replaced(old, new, text))
    found = [problem for problem in problems if where in problem and right in problem]
    assert len(found) == 1, problems
    assert "[program]" in new or '"GBP"' not in old or len(problems) == 1, problems


def test_names_must_differ_within_their_kind_only() -> None:
    again = SMALL + SMALL.partition("[[milestone]]")[1] + SMALL.partition("[[milestone]]")[2]
    problems = problems_of(again)
    assert [problem.partition(" too ")[0] for problem in problems] == [
        'p.toml:16: milestone[2] "bought".name: "bought" names another milestone',
        'p.toml:19: rule[2] "big".code: "big" names another rule',
        'p.toml:22: reward[2] "credit".name: "credit" names another reward',
    ]
    assert "(line 5)" in problems[0]
    shared = replaced('name = "credit"', 'name = "bought"', replaced('code = "big"', 'code = "bought"'))
    assert load_program(shared, "p.toml").rewards[0].name == "bought"


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = replaced(
        '"GBP"', '"GPB"', replaced('"friend"', '"fiend"', replaced("amount > 5", "amount / 0 > SUM(1)"))
    )
    text = replaced("value = 5", 'valeu = 5\nhold = "2"', text)
    lines = [int(problem.split(":")[1]) for problem in problems_of(text)]
    assert lines == [3, 9, 12, 14, 15]


def test_a_wrong_declaration_is_one_problem_and_not_one_more_in_each_expression_that_reads_it() -> None:
    wrong = """
[attributes]
plan = { of = "customer", type = "txt" }
product = "string"
Tier = "text"

[[experiment]]
name = "Offer"
by = "friend"
variants = { control = 1 }

[program]"""
    reads = "friend_plan = 'a' AND product = 'b' AND Tier = 'c' AND variant_Offer = 'control'"
    problems = problems_of(replaced("[program]", wrong, replaced("amount > 5", reads)))
    assert [one.split(": ")[1] for one in problems] == [
        "attributes.plan",
        "attributes.product",
        "attributes.Tier",
        'experiment[1] "Offer".name',
    ]
    (also,) = problems_of(replaced("[program]", wrong, replaced("amount > 5", f"{reads} AND nobody")))[4:]
    assert 'no fact "nobody"' in also


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("value = 5", "valeu = 5"),
        ("value = 5", "value = 5\ncaps = [{ cuont = 1, window = 'lifetime' }]"),
        ("value = 5", "value = 5\ncaps = [{ count = 1, windw = '1d' }]"),
        ("[[rule]]", "[budget]\ntotl = 5.00\nperiod = 'calendar-month'\n[[rule]]"),
        ("value = 5", "precent = 5\nmax = 3.00"),
        ("[[milestone]]", "[[milestones]]"),
        ('on = "bought"', 'on_ = "bought"'),
        ("[program]", "[programm]"),
    ],
)
def test_a_misspelt_name_is_one_problem_and_not_also_what_is_missing_without_it(
    right: str, wrong: str
) -> None:
    assert "unknown" in problem_of(replaced(right, wrong))


def test_a_rule_with_many_problems_names_them_all() -> None:
    problems = problems_of(replaced("amount > 5", "amuont > 5 AND chanel = 'x'"))
    assert len(problems) == 2
    assert all(problem.startswith('p.toml:9: rule[1] "big".require: no fact') for problem in problems)


def test_an_unknown_currency_hides_no_other_problem_and_makes_none() -> None:
    assert len(problems_of(replaced('"GBP"', '"XXZ"', replaced("value = 5", "value = 5.123456")))) == 1
    assert len(problems_of(replaced('"GBP"', '"XXZ"', replaced("value = 5", "value = -5")))) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[program\n", "p.toml:1: not TOML at column 9"),
        (
            "[[reward]]\nvalue = forty\n",
            "p.toml:2: not TOML at column 9: value must be an amount, such as 40.00",
        ),
        (
            "[[reward]]\nhold = soon  # I think\n",
            'p.toml:2: not TOML at column 8: hold must be a duration in quotes, such as "14d"',
        ),
        (
            "[[reward]]\nto = me\n",
            'p.toml:2: not TOML at column 6: to must be text in quotes, such as "me"',
        ),
        ("[program]\nname = \n", "p.toml:2: not TOML at column 8"),
        ("[program]\nname = 'a'\nname = 'b'\n", "p.toml:3: not TOML"),
        ("[program]\n[program]\n", "p.toml:2: not TOML"),
        (
            "[rule]\n[rule]\n",
            "p.toml:2: not TOML at column 6: Cannot declare ('rule',) twice; each milestone, rule",
        ),
        (
            "a = 1\nvalue = 25,00  # a week\n",
            "p.toml:2: not TOML at column 11: write a fraction with a point, as",
        ),
        (
            'require = "method = "link""\n',
            "p.toml:1: not TOML at column 22: Expected newline or end of document",
        ),
        ("[program]\nname = '''", "p.toml:2: not TOML"),
        ("a = 1\n\x00", "p.toml:2: a NUL character"),
        ("a = 1\n# \ud800", "p.toml:2: half of a surrogate pair"),
        ("\ufeff[program]", "p.toml:1: holds U+FEFF"),
        ("a = " + "1" * 5000, "p.toml: an integer too long"),
        ("a = " + "[" * 3000, "p.toml: tables or lists nested too deep"),
        ("#" * 1_048_577, "p.toml: 1,048,577 bytes"),
        ("", "p.toml: [program]: missing"),
        ("name = 'x'", "p.toml: [program]: missing"),
    ],
)
def test_what_is_no_program_file_at_all(text: str, says: str) -> None:
    assert problems_of(text)[0].startswith(says)


def test_a_file_of_another_kind_is_told_what_a_program_is_written_in() -> None:
    with pytest.raises(ProgramError) as caught:
        load_program("program:\n  name: x\n", "shop.yaml")
    assert "a program is written in TOML; `referral-tui program new` writes one" in str(caught.value)


def test_lines_are_found_whatever_the_writing() -> None:
    text = (
        "# [[reward]] in a comment\r\n"
        'program.name = """\r\nA "quoted" ] name\r\n"""\r\n'
        "program.currency = 'GBP' # = \"\r\n"
        'milestone = [\r\n  { name = "a", event = "bill.paid" }, # ]\r\n'
        '  { name = "b]", "event" = "bill.payed" },\r\n]\r\n'
        "[[ reward ]]\r\n"
        '"name" = "r"\r\n'
        "'to' = 'friend'\r\non = 'a'\r\nvalue = 1\r\n"
        "[[reward.caps]]\r\ncount = 1\r\nwindow = 'lifetime'\r\n"
        "[[reward]]\r\nname = 's'\r\nto = 'friend'\r\non = 'a'\r\nvalue = 1\r\n"
        "[[reward.caps]]\r\nwindow = 'lifetime'\r\ncount = 0\r\n"
    )
    problems = problems_of(text)
    assert [problem.partition(": ")[0] for problem in problems] == ["p.toml:2", "p.toml:8", "p.toml:25"]
    assert 'milestone[2] "b]".event' in problems[1]
    assert 'reward[2] "s".caps[1].count' in problems[2]


def test_a_message_is_one_printable_line_whatever_the_file_says() -> None:
    text = replaced('to = "friend"', 'to = "\\u001b[31mfr\\niend\\u202e' + "x" * 500 + '"')
    problem = problem_of(text)
    assert problem.isprintable()
    assert len(problem) < 200
