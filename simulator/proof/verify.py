"""Verify a database: derive everything from the first event of its log again, and compare.

A fresh engine folds the log into a scratch database in the system's temporary folder; then both are compared row by
row. The scratch database is a file rather than in memory, so that a long log fits; it takes as much space as the log.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from db.read import log, proving
from db.read.proving import Block
from db.read.resume import events_stored, kept_answers
from db.read.salts import BlockSalts, SaltSource, stored_salts
from db.read.settings import setting
from db.schema.blocks import BLOCK_ROWS, CHAINS
from db.shards.merging import parts_of
from db.sqlite.readonly import SAYS_WHERE, DamagedDatabaseError, Database, open_readonly, select_on, snapshot
from db.write.store import Store
from simulator.domain.errors import ProgramError
from simulator.domain.spans import HOUR_MS
from simulator.domain.write_set import WriteSet
from simulator.engine import Engine
from simulator.engine.kept import KeptAnswers
from simulator.engine.version import version_row
from simulator.platform.quarantine import SCHEMA as QUARANTINE_SCHEMA
from simulator.platform.receipt_sums import Refusals
from simulator.platform.records import parse_program, typed
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.words import counted
from simulator.proof.compare import DifferenceError, compare
from simulator.proof.contacts import ContactSearch
from simulator.proof.definitions import check_definitions, check_kinds
from simulator.proof.erasures import check_erasures
from simulator.proof.invariants import check_invariants, receipts
from simulator.proof.merged import check_merged
from simulator.proof.scope import (
    BLOCKS,
    ERASURES,
    LOG,
    OF_SHARDS,
    OUTCOMES,
    ROLLUPS,
    UNPROVEN,
    unproven_lines,
)

ROWS = 50_000  # events folded at once


@dataclass
class Verdict:
    """The result of a verification.

    A line for each check passed, a line for each table not proven, the newest hash of each chain, and the first
    difference (None if there is none).
    """

    checked: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    difference: str | None = None


def verify(path: Path, progress: Callable[[int, int], None] | None = None) -> Verdict:
    """Verify the database at `path`; `progress` is called with the number of events derived and their total.

    Raises:
        DatabaseError: the database is missing, locked, of another schema, or not one of this program's.

    """
    verdict = Verdict()
    try:
        if parts := parts_of(path):
            _verify_parts(path, parts, verdict, progress)
            return verdict
        with snapshot(path, any_text=True) as stored:  # text that is not UTF-8 is a difference, and no error
            _verify(stored, verdict, progress)
    except DamagedDatabaseError as error:  # who prints the verdict names the database, and this is `verify`
        words = str(error).removeprefix(f"{path}: ")
        verdict.difference = words.replace(SAYS_WHERE.format(path=path), "")
    except DifferenceError as error:
        verdict.difference = str(error)
    return verdict


def _verify_parts(
    path: Path, parts: list[Path], verdict: Verdict, progress: Callable[[int, int], None] | None
) -> None:
    """Verify each shard by itself, then the merged database against them."""
    for part in parts:
        one = verify(part, progress)
        verdict.checked += [f"{part.name}: {line}" for line in one.checked]
        verdict.heads |= {f"{part.name} {chain}": digest for chain, digest in one.heads.items()}
        if one.difference is not None:
            raise DifferenceError(f"{part.name}: {one.difference}")
    verdict.checked += check_merged(path, parts)
    verdict.unproven = [
        *unproven_lines(OF_SHARDS),
        *(f"of each shard: {line}" for line in unproven_lines(UNPROVEN)),
    ]


def _verify(stored: Database, verdict: Verdict, progress: Callable[[int, int], None] | None) -> None:
    problem = proving.integrity(stored)
    if problem is not None:
        raise DifferenceError(f"SQLite finds it damaged: {' '.join(problem.split())}")
    verdict.checked.append("SQLite's own integrity")
    check_definitions(stored)
    check_kinds(stored, (*UNPROVEN, *ERASURES, *ROLLUPS))
    try:
        proving.watermark(stored)
    except LookupError:
        raise DifferenceError("clock with id 1: is missing") from None
    programs = _programs(stored)
    verdict.checked.append(counted(len(programs), "program version"))
    counts = receipts(stored)
    verdict.checked.append(f"receipts add up: {sum(counts.values()):,} received")
    verdict.checked += _checked_erasures(stored)
    with tempfile.TemporaryDirectory(prefix="referral-tui-verify-") as folder:
        scratch = Path(folder) / "scratch.db"
        contacts = ContactSearch(programs[0].numeric_references)
        _derive(stored, scratch, programs[0], contacts, progress)
        with closing(open_readonly(scratch)) as derived:
            for chain in ("person", "event", "quarantine"):
                verdict.checked.append(_compare_chain(stored, derived, chain))
            for what in (*LOG, *OUTCOMES):
                verdict.checked.append(f"{counted(compare(stored, derived, what), 'row')} of {what.table}")
            verdict.checked.append(_compare_chain(stored, derived, "audit"))
            compare(stored, derived, BLOCKS)
            for what in ROLLUPS:
                verdict.checked.append(
                    f"{counted(compare(stored, derived, what), 'row')} of rollup {what.table}"
                )
    verdict.checked += check_invariants(stored, programs)
    verdict.checked.append(contacts.check())
    verdict.unproven = unproven_lines(UNPROVEN)
    verdict.heads = proving.newest_hashes(stored)


def _checked_erasures(stored: Database) -> list[str]:
    """Check all erasures, and return a line about them if there are any."""
    try:
        return check_erasures(stored)
    except (KeyError, TypeError, ValueError) as error:
        raise DifferenceError(f"what erasures left makes no sense: {error}") from None


def _programs(stored: Database) -> list[Program]:
    """Return the programs of the database, each loaded again from its text."""
    programs = []
    for number, text in proving.program_texts(stored):
        if not isinstance(text, str):
            raise DifferenceError(f"program_version with version {number}: its text is not text")
        try:
            programs.append(load_program(text, f"program version {number}"))
        except ProgramError as error:
            raise DifferenceError(f"program_version with version {number}: {error.problems[0]}") from error
    if not programs:
        raise DifferenceError("program_version: no program in it")
    digest = hashlib.sha256(programs[0].text.encode("utf-8", "surrogateescape")).hexdigest()
    known = setting(stored, "program_sha256")
    if known != digest:
        raise DifferenceError(
            f"program_version with version 1: its text has SHA-256 {digest}, "
            f"the database was made with {'none' if known is None else known}"
        )
    return programs


def _derive(
    stored: Database,
    scratch: Path,
    program: Program,
    contacts: ContactSearch,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Fold the stored log into a scratch database, and search its texts for contacts on the way."""
    total = events_stored(select_on(stored))
    watermark = proving.watermark(stored)
    kept = KeptAnswers.of(kept_answers(select_on(stored)))
    engine = Engine(program, parse_program, kept=kept)
    with Store.create(
        scratch,
        settings={},
        version=version_row(1, 0, program),
        clock={},
        scratch=True,
        salts=_salts(stored),
    ) as store:
        for events in log.read(stored, 0, ROWS):
            store.write(_fold(engine, events, store))
            contacts.events(typed(events))
            if progress is not None:
                progress(engine.last_seq, total)
        if watermark and watermark >= engine.newest:  # else later events have moved the time on
            store.write(engine.advance(watermark))
        refusals = Refusals()
        for refused in _quarantine(stored):
            contacts.quarantine(refused)
            rollup = _receipts(refused.select("received_at", metric="receipt." + pl.col("receipt")))
            rows = WriteSet(quarantine=refused, rollup=rollup, breakdown=refusals.breakdown(refused))
            try:
                store.write(rows)
            except (
                ValueError
            ) as error:  # a row is missing, so that the next one has not the number of its place
                raise DifferenceError(f"quarantine chain: {error}") from None


def _salts(stored: Database) -> SaltSource:
    """Return the salts of the stored database's blocks; a block that has none differs from what is derived."""
    read = stored_salts(select_on(stored))

    def salts(chain: str, number: int) -> BlockSalts:
        try:
            return read(chain, number)
        except (TypeError, ValueError) as error:
            raise DifferenceError(
                f"{chain} chain, block {number}: its salts can't be read: {error}"
            ) from None

    return salts


def _fold(engine: Engine, events: pl.DataFrame, store: Store) -> WriteSet:
    """Return the rows that the engine derives from stored events, received as messages again."""
    first = engine.last_seq + 1
    expected = pl.Series("seq", range(first, first + events.height), pl.Int64)
    if not events["seq"].equals(expected):
        missing = next(seq for seq, there in zip(expected, events["seq"], strict=True) if seq != there)
        raise DifferenceError(f"event with seq {missing}: is missing from the log")
    messages = typed(events).drop("seq")
    try:
        lookup = engine.look_up(messages)
        repeated = typed(store.events_at(lookup.repeated.tolist()))
        received = engine.receive(messages, lookup, repeated)
        refused = [*received.duplicates, *(row for row, _ in received.conflicts)]
        if refused:
            raise DifferenceError(
                f"event with seq {first + min(refused)}: an earlier event has its source and id"
            )
        written = engine.judge(received.events)
    except ProgramError as error:
        raise DifferenceError(
            f"events from seq {first}: a program in them is wrong: {error.problems[0]}"
        ) from error
    except ValueError as error:
        raise DifferenceError(f"events from seq {first}: {error}") from error
    rollup = _receipts(received.events.select("received_at", metric=pl.lit("receipt.accepted")))
    return replace(written, rollup=pl.concat([written.rollup, rollup]))


def _receipts(received: pl.DataFrame) -> pl.DataFrame:
    """Count receipts [received_at, metric] by hour, as rollup rows."""
    return received.group_by(pl.col("received_at").alias("hour") // HOUR_MS, "metric").agg(
        count=pl.len().cast(pl.Int64), value=pl.lit(0, pl.Int64)
    )


def _quarantine(stored: Database) -> Iterator[pl.DataFrame]:
    """Yield the quarantine's rows as they are stored: they are not in the log, so only their chain can be checked."""
    for rows in proving.quarantine(stored):
        try:
            yield pl.DataFrame(rows, schema=QUARANTINE_SCHEMA, orient="row", strict=True)
        except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
            raise DifferenceError(
                f"quarantine with number {rows[0][0]} to {rows[-1][0]}: a value is of another kind than its column"
            ) from error


def _compare_chain(stored: Database, derived: Database, chain: str) -> str:
    """Compare the blocks of one chain, and return a line that says how many they are.

    Raises:
        DifferenceError: the first block that differs, with the rows it covers.

    """
    ours, theirs = proving.blocks(stored, chain), proving.blocks(derived, chain)
    count = 0
    while True:
        one, other = next(ours, None), next(theirs, None)
        if one is None and other is None:
            return f"{counted(count, 'block')} of the {chain} chain"
        count += 1
        if one == other:
            continue
        first = (count - 1) * BLOCK_ROWS + (0 if chain == "person" else 1)
        raise DifferenceError(
            f"{chain} chain, block {count} ({chain} with {CHAINS[chain]} {first} to {first + BLOCK_ROWS - 1}): "
            f"stored as {_block(one)}, its rows give {_block(other)}; one of them was changed"
        )


def _block(block: Block | None) -> str:
    return "nothing" if block is None else f"{block.rows} rows with hash {block.hash}"
