"""Whatever a client was told is stored is there once, after the server was killed at any moment."""

from __future__ import annotations

import os
from pathlib import Path
from random import Random

import pytest

from db.sqlite.readonly import reading, select_on
from simulator.proof.verify import verify
from tests.durability.door_dying import Sent, spawn, until_killed

SEED = int(os.environ.get("DURABILITY_SEED", "1"))
KILLS = int(os.environ.get("DURABILITY_DOOR_KILLS", "200"))


async def through_kills(path: Path, kills: int) -> None:
    """Serve `path` through so many kills, and hold what was answered against what is there after each."""
    random, sent = Random(SEED), Sent()
    for _ in range(kills):
        process = spawn(path, path.with_suffix(".address"))
        await until_killed(process, path.with_suffix(".address"), sent, random, random.randrange(1, 40))
        with reading(path) as db:
            rows = select_on(db)("SELECT id, seq FROM event", ())
        there: dict[str, int] = dict(rows)
        assert len(there) == len(rows), "stored twice"
        lost = {n: seq for n, seq in sent.stored.items() if there.get(f"e{n}") != seq}
        assert not lost
    assert sent.stored
    assert verify(path).difference is None


async def test_a_server_killed_a_few_times_has_what_it_answered(tmp_path: Path) -> None:
    await through_kills(tmp_path / "a.db", kills=3)


@pytest.mark.long
async def test_a_server_killed_hundreds_of_times_has_what_it_answered(tmp_path: Path) -> None:
    await through_kills(tmp_path / "a.db", kills=KILLS)
