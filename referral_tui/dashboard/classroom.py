"""The dashboard with a lesson in it: a panel beside every screen says what to look at and what to press.

The lesson watches the state of the dashboard (`seeing`) a few times a second while one is open; it never looks at keys.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.widget import Widget

from referral_tui.dashboard.app import SCREENS, Dashboard, open_screen
from referral_tui.dashboard.commands import COMMANDS, place_command
from referral_tui.dashboard.frame import StatusPosted
from referral_tui.dashboard.screens.lesson_list import ChosenLesson, Entry, LessonList
from referral_tui.dashboard.seeing import is_there, seen
from referral_tui.dashboard.staging import open_when_there, set_stage
from referral_tui.dashboard.status_message import StatusMessage
from referral_tui.dashboard.widgets.bars import KeyHint
from referral_tui.dashboard.widgets.lesson_panel import LessonPanel, PanelContent
from referral_tui.dashboard.world import cast_of, figure_of
from referral_tui.lessons.fill import filled, missing
from referral_tui.lessons.guide import Guide, Phase, scene
from referral_tui.lessons.model import TYPE, Facts, Lesson
from referral_tui.lessons.states import PANELS

if TYPE_CHECKING:
    from db.read.queries import Program
    from referral_tui.dashboard.course import Course
    from referral_tui.dashboard.setup import Setup

LOOK_S: Final = 0.1  # between two looks at how the dashboard stands; one takes 0.2 ms
NOT_YET: Final = "The lesson goes on by itself as soon as you have done what its panel says."
NO_ANSWER: Final = "The lesson waits for an answer: press the number of a choice."
LIT, DIM = "-lit", "-dim"
_HINTS: Final = {
    "do": "⌫ back · q list",
    "ask": "number answers · ⌫ back · q list",
    "done": "space goes on · ⌫ back",
}
_LAST: Final = "space ends the lesson · ⌫ back"


class Classroom(Dashboard):
    """A dashboard that teaches by its own screens."""

    KEYS: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("space", "app.pause", "Goes on with the lesson if nothing else is left to do"),
        ("backspace", "app.lesson_back", "Goes back one step of the lesson"),
        ("r", "app.lesson_again", "Begins the lesson again"),
        ("q", "app.quit", "Leaves the lesson, which resumes here; from the list of lessons, quits"),
    )
    """What keys do while a lesson is open: as they are pressed, their actions, in a sentence."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "backspace",
            "lesson_back",
            "A step back",
            show=False,
            id="lesson.back",
            tooltip="Goes back one step",
        ),
        Binding(
            "r",
            "lesson_again",
            "From the start",
            show=False,
            id="lesson.again",
            tooltip="Begins the lesson again",
        ),
    ]

    def __init__(self, setup: Setup, course: Course, *, watching: bool = True) -> None:
        """Prepare to teach a course on the database of the setup; without `watching`, look only on request."""
        super().__init__(setup)
        self._watching = watching
        self.course = course
        self.guide: Guide | None = None
        self._facts: Facts | None = None
        self._place = course.begin or 0
        self._to_begin: ChosenLesson | None = None if course.begin is None else (course.begin, course.talk)
        self._whom: str | None = None
        self._staging = False
        self._figure: tuple[str, str] | None = None

    def beside(self) -> Iterable[Widget]:
        """Put the lesson at the side of every screen."""
        yield LessonPanel()

    def on_mount(self) -> None:  # besides that of Dashboard, which Textual calls too
        """Begin to watch, and list the lessons unless one was named."""
        if self._watching:
            self.set_interval(LOOK_S, self.watch_lesson)
        if self.course.begin is None:
            self._list()

    # -- the lesson -----------------------------------------------------------------------------------

    def watch_lesson(self) -> None:
        """Look at the state of the dashboard, and go on if it is what the step waits for."""
        self.watch_scene()
        if self.guide is not None and self.settled_in and self.guide.see(seen(self)):
            self._arrive()
        self._show_lesson()

    def watch_scene(self) -> None:
        """Go on with what a scene waits for: the end of the world's run, or the row of the person that it opens."""
        self._find_cast()
        if self.guide is not None:
            self.guide.note_box(seen(self).box)
        if not self._staging and self._whom is not None and open_when_there(self.place, self._whom):
            self._whom = None

    @property
    def world_is_read(self) -> bool:
        """Whether the people of the world are known, so that a lesson can begin."""
        return self._facts is not None and bool(self._facts.words)

    @property
    def settled_in(self) -> bool:
        """Whether the open step's scene is set, so that keys may be pressed."""
        return self.guide is not None and not self._staging and self._whom is None

    def _find_cast(self) -> None:
        """Read who plays the lessons' parts, once the world has ended."""
        if self._facts is None and self.snapshot is not None and self.snapshot.status == "finished":
            self._facts = Facts()  # asked once
            self.run_worker(self._cast(), group="cast")

    @property
    def _program(self) -> Program | None:
        return self.snapshot.database_status.program if self.snapshot is not None else None

    async def _cast(self) -> None:
        program = self._program
        if program is None:
            return
        roles = {name: role for lesson in self.course.lessons for name, role in lesson.cast}
        found = await asyncio.to_thread(cast_of, self.setup.path, roles, program)
        self._facts = self.course.facts.joined(found)
        if self._to_begin is not None and self.guide is None:
            place, again = self._to_begin
            self.begin(place, again=again)

    def begin(self, place: int, *, again: bool) -> None:
        """Open a lesson, where it was left off or at its first step."""
        self._place = place
        lesson = self.course.lessons[place]
        if self._facts is None or not self.world_is_read:
            self._to_begin = place, again  # as soon as its world is there
            return
        lesson = filled(lesson, self._facts)
        reached = self.course.progress.of(lesson.id)
        numbers = [step.number for step in lesson.steps]
        left = 0 if again or reached.ended or reached.step not in numbers else numbers.index(reached.step)
        self.guide = Guide(lesson, left)
        self._arrive(jumped=True, fresh=True)

    def jump(self, place: int) -> None:
        """Go to a step, from 0, wherever the lesson is."""
        if self.guide is not None:
            self.guide.jump(place)
            self._arrive(jumped=True)

    def _arrive(self, *, jumped: bool = False, fresh: bool = False) -> None:
        """Set the scene of the step that is open now: all of it after a jump, else what the step itself shows."""
        guide = self.guide
        if guide is None:
            return
        self.course.progress.note(guide.lesson.id, guide.step.number, ended=guide.finished)
        states = scene(guide.lesson, guide.place) if jumped else guide.step.show
        self.arrived()
        self._staging, self._whom, self._figure = True, None, None
        self.run_worker(self._stage(states, fresh=fresh), exclusive=True, group="stage")

    def arrived(self) -> None:
        """Note that a step begins; a lesson has nobody to notify."""

    async def _stage(self, states: Sequence[tuple[str, str]], *, fresh: bool) -> None:
        if fresh:
            await self._renew()
        self._whom = await set_stage(self, states)
        guide, program = self.guide, self._program
        if guide is not None and guide.step.figure and program is not None:
            self._figure = await asyncio.to_thread(
                figure_of, self.setup.path, guide.step.figure, self.view.at, program
            )
        self._staging = False
        self._light()
        self._show_lesson()

    async def _renew(self) -> None:
        """Begin with fresh screens."""
        await self.action_place(SCREENS[0].MODE)
        for place in SCREENS[1:]:
            await self.remove_mode(place.MODE)
            self.add_mode(place.MODE, partial(open_screen, place))

    # -- what the keys do -----------------------------------------------------------------------------

    def action_pause(self) -> None:
        """Go on with the lesson if nothing else is left to do; its world has ended, so there is nothing to pause."""
        guide = self.guide
        if guide is None:
            super().action_pause()
        elif not guide.waits_for_key:
            text = NOT_YET if guide.phase == "do" else NO_ANSWER
            self.on_status_posted(StatusPosted(StatusMessage(text, "warn")))
        elif guide.go_on():
            self._arrive()
        else:
            self._end()

    def action_lesson_back(self) -> None:
        """Go a step back."""
        if self.guide is not None and self.guide.place:
            self.jump(self.guide.place - 1)

    def action_lesson_again(self) -> None:
        """Begin the lesson again."""
        if self.guide is not None:
            self.begin(self._place, again=True)

    async def action_quit(self) -> None:
        """Leave the lesson, or the list."""
        if self.course.begin is not None:
            self.exit()
        else:
            self.guide = self._to_begin = None
            self._list()

    def on_lesson_panel_answered(self, message: LessonPanel.Answered) -> None:
        """Take an answer."""
        if self.guide is not None:
            self.guide.answer(message.choice)
            self._show_lesson()

    def _end(self) -> None:
        guide = self.guide
        if guide is not None:
            self.course.progress.note(guide.lesson.id, guide.lesson.steps[0].number, ended=True)
        if self.course.begin is not None:
            self.exit()
            return
        self.guide = None
        self._place = (self._place + 1) % len(self.course.lessons)
        self._list()

    def _list(self) -> None:
        entries = [self._entry(lesson) for lesson in self.course.lessons]
        self.push_screen(LessonList(entries, self._place), self._chosen_lesson)

    def _entry(self, lesson: Lesson) -> Entry:
        reached = self.course.progress.of(lesson.id)
        steps = [step.number for step in lesson.steps]
        begun = reached.step in steps and steps.index(reached.step) > 0
        state = f"step {steps.index(reached.step) + 1} of {len(steps)}" if begun else f"{lesson.minutes} min"
        return Entry(lesson.title, lesson.about, state, reached.ended)

    def _chosen_lesson(self, chosen: ChosenLesson | None) -> None:
        if chosen is None:
            self.exit()
        else:
            self.begin(chosen[0], again=chosen[1])

    # -- what is shown --------------------------------------------------------------------------------

    def _show_lesson(self) -> None:
        place = self.place
        if place is None:
            return
        try:
            panel = place.query_one(LessonPanel)
        except NoMatches:
            return
        guide = self.guide
        if guide is None:
            lesson = self.course.lessons[self._place]
            panel.say(
                lesson.title, f"{self._first_words(lesson)} The world is being made: a few more seconds."
            )
            return
        step, last = guide.step, guide.place + 1 == len(guide.lesson.steps)
        panel.show(
            PanelContent(
                title=f"{guide.place + 1}/{len(guide.lesson.steps)} {step.title or guide.lesson.title}",
                heading=guide.lesson.title,
                step=step,
                phase=guide.phase,
                chosen=guide.chosen,
                keys=tuple(self._key(one) for one in step.do),
                hint=self.hint_of_lesson(guide.phase, last=last),
                figure=self._figure,
                large=self.course.talk,
            )
        )
        if guide.phase == "ask" and self.screen is place and not panel.has_focus:
            place.set_focus(panel)
        elif guide.phase != "ask" and panel.has_focus and is_there(place):
            place.set_focus(place.query(place.FIRST_FOCUS).first())

    def _hints(self, *, everything: bool = False) -> list[KeyHint]:
        """For the help, list the keys of the lesson in place of what they do otherwise."""
        own = [KeyHint(key, "", action, says) for key, action, says in self.KEYS] if everything else []
        actions = {hint.action for hint in own}
        return own + [one for one in super()._hints(everything=everything) if one.action not in actions]

    def _first_words(self, lesson: Lesson) -> str:
        """Return what the first step of a lesson says if that needs no person of its world, else its summary."""
        first = lesson.steps[0]
        if missing(first, self.course.facts):
            return lesson.about
        return filled(replace(lesson, steps=(first,)), self.course.facts).steps[0].say

    def hint_of_lesson(self, phase: Phase, *, last: bool) -> str:
        """Say which keys lead on from a step that waits for this."""
        return _LAST if last and phase == "done" else _HINTS[phase]

    def _light(self) -> None:
        """Highlight the part that the step points to; a talk dims the others."""
        place, guide = self.place, self.guide
        if place is None or guide is None:
            return
        name = guide.step.panel
        lit = place.query(f"#{name}").first() if name and place.query(f"#{name}") else None
        place.set_class(self.course.talk, "-talk")
        for panel in PANELS[place.MODE]:
            place.set_class(panel == name, f"-on-{panel}")
        for part in place.query(".panel, .tile, #tiles"):
            part.set_class(part is lit, LIT)
            away = lit is None or (
                part is not lit and lit not in part.ancestors and part not in lit.ancestors
            )
            part.set_class(self.course.talk and away, DIM)

    def _key(self, key: str) -> str:
        """Write a key as the person has set it."""
        if key.startswith(TYPE):
            return f"“{key.removeprefix(TYPE)}”"
        keys = self.setup.preferences.keys
        if keys:
            places = [place_command(one.MODE, one.TITLE_IN_TAB, one.KEY) for one in SCREENS]
            own = self.place.OWN_COMMANDS if self.place is not None else ()
            for command in (*COMMANDS, *places, *own):
                if key in (command.shown_key, *command.keys.split(",")) and command.id in keys:
                    return keys[command.id].split(",")[0]
        return key
