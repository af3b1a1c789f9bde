"""What the client's CRM holds, and the wall between it and the platform."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from db.client.crm import Crm
from db.client.people import crm_path
from simulator.domain.errors import DatabaseError, WorldError
from simulator.world.locales import names
from simulator.world.pseudonyms import client_key
from tests.cli.forgotten import pseudonym

RESERVED = re.compile(r"[a-z]+\.[a-z]+\d+@((mail|post)\.)?example\.(com|net|org)")
DRAMA = re.compile(r"\+447700900\d{3} x\d{1,6}")


def _current(people: pl.DataFrame) -> pl.DataFrame:
    return people.unique("ref", keep="last", maintain_order=True)


def test_no_address_and_no_number_can_belong_to_anybody(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    _, people = year
    assert all(RESERVED.fullmatch(email) for email in people["email"])
    assert all(DRAMA.fullmatch(phone) for phone in people["phone"])
    assert people["name"].n_unique() > 0.8 * _current(people).height


def test_pseudonyms_are_keyed_hashes_of_the_normalised_contact(
    year: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    events, people = year
    given = events.filter(pl.col("contact_ref").is_not_null()).select("subject", "contact_ref")
    joined = given.join(_current(people), left_on="subject", right_on="ref", how="left")
    assert joined["email"].null_count() == 0
    key = client_key(3)
    kinds = {"email": 0, "phone": 0}
    for reference, email, phone in joined.select("contact_ref", "email", "phone").head(500).iter_rows():
        by = {
            "email": hashlib.blake2b(email.encode(), key=key, digest_size=12).hexdigest(),
            "phone": hashlib.blake2b(re.sub(r"\D", "", phone).encode(), key=key, digest_size=12).hexdigest(),
        }
        (kind,) = [name for name, digest in by.items() if reference == "c" + digest]
        kinds[kind] += 1
    assert kinds["email"] > kinds["phone"] > 0


def test_a_reference_is_the_hash_of_the_contact_and_the_salt_of_the_person(
    year: tuple[pl.DataFrame, pl.DataFrame],
) -> None:
    people = _current(year[1])
    key, unexplained = client_key(3), 0
    for ref, salt, email, phone in people.select("ref", "salt", "email", "phone").iter_rows():
        by = {pseudonym(key, salt, given) for given in (email, re.sub(r"\D", "", phone))}
        unexplained += ref not in by
    assert unexplained == 0
    assert people["salt"].n_unique() == people.height  # those who share a contact have salts of their own


def test_a_customer_system_of_an_older_release_is_given_its_salts_when_the_run_goes_on(
    tmp_path: Path, year: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    path = tmp_path / "a.db"
    with Crm(path, client_key(3)) as crm:
        crm.write(year[1])
    with closing(sqlite3.connect(crm_path(path))) as db:
        whole = db.execute("SELECT * FROM person ORDER BY ref").fetchall()
        db.executescript("ALTER TABLE person DROP COLUMN salt; DROP TABLE erased; PRAGMA user_version = 1")
    with Crm(path, client_key(3)) as crm:
        crm.write(year[1])
    with closing(sqlite3.connect(crm_path(path))) as db:
        assert db.execute("SELECT * FROM person ORDER BY ref").fetchall() == whole


def test_no_contact_crosses(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, people = year
    texts = events.select(pl.col(pl.String)).unpivot()["value"].drop_nulls().unique()
    assert not texts.str.contains("@").any()
    assert not texts.is_in(people["name"].implode()).any()
    assert not texts.is_in(people["phone"].implode()).any()


def test_only_those_who_gave_a_contact_or_bought_are_known(year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    events, people = year
    known = events.filter(
        pl.col("type").is_in(["customer.identified", "friend.claimed", "service.activated"])
    )["subject"].unique()
    assert set(known) <= set(people["ref"])
    assert set(people["ref"]) <= set(events["subject"]) | set(
        people.filter(pl.col("kind") == "friend")["ref"]
    )
    latest = _current(people)
    referrers = events.filter(pl.col("type") == "link.created")["subject"]
    assert "friend" not in set(latest.filter(pl.col("ref").is_in(referrers.implode()))["kind"])


def test_the_crm_can_be_written_twice(tmp_path: Path, year: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    _, people = year
    path = tmp_path / "a.db"

    def content() -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(crm_path(path))) as db:
            return db.execute("SELECT * FROM person ORDER BY ref").fetchall()

    with Crm(path, client_key(3)) as crm:
        crm.write(people)
    once = content()
    with Crm(path, client_key(3)) as crm:
        crm.write(people)
        cheats = people.filter(pl.col("label").is_not_null())
        assert crm.labels(people["ref"].to_list()) == dict(
            _current(cheats).select("ref", "label").iter_rows()
        )
    assert content() == once
    assert crm.path.name == "a.crm.db"
    assert len(once) == people["ref"].n_unique()


def test_the_crm_of_another_run_or_a_foreign_file_is_refused(tmp_path: Path) -> None:
    with Crm(tmp_path / "a.db", client_key(1)):
        pass
    with pytest.raises(DatabaseError, match="another seed"):
        Crm(tmp_path / "a.db", client_key(2))
    with closing(sqlite3.connect(tmp_path / "b.crm.db")) as db:
        db.execute("CREATE TABLE theirs (x)")
    with pytest.raises(DatabaseError, match="not a CRM database"):
        Crm(tmp_path / "b.db", client_key(1))


def test_a_locale_without_names_is_told() -> None:
    for wrong in ("xx_XX", "en GB", ""):
        with pytest.raises(WorldError, match="en_GB"):
            names(wrong)
