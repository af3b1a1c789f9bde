"""Erasing a person: none of their data remains in the files, nothing else changes, and all of it can be proven."""

from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.control import send
from db.read.salts import of_key
from db.sqlite.lock import WriterLock
from db.write.chain import commitment
from referral_tui.cli.app import run
from simulator.load import shards as sharding
from simulator.platform.erasing.erase import Erasure, erase
from simulator.platform.platform import Platform
from simulator.proof.scope import UNPROVEN
from simulator.proof.verify import verify
from tests.cli.forgotten import BY, occurrences, people, select, texts_of
from tests.cli.nasty import DAY, START, Cli, message

NOW = START + 60 * DAY
DESIGN = """
[program]
name = "Everything about people"
industry = "telecom"
currency = "GBP"

[attribution]
codes = "fold"

[[experiment]]
name = "offer"
by = "referrer"
variants = { control = 1, richer = 1, richest = 1 }

[attributes]
plan = { of = "customer", type = "text" }
product = "text"

[[milestone]]
name = "bought"
event = "purchase.paid"
occurrence = "each"

[[rule]]
code = "no-self-referral"
require = "NOT same_person AND NOT same_contact AND NOT same_device"
because = "One person."

[[rule]]
code = "at-home"
require = "friend_country = referrer_country AND friend_segment IN ('gold', 'silver')"
because = "Elsewhere, or not of the right kind."
on_fail = "review"

[[rule]]
code = "right-plan"
require = "referrer_plan <> 'none' AND product <> 'trial'"
because = "No plan, or a trial."

[[reward]]
name = "credit"
to = "referrer"
on = "bought"
kind = "bill-credit"
value = 10.00
when = "community IS NOT NULL OR variant_offer = 'richest'"

[[reward]]
name = "club"
to = "community"
on = "bought"
kind = "cash"
percent = 5
hold = "2d"

[[reward]]
name = "loyal"
to = "friend"
on = "bought"
kind = "bill-credit"
value = 3.00
hold = "45d"
keep_if = "friend_plan <> 'none'"
"""


def lines(seed: int = 1, friends: int = 24) -> list[bytes]:
    """A log whose outcome depends on what is known of people, who share devices and contacts, merge, or fail."""
    dice = random.Random(seed)
    events: list[dict[str, Any]] = []

    def add(kind: str, subject: str | None, at: int, **data: Any) -> None:
        given = {name: value for name, value in data.items() if value is not None}
        one = message(f"on-{len(events)}", kind, subject, START + at, **given)
        if kind == "purchase.paid":
            one["source"] = "client/shop"
        events.append({name: value for name, value in one.items() if value is not None})

    referrers = [f"rosa-{number}" for number in range(8)]
    for number, ref in enumerate(referrers):
        add(
            "customer.identified",
            ref,
            number,
            contact_ref=f"mail-of-{ref}",
            contact_kind="email",
            via="sso",
            referrer_kind="customer",
            segment=dice.choice(["gold", "bronze"]),
            community=dice.choice([None, "choir", "club-7"]),
            country=dice.choice(["CH", "DE"]),
            device_ref=f"phone-{number // 2}",
            attributes={"plan": dice.choice(["none", "large"])},
        )
        add("link.created", ref, number + 10, code=f"CODE-{ref}")
    for number in range(friends):
        ref, friend, at = dice.choice(referrers), f"finn-{number}", DAY + number * 3_600_000
        spelled = dice.choice([f"CODE-{ref}", f"code-{ref}", f" Code-{ref} "])
        add("friend.visited", friend, at, code=spelled, channel="email", device_ref=f"phone-{number % 9}")
        add(
            "friend.claimed",
            friend,
            at + 1000,
            contact_ref=f"mail-of-{ref if number % 5 == 0 else friend}",
            code=spelled.strip(),
            country=dice.choice(["CH", "DE"]),
            segment=dice.choice(["gold", "silver", "bronze"]),
            attributes={"plan": "small"},
        )
        for sale in range(dice.choice([1, 1, 2])):
            add(
                "purchase.paid",
                friend,
                at + 2000 + sale,
                amount_minor=dice.randrange(500, 90_000),
                currency="GBP",
                attributes={"product": dice.choice(["full", "trial"])},
            )
    for number in range(0, friends, 3):  # what they get depends on it, again and again
        for day in range(3, 60, 19):
            told = {"contact_ref": f"mail-of-finn-{number}", "contact_kind": "email", "via": "sso"}
            plan = dice.choice(["none", "large"])
            add(
                "customer.identified",
                f"finn-{number}",
                day * DAY + number,
                **told,
                referrer_kind="customer",
                attributes={"plan": plan},
            )
    events.sort(key=lambda one: int(one["receivedat"]))
    add("customer.merged", "finn-3", 30 * DAY, into="finn-4")
    add("customer.merged", "rosa-1", 30 * DAY + 1, into="rosa-2")
    events.sort(key=lambda one: int(one["receivedat"]))
    sales = [one["id"] for one in events if one["type"] == "purchase.paid"]
    for number, sale in enumerate(sales):  # some of them are in review
        named = {"source": "client/shop", "id": sale, "milestone": "bought"}
        add("review.decided", None, 31 * DAY + number, decision=named, verdict="approve", by="op-1")
    made = [json.dumps(one).encode() + b"\n" for one in events]
    made.append(made[0].replace(b"rosa-0", b"rosa-7"))  # a conflict, which quotes somebody
    return made


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A database made of that log, as bytes."""
    folder = tmp_path_factory.mktemp("told")
    (folder / "p.toml").write_text(DESIGN)
    (folder / "a.jsonl").write_bytes(b"".join(lines()))
    arguments = ["ingest", "--db", folder / "a.db", "--program", folder / "p.toml", "--replay", "--now", NOW]
    assert run([*map(str, arguments), str(folder / "a.jsonl")]) == 0
    return (folder / "a.db").read_bytes()


@pytest.fixture
def db(tmp_path: Path, told: bytes) -> Path:
    path = tmp_path / "a.db"
    path.write_bytes(told)
    return path


def erased(db: Path, *refs: str, **options: Any) -> Erasure:
    return erase(db, refs, by="dpo-1", reason="asked", **options)


@pytest.mark.parametrize("ref", ["rosa-0", "rosa-2", "finn-5", "finn-4"])
def test_nothing_of_an_erased_person_is_left_in_the_files(
    cli: Cli, db: Path, ref: str, exports: Callable[..., dict[str, bytes]]
) -> None:
    texts = texts_of(db, ref)
    assert len(texts) > 1
    assert all(occurrences(text, db.parent) for text in texts)
    send(db, "verdict", {"decision": 1, "verdict": "approve", "by": ref})
    assert cli("erase", ref, *BY, "--db", db).status == 0
    for name, content in exports(db).items():
        (db.parent / f"{name}.jsonl").write_bytes(content)
    assert cli("verify", "--db", db).status == 0
    left = {text: found for text in texts if (found := occurrences(text, db.parent))}
    # a part of a longer word is somebody else's: rosa-0 is in no other, finn-4 in the references of others
    others = [one for one in people(db) if ref in one]
    assert not {text: found for text, found in left.items() if not others}


def test_each_person_in_turn_is_erased_and_all_of_it_still_verifies(db: Path) -> None:
    dice = random.Random(1)
    everybody = people(db)
    dice.shuffle(everybody)
    before = select(
        db, "SELECT metric, count, value FROM total WHERE metric NOT LIKE '%.accepted' ORDER BY 1"
    )
    for number, ref in enumerate(everybody):
        if ref in people(db):  # else erased with somebody of whom it was another reference
            erased(db, ref)
        if number % 12 == 0:
            assert verify(db).difference is None, ref
    assert verify(db).difference is None
    assert all(ref.startswith("erased-") for ref in people(db))
    after = select(db, "SELECT metric, count, value FROM total WHERE metric NOT LIKE '%.accepted' ORDER BY 1")
    assert [one for one in after if one[0] != "event.person.erased"] == before


def rows_of_others(db: Path, ids: set[int], codes: set[str]) -> dict[str, list[tuple[Any, ...]]]:
    """Everything derived for all but some people; of what others share with those, all but what belongs to them."""
    found = {}
    for table in ("merge", "reward", "leader", "due", "breakdown", "lateness"):
        where = (
            ""
            if table in ("merge", "reward", "leader", "due")
            else "WHERE NOT (metric = 'event.person.erased')"
        )
        where = "WHERE type <> 'person.erased'" if table == "lateness" else where
        found[table] = select(db, f"SELECT * FROM {table} {where} ORDER BY 1, 2, 3")
    found["attribution"] = [row for row in select(db, "SELECT * FROM attribution") if row[2] not in ids]
    found["audit"] = [
        row for row in select(db, "SELECT * FROM audit") if not any(row[5].endswith(code) for code in codes)
    ]
    found["decision"] = [
        row for row in select(db, "SELECT * FROM decision") if row[3] not in ids and row[4] not in ids
    ]
    return found


@pytest.mark.parametrize("ref", ["rosa-0", "finn-5"])
def test_everybody_else_has_the_same_rows_to_the_byte(db: Path, ref: str) -> None:
    ids = {number for (number,) in select(db, "SELECT id FROM person WHERE ref = ?", ref)}
    codes = set(texts_of(db, ref))
    before = rows_of_others(db, ids, codes)
    mine = select(db, "SELECT seq, outcome, reason, decided_at FROM decision ORDER BY id")
    done = erased(db, ref)
    assert verify(db).difference is None  # the fold of the log as it is now gives these rows
    after = rows_of_others(db, ids, {*codes, *done.texts.values()})
    assert after == before
    assert select(db, "SELECT seq, outcome, reason, decided_at FROM decision ORDER BY id") == mine
    assert len(before["decision"]) > 20


def test_conditions_that_read_what_is_gone_answer_as_they_did(db: Path) -> None:
    said = "SELECT id, failed, offered, outcome, withheld_minor FROM decision ORDER BY id"
    before = select(db, said)
    assert {"at-home", "right-plan"} <= {code for row in before for code, _ in json.loads(row[1])}
    everybody = people(db)
    erased(db, *everybody)
    assert verify(db).difference is None
    assert select(db, said) == before
    facts = [json.loads(text) for (text,) in select(db, "SELECT facts FROM decision WHERE facts IS NOT NULL")]
    for name in (
        "friend_country",
        "referrer_country",
        "friend_segment",
        "referrer_plan",
        "product",
        "community",
    ):
        assert {one[name] for one in facts} == {None}
    assert {one["variant_offer"] for one in facts} > {None} or len(
        {one["variant_offer"] for one in facts}
    ) > 1
    assert select(db, "SELECT COUNT(*) FROM event WHERE segment || community || country IS NOT NULL") == [
        (0,)
    ]


@pytest.mark.parametrize("ref", ["rosa-0", "rosa-2", "rosa-7", "finn-4"])
def test_person_show_tells_before_of_every_row_that_erase_overwrites(cli: Cli, db: Path, ref: str) -> None:
    told = cli("person", "show", ref, "--db", db, "--json").json
    erasure = cli("erase", ref, *BY, "--db", db, "--json").json
    (receipt,), beside = erasure["erased"], erasure["beside"]
    assert {"event", "person"} < receipt["rows"].keys() <= told["tables"].keys()
    for table, count in receipt["rows"].items():
        assert count <= len(told["tables"][table]["rows"]) + told["mentions"].get(table, 0), table
        assert set(told["tables"][table]["erasing"].values()) > {"kept"}
    assert receipt["rows"].get("quarantine", 0) == len(told["tables"]["quarantine"]["rows"])
    assert beside.keys() == told["beside"].keys()


def test_a_message_sent_again_is_a_duplicate_and_a_new_one_makes_a_new_person(
    cli: Cli, db: Path, tmp_path: Path
) -> None:
    erased(db, "rosa-0")
    sent = lines()[:-1]
    back = message(
        "back", "customer.identified", "rosa-0", NOW + DAY, START + 40 * DAY, contact_ref="mail-of-rosa-0"
    )
    back["data"] |= {"contact_kind": "email", "via": "sso", "referrer_kind": "customer"}
    (tmp_path / "again.jsonl").write_bytes(b"".join(sent))
    receipts = cli("ingest", "--db", db, "--json", tmp_path / "again.jsonl").json
    assert (receipts["duplicate"], receipts["conflict"], receipts["accepted"]) == (len(sent), 0, 0)
    assert occurrences("rosa-0", db) == []  # nor in the quarantine
    (tmp_path / "back.jsonl").write_text(json.dumps(back) + "\n")
    assert cli("ingest", "--db", db, tmp_path / "back.jsonl").status == 0
    assert people(db)[-1] == "rosa-0"
    assert verify(db).difference is None


def test_a_database_is_opened_and_goes_on_after_an_erasure(db: Path) -> None:
    erased(db, "rosa-0", "finn-5", "finn-4")
    with Platform.open(db) as platform:
        assert platform.last_seq == select(db, "SELECT MAX(seq) FROM event")[0][0]
        platform.advance(NOW + 90 * DAY)
    assert verify(db).difference is None


def test_somebody_with_several_references_is_erased_under_all_of_them(cli: Cli, db: Path) -> None:
    ran = cli("erase", "finn-3", *BY, "--db", db, "--json")
    assert [one["references"] for one in ran.json["erased"]] == [2]
    assert not {"finn-3", "finn-4"} & set(people(db))
    assert "finn-4" not in str(select(db, "SELECT steering FROM event WHERE steering IS NOT NULL"))


def test_everybody_with_the_same_contact_is_erased(cli: Cli, db: Path) -> None:
    several = "GROUP BY 1 HAVING COUNT(DISTINCT person) > 1 LIMIT 1"
    ((contact,),) = select(db, f"SELECT contact_ref FROM event WHERE contact_ref IS NOT NULL {several}")
    shared = "SELECT DISTINCT ref FROM event JOIN person ON person.id = person WHERE contact_ref = ?"
    theirs = {ref for (ref,) in select(db, shared, contact)}
    assert len(theirs) > 1
    assert cli("erase", "--contact-of", min(theirs), *BY, "--db", db).status == 0
    assert not theirs & set(people(db))
    assert verify(db).difference is None


def test_retention_erases_those_of_whom_nothing_came_for_so_long(
    cli: Cli, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = "SELECT ref FROM person JOIN event ON person = person.id GROUP BY 1 HAVING MAX(received_at) < ?"
    theirs = {ref for (ref,) in select(db, silent, START + 2 * DAY)}
    assert 0 < len(theirs) < len(people(db))
    monkeypatch.setattr("simulator.platform.erasing.people.wall_ms", lambda: START + 732 * DAY)
    assert cli("erase", "--older-than", 730, *BY, "--db", db).status == 0
    assert {ref for ref in people(db) if not ref.startswith("erased-")}.isdisjoint(theirs)
    assert verify(db).difference is None
    assert "nobody to erase" in cli("erase", "--older-than", 730, *BY, "--db", db).out


def test_the_salt_of_an_erased_row_is_gone_and_no_other_opens_its_commitment(db: Path) -> None:
    (key,) = select(db, "SELECT key FROM block WHERE chain = 'person'")[0]
    number = people(db).index("rosa-0")
    was = commitment(of_key(bytes.fromhex(key)).salts[number], (number, "rosa-0")).hex()
    erased(db, "rosa-0")
    ((kept,),) = select(db, "SELECT before_hash FROM blanked WHERE chain = 'person'")
    assert kept == was
    assert key not in str(select(db, "SELECT * FROM block"))
    salts = [
        bytes.fromhex(text) for (text,) in select(db, "SELECT salts FROM opened_block WHERE chain = 'person'")
    ]
    every = [text[at : at + 16] for text in salts for at in range(0, len(text), 16)]
    every += [bytes.fromhex(salt) for (salt,) in select(db, "SELECT salt FROM blanked")]
    assert was not in {commitment(salt, (number, "rosa-0")).hex() for salt in every}
    assert [salt != bytes(16) for salt in every[: len(people(db))]] == [
        ref != people(db)[number] for ref in people(db)
    ]


def test_a_database_that_is_being_written_refuses(cli: Cli, db: Path) -> None:
    before = db.read_bytes()
    lock = WriterLock(db)
    try:
        ran = cli("erase", "rosa-0", *BY, "--db", db)
    finally:
        lock.release()
    assert (ran.status, db.read_bytes()) == (2, before)
    assert "is writing it; stop that one first" in ran.err


def test_whoever_reads_is_told_to_close_before_anything_is_erased(
    cli: Cli, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("db.write.store.WAIT_FOR_READERS_MS", 1)
    reading = (  # in another process, as a dashboard is
        "import sqlite3, sys\n"
        "db = sqlite3.connect(f'file:{sys.argv[1]}?mode=ro', uri=True)\n"
        "db.execute('SELECT COUNT(*) FROM event').fetchone()\n"
        "print('reading', flush=True)\n"
        "sys.stdin.read()\n"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", reading, str(db)], stdin=pipe, stdout=pipe) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"reading\n"
        ran = cli("erase", "rosa-0", *BY, "--db", db)
        assert (ran.status, "another process is reading it" in ran.err) == (2, True)
        reader.communicate()
    assert "rosa-0" in people(db)
    assert cli("erase", "rosa-0", *BY, "--db", db).status == 0


@pytest.mark.parametrize("moment", ["overwrite", "Store._write_all", "rollups.write"])
def test_killed_on_the_way_nobody_is_erased_by_half(
    db: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    before = {
        table: select(db, f"SELECT * FROM {table}") for table in ("event", "person", "block", "decision")
    }

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"db.write.store.{moment}", killed)
    with pytest.raises(KeyboardInterrupt):
        erased(db, "rosa-0")
    assert {table: select(db, f"SELECT * FROM {table}") for table in before} == before
    monkeypatch.undo()
    erased(db, "rosa-0")
    assert verify(db).difference is None


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "whom? give references, --contact-of REF, or --older-than DAYS"),
        (("rosa-0", "--contact-of", "rosa-0"), "one of the three"),
        (("nobody", *BY), "nobody: the database knows nobody by this reference"),
        (("rosa-0", "--basis", "asked"), "--by: who erases somebody, and why, is part of the log"),
        (("rosa-0", "--by", "dpo-1"), "--basis: who erases somebody"),
        (("rosa-0", "--by", "jane@example.com", "--basis", "asked"), "--by: looks like a raw e-mail"),
        (("rosa-0", "--by", "dpo-1", "--basis", "jane@example.com asked"), "--basis: "),
    ],
)
def test_what_is_missing_or_wrong_is_said_and_nothing_is_erased(
    cli: Cli, db: Path, arguments: tuple[str, ...], said: str
) -> None:
    before = db.read_bytes()
    ran = cli("erase", *arguments, "--db", db)
    assert (ran.status, db.read_bytes()) == (2, before)
    assert said in ran.err
    assert len(ran.err.splitlines()) == 1


def test_rewards_that_are_kept_for_an_attribute_come_out_as_they_did(db: Path) -> None:
    asked = "SELECT id, state, reason, expected, value_minor, state_at FROM reward WHERE reward = 'loyal' ORDER BY id"
    before = select(db, asked)
    assert {state for _, state, *_ in before} == {"issued", "forfeited"}
    expected = "SELECT * FROM hour WHERE metric LIKE 'pending.%' OR metric LIKE 'reward.%' ORDER BY 1, 2"
    hours = select(db, expected)
    assert len({hour for hour, metric, *_ in hours if metric == "pending.forfeited"}) > 1
    erased(db, *people(db))
    assert verify(db).difference is None
    assert select(db, asked) == before
    assert select(db, expected) == hours
    with Platform.open(db) as platform:
        platform.advance(NOW + 200 * DAY)
    assert verify(db).difference is None


def test_the_receipt_names_nobody_and_says_what_it_cannot_reach(cli: Cli, db: Path) -> None:
    ran = cli("erase", "rosa-0", *BY, "--db", db)
    assert "rosa-0" not in ran.out
    assert "not reached: exports and reports, backups and copies of the files" in ran.out
    assert "1 of person" in ran.out
    ((kind, source, subject, steering),) = select(
        db,
        "SELECT type, source, ref, steering FROM event JOIN person ON person.id = person "
        "WHERE type = 'person.erased'",
    )
    assert (kind, source) == ("person.erased", "platform")
    assert json.loads(steering) == {"by": "dpo-1", "reason": "request of 3 May"}
    assert subject in ran.out


def test_a_merged_database_says_where_to_erase(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sharding, "_executor", lambda _shards: lambda: ThreadPoolExecutor(1)
    )  # starts at once
    path = tmp_path / "m.db"
    assert run(
        ["load", "--shards", "2", "--workers", "1", "--events", "300", "--referrers", "60", "--db", str(path)]
    ) in (0, None)
    ran = cli("erase", "anybody", *BY, "--db", path)
    assert (ran.status, "erase in each of them: m-1.db, m-2.db" in ran.err) == (2, True)


# ---------------------------------------------------------------------- tampering afterwards


UNPROVEN_TABLES = {one.table for one in UNPROVEN}


@pytest.fixture(scope="session")
def after_erasures(tmp_path_factory: pytest.TempPathFactory, told: bytes) -> bytes:
    path = tmp_path_factory.mktemp("after") / "a.db"
    path.write_bytes(told)
    erased(path, "rosa-0", "finn-5", "finn-4", "rosa-2", "finn-12")
    return path.read_bytes()


def tampered(path: Path, dice: random.Random) -> str | None:
    """Change a value somewhere; say where, or None if the table is empty."""
    with closing(sqlite3.connect(path)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        ).fetchall()
        table = dice.choice([name for (name,) in names if name not in UNPROVEN_TABLES])
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        column = dice.choice(columns)[1]
        keys = [row[1] for row in columns if row[5]]
        rows = connection.execute(f'SELECT {", ".join(keys)}, "{column}" FROM {table}').fetchall()
        if not rows:
            return None
        *key, value = dice.choice(rows)
        new = "erased-x" if value is None else value + 1 if isinstance(value, int) else _other(value, dice)
        where = " AND ".join(f"{name} = ?" for name in keys)
        connection.execute(f'UPDATE OR REPLACE {table} SET "{column}" = ? WHERE {where}', (new, *key))
        connection.commit()
    return f"{table}.{column} of {key}: {value} became {new}"


def _other(text: str, dice: random.Random) -> str:
    """The text with one character changed."""
    at = dice.randrange(len(text)) if text else 0
    return text[:at] + ("0" if text[at : at + 1] != "0" else "1") + text[at + 1 :]


@pytest.mark.parametrize("block", [0, *(pytest.param(one, marks=pytest.mark.long) for one in range(1, 20))])
def test_tampering_after_erasures_is_found(tmp_path: Path, after_erasures: bytes, block: int) -> None:
    path, missed, trials = tmp_path / "a.db", [], 0
    dice = random.Random(f"tampering {block}")
    while trials < 20:
        path.write_bytes(after_erasures)
        what = tampered(path, dice)
        if what is not None:
            trials += 1
            if verify(path).difference is None:
                missed.append(what)
    assert missed == []
