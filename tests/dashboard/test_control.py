"""Commands: each is executed once, in order, also across restarts, and none waits behind the writer."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from db.control import Inbox, control_path, send
from db.read.queries import DatabaseError


def test_each_order_is_taken_once(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    first = send(path, "pause", now_ms=5)
    second = send(path, "speed", {"pace": 3600.0}, now_ms=5)
    assert first.issued_at == 5
    assert second.issued_at == 6
    inbox = Inbox(path)
    assert inbox.take() == [first, second]
    assert inbox.take() == []
    third = send(path, "step", now_ms=9)
    inbox.close()
    again = Inbox(path)
    assert again.take() == [third]
    assert again.take() == []
    again.close()
    again.close()


def test_it_lies_beside_the_database() -> None:
    assert control_path(Path("a/shop.db")) == Path("a/shop.control.db")
    assert control_path(Path("a/shop")) == Path("a/shop.control.db")
    assert control_path(Path("a/shop.control.db")) == Path("a/shop.control.db")


def test_an_order_does_not_wait_behind_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("CREATE TABLE big (x)")
    writer.execute("BEGIN EXCLUSIVE")
    inbox = Inbox(path)
    order = send(path, "pause")
    assert inbox.take() == [order]
    inbox.close()
    writer.execute("ROLLBACK")
    writer.close()


def test_an_order_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(
        DatabaseError, match="'explode': no such command; there are pause, resume, step, speed"
    ):
        send(tmp_path / "shop.db", "explode")
    assert not list(tmp_path.iterdir())


def test_a_place_that_can_not_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatabaseError, match="commands can't be stored there"):
        send(tmp_path / "nowhere" / "shop.db", "pause")
    with pytest.raises(DatabaseError, match="commands can't be stored there"):
        Inbox(tmp_path / "nowhere" / "shop.db")
