"""What a dashboard with lessons is opened with."""

from __future__ import annotations

from dataclasses import dataclass, field

from referral_tui.lessons.model import Facts, Lesson
from referral_tui.lessons.notes import NotesFile
from referral_tui.lessons.progress import Progress


@dataclass(frozen=True)
class Course:
    """Lessons of one world, or one talk; `facts` are those of its program."""

    lessons: tuple[Lesson, ...]
    facts: Facts
    progress: Progress = field(default_factory=lambda: Progress(None))
    begin: int | None = None
    notes: NotesFile | None = None
    """Where a talk tells the speaker's notes where it is."""

    @property
    def talk(self) -> bool:
        """Whether it is a talk for the room."""
        return self.lessons[0].kind == "talk"
