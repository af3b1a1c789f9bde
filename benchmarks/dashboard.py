"""What the dashboard costs: `python -m benchmarks.dashboard [--events 1000000] [--seconds 10] [--db KEEP.db]`.

A simulation fills a database at full speed, and goes on while a person's dashboard, in a terminal of its own, is asked
for things: how soon a key is answered, what a tick of each screen costs. Then the writer ends, and it is measured
what the dashboard costs when nothing changes. Times are of this machine, with two processes at work on it; the first
paint is a ratio to an empty Textual app's, started in the same run.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.terminal import WAIT_S, Terminal
from db.queries import DatabaseError, Reader, standing
from referral_tui.dashboard.app import PLACES

EVENTS_EACH = (
    15  # events that a referrer and those who follow make in a year, roughly: for how many to simulate
)
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("painted")
Empty().run()
"""
TARGETS = {
    "first paint, x an empty app's": 1.5,
    "numbers, x an empty app's": 3.0,
    "key answered, ms, median": 50.0,
    "key answered, ms, 99 %": 150.0,
    "tick, ms of CPU, dearest screen": 20.0,
    "idle, % of a core": 1.0,
    "memory, MB": 250.0,
    "memory, MB more a minute": 1.0,
}


@dataclass
class Figures:
    """What was measured, by name."""

    found: dict[str, float] = field(default_factory=dict)

    def say(self, name: str, value: float) -> None:
        """Note and print a figure, against its target where there is one."""
        self.found[name] = value
        target = TARGETS.get(name)
        verdict = "" if target is None else f"  (at most {target:g}: {'yes' if value <= target else 'NO'})"
        print(f"{name + ':':34} {value:8.2f}{verdict}", flush=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="how large the database is")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each screen is watched")
    parser.add_argument("--churn", type=float, default=60.0, help="seconds over which memory must stay flat")
    parser.add_argument("--keys", type=int, default=150, help="keys pressed in all")
    parser.add_argument(
        "--db", type=Path, help="a database to keep, and to use again where it is large enough"
    )
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = given.db or folder / "big.db"
        figures = Figures()
        with writer(path, given.events):
            print(
                f"{accepted(path):,} events, {path.stat().st_size / 1e6:,.0f} MB, the writer goes on at full speed"
            )
            first_paint(path, figures)
            live(path, folder / "notes", given, figures)
        print(f"{accepted(path):,} events, the writer has ended")
        idle(path, given.seconds, figures)
    missed = [name for name, value in figures.found.items() if value > TARGETS.get(name, value)]
    print("all within their targets" if not missed else f"missed: {', '.join(missed)}")
    sys.exit(1 if missed else 0)


@contextmanager
def writer(path: Path, events: int) -> Iterator[None]:
    """Let a simulation fill the database; from when it holds so many events, until the caller is done."""
    command = [sys.executable, "-m", "referral_tui", "simulate", "--db", str(path), "--days", "365"]
    command += ["--resume"] if path.exists() else ["--referrers", str(max(2_000, 4 * events // EVENTS_EACH))]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while accepted(path) < events and process.poll() is None:
            time.sleep(0.5)
        if process.poll() is not None:
            print(f"the simulation ended after {accepted(path):,} events: too few people for so many")
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def accepted(path: Path) -> int:
    """How many events the database holds."""
    try:
        reader = Reader(path)
        with reader.look() as db:
            return standing(db, 1).accepted
    except DatabaseError:
        return 0


def first_paint(path: Path, figures: Figures, tries: int = 5) -> None:
    """Time from the start of the process to the first picture, and to the numbers, against an empty app."""
    empty: list[float] = []
    painted: list[float] = []
    numbers: list[float] = []
    for _ in range(tries):
        empty.append(started([sys.executable, "-c", EMPTY], "painted")[0])
        command = [sys.executable, "-m", "referral_tui", "dashboard", "--db", str(path)]
        both = started(command, PLACES[0].TITLE_IN_TAB, "qualified")
        painted.append(both[0])
        numbers.append(both[1])
    figures.say("an empty app's first paint, s", statistics.median(empty))
    figures.say("first paint, x an empty app's", statistics.median(painted) / statistics.median(empty))
    figures.say("numbers, x an empty app's", statistics.median(numbers) / statistics.median(empty))


def started(command: list[str], *answers: str) -> list[float]:
    """Start a program and time until it draws each answer."""
    terminal = Terminal(command)
    try:
        return [terminal.until(answer) or float("inf") for answer in answers]
    finally:
        terminal.close()


def live(path: Path, notes: Path, given: argparse.Namespace, figures: Figures) -> None:
    """Watch each screen while the writer writes, and press keys on it."""
    terminal = Terminal([sys.executable, "-m", "benchmarks.watched", str(path), str(notes)])
    luck = random.Random(1)
    answered: list[float] = []
    ticks: dict[str, float] = {}
    try:
        terminal.until("qualified")
        for place in PLACES:
            terminal.press(place.KEY, place.TITLE_IN_TAB)
            time.sleep(given.seconds)
            ticks[place.MODE] = tick_ms(notes, place.MODE)
            figures.say(f"tick, ms of CPU, {place.MODE}", ticks[place.MODE])
            times = press_keys(terminal, 4 * (given.keys // len(PLACES) // 4 + 1), luck)
            middle, most = 1000 * statistics.median(times), 1000 * max(times)
            print(f"  {place.MODE}: a key is answered in {middle:.0f} ms, at most {most:.0f}", flush=True)
            answered += times
        figures.say("tick, ms of CPU, dearest screen", max(ticks.values()))
        figures.say("key answered, ms, median", 1000 * statistics.median(answered))
        figures.say("key answered, ms, 99 %", 1000 * statistics.quantiles(answered, n=100)[98])
        before, began = terminal.memory_mb(), time.monotonic()
        while time.monotonic() - began < given.churn:
            terminal.press(luck.choice(PLACES).KEY, "", 1.0)
            time.sleep(2.0)
        figures.say("memory, MB", terminal.memory_mb())
        grown = terminal.memory_mb() - before
        figures.say("memory, MB more a minute", grown / max(1.0, given.churn / 60))
    finally:
        terminal.close()


def press_keys(terminal: Terminal, count: int, luck: random.Random) -> list[float]:
    """Open and close the help, change the side of the wall there and back; seconds until each is seen."""
    keys = [("?", "escape closes"), ("?", " quit"), ("p", "client's"), ("p", "platform's")]
    found: list[float] = []
    for number in range(count):
        time.sleep(luck.random() * 0.3)  # at any moment of a tick
        took = terminal.press(*keys[number % len(keys)])
        found.append(WAIT_S if took is None else took)
    return found


def tick_ms(notes: Path, mode: str) -> float:
    """CPU milliseconds of the whole process for each message of its feed, while a screen was open."""
    rows = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    here = [row for row in rows if row["place"] == mode][2:]  # without the opening of the screen
    if len(here) < 2 or here[-1]["fresh"] == here[0]["fresh"]:
        return 0.0
    return 1000 * (here[-1]["cpu"] - here[0]["cpu"]) / (here[-1]["fresh"] - here[0]["fresh"])


def idle(path: Path, seconds: float, figures: Figures) -> None:
    """CPU of a dashboard where nothing changes."""
    terminal = Terminal([sys.executable, "-m", "referral_tui", "dashboard", "--db", str(path)])
    try:
        terminal.until("qualified")
        time.sleep(8)  # a writer that was killed is told of after five seconds
        before = terminal.cpu_s()
        time.sleep(2 * seconds)
        figures.say("idle, % of a core", 100 * (terminal.cpu_s() - before) / (2 * seconds))
    finally:
        terminal.close()


if __name__ == "__main__":
    main()
