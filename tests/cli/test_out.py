"""Where a command writes: regular files are replaced as a whole, special ones are written into, databases never."""

from __future__ import annotations

import os
import socket
import stat
import threading
from pathlib import Path

import pytest

from simulator.domain.errors import InputError
from simulator.domain.writing import replacing, write_text
from tests.cli.nasty import Cli


@pytest.fixture
def db(nasty_database: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "a.db"
    path.write_bytes(nasty_database)
    return path


def test_a_fifo_gets_the_rows_and_stays_one(cli: Cli, db: Path, tmp_path: Path) -> None:
    fifo, got = tmp_path / "fifo", list[bytes]()
    os.mkfifo(fifo)
    reader = threading.Thread(target=lambda: got.append(fifo.read_bytes()))
    reader.start()
    assert cli("export", "rewards", "--db", db, "--out", fifo).status == 0
    reader.join()
    assert got == [cli("export", "rewards", "--db", db).out.encode()]
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_device_stays_one(cli: Cli, db: Path) -> None:
    assert cli("export", "rewards", "--db", db, "--out", "/dev/null").status == 0
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_standard_output_by_its_path_is_written_into_though_it_is_a_pipe(
    cli: Cli, db: Path, tmp_path: Path
) -> None:
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as reader:
        with os.fdopen(writing, "wb"):  # a link to it, as /dev/stdout is one to /proc/self/fd/1
            out = Path(f"/dev/fd/{writing}")
            assert cli("export", "rewards", "--db", db, "--out", out).status == 0
        assert reader.read() == cli("export", "rewards", "--db", db).out.encode()


@pytest.mark.parametrize(
    "begins", [b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83", b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"]
)
def test_the_log_of_a_database_that_was_moved_away_is_not_written_over(
    cli: Cli, db: Path, tmp_path: Path, begins: bytes
) -> None:
    log = tmp_path / "gone.db-wal"
    log.write_bytes(begins + bytes(64))
    ran = cli("export", "rewards", "--db", db, "--out", log)
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)
    assert "is a database or a part of one, and would be lost" in ran.err
    assert log.read_bytes() == begins + bytes(64)


def test_a_socket_is_refused_in_a_line(
    cli: Cli, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("s")
        ran = cli("export", "rewards", "--db", db, "--out", "s")
    assert (ran.status, ran.err) == (2, "referral-tui: s: is a socket; name a file to write\n")


def test_somebody_elses_part_is_left_alone(cli: Cli, db: Path, tmp_path: Path) -> None:
    mine = tmp_path / "rewards.csv.part"
    mine.write_text("mine")
    before = set(tmp_path.iterdir())
    out = tmp_path / "rewards.csv"
    assert cli("export", "rewards", "--db", db, "--format", "csv", "--out", out).status == 0
    assert mine.read_text() == "mine"
    made = {path for path in tmp_path.iterdir() if not path.name.startswith("a.db")}
    assert made - before == {out}


@pytest.mark.parametrize(
    "name", ["a.db", "a.db-wal", "a.db-shm", "a.db.lock", "a.control.db", "a.crm.db", "a.door.db", "link"]
)
def test_what_belongs_to_a_database_is_never_written_over(
    cli: Cli, db: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "link").symlink_to(db)
    out = tmp_path / name
    ran = cli("export", "rewards", "--db", db, "--out", out)
    assert (ran.status, len(ran.err.splitlines())) == (2, 1)
    assert "is a database or a part of one, and would be lost" in ran.err
    assert cli("export", "rewards", "--db", db).out.encode() not in (
        out.read_bytes() if out.exists() else b""
    )
    assert cli("verify", "--db", db).status == 0


def test_a_link_keeps_leading_to_the_file_that_is_replaced(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("before")
    file.chmod(0o640)
    link.symlink_to(file)
    write_text(link, "after")
    assert (link.is_symlink(), file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (True, "after", 0o640)


def test_what_was_there_stays_until_the_new_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("before")

    def stop_half_way() -> None:
        with replacing(file) as stream:
            stream.write(b"half")
            stream.flush()
            assert file.read_text() == "before"
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stop_half_way()
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert file.read_text() == "before"


def test_a_folder_that_is_not_there_is_a_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="can't be written"):
        write_text(tmp_path / "no" / "file", "text")
