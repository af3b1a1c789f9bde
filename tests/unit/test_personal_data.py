"""The description of personal data covers every field of the contract and every column of the database."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import SQLModel

import db.schema.models
import db.schema.models_run  # noqa: F401 - defines its tables
from db.door_people import NAMING_NOBODY, POINTING
from db.hooks import HookStore
from simulator.domain.personal_data import (
    ABOUT_NOBODY,
    COLUMN_ERASURE,
    FIELD_ERASURE,
    KEEP_DAYS,
    field_erasure,
    kept_until,
)
from simulator.domain.vocabulary import WRITTEN_REASONS, ErasureEffect
from simulator.events.contract import EVENT_TYPES

ENVELOPE = ("specversion", "id", "source", "type", "time", "subject")


def test_it_is_said_of_every_field_of_an_event_what_erasing_its_person_does() -> None:
    fields = {field.name for kind in EVENT_TYPES.values() for field in kind.fields}
    assert FIELD_ERASURE.keys() == {*ENVELOPE, *fields}


def test_it_is_said_of_every_column_of_the_database_what_erasing_a_person_does() -> None:
    tables = {name: set(table.columns.keys()) for name, table in SQLModel.metadata.tables.items()}
    assert COLUMN_ERASURE.keys() | ABOUT_NOBODY.keys() == tables.keys()
    assert not COLUMN_ERASURE.keys() & ABOUT_NOBODY.keys()
    assert {table: set(columns) for table, columns in COLUMN_ERASURE.items()} == {
        table: tables[table] for table in COLUMN_ERASURE
    }


def test_a_field_and_its_column_in_the_log_are_treated_alike() -> None:
    both = (FIELD_ERASURE.keys() & COLUMN_ERASURE["event"].keys()) - {"reason"}
    assert len(both) > 20
    assert {name: FIELD_ERASURE[name] for name in both} == {
        name: COLUMN_ERASURE["event"][name] for name in both
    }
    assert COLUMN_ERASURE["person"]["ref"] is FIELD_ERASURE["subject"]


def test_a_reason_that_somebody_wrote_is_erased_and_one_of_a_closed_list_stays() -> None:
    free = {
        kind.name
        for kind in EVENT_TYPES.values()
        for field in kind.fields
        if field.name == "reason" and field.kind == "text"
    }
    assert free == set(map(str, WRITTEN_REASONS))
    assert {field_erasure(kind, "reason") for kind in free} == {ErasureEffect.REPLACED}
    assert (
        field_erasure("conversion.reversed", "reason")
        is ErasureEffect.KEPT
        is COLUMN_ERASURE["event"]["reason"]
    )
    assert COLUMN_ERASURE["event"]["steering"] is ErasureEffect.REPLACED


def test_it_is_said_of_every_table_of_the_door_whether_it_points_to_people(tmp_path: Path) -> None:
    with HookStore(tmp_path / "a.db") as door:
        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = {name for (name,) in door.db.execute(names)}
    assert POINTING.keys() | NAMING_NOBODY.keys() == tables
    assert not POINTING.keys() & NAMING_NOBODY.keys()


def test_retention_is_said_of_what_erasing_does() -> None:
    assert f"{KEEP_DAYS} days" in kept_until(ErasureEffect.REPLACED)
    assert kept_until(ErasureEffect.REMOVED) == kept_until(ErasureEffect.REPLACED)
    assert "days" not in kept_until(ErasureEffect.KEPT)
