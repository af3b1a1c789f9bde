"""After a restart an engine goes on as if it had never stopped: what it has restored from the log leaves no trace."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import polars as pl
import pytest

from simulator.domain.write_set import WriteSet
from simulator.engine import Engine
from simulator.engine.frames import NO_EVENTS
from simulator.events.decode import Receiver, decode_lines
from simulator.platform.records import parse_program
from simulator.program.load import load_program
from tests.durability.everything import SPAN, START, program_text, write_log

FRIENDS = 60
PART = 150
LATER = START + 2 * SPAN


@pytest.fixture(scope="module")
def messages(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """Some hundreds of events of every kind."""
    path: Path = tmp_path_factory.mktemp("restored") / "log.jsonl"
    write_log(path, 1, FRIENDS)
    receiver = Receiver(0, None, numeric_references=False)
    decoded = decode_lines(path.read_bytes().splitlines(), receiver, lambda _: None)
    assert not decoded.rejected
    return decoded.messages.drop("position")


def engine() -> Engine:
    return Engine(load_program(program_text(FRIENDS), "everything.toml"), parse_program)


def judged(one: Engine, messages: pl.DataFrame) -> list[WriteSet]:
    """Return what comes of messages that an engine takes in in parts."""
    found = []
    for first in range(0, len(messages), PART):
        part = messages[first : first + PART]
        found.append(one.judge(one.receive(part, one.look_up(part), NO_EVENTS).events))
    return found


@pytest.mark.parametrize(("parts", "advanced"), [(1, True), (2, False)], ids=["advanced", "in parts"])
def test_a_restored_engine_makes_the_same_rows_as_one_that_never_stopped(
    messages: pl.DataFrame, parts: int, advanced: bool
) -> None:
    half = len(messages) // PART // 2 * PART
    watermark = int(messages["received_at"][half]) - 1 if advanced else 0
    running, again = engine(), engine()
    before = pl.concat([written.events for written in judged(running, messages[:half])])
    if watermark:
        running.advance(watermark)
    known = before.drop("person")
    for part in known.iter_slices(half // parts):
        again.restore(part)
    again.resume(watermark, running.last_entry)
    assert again.last_seq == running.last_seq
    assert again.watermark == running.watermark
    pairs = zip(judged(again, messages[half:]), judged(running, messages[half:]), strict=True)
    for found, wanted in (*pairs, (again.advance(LATER), running.advance(LATER))):
        assert found.rewards.height + found.changes.height > 0
        for one in fields(WriteSet):
            assert same(getattr(found, one.name), getattr(wanted, one.name)), one.name


def same(found: object, wanted: object) -> bool:
    if isinstance(found, pl.DataFrame) and isinstance(wanted, pl.DataFrame):
        return found.equals(wanted)
    return found == wanted
