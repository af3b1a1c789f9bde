"""List who got a different result under another design, and why, as `explain` says."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from referral_tui.cli.app import run
from tests.cli.nasty import PROGRAM, Cli, nasty_lines


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two databases of the same log: the second's program requires a larger bill, and refuses hasty conversions."""
    folder = tmp_path_factory.mktemp("pair")
    program, strict = folder / "program.toml", folder / "strict.toml"
    program.write_text(PROGRAM)
    strict.write_text(
        PROGRAM.replace("amount >= 5", "amount >= 28")
        .replace("referrer_friends_24h <= 1", "referrer_friends_24h <= 0")
        .replace('"review"', '"refuse"')
    )
    file = folder / "a.jsonl"
    lines = [line for line in nasty_lines(4, 40) if b"program.changed" not in line]
    file.write_bytes(b"\n".join(lines))
    paths = folder / "plain.db", folder / "strict.db"
    for path, design in zip(paths, (program, strict), strict=True):
        assert run(["ingest", "--db", str(path), "--program", str(design), "--replay", str(file)]) == 0
    return paths


def _outcomes(path: Path) -> dict[str, set[tuple[str, str | None]]]:
    """Every friend's decisions."""
    with closing(sqlite3.connect(path)) as db:
        rows = db.execute(
            "SELECT p.ref, d.outcome, d.reason FROM decision d JOIN person p ON p.id = d.friend"
        ).fetchall()
    found: dict[str, set[tuple[str, str | None]]] = {}
    for ref, outcome, reason in rows:
        found.setdefault(ref, set()).add((outcome, reason))
    return found


def test_each_is_explained_as_explain_does(cli: Cli, pair: tuple[Path, Path]) -> None:
    told = cli("compare", *pair, "--people", "--limit", 6, "--json").json
    assert len(told["people"]) == 6
    total = sum(one["count"] for one in told["counts"])
    assert told["left_out"] == total - 6
    by_side = [_outcomes(path) for path in pair]
    for person in told["people"]:
        sides = person["sides"]
        assert (sides[0]["result"], sides[0]["reason"]) != (sides[1]["result"], sides[1]["reason"])
        for path, side, outcomes in zip(pair, sides, by_side, strict=True):
            explained = cli("explain", person["ref"], "--db", path, "--json").json
            assert side["why"] == explained["why_not"]
            assert [one["state"] for one in side["rewards"]] == [one["state"] for one in explained["rewards"]]
            kept = any(one["state"] in ("issued", "redeemed", "expired") for one in side["rewards"])
            assert (side["result"] == "paid") == kept
            if side["result"] == "refused":
                assert ("refused", side["reason"]) in outcomes[person["ref"]]


def test_nobody_is_left_out_and_nobody_is_listed_who_came_out_the_same(
    cli: Cli, pair: tuple[Path, Path]
) -> None:
    told = cli("compare", *pair, "--people", "--limit", 1000, "--json").json
    listed = {one["ref"] for one in told["people"]}
    one, other = (_outcomes(path) for path in pair)

    def qualified(outcomes: set[tuple[str, str | None]]) -> bool:
        return any(outcome == "qualified" for outcome, _ in outcomes)

    lost = {ref for ref in one if qualified(one[ref]) and not qualified(other.get(ref, set()))}
    same = {ref for ref in one if one[ref] == other[ref] and len(one[ref]) == 1 and not qualified(one[ref])}
    assert lost
    assert lost <= listed
    assert same
    assert not listed & same
    assert told["left_out"] == 0
    assert sum(row["count"] for row in told["counts"]) == len(listed)


def test_in_words_with_a_limit(cli: Cli, pair: tuple[Path, Path]) -> None:
    ran = cli("compare", *pair, "--people", "--limit", 2)
    assert ran.status == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0].endswith("friends got a different result, in plain.db → strict.db:")
    assert "→" in lines[1]
    assert sum(line.startswith("  plain.db: ") for line in lines) == 2
    assert "more; --limit lists more of them" in ran.out
    assert cli("compare", pair[0], pair[0], "--people").out.splitlines()[0] == "nobody got a different result"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--people"], "--people: compares two databases; give a second one"),
        (["{b}", "--people", "--waterfall"], "--people, --waterfall: each shows something else"),
        (["--experiment", "x", "--waterfall"], "--experiment, --waterfall: each shows something else"),
    ],
)
def test_options_that_don_t_go_together_are_refused_in_a_line(
    cli: Cli, pair: tuple[Path, Path], arguments: list[str], said: str
) -> None:
    ran = cli("compare", pair[0], *(one.format(b=pair[1]) for one in arguments))
    assert (ran.status, ran.err.count("\n")) == (2, 1)
    assert said in ran.err
