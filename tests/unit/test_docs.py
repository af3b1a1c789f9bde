"""The pages in docs/ agree with the code, and their links lead somewhere."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import get_args

import pytest

from referral_tui.cli.app import COMMANDS
from referral_tui.cli.simulate import simulate
from referral_tui.dashboard.screens.data_types import model_words
from simulator.delivery import models
from simulator.delivery.models import parse_model
from simulator.domain.definitions import DEFINITIONS, FORMULAS, RECEIPTS
from simulator.domain.notices import NOTICE_TYPES
from simulator.domain.vocabulary import CONVERSION_TYPES, Category
from simulator.door.retries import SCHEDULE_S
from simulator.engine.rollup import METRICS
from simulator.events import contract
from simulator.events.contract import EVENT_TYPES, EventSpec, Field
from simulator.program import model, source, sqltext, tables, values
from simulator.proof.scope import UNPROVEN

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    ROOT / "CHANGELOG.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
HEADINGS = {
    "Customer identification": Category.IDENTIFICATION,
    "Referral participation": Category.PARTICIPATION,
    "Conversion or validation": Category.CONVERSION,
    "Steering": Category.STEERING,
}
TYPE_ROW = re.compile(r"^\| `([a-z_]+\.[a-z_]+)` \| ([a-z, ]+) \| (.*)\|$", re.MULTILINE)


def told(field: Field) -> str:
    """A field as the page describes it."""
    kind: str = field.kind
    if field.choices:
        kind = " or ".join((", ".join(field.choices[:-1]), field.choices[-1]))
    if field.minimum:
        kind += f" from {field.minimum}"
    return f"**`{field.name}`** {kind}" if field.required else f"`{field.name}` {kind}"


def row(kind: EventSpec) -> tuple[str, str]:
    """The senders and the fields of a type, as the page describes them."""
    return ", ".join(kind.senders), " · ".join(told(field) for field in kind.fields)


def test_the_page_of_events_tells_the_contract() -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^### (.*?)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL))
    found = {}
    for heading, category in HEADINGS.items():
        last = ""
        for name, senders, fields in TYPE_ROW.findall(sections[heading]):
            last = last if fields.strip() == "the same" else fields.strip()
            found[name] = (category, senders, last)
    assert found == {kind.name: (kind.category, *row(kind)) for kind in EVENT_TYPES.values()}


def test_the_page_of_programs_names_every_event_that_a_milestone_can_count() -> None:
    page = (ROOT / "docs" / "programs.md").read_text(encoding="utf-8")
    (cell,) = re.findall(r"^\| `event` \| (.*) \|$", page, re.MULTILINE)
    assert re.findall(r"`([a-z_.]+)`", cell) == [str(kind) for kind in CONVERSION_TYPES]


def test_page_and_help_and_screen_tell_every_delivery_model() -> None:
    page = (ROOT / "docs" / "events.md").read_text(encoding="utf-8")
    table = page.partition("## Delivery\n")[2].partition("\n## ")[0]
    forms = re.findall(r"^\| `([a-z].*?)` \|", table, re.MULTILINE)
    assert {type(parse_model(form)) for form in forms} == set(get_args(models.Model))
    (option,) = (one for one in inspect.signature(simulate).parameters.values() if one.name == "delivery")
    for form in forms:
        assert form in str(option), form
        assert model_words("bill.paid", {"bill.paid": form}) != form


def test_the_page_of_the_dashboard_tells_every_number_as_it_is_made() -> None:
    page = (ROOT / "docs" / "dashboard.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"^\| number \| formula \|\n\| --- \| --- \|\n((?:\|.*\n)+)", page, re.MULTILINE)
    told = [tuple(cell.strip() for cell in line.strip("|\n").split("|")) for line in table.splitlines()]
    made = {one.title: one.formula for one in DEFINITIONS.values()} | FORMULAS
    assert dict(told) == {
        title if title[1] == " " else title[0].lower() + title[1:]: formula for title, formula in made.items()
    }
    assert len(told) == len(made)


def test_no_number_has_two_meanings() -> None:
    titles = [one.title.lower() for one in DEFINITIONS.values()] + [name.lower() for name in FORMULAS]
    assert len(titles) == len(set(titles))
    sides: dict[str, tuple[tuple[str, ...], ...]] = {}
    for one in DEFINITIONS.values():
        for side in filter(None, (one.over, one.under)):
            made = (side.counts, side.values, side.less)
            assert sides.setdefault(side.words, made) == made, side.words
    known = {*METRICS, *(f"receipt.{kind}" for kind in RECEIPTS)}
    assert {metric for groups in sides.values() for group in groups for metric in group} <= known


def test_the_page_of_the_house_tells_every_metric() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    section = re.findall(r"^## Sums\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)[0]
    told = set()
    for cell in re.findall(r"^\| (`[a-z_]+[.`].*?) \|", section, re.MULTILINE):
        first, *others = re.findall(r"`([a-zA-Z_.]+)`", cell)
        told |= {first, *(first.rpartition(".")[0] + other for other in others)}
    for metric in METRICS:
        group, _, name = metric.partition(".")
        assert {
            metric,
            f"{group}.{'STAGE' if group == 'stage' else 'STATE'}",
            f"{group}.TYPE",
            f"{group}.OUTCOME",
        } & told, name


def test_the_page_of_the_house_shows_every_folder() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    rooms = [
        path.parent for name in ("referral_tui", "simulator") for path in (ROOT / name).glob("*/__init__.py")
    ]
    tests = [path for path in (ROOT / "tests").iterdir() if any(path.glob("test_*.py"))]
    for room in rooms:
        assert re.search(rf"^\| .*`{room.relative_to(ROOT)}/`", page, re.MULTILINE), room.name
    for room in tests:
        assert f"| `{room.relative_to(ROOT)}` |" in page, room.name


def test_the_page_of_the_house_names_files_that_there_are() -> None:
    page = (ROOT / "docs" / "house.md").read_text(encoding="utf-8")
    folders = ("benchmarks", "db", "docs", "referral_tui", "simulator", "tests")
    there = ["/" + str(path.relative_to(ROOT)) for name in folders for path in (ROOT / name).rglob("*.*")]
    for name in re.findall(r"[`\s]([\w/]+\.(?:py|toml|tcss))\b", page):
        assert "NAME" in name or any(path.endswith(f"/{name}") for path in there), name


def test_the_page_of_trust_tells_the_sizes() -> None:
    page = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    table = page.partition("| what | at most |")[2].partition("\n\n")[0]
    told = [
        int(number.replace(",", ""))
        for number in re.findall(r"\| ([\d,]+)(?: [a-z ]+)? \|$", table, re.MULTILINE)
    ]
    of_events = [contract.MAX_LINE_BYTES, contract.MAX_TEXT, contract.MAX_ID, contract.MAX_REFERENCE]
    of_programs = [
        model.MAX_LINE_MINOR,
        source.MAX_BYTES,
        source.MAX_KEYS,
        tables.MOST_PROBLEMS,
        sqltext.MAX_TEXT,
        values.MAX_COUNT,
    ]
    assert told == [*of_events, contract.MAX_AMOUNT, *of_programs]


def test_the_page_of_trust_lists_what_verify_does_not_prove() -> None:
    page = (ROOT / "docs" / "trust.md").read_text(encoding="utf-8")
    table = page.partition("| table | why not |")[2].partition("\n\n")[0]
    told = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE))
    assert told == {what.table: why for what, why in UNPROVEN.items()}


def test_the_readme_lists_every_command() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.findall(r"^## Commands\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == list(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    for link in ("".join(pair) for pair in links):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}, link


def test_every_page_is_reached_from_the_readme() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs").glob("*.md"):
        assert f"(docs/{page.name})" in text, page.name


def test_the_page_of_webhooks_tells_every_type_and_the_schedule() -> None:
    page = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    table = page.partition("| type | sent when |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z._]+)` \|", table, re.MULTILINE) == list(NOTICE_TYPES)
    assert "after 5 seconds, 5 and 30 minutes, 2, 5, 10, 14, 20 and 24 hours" in page
    assert (5, 300, 1800, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24))) == SCHEDULE_S
