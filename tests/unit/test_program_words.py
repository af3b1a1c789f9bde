"""A program in words, as a schema, and where it comes from."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.domain.errors import InputError
from simulator.domain.moments import moment
from simulator.domain.vocabulary import CONVERSION_TYPES
from simulator.program.draft import QUESTIONS, check_answer, draft_program
from simulator.program.facts import ALL_FACTS, AT_CONVERSION, AT_RELEASE
from simulator.program.layout import CAP, TABLES
from simulator.program.load import load_program, warnings
from simulator.program.nearest import nearest
from simulator.program.phrases import condition_words
from simulator.program.presets import find_program, preset_names, preset_text
from simulator.program.schema import json_schema
from simulator.program.values import InvalidValueError
from simulator.program.words import describe, duration, money, ordinal

DOCS = Path(__file__).parents[2] / "docs" / "programs.md"

PROGRAM = """\
[program]
name = "Club"
industry = "leisure"
currency = "KWD"
referrers = ["customer", "partner"]
starts = 2026-03-01T12:30:05Z
[attribution]
model = "first-touch"
window = "36h"
[[milestone]]
name = "joined"
event = "account.activated"
within = "1d"
[[milestone]]
name = "paid"
event = "bill.paid"
occurrence = "each"
[[rule]]
code = "honest"
require = "NOT same_person"
because = "One person."
on_fail = "review"
milestones = ["joined"]
[[reward]]
name = "third"
to = "community"
on = "joined"
kind = "voucher"
value = 1250.5
hold = "14d"
every = 3
clawback = "2w"
caps = [{ count = 2, value = 5000, window = "calendar-year" }, { count = 1, window = "12h" }]
[[reward]]
name = "share"
to = "upline"
on = "paid"
percent = 2.5
tier = [2, 11]
[budget]
total = 1000000
"""


def test_a_program_is_told_in_the_order_of_the_file() -> None:
    assert describe(load_program(PROGRAM, "p.toml")) == [
        "Club (leisure) pays in KWD and runs from 1 March 2026, 12:30:05 UTC.",
        "Customers and partners may refer.",
        "A friend belongs to the referrer whose link they visited first in the 36 hours before claiming or "
        "converting; a code they give goes before any visit.",
        '"joined" is reached by the friend\'s first account activated (account.activated), within 1 day of the touch.',
        '"paid" is reached by every bill paid (bill.paid).',
        'Rule "honest": a conversion at "joined" goes to a person for review unless friend and referrer are two '
        "people. One person.",
        'Reward "third": the referrer\'s community gets 1,250.500 KWD (voucher) for "joined", 14 days after the '
        "conversion. Only every 3rd such reward of the same recipient pays. One recipient gets at most 2 of them "
        "or 5,000.000 KWD in a calendar year and 1 of them in any 12 hours. A reversal up to 14 days after the "
        "payout takes it back.",
        'Reward "share": whoever brought the referrer gets 2.5 % of the amount (credit) for "paid", at once. Only '
        "the 2nd to the 11th such reward of the same recipient pays.",
        "The whole program pays out 1,000,000.000 KWD at most.",
    ]


def test_values_in_words() -> None:
    program = load_program(PROGRAM.replace("KWD", "JPY").replace("1250.5", "1250"), "p.toml")
    assert money(1_250_000, program) == "1,250,000 JPY"
    assert [duration(ms) for ms in (60_000, 5_400_000, 3_600_000, 604_800_000)] == [
        "1 minute",
        "90 minutes",
        "1 hour",
        "7 days",
    ]
    assert moment(0) == "1 January 1970, 00:00 UTC"
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 13, 21, 111, 1002)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "13th", "21st", "111th", "1,002nd",
    ]  # fmt: skip


def test_the_nearest_name_is_the_one_a_person_meant() -> None:
    codes = ("GIP", "GTQ", "GBP", "EUR", "ERN")
    assert [nearest(said, codes) for said in ("GPB", "GBq", "eru", "Eur", "???")] == [
        "GBP", "GBP", "EUR", "EUR", None,
    ]  # fmt: skip


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_is_a_program_without_a_doubt(name: str) -> None:
    program = load_program(*find_program(name))
    assert warnings(program) == []
    assert program.text == preset_text(name)
    assert program.budget_minor is not None
    assert all(describe(program))


def test_the_telecom_design_can_show_every_state() -> None:
    program = load_program(*find_program("telecom"))
    assert {rule.on_fail for rule in program.rules} == {"refuse", "review"}
    assert {reward.to for reward in program.rewards} == {"referrer", "friend", "upline", "community"}
    assert any(reward.caps for reward in program.rewards)
    assert any(reward.clawback_ms for reward in program.rewards)
    assert any(reward.hold_ms for reward in program.rewards)
    assert any(reward.every or reward.tier for reward in program.rewards)
    assert len(program.milestones) > 1


@pytest.mark.parametrize("name", preset_names())
def test_a_number_of_a_preset_says_where_it_comes_from_or_that_it_is_assumed(name: str) -> None:
    said = [
        line
        for line in preset_text(name).splitlines()
        if re.match(r"\s*(value|percent|hold|clawback|within|total|starts|ends)\b", line)
    ]
    assert len(said) > 10
    assert [line for line in said if "#" not in line] == []


def test_the_presets_together_show_every_feature_of_a_program() -> None:
    programs = [load_program(*find_program(name)) for name in preset_names()]
    milestones = [one for program in programs for one in program.milestones]
    rules = [one for program in programs for one in program.rules]
    rewards = [one for program in programs for one in program.rewards]
    caps = [cap for reward in rewards for cap in reward.caps]
    assert {program.attribution.model for program in programs} == {"first-touch", "last-touch"}
    assert {program.digits for program in programs} >= {0, 2}
    assert len({program.currency for program in programs}) >= 4
    assert any(program.referrers is None for program in programs)
    assert {1, 2, 3, "any", "each"} <= {one.occurrence for one in milestones}
    assert {one.event for one in milestones} == set(CONVERSION_TYPES)
    assert {rule.on_fail for rule in rules} == {"refuse", "review"}
    assert {reward.to for reward in rewards} == {"referrer", "friend", "upline", "community"}
    assert {cap.window.kind for cap in caps} == {
        "lifetime", "calendar-day", "calendar-week", "calendar-month", "calendar-year", "rolling",
    }  # fmt: skip
    assert any(cap.count is not None for cap in caps)
    assert any(cap.value_minor is not None for cap in caps)
    for has in ("percent", "every", "tier", "clawback_ms"):
        assert any(getattr(reward, has) is not None for reward in rewards), has


def test_a_program_is_found_by_preset_or_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbf" + PROGRAM.encode())
    assert find_program(str(file)) == (PROGRAM, str(file))
    assert find_program("telecom")[1] == "telecom/program.toml"


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"a = 1\n# \xe9\n", ":2: byte 0xe9 is not UTF-8"), ("[program]".encode("utf-16"), "UTF-16")],
)
def test_a_file_in_another_encoding_is_said_so(content: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(content)
    with pytest.raises(InputError, match=says):
        find_program(str(file))


def test_what_is_not_found_names_the_nearest_preset(tmp_path: Path) -> None:
    with pytest.raises(InputError, match='did you mean the preset "telecom"'):
        find_program("telcom")
    with pytest.raises(InputError, match='did you mean "telecom"'):
        preset_text("telcom")
    with pytest.raises(InputError, match=r"one of the presets .*telecom"):
        find_program(str(tmp_path / "nowhere.toml"))
    with pytest.raises(InputError, match="can't be read"):
        find_program(str(tmp_path))
    with pytest.raises(InputError, match="can't be read"):
        find_program("a\x00b")


def test_the_schema_has_every_table_and_key() -> None:
    schema = json_schema()
    json.dumps(schema)
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert set(properties) == {table.name for table in TABLES}
    assert schema["required"] == ["program"]
    for table in TABLES:
        found = properties[table.name]["items"] if table.many else properties[table.name]
        if table.each is not None:
            assert "propertyNames" in found
            continue
        assert set(found["properties"]) == set(table.key_names())
        assert found["additionalProperties"] is False
    caps = properties["reward"]["items"]["properties"]["caps"]["items"]
    assert set(caps["properties"]) == set(CAP.key_names())
    assert "GBP" in properties["program"]["properties"]["currency"]["enum"]


def test_answers_to_every_question_make_a_program() -> None:
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        check_answer(question.name, question.default, answers)
        answers[question.name] = question.default
    program = load_program(draft_program(answers), "p.toml")
    assert warnings(program) == []
    assert [reward.value_minor for reward in program.rewards] == [2000, 1000]
    others = {"closed": "no", "expires": "52w", "period": "calendar-month", "timezone": "Pacific/Auckland"}
    grown = load_program(draft_program(answers | others), "p.toml")
    assert {(reward.keep_if, reward.expires_ms) for reward in grown.rewards} == {
        ("NOT recipient_closed", 364 * 86_400_000)
    }
    assert (grown.budget.period, grown.timezone) == ("calendar-month", "Pacific/Auckland")
    paid = load_program(draft_program(answers | {"closed": "yes"}), "p.toml")
    assert {reward.keep_if for reward in paid.rewards} == {None}
    answers |= {"name": 'A "quoted" \\ näme', "hold": "0d", "referrer": "0.01"}
    assert load_program(draft_program(answers), "p.toml").name == 'A "quoted" \\ näme'


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("name", " "),
        ("currency", "gbp"),
        ("event", "sale"),
        ("hold", "soon"),
        ("budget", "0"),
        ("closed", "maybe"),
        ("expires", "soon"),
        ("period", "monthly"),
        ("timezone", "Aukland"),
        ("friend", "0.001"),
    ]
    + [("referrer", amount) for amount in ("ten", "nan", "1e3", "+5", "-5", "", "٣", "1_0")],
)
def test_an_answer_that_would_not_load_is_refused(name: str, answer: str) -> None:
    with pytest.raises(InvalidValueError):
        check_answer(name, answer, {"currency": "GBP"})


def test_the_documentation_tells_every_key_and_fact_and_its_example_loads() -> None:
    page = DOCS.read_text(encoding="utf-8")
    for table in (*TABLES, CAP):
        for key in table.keys if table.each is None else (table.each,):
            assert re.search(rf"^\| [^|]*`{key.name}`", page, re.MULTILINE), f"{table.name}.{key.name}"
    for fact in ALL_FACTS:
        released = {("conversion",): "·", ("conversion", "release"): "yes", ("release",): "only"}[fact.asked]
        assert f"| `{fact.name}` | {fact.kind} | {released} | {fact.meaning} |" in page, fact.name
    examples = re.findall(r"```toml\n(\[program\].*?)```", page, re.DOTALL)
    assert examples
    for example in examples:
        assert warnings(load_program(example, "docs/programs.md")) == []


BASE = """
[program]
name = "Base"
currency = "EUR"
[[milestone]]
name = "first-order"
event = "purchase.paid"
[[milestone]]
name = "any-order"
event = "purchase.paid"
occurrence = "each"
"""
REWARD = """
[[reward]]
name = "base"
to = "friend"
on = "first-order"
value = 5
"""


def test_each_piece_of_the_documentation_can_be_pasted_into_a_program() -> None:
    page = DOCS.read_text(encoding="utf-8")
    pieces = [one for one in re.findall(r"```toml\n(.*?)```", page, re.DOTALL) if "[program]" not in one]
    assert len(pieces) >= 12
    for piece in pieces:
        program = load_program(BASE + ("" if "[[reward]]" in piece else REWARD) + piece, "docs/programs.md")
        assert [one for one in warnings(program) if "no reward is given on it" not in one] == [], piece
        assert describe(program) != describe(load_program(BASE + REWARD, "base")), piece
    told = "\n".join(pieces)
    assert all(
        f"{word} " in told for word in ("when", "from", "keep_if", "choices", "expires", "per", "returns")
    )


def test_reading_a_program_loads_no_columns_and_no_screen() -> None:
    script = "import sys; import simulator.program.load; print(sorted(sys.modules))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(ast.literal_eval(ran.stdout))
    assert not loaded & {"polars", "numpy", "textual", "typer", "rich", "pydantic", "sqlmodel"}


def test_every_fact_has_words() -> None:
    for fact in ALL_FACTS:
        condition = fact.name if fact.kind == "bool" else f"{fact.name} IS NULL"
        said = condition_words(condition, AT_RELEASE if "release" in fact.asked else AT_CONVERSION)
        assert "_" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "NOT same_person AND NOT same_device",
            "friend and referrer are two people and they share no device",
        ),
        ("COALESCE(eligible, TRUE)", "the friend is eligible, or that is not known"),
        ("channel IN ('qr', 'social', 'sms')", "the channel is qr, social or sms"),
        (
            "new_customer OR amount >= 30 AND claimed",
            "the friend is a new customer or (the amount is at least 30 and the friend has claimed)",
        ),
        ("NOT amount < 3.5", "the amount is at least 3.5"),
        ("amount IS NOT NULL", "the amount is known"),
        ("nonsense  (", "nonsense ("),
    ],
)
def test_a_rule_is_said_in_words(text: str, said: str) -> None:
    assert condition_words(text) == said
