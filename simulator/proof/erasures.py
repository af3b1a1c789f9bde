"""Check erasures: every row that was overwritten has its event, and holds what the erasure put there."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from db.read import proving
from db.read.erasures import BlankedRow, digest_of, rows_with_cells
from db.read.salts import NO_SALT, apart, block_of, first_row
from db.schema.blocks import BLOCK_ROWS, CHAINS
from db.sqlite.readonly import Database, select_on
from db.write.chain import commitment
from simulator.domain.vocabulary import EventType
from simulator.program.words import counted
from simulator.proof.compare import DifferenceError


def check_erasures(stored: Database) -> list[str]:
    """Check all erasures, and return a line with their number, if there are any.

    Each must have an event of its own in the log, whose id has the digest of what it overwrote and kept. Each
    overwritten row must hold the cells that its latest erasure put there. Its salt must be gone, and the salts of the
    other rows of its block must be there.

    Raises:
        DifferenceError: the first that does not hold, with the row.

    """
    blanked = proving.blanked(stored)
    kept = proving.kept_answers(stored)
    events = proving.erasures(stored)
    rows_of: dict[int, list[tuple[str, int, str, str]]] = {}
    answers_of: dict[int, list[tuple[int, str, str]]] = {}
    for one in blanked:
        rows_of.setdefault(one.erasure, []).append((one.chain, one.number, one.before_hash, one.after_hash))
    for erasure, seq, what, answer in kept:
        answers_of.setdefault(erasure, []).append((seq, what, answer))
    done = sorted(rows_of.keys() | answers_of.keys())
    for seq in done:
        if seq not in events:
            raise DifferenceError(f"erasure {seq}: there is no event {EventType.PERSON_ERASED} with this seq")
        digest = digest_of(rows_of.get(seq, ()), answers_of.get(seq, ()))
        if events[seq] != f"erasure-{digest}":
            raise DifferenceError(
                f"erasure {seq}: what it overwrote and kept gives the digest {digest}, its event has {events[seq]}"
            )
    _check_rows(stored, blanked)
    _check_salts(stored, blanked)
    rows = len({(one.chain, one.number) for one in blanked})
    return [f"{counted(len(done), 'erasure')}, which overwrote {counted(rows, 'row')}"] if done else []


def _check_rows(stored: Database, blanked: Iterable[BlankedRow]) -> None:
    """Check that overwritten rows hold what their latest erasure put there."""
    for (chain, number), group in groupby(blanked, key=lambda one: (one.chain, one.number)):
        *earlier, last = group
        row = f"{chain} with {CHAINS[chain]} {number}"
        if any(one.salt is not None or one.before_hash != last.before_hash for one in earlier):
            raise DifferenceError(
                f"{row}: an erasure overwrote it again, and left something of the one before"
            )
        cells = proving.personal_cells(stored, chain, number)
        if cells is None:
            raise DifferenceError(f"{row}: is missing, an erasure overwrote it")
        if (
            last.salt is None
            or commitment(bytes.fromhex(last.salt), (number, *cells)).hex() != last.after_hash
        ):
            raise DifferenceError(f"{row}: holds something else than erasure {last.erasure} put there")


def _check_salts(stored: Database, blanked: Iterable[BlankedRow]) -> None:
    """Check that the salts of overwritten rows are gone, and that no other block is without its key."""
    opened = proving.opened_blocks(stored)
    places: dict[tuple[str, int], set[int]] = {}
    for one in blanked:
        block = block_of(one.chain, one.number)
        places.setdefault((one.chain, block), set()).add(one.number - first_row(one.chain, block))
    keyless = proving.keyless_blocks(stored)
    for key in sorted(places.keys() | opened.keys() | keyless):
        name = f"{key[0]} chain, block {key[1]}"
        if key not in places.keys() & opened.keys() & keyless:
            raise DifferenceError(
                f"{name}: it has no key, or the salts of its rows one by one, but not with an erasure of a row in it"
            )
        first = first_row(*key)
        there = rows_with_cells(select_on(stored), key[0], first, first + BLOCK_ROWS)
        salts = apart(bytes.fromhex(opened[key]))
        if {place for place, salt in enumerate(salts) if salt != NO_SALT} != (
            {number - first for number in there} - places[key]
        ):
            raise DifferenceError(
                f"{name}: the salts that are there are not those of the rows that can be proven"
            )
