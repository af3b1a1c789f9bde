"""What the files beside the platform's database hold about a person, and what erasing does to it.

`person show` and `erase` use the same list, so that exactly what is shown is what gets erased.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from db.read.person_held import Held
    from simulator.platform.erasing.erase import Erasure

Row = Mapping[str, Any]
UNREACHED: Final = (
    "exports and reports, backups and copies of the files, the senders' own systems, subscribers of webhooks"
)
"""What neither command can reach."""


@dataclass(frozen=True)
class Place:
    """A file or folder beside the database.

    `holds` says what it stores about a person, and `erasing` what happens to that. `held` returns it as rows; `erase`
    erases it and returns how many rows or lines there were. `check` raises the error that would prevent it.
    """

    path: Path
    holds: str
    erasing: str
    held: Callable[[Held], list[Row]]
    erase: Callable[[Erasure], int]
    check: Callable[[], None]


def places(db: Path, folder: Path | None = None) -> list[Place]:
    """Return the files beside the database at `db`; `folder` is that of the batch files, if it is elsewhere."""
    from simulator.delivery.spool import files_path

    folders = dict.fromkeys([files_path(db), folder or files_path(db)])
    all_of_them = [_control(db), _customers(db), _door(db), *map(_files, folders)]
    return [one for one in all_of_them if one.path.exists()]


def _control(db: Path) -> Place:
    from db.control import control_path
    from db.control_people import check_forgetting, commands_about, forget

    def held(one: Held) -> list[Row]:
        decisions = {row["id"] for row in one.tables["decision"]}
        return [*commands_about(db, one.names, one.known_as, decisions)]

    return Place(
        control_path(db),
        "Commands sent to the writer that name the person, and verdicts on decisions about them",
        "empties the arguments of commands that name the person; decisions are numbers.",
        held,
        lambda erased: forget(db, list(erased.texts), list(erased.known_as)),
        lambda: check_forgetting(db),
    )


def _customers(db: Path) -> Place:
    from db.client.forgetting import check_forgetting, forget
    from db.client.people import crm_path, records_of

    return Place(
        crm_path(db),
        "The client's record: name, contacts and traits; with it are the salt of the pseudonym, which is secret, and "
        "the simulation's note whether the person cheats",
        "deletes all of it: without the salt, key and contact don't give the pseudonym again.",
        lambda one: [*records_of(db, one.references)],
        lambda erased: forget(db, erased.references),
        lambda: check_forgetting(db),
    )


def _door(db: Path) -> Place:
    from db.door_file import door_path
    from db.door_people import door_rows_about

    def held(one: Held) -> list[Row]:
        entries, rewards = ({row[name] for row in one.tables[table]} for table, name in _POINTED)
        return [*door_rows_about(db, entries, rewards)]

    return Place(
        door_path(db),
        "The door: webhooks about the person that were given up, and questions about their rewards, by number",
        "changes nothing here: without the references, the numbers no longer tell whom they are about.",
        held,
        lambda _erased: 0,
        lambda: None,
    )


_POINTED: Final = (("audit", "seq"), ("reward", "id"))


def _files(folder: Path) -> Place:
    from simulator.files.blanking import blank_lines, check_blanking, lines_naming

    def held(one: Held) -> list[Row]:
        found = lines_naming(folder, one.names, one.known_as)
        return [{"file": file, "lines": lines} for file, lines in found.items()]

    return Place(
        folder,
        "Batch files: lines with a reference, code, contact, device or name of the person, as they were sent",
        "puts erasure pseudonyms in the place of references, codes, contacts, devices, names, and of reasons that "
        "somebody wrote beside them.",
        held,
        lambda erased: blank_lines(folder, erased.texts, erased.known_as),
        lambda: check_blanking(folder),
    )
