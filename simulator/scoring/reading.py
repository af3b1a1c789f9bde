"""Score the program in a database with the labels of the client's CRM beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from db.client import truth
from db.read.versions import versions
from db.sqlite.readonly import Database, reading
from simulator.domain.errors import InputError
from simulator.program.load import load_program
from simulator.program.model import Program
from simulator.program.nearest import advice, shown
from simulator.scoring.score import JudgedDecision, Score, score


def score_database(path: Path, only: Sequence[str] = ()) -> tuple[Score, Program]:
    """Score what is stored at `path`; return the score and the newest program, in whose currency its money is.

    With `only` (codes of rules), the other rules are left out.

    Raises:
        DatabaseError: the database or its CRM is missing or can't be read.
        InputError: there is no such rule.

    """
    with reading(path) as db:
        cheats = truth.cheats(path, db)
        programs = {
            one.version: load_program(one.text, f"{path}, program version {one.version}")
            for one in versions(db)
        }
        found = score(_decisions(db, cheats), _codes(programs, only))
    return found, programs[max(programs)]


def _codes(programs: dict[int, Program], only: Sequence[str]) -> list[str]:
    """Return the codes of the rules to score, in the order of the program; raise InputError for an unknown one."""
    every = list(dict.fromkeys(rule.code for program in programs.values() for rule in program.rules))
    for code in only:
        if code not in every:
            raise InputError(f"no rule {shown(code)}; {advice(code, every)}")
    return [code for code in every if not only or code in only]


def _decisions(db: Database, cheats: dict[str, str]) -> Iterator[JudgedDecision]:
    for row in truth.judged(db):
        yield _judged(row, cheats)


def _judged(row: tuple[Any, ...], cheats: dict[str, str]) -> JudgedDecision:
    (
        decision, seq, milestone, friend, ref, referrer, outcome, reason, failed, version,
        source, event_id, amount, currency, issued, revoked, pending, withheld,
    ) = row  # fmt: skip
    return JudgedDecision(
        decision=decision,
        seq=seq,
        milestone=milestone,
        friend=friend,
        referrer=referrer,
        outcome=outcome,
        reason=reason,
        failed=tuple(code for code, _ in json.loads(failed)),
        version=version,
        source=source,
        event_id=event_id,
        amount_minor=amount,
        currency=currency,
        issued=issued,
        revoked=revoked,
        pending=pending,
        withheld=withheld or 0,
        kind=cheats.get(ref),
    )
