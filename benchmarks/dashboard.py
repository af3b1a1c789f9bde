"""Measure the dashboard: `python -m benchmarks.dashboard [--events 1000000] [--writer load] [--db KEEP.db]`.

A simulation or a load test fills a database at full speed, and continues while a dashboard in a terminal of its own is
used: how soon a key is answered, and what a tick of each screen costs. Then the writer ends, and the cost of an idle
dashboard is measured. Times depend on this machine, with two processes running on it, so an empty Textual app is
measured alongside: the first paint is a ratio to its first paint, and its answers to keys, interleaved with the
dashboard's, show how much of the time is due to the machine.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.terminal import WAIT_S, Terminal
from db.read.queries import DatabaseError, Reader, database_status
from referral_tui.dashboard.app import SCREENS
from referral_tui.dashboard.frame import DashboardScreen

EVENTS_EACH = 19  # events that a referrer and those who follow make in a year, roughly
MORE = 20_000_000  # events that come after those: minutes of them at full speed
EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    BINDINGS = [("k", "turn", "Turn")]
    turned = False
    def compose(self):
        yield Static("painted")
    def action_turn(self):
        self.turned = not self.turned
        self.query_one(Static).update("ANSWERED" if self.turned else "painted")
Empty().run()
"""
KEYS = (
    ("?", "escape closes", "help"),
    ("?", " quit", "and closed"),
    ("p", "client's", "wall"),
    ("p", "platform's", "and back"),
)
"""Keys pressed on every screen: what is drawn in response, and what the key does."""
FIRST_CROSSING = (
    ("p", "Show real names", "ask for the wall"),
    ("y", "client's", "cross it"),
    ("p", "platform's", "and back"),
)
"""The first switch to the client's side asks for confirmation, and is not timed."""
Answered = list[tuple[str, float]]
"""Keys with the seconds until their responses were drawn."""
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
    """The measured figures, by name."""

    found: dict[str, float] = field(default_factory=dict)

    def say(self, name: str, value: float) -> None:
        """Record and print a figure, with its target if there is one."""
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
    parser.add_argument("--keys", type=int, default=420, help="keys pressed in all")
    parser.add_argument(
        "--writer", choices=("simulate", "load"), default="simulate", help="what writes beside it"
    )
    parser.add_argument(
        "--db", type=Path, help="a database to keep, and to use again where it is large enough"
    )
    given = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = given.db or folder / "big.db"
        figures = Figures()
        with writer(path, given.events, given.writer):
            print(
                f"{accepted(path):,} events, {path.stat().st_size / 1e6:,.0f} MB, `{given.writer}` goes on at full "
                f"speed; {os.cpu_count()} cores, {os.getloadavg()[0]:.1f} processes at work on them"
            )
            first_paint(path, figures)
            live(path, folder / "notes", given, figures)
        print(f"{accepted(path):,} events, the writer has ended")
        idle(path, given.seconds, figures)
    missed = [name for name, value in figures.found.items() if value > TARGETS.get(name, value)]
    print("all within their targets" if not missed else f"missed: {', '.join(missed)}")
    sys.exit(1 if missed else 0)


@contextmanager
def writer(path: Path, events: int, kind: str = "simulate") -> Iterator[None]:
    """Let a simulation or a load test fill the database; yield once it is large enough, and keep it writing."""
    command = [sys.executable, "-m", "referral_tui", kind, "--db", str(path)]
    people = ["--referrers", str((events + MORE) // EVENTS_EACH)]
    if kind == "load":
        command += [*people, "--traffic", "preset", "--seconds", "3600"]
    else:
        command += ["--days", "365", *(["--resume"] if path.exists() else people)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        while accepted(path) < events and process.poll() is None:
            time.sleep(0.5)
        if process.poll() is not None:
            print(f"the writer ended after {accepted(path):,} events: too few people for so many")
        yield
        if process.poll() is not None:
            print("the writer ended before all was measured: too few people")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait()


def accepted(path: Path) -> int:
    """Return how many events the database holds."""
    try:
        reader = Reader(path)
        with reader.look() as db:
            return database_status(db, 1).accepted
    except DatabaseError:
        return 0


def first_paint(path: Path, figures: Figures, tries: int = 5) -> None:
    """Measure the time from the start of the process to the first picture, and to the numbers, against an empty app."""
    empty: list[float] = []
    painted: list[float] = []
    numbers: list[float] = []
    for _ in range(tries):
        empty.append(started([sys.executable, "-c", EMPTY], "painted")[0])
        command = [sys.executable, "-m", "referral_tui", "dashboard", "--db", str(path)]
        both = started(command, SCREENS[0].TITLE_IN_TAB, "qualified")
        painted.append(both[0])
        numbers.append(both[1])
    figures.say("an empty app's first paint, s", statistics.median(empty))
    figures.say("first paint, x an empty app's", statistics.median(painted) / statistics.median(empty))
    figures.say("numbers, x an empty app's", statistics.median(numbers) / statistics.median(empty))


def started(command: list[str], *answers: str) -> list[float]:
    """Start a program, and measure the time until it draws each response."""
    terminal = Terminal(command)
    try:
        return [terminal.until(answer) or float("inf") for answer in answers]
    finally:
        terminal.close()


def live(path: Path, notes: Path, given: argparse.Namespace, figures: Figures) -> None:
    """Watch each screen while the writer writes, and press keys on it, alternating with an empty app."""
    terminal = Terminal([sys.executable, "-m", "benchmarks.watched", str(path), str(notes)])
    empty = Terminal([sys.executable, "-c", EMPTY])
    luck = random.Random(1)
    answered: Answered = []
    floor: Answered = []
    ticks: dict[str, float] = {}
    try:
        terminal.until("qualified")
        empty.until("painted")
        for key, answer, _ in FIRST_CROSSING:
            terminal.press(key, answer)
        for place in SCREENS:
            opened = 0.0 if place is SCREENS[0] else terminal.press(place.KEY, place.TITLE_IN_TAB)
            time.sleep(given.seconds)
            ticks[place.MODE] = tick_ms(notes, place.MODE)
            figures.say(f"tick, ms of CPU, {place.MODE}", ticks[place.MODE])
            keys = [*KEYS, *((one.KEY, one.TITLE_IN_TAB, one.MODE) for one in (neighbour(place), place))]
            times, beside = press_keys(
                terminal, empty, keys, given.keys // len(SCREENS) // len(keys) + 1, luck
            )
            opening = "too long" if opened is None else f"{1000 * opened:.0f} ms"
            print(f"  {place.MODE}: opened in {opening}; keys in ms, {_by_key(times)}", flush=True)
            answered += times
            floor += beside
        figures.say("tick, ms of CPU, dearest screen", max(ticks.values()))
        for name, share in (("median", 50), ("99 %", 99)):
            ours, theirs = (_percentile(times, share) for times in (answered, floor))
            figures.say(f"key answered, ms, {name}", ours)
            figures.say(f"  by an empty app, ms, {name}", theirs)
            figures.say(f"  x an empty app's, {name}", ours / theirs)
        churn(terminal, given.churn, luck, figures)
    finally:
        terminal.close()
        empty.close()


def churn(terminal: Terminal, seconds: float, luck: random.Random, figures: Figures) -> None:
    """Switch between the screens, and report how memory grows from when each was open once to the end."""
    for place in SCREENS:
        terminal.press(place.KEY, "", 1.0)
        time.sleep(2.0)
    began, held = time.monotonic(), [terminal.memory_mb()]
    while time.monotonic() - began < seconds:
        terminal.press(luck.choice(SCREENS).KEY, "", 1.0)
        time.sleep(2.0)
        held.append(terminal.memory_mb())
    halves = held[: len(held) // 2 + 1], held[len(held) // 2 :]
    print("  memory, MB, over the churn: " + " ".join(f"{held[len(held) * n // 8]:.1f}" for n in range(8)))
    figures.say("memory, MB", max(held))
    grown = statistics.mean(halves[1]) - statistics.mean(halves[0])
    figures.say("memory, MB more a minute", grown / max(1.0, seconds / 120))


def neighbour(place: type[DashboardScreen]) -> type[DashboardScreen]:
    """Return the next screen."""
    return SCREENS[(SCREENS.index(place) + 1) % len(SCREENS)]


def press_keys(
    terminal: Terminal,
    empty: Terminal,
    keys: Sequence[tuple[str, str, str]],
    rounds: int,
    luck: random.Random,
) -> tuple[Answered, Answered]:
    """Press keys (each with its response and name) in turn, each alongside a key of an empty app."""
    found: Answered = []
    beside: Answered = []
    turned = False
    for _ in range(rounds):
        for key, answer, name in keys:
            time.sleep(luck.random() * 0.3)  # at any moment of a tick
            took = terminal.press(key, answer)
            found.append((name, WAIT_S if took is None else took))
            turned = not turned
            took = empty.press("k", "ANSWERED" if turned else "painted")
            beside.append(("k", WAIT_S if took is None else took))
    return found, beside


def _percentile(times: Answered, share: int) -> float:
    """Return the milliseconds within which so many percent of the keys were answered."""
    return 1000 * statistics.quantiles((took for _, took in times), n=100, method="inclusive")[share - 1]


def _by_key(times: Answered) -> str:
    kinds: dict[str, list[float]] = {}
    for key, took in times:
        kinds.setdefault(key, []).append(1000 * took)
    return ", ".join(
        f"{key}: {statistics.median(of):.0f}, at most {max(of):.0f}" for key, of in kinds.items()
    )


def tick_ms(notes: Path, mode: str) -> float:
    """Return the CPU milliseconds of the whole process per message of its feed while a screen was open."""
    rows = [json.loads(line) for line in notes.read_text(encoding="utf-8").splitlines()]
    here = [row for row in rows if row["place"] == mode][2:]  # without the opening of the screen
    if len(here) < 2 or here[-1]["fresh"] == here[0]["fresh"]:
        return 0.0
    return 1000.0 * float((here[-1]["cpu"] - here[0]["cpu"]) / (here[-1]["fresh"] - here[0]["fresh"]))


def idle(path: Path, seconds: float, figures: Figures) -> None:
    """Measure the CPU use of a dashboard when nothing changes."""
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
