"""The page of a study: one file, no request, no script, a table for each chart, the same bytes for the same study."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from simulator.lab.vary import Design
from simulator.program.presets import preset_text
from simulator.world.spec import WorldSpec
from tests.cli.nasty import Cli
from tests.cli.studies import Figures, figures, stand_in

VOID = {"meta", "link", "br", "img"}


@pytest.fixture(autouse=True)
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Run nothing; there is a second program."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("simulator.lab.running.run_designs", stand_in(figures))
    (tmp_path / "generous.toml").write_text(preset_text("telecom").replace("= 25.00 ", "= 40.00 "))
    return tmp_path


def page(cli: Cli, *arguments: object) -> str:
    ran = cli("study", *arguments, "--html", "page.html")
    assert ran.status == 0, ran.err
    return Path("page.html").read_text(encoding="utf-8")


class Balanced(HTMLParser):
    """Check that every element is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.ids += [value for name, value in attrs if name == "id" and value]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


WAYS = (
    ("telecom", "generous.toml"),
    ("telecom",),
    ("telecom", "--vary", "reward[referrer-credit].value=10..40:10"),
    ("telecom", "generous.toml", "--shake"),
)


@pytest.mark.parametrize("way", WAYS, ids=["two", "one", "grid", "shaken"])
def test_the_page_asks_for_nothing_and_runs_nothing(cli: Cli, way: Sequence[str]) -> None:
    told = page(cli, *way)
    for sign in ("src=", "href=", "url(", "@import", "http:", "onload", "javascript"):
        assert sign not in told.partition("<pre>")[0], sign
    assert re.findall(r"<script[^>]*>", told) == ['<script type="application/json" id="figures">']
    assert "default-src 'none'" in told
    reader = Balanced()
    reader.feed(told)
    assert reader.open == []
    assert len(set(reader.ids)) == len(reader.ids)


@pytest.mark.parametrize("way", WAYS, ids=["two", "one", "grid", "shaken"])
def test_each_chart_has_a_name_a_description_and_a_table(cli: Cli, way: Sequence[str]) -> None:
    told = page(cli, *way)
    charts = re.findall(
        r"<figure>(<svg.*?</svg>)<figcaption>[^<]+</figcaption></figure>(<div[^>]*><table>)?", told
    )
    assert len(charts) == told.count("<svg") >= 4
    for drawn, below in charts:
        svg = ET.fromstring(drawn)
        assert svg.get("role") == "img"
        title, description = svg[0], svg[1]
        assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert (title.text or "").strip()
        assert len(description.text or "") > 10
        assert below


def test_the_page_tells_question_answer_designs_assumptions_and_how_to_make_it_again(cli: Cli) -> None:
    told = page(cli, "telecom", "generous.toml", "--shake", "--markets", 12, "--seed", 3)
    assert "<h1>Which design: telecom or generous?</h1>" in told
    assert '<div class="answer"><p>generous brings ' in told
    assert "changed: Reward &quot;referrer-credit&quot;: the referrer gets 25.00 → 40.00 GBP" in told
    assert "offer.referrer.elasticity" in told
    assert "Extole        github.com/extole/product-docs" in told
    assert (
        "<pre>referral-tui study telecom generous.toml --preset telecom --referrers 1000 --days 365 --markets 12 "
        "--seed 3 --by qualified --shake</pre>"
    ) in told
    assert "The seeds are 3 to 14" in told


def test_the_same_study_gives_the_same_bytes(cli: Cli) -> None:
    first = page(cli, *WAYS[3])
    assert page(cli, *WAYS[3]) == first


def test_the_figures_are_embedded_as_json(cli: Cli) -> None:
    told = page(cli, *WAYS[0])
    embedded: dict[str, Any] = json.loads(told.partition('id="figures">')[2].partition("</script>")[0])
    assert embedded == json.loads(cli("study", *WAYS[0], "--json").out)
    assert len(embedded["designs"][0]["markets"]) == 20


def test_the_page_of_the_largest_study_stays_small(cli: Cli) -> None:
    vary = (
        "--vary",
        "reward[referrer-credit].value=1..33",
        "--vary",
        "reward[friend-credit].hold=7d,14d,21d",
    )
    told = page(cli, "telecom", *vary, "--markets", 300)
    assert len(told.encode()) < 1_500_000
    assert told.count("<tr>") > 99


def test_text_from_a_program_can_not_leave_its_place(cli: Cli, here: Path) -> None:
    nasty = "</script><script>alert(1)</script>\\u001b]0;x\\u0007"
    text = (
        preset_text("telecom").replace("Northwind Mobile", "<b onload=x>&").replace("handset-voucher", "<i>")
    )
    (here / "a<b>.toml").write_text(text)
    (here / "b.toml").write_text(
        text.replace("The two have referred each other", nasty.replace("\\u001b", "").replace("\\u0007", ""))
    )
    told = page(cli, "a<b>.toml", "b.toml")
    assert "<b onload" not in told
    assert "<i>" not in told
    assert "alert(1)</script>" not in told
    assert "&lt;b onload=x&gt;&amp;" in told


def test_with_one_market_there_is_a_page_too(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_design: Design, seeds: Sequence[int], _world: WorldSpec) -> Figures:
        return {"funnel.qualified": [0] * len(seeds)}

    monkeypatch.setattr("simulator.lab.running.run_designs", stand_in(nothing, worlds=True))
    assert "too few for intervals" in page(cli, "telecom", "generous.toml", "--markets", 1, "--shake")
