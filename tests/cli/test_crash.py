"""A killed writer: nothing committed is lost, nothing is done twice, and the next writer continues."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.cli.nasty import START, Cli

NOW = START + 60 * 86_400_000
Exports = Callable[..., dict[str, bytes]]

WORKER = textwrap.dedent(
    """
    import hashlib
    import sys
    from pathlib import Path
    from db.read.salts import of_key
    from db.write import salts
    from simulator.events.decode import decode_lines
    from simulator.platform.platform import Platform
    from simulator.program.load import load_program

    db, program, log, batch = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])
    # the salts of both databases are to be the same
    salts._random = lambda chain, number: of_key(hashlib.sha256(f"{chain} {number}".encode()).digest())
    design = load_program(program.read_text(), "program")
    lines = log.read_bytes().splitlines()
    platform = Platform.open(db, design) if db.exists() else Platform.create(db, design)
    while platform.received < len(lines):
        some = lines[platform.received : platform.received + batch]
        platform.receive(decode_lines(some, platform.receiver(None), platform.check_program), some)
        print(platform.received, flush=True)
    platform.advance(int(sys.argv[5]))
    platform.close()
    print("done", flush=True)
    """
)


@pytest.mark.parametrize(
    ("batch", "lives"),
    [
        (20, (1, 5)),
        pytest.param(20, (1, 5, 3), marks=pytest.mark.long),
        pytest.param(90, (2,), marks=pytest.mark.long),
    ],
)
def test_killed_at_any_batch_it_goes_on_as_if_never_killed(
    cli: Cli,
    exports: Exports,
    tmp_path: Path,
    program: Path,
    nasty_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    batch: int,
    lives: tuple[int, ...],
) -> None:
    lines = nasty_file.read_bytes().splitlines(keepends=True)[:500]
    assert any(b"program.changed" in line for line in lines)
    nasty_file.write_bytes(b"".join(lines))
    calm, killed = tmp_path / "calm.db", tmp_path / "killed.db"
    given = [str(program), str(nasty_file), str(batch), str(NOW)]
    monkeypatch.setattr(sys, "argv", ["-c", str(calm), *given])
    exec(WORKER, {})
    command = [sys.executable, "-c", WORKER, str(killed), *given]
    for life in lives:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
            assert worker.stdout is not None
            for _ in range(life):
                assert worker.stdout.readline().strip().isdigit()
            worker.send_signal(signal.SIGKILL)  # at whatever it does just now: decoding, judging or writing
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    assert done.stdout.endswith("done\n")
    assert exports(killed) == exports(calm)
    assert cli("verify", "--db", killed).status == 0


def test_the_whole_file_again_after_a_kill_adds_what_is_missing(
    cli: Cli, exports: Exports, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    calm, killed = tmp_path / "calm.db", tmp_path / "killed.db"
    flags = ("--program", program, "--replay", "--now", NOW, "--json", nasty_file)
    whole = cli("ingest", "--db", calm, *flags).json
    command = [sys.executable, "-c", WORKER, str(killed), str(program), str(nasty_file), "25", str(NOW)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout is not None
        for _ in range(3):
            assert worker.stdout.readline().strip().isdigit()
        worker.kill()
    again = cli("ingest", "--db", killed, *flags).json
    assert again["received"] == whole["received"]
    assert again["duplicate"] > whole["duplicate"]
    assert 0 < again["accepted"] < whole["accepted"]
    same = ("events", "attributions", "decisions", "rewards", "audit")
    mine, theirs = exports(killed, whats=same), exports(calm, whats=same)
    assert mine["events"].count(b"\n") == theirs["events"].count(b"\n")
    assert cli("verify", "--db", killed).status == 0


def test_a_batch_that_can_not_be_written_leaves_nothing_and_stops_the_platform(
    tmp_path: Path, program: Path, nasty: list[bytes]
) -> None:
    from simulator.domain.errors import DatabaseError
    from simulator.events.decode import decode_lines
    from simulator.platform.platform import Platform
    from simulator.program.load import load_program

    db = tmp_path / "a.db"
    with Platform.create(db, load_program(program.read_text(), "program")) as platform:

        def send(some: list[bytes]) -> None:
            platform.receive(decode_lines(some, platform.receiver(None), platform.check_program), some)

        send(nasty[:50])
        with closing(sqlite3.connect(db)) as other:
            other.execute("DROP TABLE audit")  # what a bad disk does, in one line
            other.commit()
        for _ in range(2):
            with pytest.raises(DatabaseError):
                send(nasty[50:100])
        with closing(sqlite3.connect(db)) as other:
            assert other.execute("SELECT value FROM setting WHERE name = 'received'").fetchone() == ("50",)
            assert other.execute("SELECT MAX(seq) FROM event").fetchone()[0] <= 50


def test_a_second_writer_is_told_who_holds_it(
    cli: Cli, tmp_path: Path, program: Path, nasty_file: Path
) -> None:
    from simulator.platform.platform import Platform
    from simulator.program.load import load_program

    db = tmp_path / "a.db"
    with Platform.create(db, load_program(program.read_text(), "program")):
        for command in (
            ("ingest", "--db", db, nasty_file),
            ("review", "approve", "1", "--by", "me", "--db", db),
        ):
            ran = cli(*command)
            assert ran.status == 2
            assert ran.err.count("\n") == 1
        ran = cli("ingest", "--db", db, nasty_file)
        assert "in use, process" in ran.err
        assert cli("export", "events", "--db", db).status == 0  # looking is always allowed
    assert cli("ingest", "--db", db, "--replay", nasty_file).status == 0
    assert not db.with_name("a.db.lock").exists()
