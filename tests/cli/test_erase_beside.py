"""Erasing and showing a person outside the database: commands, the client's records, the door, batch files."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from db.client.people import crm_path
from db.control import control_path, send
from db.hooks import DeadLetter, HookStore
from db.questions import QuestionStore
from referral_tui.cli.app import run
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.proof.verify import verify
from simulator.run.plan import Plan
from tests.cli.forgotten import BY, occurrences, people, pseudonym, select, texts_of
from tests.cli.nasty import Cli
from tests.world.running import run_into, stop_after


@pytest.fixture(scope="session")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulation that was stopped halfway: its database and the client's."""
    path = tmp_path_factory.mktemp("stopped") / "a.db"
    plan = Plan(seed=5, referrers=150, days=24)
    program = load_program(*find_program("telecom"))
    assert run_into(path, program, plan=plan, batch=50, stopped=stop_after(6)) == "stopped"
    return path


def given_to_the_client(path: Path) -> dict[str, tuple[str, str, str]]:
    """The salt, e-mail address and phone number of every person in the client's customer system, by reference."""
    rows = select(crm_path(path), "SELECT ref, salt, email, phone FROM person")
    return {ref: (salt, email, re.sub(r"\D", "", phone)) for ref, salt, email, phone in rows}


def test_the_clients_key_and_a_contact_do_not_give_the_pseudonym_of_who_was_erased(
    cli: Cli, tmp_path: Path, stopped: Path
) -> None:
    path = copied(stopped, tmp_path)
    ((key,),) = select(crm_path(path), "SELECT value FROM setting WHERE name = 'key'")
    known = given_to_the_client(path)
    ref = next(ref for ref in people(path) if ref in known)
    salt, *contacts = known[ref]
    assert ref in {pseudonym(bytes.fromhex(key), salt, contact) for contact in contacts}
    assert cli("erase", ref, *BY, "--db", path).status == 0
    left = given_to_the_client(path)
    assert left == {other: row for other, row in known.items() if other != ref}
    salts = [bytes(12).hex(), *(salt for salt, *_ in left.values())]
    assert ref not in {pseudonym(bytes.fromhex(key), salt, contact) for salt in salts for contact in contacts}
    assert {text: found for text in (ref, salt) if (found := occurrences(text, tmp_path))} == {}


def test_a_simulation_that_goes_on_gives_the_client_back_nobody_who_was_erased(
    cli: Cli, tmp_path: Path, stopped: Path
) -> None:
    path = copied(stopped, tmp_path)
    known = given_to_the_client(path)
    gone = [ref for ref in people(path) if ref in known][:3]
    assert cli("erase", *gone, *BY, "--db", path).status == 0
    assert cli("simulate", "--resume", "--db", path).status == 0
    after = given_to_the_client(path)
    assert after.keys() > known.keys() - set(gone)
    assert not after.keys() & set(gone)
    assert verify(path).difference is None


def copied(path: Path, folder: Path) -> Path:
    """A copy of a simulation's databases in another folder."""
    for one in path.parent.iterdir():
        if one.suffix == ".db":
            shutil.copy(one, folder / one.name)
    return folder / path.name


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulation that has ended, with its batch files kept beside it."""
    path = tmp_path_factory.mktemp("sent") / "a.db"
    simulated = ("--preset", "telecom", "--referrers", 100, "--days", 60, "--files", path.parent / "wire")
    assert run([*map(str, ("simulate", *simulated, "--db", path))]) == 0
    return path


@pytest.fixture
def everywhere(tmp_path: Path, sent: Path) -> tuple[Path, str]:
    """That simulation, and a person who has data in every place beside the database."""
    path = copied(sent, tmp_path)
    shutil.copytree(sent.parent / "wire", tmp_path / "wire")
    ref, audit, decision, reward = select(
        path,
        "SELECT p.ref, a.seq, r.decision, r.id FROM reward r JOIN person p ON p.id = r.recipient "
        "JOIN audit a ON a.kind = r.state AND a.ref = r.id ORDER BY r.id LIMIT 1",
    )[0]
    send(path, "verdict", {"decision": decision, "verdict": "approve", "by": "op-1"})
    send(path, "step", {"person": ref})
    send(path, "step", {"person": f"{ref}-2"})
    with HookStore(path) as hooks:
        hooks.add("shop", "https://shop.example/hooks", "secret", (), 0, "")
        (shop,) = hooks.subscribers()
        hooks.give_up(shop, DeadLetter(audit, "m-1", "reward.issued", 9, 1, "answered 500"))
    with QuestionStore(path) as questions:
        questions.asker(lambda: "secret")
        questions.look([(reward, audit)], [], audit, "m-1")
    return path, ref


def test_person_show_and_erase_go_by_the_same_places(cli: Cli, everywhere: tuple[Path, str]) -> None:
    path, ref = everywhere
    wire = path.parent / "wire"
    told = cli("person", "show", ref, "--db", path, "--files", wire, "--json").json["beside"]
    rows = {name: one["rows"] for name, one in told.items()}
    erased = cli("erase", ref, *BY, "--db", path, "--files", wire, "--json").json["beside"]
    assert rows.keys() == erased.keys() == {"a.control.db", "a.crm.db", "a.door.db", "wire"}
    assert [row["kind"] for row in rows["a.control.db"]] == ["verdict", "step"]
    assert erased["a.control.db"] == 1  # the verdict names nobody
    assert [row["table"] for row in rows["a.door.db"]] == ["dead_letter", "question"]
    assert erased["a.door.db"] == 0
    assert len(rows["a.crm.db"]) == erased["a.crm.db"] == 1
    assert sum(len(row["lines"]) for row in rows["wire"]) == erased["wire"] > 0
    args = select(control_path(path), "SELECT args FROM commands ORDER BY id")
    assert [json.loads(one) for (one,) in args][1:] == [{}, {"person": f"{ref}-2"}]


def test_the_answer_to_a_person_tells_of_the_clients_records_and_keeps_its_secrets(
    cli: Cli, everywhere: tuple[Path, str]
) -> None:
    path, ref = everywhere
    ((name, email, salt, label),) = select(
        crm_path(path), "SELECT name, email, salt, label FROM person WHERE ref = ?", ref
    )
    ran = cli("person", "show", ref, "--db", path)
    assert name in ran.out
    assert email in ran.out
    assert salt not in ran.out
    assert label is None
    (record,) = cli("person", "show", ref, "--db", path, "--json").json["beside"]["a.crm.db"]["rows"]
    assert not {"salt", "label"} & record.keys()
    assert "Erasing deletes all of it" in ran.out


def test_what_anybody_put_into_the_files_beside_stops_neither_of_them_by_an_error_of_python(
    cli: Cli, everywhere: tuple[Path, str]
) -> None:
    path, ref = everywhere
    with closing(sqlite3.connect(control_path(path))) as db, db:
        for args in (7, b"\xff\xfe", "[1]", '{"decision": [1]}', f'"{ref}"'):
            db.execute("INSERT INTO commands (kind, args, issued_at) VALUES (?, ?, 'x')", (ref, args))
    shown = cli("person", "show", ref, "--db", path, "--json")
    assert len(shown.json["beside"]["a.control.db"]["rows"]) == 7
    with closing(sqlite3.connect(crm_path(path))) as db, db:
        db.execute("UPDATE setting SET value = 'no key'")
    ran = cli("erase", ref, *BY, "--db", path)
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)
    assert "a.crm.db: its pseudonym key is invalid" in ran.err
    assert ref in people(path)  # nobody is erased by half
    crm_path(path).unlink()
    assert cli("erase", ref, *BY, "--db", path, "--files", path.parent / "wire").status == 0
    assert ref not in str(select(control_path(path), "SELECT * FROM commands")).replace(f"{ref}-2", "")


def test_the_files_beside_are_erased_too(cli: Cli, tmp_path: Path, sent: Path) -> None:
    path, kept = copied(sent, tmp_path), tmp_path / "wire"
    shutil.copytree(sent.parent / "wire", kept)
    ref = next(ref for ref in people(path) if len(occurrences(ref, kept)) > 0 and occurrences(ref, tmp_path))
    send(path, "verdict", {"decision": 1, "verdict": "approve", "by": ref})
    texts = texts_of(path, ref)
    assert {"a.db", "a.crm.db"} <= set(occurrences(ref, tmp_path))
    ran = cli("erase", ref, *BY, "--db", path, "--files", kept)
    assert ran.status == 0
    assert "a.crm.db: 1" in ran.out
    assert {text: found for text in texts if (found := occurrences(text, tmp_path))} == {}
    assert control_path(path).exists()
    assert verify(path).difference is None
