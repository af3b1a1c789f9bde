"""A talk for the room: a lesson in large type, one part highlighted, the rest dimmed; a number jumps to a step."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from referral_tui.dashboard.classroom import Classroom
from referral_tui.lessons.guide import Phase
from referral_tui.lessons.notes import TalkState

if TYPE_CHECKING:
    from referral_tui.dashboard.course import Course
    from referral_tui.dashboard.setup import Setup


class Talk(Classroom):
    """A dashboard for giving a talk. Space goes on, whatever the step waits for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            str(number),
            f"jump({number - 1})",
            f"Step {number}",
            show=False,
            id=f"talk.step_{number}",
            tooltip="Jumps to this step",
        )
        for number in range(1, 10)
    ]

    KEYS = (
        ("space", "app.pause", "Goes to the next step"),
        ("backspace", "app.lesson_back", "Goes a step back"),
        ("1-9", "app.jump", "Jumps to that step"),
        ("r", "app.lesson_again", "Restarts the talk, with the clock at zero"),
        ("q", "app.quit", "Quits the talk"),
    )

    def __init__(self, setup: Setup, course: Course, *, watching: bool = True) -> None:
        """Prepare to give a talk on the database of the setup."""
        super().__init__(setup, course, watching=watching)
        self._began: int | None = None

    def on_unmount(self) -> None:
        """Tell the speaker's notes that the talk is over."""
        if self.course.notes is not None:
            self.course.notes.remove()

    def action_jump(self, place: int) -> None:
        """Jump to a step, if there is one of this number."""
        if self.guide is not None and place < len(self.guide.lesson.steps):
            self.jump(place)

    def action_pause(self) -> None:
        """Go on to the next step; after the last one nothing more is shown."""
        if self.guide is not None and self.guide.place + 1 < len(self.guide.lesson.steps):
            self.jump(self.guide.place + 1)

    def action_lesson_again(self) -> None:
        """Begin again, and restart the clock."""
        self._began = None
        super().action_lesson_again()

    def hint_of_lesson(self, phase: Phase, *, last: bool) -> str:  # noqa: ARG002 -- a talk waits for nothing
        """Say which keys lead through the talk."""
        return "⌫ back · q quits" if last else "space next · ⌫ back · 1-9 jump"

    def arrived(self) -> None:
        """Tell the speaker's notes where the talk is."""
        guide, notes = self.guide, self.course.notes
        if guide is None or notes is None:
            return
        if self._began is None:
            self._began = self.setup.clocks.wall_ms()
        steps = guide.lesson.steps
        notes.write(
            TalkState(
                guide.lesson.title,
                guide.lesson.minutes,
                self._began,
                guide.place,
                tuple(step.title or step.say for step in steps),
                tuple(step.notes for step in steps),
            )
        )
