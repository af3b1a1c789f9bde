"""Draws docs/pictures/*.svg: `python docs/make_pictures.py`, with the program installed.

The demo's own world runs at the demo's own pace, by a clock that is held: so everybody gets the same pictures.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
from pathlib import Path
from threading import Semaphore, Thread

from db.read.queries import Reader, events
from referral_tui.cli.demo import DAYS, PACE, PRESET, REFERRERS, SEED
from referral_tui.dashboard.app import Dashboard
from referral_tui.dashboard.clocks import Clocks
from referral_tui.dashboard.setup import Setup
from referral_tui.dashboard.widgets.reading import Reading
from referral_tui.dashboard.widgets.table import Table
from simulator.program.load import load_program
from simulator.program.presets import find_program
from simulator.run.opening import begin
from simulator.run.pace import parse_pace
from simulator.run.plan import Plan
from simulator.run.run import Run

PICTURES = Path(__file__).parent / "pictures"
SIZE = (132, 33)  # the funnel with one row a stage: the gaps between rows would show in a picture
LOOK_S = 85.0  # seconds into the run, a day of the world each
MOMENT_S = 3.0  # what moved in the last moments, says the dashboard, is what moved in three seconds
LIGHT = "overview-light.svg"
DARK = "overview.svg"
JOURNEY = "journey.svg"
LEADERS = "referrers.svg"


class HeldWall:
    """A wall clock (seconds) that goes by as the run waits for it, and stands still where somebody looks."""

    def __init__(self, *stops: float) -> None:
        self._now = 0.0
        self._stops = list(stops)
        self._stands = Semaphore(0)
        self._goes = Semaphore(0)

    def now(self) -> float:
        """Return the seconds since the run began."""
        return self._now

    def wait(self, seconds: float) -> None:
        """Let time go by; where it stands still, come back when somebody lets it go on."""
        self._now += seconds
        if self._stops and self._now >= self._stops[0]:
            self._now = self._stops.pop(0)
            self._stands.release()
            self._goes.acquire()

    def until_it_stands(self) -> None:
        """Wait for the next stop."""
        self._stands.acquire()

    def go_on(self) -> None:
        """Let time go by again."""
        self._goes.release()

    def over(self) -> bool:
        """Return whether there is nobody to look any more."""
        return not self._stops


def run_world(path: Path, wall: HeldWall) -> None:
    """Run the demo's world until nobody looks any more."""
    program = load_program(*find_program(PRESET))
    with begin(path, Plan(PRESET, SEED, REFERRERS, DAYS), program) as opened:
        Run(opened, stopped=wall.over, wall=wall, pace=parse_pace(PACE)).go()


async def draw(path: Path, wall: HeldWall) -> dict[str, str]:
    """Open the dashboard where the clock stands, let a moment go by, and draw some screens, one of them light too."""
    now = time.time_ns() // 1_000_000  # held: the run stands still while somebody looks, and is not dead
    app = Dashboard(Setup(path, clocks=Clocks(lambda: now, lambda: wall.now() * 1000)))

    async with app.run_test(size=SIZE) as pilot:

        async def until_all_is_shown() -> None:
            with Reader(path).look() as db:
                seq = events(db, 1)[0].seq
            while app.snapshot is None or app.snapshot.database_status.newest_seq != seq:
                await pilot.pause(0.02)
            await pilot.pause()

        await until_all_is_shown()
        wall.go_on()
        await asyncio.to_thread(wall.until_it_stands)
        await until_all_is_shown()
        pictures = {DARK: picture(app)}
        await pilot.press("t")
        await pilot.pause()
        pictures[LIGHT] = picture(app)
        await pilot.press("t", "2", "slash", *"refused", "enter", "enter")
        while not any(block.head for block in app.screen.query_one("#account", Reading).rows):
            await pilot.pause(0.1)  # a helper process works it out
        await pilot.press("slash", *["backspace"] * len("refused"))
        while len(app.screen.query_one(Table).rows) < SIZE[1]:
            await pilot.pause(0.02)
        await pilot.press("enter")
        await pilot.pause()
        pictures[JOURNEY] = picture(app)
        await pilot.press("escape", "escape", "4")
        while not app.screen.query_one(Table).rows:
            await pilot.pause(0.02)
        await pilot.pause()
        pictures[LEADERS] = picture(app)
        return pictures


def picture(app: Dashboard) -> str:
    """Return the screen as SVG, without the id that changes each time."""
    return re.sub(r"terminal-\d+", "terminal", app.export_screenshot(title="referral-tui demo"))


def main() -> None:
    """Run, look, draw."""
    wall = HeldWall(LOOK_S, LOOK_S + MOMENT_S)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "demo.db"
        world = Thread(target=run_world, args=(path, wall))
        world.start()
        wall.until_it_stands()
        pictures = asyncio.run(draw(path, wall))
        wall.go_on()
        world.join()
    PICTURES.mkdir(exist_ok=True)
    for name, svg in pictures.items():
        (PICTURES / name).write_text(svg + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
