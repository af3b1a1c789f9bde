"""A simulation that the dashboard starts ends with it, however it ends, and its error messages are kept."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from referral_tui.cli.demo import demo, lasting
from referral_tui.cli.terminal import need_terminal
from referral_tui.dashboard import launch
from referral_tui.dashboard.app import SCREENS, Dashboard
from referral_tui.dashboard.frame import StatusPosted
from referral_tui.dashboard.launch import NICE, serve_own, writer
from referral_tui.dashboard.preferences import Preferences
from referral_tui.dashboard.status_message import StatusMessage
from simulator.domain.errors import InputError
from simulator.run.pace import parse_pace
from tests.dashboard.story import Story
from tests.dashboard.watching import Watch


def test_it_ends_with_us(tmp_path: Path) -> None:
    with writer([sys.executable, "-c", "input() if 0 else __import__('time').sleep(600)"], tmp_path) as own:
        assert own.ended() is None
    assert own.process.returncode is not None


def test_keys_go_before_it(tmp_path: Path) -> None:
    with writer([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path) as own:
        ours, its = (os.getpriority(os.PRIO_PROCESS, process) for process in (0, own.process.pid))
    assert its == NICE > ours or ours >= NICE


def test_it_ends_when_we_fail(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError),
        writer([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path) as own,
    ):
        raise RuntimeError
    assert own.process.returncode is not None


def test_its_last_words_are_kept(tmp_path: Path) -> None:
    with writer([sys.executable, "-c", "raise SystemExit('no preset x')"], tmp_path) as own:
        own.process.wait(20)
        assert own.ended() == "no preset x"


def test_a_good_end_is_no_trouble(tmp_path: Path) -> None:
    with writer([sys.executable, "-c", ""], tmp_path) as own:
        own.process.wait(20)
        assert own.ended() is None


@pytest.mark.parametrize(("days", "minutes", "pace"), [(120, 2, 86_400), (365, 20, 26_280), (1, 600, 60)])
def test_a_demo_lasts_as_many_minutes_as_are_asked_for(days: int, minutes: int, pace: int) -> None:
    assert parse_pace(lasting(days, minutes)) == pace


def test_a_demo_takes_one_pace_only() -> None:
    with pytest.raises(InputError, match="--pace and --minutes both say"):
        demo(pace="1d/s", minutes=5, serve=True)


def test_a_demo_is_served_on_a_world_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[list[str], str, int, bool]] = []

    def serve(arguments: list[str], host: str, port: int) -> None:
        served.append((arguments, host, port, Path(arguments[2]).parent.is_dir()))

    monkeypatch.setattr("referral_tui.dashboard.serving.serve", serve)
    serve_own(["--version"], "127.0.0.1", 8_123, ["--read-only"])
    ((arguments, host, port, there),) = served
    assert arguments[:2] == ["dashboard", "--db"]
    assert arguments[3:] == ["--read-only"]
    assert (host, port, there) == ("127.0.0.1", 8_123, True)
    assert not Path(arguments[2]).parent.exists()


@pytest.mark.parametrize("keys", ["2", "21"])
async def test_a_key_pressed_before_anything_was_read_is_not_taken_back(
    story: Story, watch: Watch, monkeypatch: pytest.MonkeyPatch, keys: str
) -> None:
    begin = Dashboard._begin

    async def begin_late(app: Dashboard) -> None:
        for key in keys:
            mode = next(place.MODE for place in SCREENS if key == place.KEY)
            await app.action_place(mode)
        await begin(app)

    monkeypatch.setattr(Dashboard, "_begin", begin_late)
    async with watch(story.path, preferences=Preferences(start="rewards")) as seen:
        await seen.first()
        wanted = next(place for place in SCREENS if keys[-1] == place.KEY)
        assert seen.app.current_mode == wanted.MODE
        await seen.until(lambda: seen.app.snapshot.request.place == wanted.MODE)


async def test_what_arrives_while_a_screen_is_opened_waits_for_it(story: Story, watch: Watch) -> None:
    async with watch(story.path) as seen:
        await seen.first()
        for place in SCREENS[1:]:
            opening = seen.app.switch_mode(place.MODE)  # nothing of the screen exists yet
            seen.app.on_snapshot_taken(seen.told[-1])
            seen.app.on_query_changed(None)
            seen.app.on_status_posted(StatusPosted(StatusMessage("Saved.")))
            await opening
            await seen.app.action_place(place.MODE)
            await seen.answered(place)
            assert seen.app.place.is_ready


def test_a_pipe_is_no_terminal() -> None:
    with pytest.raises(InputError, match="demo: needs a terminal"):
        need_terminal("demo")


def test_a_terminal_that_writes_only_lines_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("sys.stdout", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("sys.stderr", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setenv("TERM", "xterm")
    need_terminal("demo")
    monkeypatch.setenv("TERM", "dumb")
    with pytest.raises(InputError, match="demo: TERM=dumb is a terminal on which only lines"):
        need_terminal("demo")


def test_a_world_is_made_again_from_what_it_was_up_to_an_event_and_at_its_pace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[list[str]] = []
    ended: list[int] = []

    class Stub:
        def __init__(self, number: int) -> None:
            self.number = number

        def stop(self) -> None:
            ended.append(self.number)

        def ended(self) -> str | None:
            return None

    def start(command: list[str], _folder: Path) -> Stub:
        started.append(command[3:])
        return Stub(len(started))

    monkeypatch.setattr(launch, "start_writer", start)
    own = launch.OwnWorld(["simulate", "--seed", "7", "--pace", "6h/s"], tmp_path)
    for name in ("demo.db", "demo.crm.db", "demo.control.db"):
        (tmp_path / name).write_text("first")
    own.rewind(12)
    assert started[0] == ["simulate", "--seed", "7", "--pace", "6h/s", "--db", str(own.path)]
    was = tmp_path / "was.db"
    assert started[1][:5] == ["simulate", "--again", str(was), "--hold-after", "12"]
    assert started[1][5:] == ["--pace", "6h/s", "--db", str(own.path)]
    assert ended == [1]
    assert [one.name for one in tmp_path.iterdir()] == ["was.db"]
    assert own.ended() is None


def test_a_terminal_that_is_closed_ends_the_simulation_and_leaves_no_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[bool] = []
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(launch, "start_writer", lambda *_: SimpleNamespace(stop=lambda: ended.append(True)))
    before = signal.getsignal(signal.SIGHUP)

    def run_until_it_hangs_up() -> None:
        with launch._own_world(["simulate"]) as own:
            assert own.path.parent.is_dir()
            hangs_up = signal.getsignal(signal.SIGHUP)
            assert callable(hangs_up)
            hangs_up(signal.SIGHUP, None)

    with pytest.raises(SystemExit):
        run_until_it_hangs_up()
    assert ended == [True]
    assert not list(tmp_path.iterdir())
    assert signal.getsignal(signal.SIGHUP) == before


def test_a_class_starts_from_one_seed_at_one_event(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[list[str]] = []
    monkeypatch.setattr(launch, "serve_own", lambda arguments, *_rest: served.append(arguments))
    demo(class_seed=7, serve=True)
    (arguments,) = served
    assert arguments[arguments.index("--seed") + 1] == "7"
    assert "--hold-after" in arguments
    with pytest.raises(InputError, match="--class and --seed both say"):
        demo(class_seed=7, seed=8, serve=True)
