"""`load` as people use it: with and without a database, from a log, with thresholds, and misused."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

import simulator.presets
from db.read.meter import load as read_load
from simulator.domain.wall_clock import Stopper
from simulator.load import knee
from simulator.load.dense import DECISIONS
from simulator.load.session import Hooks, LoadProfile, traffic_of
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.plan import Plan
from tests.cli.nasty import Cli
from tests.presets import each_preset

PRESETS = Path(simulator.presets.__file__).parent
SMALL = ("--events", 1500, "--referrers", 150, "--batch", 500, "--processes", 1)


def test_figures_come_thresholds_first(cli: Cli) -> None:
    done = cli("load", *SMALL, "--no-store", "--threshold", "p99<1000s", "--threshold", "achieved>1")
    lines = done.out.splitlines()
    assert done.status == 0
    assert lines[0] == "thresholds"
    assert [line.split()[:2] for line in lines[1:3]] == [["ok", "p99<1000s"], ["ok", "achieved>1"]]
    assert "closed load" in done.out
    assert "where the time went" in done.out
    assert "rule no-self-referral" in done.out


def test_a_threshold_that_fails_ends_with_1(cli: Cli) -> None:
    done = cli("load", *SMALL, "--no-store", "--threshold", "achieved>90M/s")
    assert done.status == 1
    assert done.out.splitlines()[1].split()[:2] == ["FAILED", "achieved>90M/s"]


def test_the_rules_alone_and_with_a_database_come_to_the_same(cli: Cli, tmp_path: Path) -> None:
    db = tmp_path / "load.db"
    alone = json.loads(cli("load", *SMALL, "--no-store", "--json").out)
    stored = json.loads(cli("load", *SMALL, "--db", db, "--json").out)
    for name in ("received", "accepted", "attributions", "decisions", "rewards", "reasons", "late"):
        assert alone[name] == stored[name], name
    assert stored["received"] == 1500
    assert stored["rows"]["event"] == stored["accepted"]
    assert stored["database_bytes"] > 0
    assert set(stored["writing"]) >= {"rows", "insert", "chain", "commit", "index"}
    verified = cli("verify", "--db", db)
    assert verified.status == 0, verified.out


def test_traffic_is_the_same_however_it_is_made(cli: Cli) -> None:
    given = ("load", *SMALL, "--no-store", "--json")
    here, apart, ready = (
        json.loads(cli(*given, *how).out) for how in ((), ("--processes", 2), ("--prepare",))
    )
    for name in ("reasons", "attributions", "late"):
        assert here[name] == apart[name] == ready[name]


def test_without_an_end_it_keeps_no_database(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = cli("load", *SMALL, "--rate", "100k/s", "--json")
    figures = json.loads(done.out)
    assert done.status == 0
    assert figures["mode"] == "open"
    assert figures["rows"]["event"] == 1500
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "db"])
def test_a_recorded_log_is_played_again_and_again(
    cli: Cli, tmp_path: Path, program: Path, nasty_database: bytes, form: str
) -> None:
    db = tmp_path / "first.db"
    db.write_bytes(nasty_database)
    log = db if form == "db" else tmp_path / f"log.{form}"
    if form != "db":
        assert cli("export", "events", "--db", db, "--format", form, "--out", log).status == 0
    accepted = json.loads(cli("load", "--from", log, "--program", program, "--events", 2000, "--json").out)
    assert accepted["loops"] > 1
    assert accepted["duplicate"] == accepted["conflict"] == 0
    assert accepted["accepted"] == accepted["received"]


def test_repeats_in_a_log_are_duplicates_and_without_a_database_left_out(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    given = ("load", "--from", nasty_file, "--program", program, "--events", 10, "--batch", 3, "--json")
    stored, alone = json.loads(cli(*given).out), json.loads(cli(*given, "--no-store").out)
    assert stored["duplicate"] + stored["conflict"] > 0
    assert alone["duplicate"] == alone["conflict"] == 0


def test_the_knee_is_searched(cli: Cli) -> None:
    size = ("--referrers", 100, "--seconds", 0.1, "--batch", 500)  # so that the first trial ends early
    given = ("load", *size, "--no-store", "--find-knee", "--json")
    done = cli(*given, "--threshold", "p99<1000s", "--events", 2000)
    figures = json.loads(done.out)
    assert figures["trials"][0]["rate"] is None
    assert figures["ok"] == (figures["knee_per_second"] is not None) == (done.status == 0)
    hopeless = json.loads(cli(*given, "--threshold", "achieved>99M/s", "--events", 2000).out)
    assert hopeless["knee_per_second"] is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rate", "fast"), "--rate fast: not a rate; give"),
        (("--stages", "10s"), "is not a stage; give"),
        (("--stages", ""), "--stages '': '' is not a stage; give"),
        (("--threshold", "p98<1s"), "no such figure 'p98'; did you mean"),
        (("--rate", "1k", "--stages", "1s:1k"), "--rate and --stages: give one of the two"),
        (("--no-store", "--db", "x.db"), "--db and --no-store: give one of the two"),
        (("--preset", "telekom"), 'did you mean "telecom"?'),
        (("--from", "nothing.jsonl"), "--from nothing.jsonl: no such file"),
        (("--find-knee", "--rate", "1k"), "--find-knee: chooses the rates"),
    ],
)
def test_wrong_use_is_one_line(cli: Cli, arguments: tuple[object, ...], said: str) -> None:
    done = cli("load", *arguments)
    assert done.status == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_a_database_that_is_there_is_not_written_over(
    cli: Cli, tmp_path: Path, exports: Callable[..., dict[str, bytes]]
) -> None:
    db = tmp_path / "load.db"
    cli("load", *SMALL, "--db", db)
    before = exports(db)
    assert cli("load", *SMALL, "--db", db).status == 2
    assert exports(db) == before


def test_screen_and_json_and_database_say_the_same(cli: Cli, tmp_path: Path) -> None:
    db = tmp_path / "load.db"
    printed = json.loads(cli("load", *SMALL, "--db", db, "--threshold", "p99<1000s", "--json").out)
    with sqlite3.connect(db) as connection:
        shown = read_load(connection)
    connection.close()
    assert shown is not None
    assert shown.figures == printed
    assert shown.measurements[-1].database == printed["database_bytes"]


def test_a_log_without_a_good_line_says_how_many_are_bad(cli: Cli, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text("{}\nnothing\n")
    done = cli("load", "--from", log, "--no-store")
    assert done.status == 2
    assert (
        "contains no event (malformed lines: 2; `ingest` gives the reasons); a load test needs events"
        in done.err
    )


def recorded(tmp_path: Path, program: Path, *changes: str) -> Path:
    """A log of a link, changes of program, and a line that is not a message."""

    def line(number: int, kind: str, subject: str | None, **data: object) -> str:
        envelope = {"specversion": "1.0", "id": f"e{number}", "source": "platform", "type": kind}
        envelope |= {"time": "2026-01-01T00:00:00Z", "receivedat": 1_767_225_600_000 + number}  # type: ignore[dict-item]
        return json.dumps({**envelope, "subject": subject, "data": data})

    lines = [line(1, "link.created", "ann", code="A1")] if changes else []
    lines += [line(9, "program.changed", None, program=text) for text in changes or (program.read_text(),)]
    log = tmp_path / "recorded.jsonl"
    log.write_text("\n".join([*lines, "{}"]) + "\n")
    return log


def test_a_recorded_change_to_another_currency_is_malformed_and_what_is_left_out_is_said(
    cli: Cli, tmp_path: Path, program: Path
) -> None:
    ours = load_program(program.read_text(), "program.toml").currency
    log = recorded(tmp_path, program, program.read_text().replace(ours, "KWD"))
    given = ("load", "--from", log, "--program", program, "--events", 4)
    figures = json.loads(cli(*given, "--json").out)
    assert figures["left_out"] == 2
    assert figures["accepted"] == figures["rows"]["event"] == 4
    assert "  left out               2  of the log: malformed" in cli(*given).out


def test_a_log_of_nothing_but_changes_can_t_be_played_again_and_again(
    cli: Cli, tmp_path: Path, program: Path
) -> None:
    done = cli(
        "load", "--from", recorded(tmp_path, program), "--program", program, "--events", 9, "--no-store"
    )
    assert done.status == 2
    assert (
        "contains no event (malformed lines: 1; `ingest` gives the reasons); a load test needs events to play"
        in done.err
    )


@each_preset
def test_traffic_is_dense_in_conversions_whatever_the_preset(cli: Cli, preset: str) -> None:
    """As dense as the help and the docs say, from the start."""
    given = ("load", "--preset", preset, "--events", 8000, "--no-store", "--processes", 1, "--json")
    figures = json.loads(cli(*given).out)
    assert DECISIONS[0] <= figures["decisions_per_1000"] <= DECISIONS[1]
    assert figures["decisions_per_1000"] == pytest.approx(sum(figures["decisions"].values()) / 8, abs=0.1)
    assert min(figures["decisions"].get(outcome, 0) for outcome in ("qualified", "refused", "review")) > 10
    assert not figures["rules_hardly_asked"]


def test_a_load_whose_rules_were_hardly_asked_says_so(cli: Cli) -> None:
    given = ("load", "--events", 3000, "--processes", 1, "--no-store", "--traffic", "preset")
    said = cli(*given).out
    assert "  decisions              0  0.0 in 1,000 events\n" in said
    assert (
        "the rules were hardly asked: take no figure of this run for theirs; leave out --traffic preset"
        in said
    )
    assert json.loads(cli(*given, "--json").out)["rules_hardly_asked"]
    assert "hardly asked" not in cli("load", *SMALL, "--no-store").out


@pytest.mark.parametrize("dates", ["ends = 2026-01-02T00:00:00Z", "starts = 2030-01-01T00:00:00Z"])
def test_a_log_played_past_its_program_s_end_is_still_judged(cli: Cli, tmp_path: Path, dates: str) -> None:
    """A program that ends within the log, or begins years later."""
    program, log, db = (tmp_path / name for name in ("program.toml", "log.db", "load.db"))
    cli("load", "--events", 500, "--referrers", 150, "--batch", 500, "--processes", 1, "--db", log)
    text = re.sub(r"\n(starts|ends) .*", "", (PRESETS / "telecom" / "program.toml").read_text())
    program.write_text(text.replace("[program]\n", f"[program]\n{dates}\n", 1))
    given = ("load", "--from", log, "--program", program, "--events", 1500, "--db", db, "--json")
    figures = json.loads(cli(*given).out)
    assert figures["loops"] == 3
    assert figures["decisions"]["qualified"] > 50
    assert not any(one["reason"] == "outside-program" for one in figures["reasons"]), figures["reasons"]
    assert cli("verify", "--db", db).status == 0


def test_an_interrupted_search_for_the_knee_before_its_first_rate_says_so(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Stopper, "asked", lambda _self: True)
    done = cli("load", "--find-knee", "--no-store")
    assert done.status == 130
    assert "no rate was tried: its traffic was still being made" in done.err


def test_an_interrupted_search_for_the_knee_prints_the_rates_tried(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []
    real = knee._line

    def line(figures: dict[str, object], rate: float | None) -> dict[str, object]:
        tried.append(rate)
        return real(figures, rate)

    monkeypatch.setattr(knee, "_line", line)
    monkeypatch.setattr(Stopper, "asked", lambda _self: len(tried) >= 3)
    size = ("--referrers", 100, "--events", 2000, "--seconds", 0.1, "--batch", 500)
    done = cli("load", "--find-knee", "--no-store", *size)
    assert done.status == 130
    lines = [line for line in done.out.splitlines() if line.startswith(("  at ", "  as fast as it goes"))]
    assert len(lines) == len(tried) == 3
    assert "; the search was interrupted" in done.out


def test_ctrl_c_is_heard_while_the_traffic_is_made() -> None:
    order = LoadProfile(Plan(referrers=100), load_program(*find_program("telecom")), prepare=True)
    stopper = Stopper()
    stopper.stop()
    with pytest.raises(KeyboardInterrupt):
        traffic_of(order, Hooks(stopper, stopper.asked))
