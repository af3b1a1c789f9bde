"""Go through a lesson without a terminal: press what it says, and see that every step can be reached.

`learn check` and the tests do so. Nothing is taken for granted: the keys go through the app, and the states are read
from its screens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from referral_tui.dashboard.seeing import seen
from referral_tui.lessons.guide import scene
from referral_tui.lessons.model import TYPE, Step
from referral_tui.lessons.states import STATES, Seen, holds

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from referral_tui.dashboard.classroom import Classroom

MOST_AGAIN: Final = 120  # times a key is pressed again: five days by the hour, four months by the day
PATIENCE_S: Final = 60.0  # for what a busy machine takes to read and draw
GRACE_S: Final = 5.0  # after the last key, until a step counts as not reached
LOOK_S: Final = 0.01


class Rehearsal:
    """One run through the lesson that an app was opened with; the app must not watch on its own."""

    def __init__(self, app: Classroom, pilot: Pilot[None]) -> None:
        """Take an app that runs without a terminal, and what presses its keys."""
        self._app, self._pilot = app, pilot
        self.problems: list[str] = []

    async def run(self, at_step: Callable[[int], object] = lambda _place: None) -> list[str]:
        """Go through all steps, then jump to each; return what is wrong, a line each.

        `at_step` is called with the place of each step as it is shown.
        """
        await self.begin()
        if self._app.guide is None:
            return ["the world of the lesson was not made"]
        while True:
            place = self._app.guide.place
            at_step(place)
            await self._step(self._app.guide.step)
            if self.problems or place + 1 >= len(self._app.guide.lesson.steps):
                break
            if self._app.guide.place == place:
                await self.press("space")
            await self._settle()
        if not self.problems:
            await self._jumps()
        return self.problems

    async def read_world(self) -> None:
        """Wait until the people of the world are known."""
        await self._until(lambda: self._app.world_is_read)

    async def begin(self) -> None:
        """Wait until the first step is shown."""
        await self._until(lambda: self._app.guide is not None)
        await self._settle()

    async def press(self, *keys: str) -> None:
        """Press keys, and wait until their effect is shown."""
        await self._pilot.press(*keys)
        await self._settle()

    async def _step(self, step: Step) -> None:
        guide = self._app.guide
        if guide is None:
            return
        place = guide.place
        if guide.phase == "do":
            if holds(step.until, seen(self._app)):
                self._wrong(step, "what it waits for is so already, before anything is pressed")
                return
            for key in step.do:
                await self.press(*(list(key.removeprefix(TYPE)) if key.startswith(TYPE) else [key]))
            for _ in range(MOST_AGAIN if step.again else 0):
                if self._moved_on(place):
                    break
                await self.press(step.do[-1])
            await self._until(lambda: self._moved_on(place), GRACE_S)
            if not self._moved_on(place):
                self._wrong(step, f"the keys do not lead to it: {_mismatch(step, seen(self._app))}")
                return
        if guide.place == place and guide.phase == "ask" and step.ask is not None:
            await self.press(str(step.ask.right + 1))
            if not guide.answered_right:
                self._wrong(step, "its question can't be answered")

    def _moved_on(self, place: int) -> bool:
        self._app.watch_lesson()
        guide = self._app.guide
        return guide is not None and (guide.place != place or guide.phase != "do")

    async def _jumps(self) -> None:
        """Jump to each step: its scene must be the same as after the keys."""
        guide = self._app.guide
        if guide is None:
            return
        for place, step in enumerate(guide.lesson.steps):
            self._app.jump(place)
            await self._settle()
            wanted = [
                state for state in scene(guide.lesson, place) if _checked(state[0], guide.lesson.steps[place])
            ]
            if not holds(wanted, seen(self._app)):
                now = seen(self._app)
                wrong = [f"{name} = {value}" for name, value in wanted if not holds([(name, value)], now)]
                self._wrong(step, f"its scene can't be set: {', '.join(wrong)}")

    async def _settle(self) -> None:
        """Wait until the scene is set, and the screen shows the answer to its query."""
        await self._pilot.pause()
        await self._until(self._settled)
        await self._pilot.pause()

    def _settled(self) -> bool:
        app = self._app
        app.watch_scene()
        snapshot, feed = app.snapshot, app.feed
        return app.guide is None or (
            app.settled_in and snapshot is not None and feed is not None and snapshot.request == feed.request
        )

    async def _until(self, true: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
        clock = asyncio.get_running_loop().time
        until = clock() + patience_s
        while not true() and clock() < until:
            await asyncio.sleep(LOOK_S)
            await self._pilot.pause()
            self._app.watch_scene()

    def _wrong(self, step: Step, problem: str) -> None:
        self.problems.append(f"step {step.number}, line {step.line}: {problem}")


def _checked(name: str, step: Step) -> bool:
    """Return whether a state of a scene shows on the screen that it belongs to."""
    return name in {"screen", "view", "moment"} or (STATES[name].settable and name in dict(step.show))


def _mismatch(step: Step, now: Seen) -> str:
    """Say which states of a step do not hold, and the state of the dashboard instead."""
    wrong = [(name, value) for name, value in step.until if not holds([(name, value)], now)]
    return (
        ", ".join(f"{name} is {_stands(name, now)}, not {value}" for name, value in wrong)
        or "it is so for a moment"
    )


def _stands(name: str, now: Seen) -> str:
    fields = {"open": now.opened, "selected": now.named, "tab": now.tabs, "read": now.read}
    value = fields[name] if name in fields else getattr(now, name)
    return ", ".join(sorted(value)) or "nothing" if isinstance(value, frozenset) else str(value or "nothing")
