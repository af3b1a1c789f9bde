"""Keep the questions to a veto holder about open rewards, and the rewards that it let pass. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from db.door_file import DoorFile

_COLUMNS: Final = "reward, entry, tries, tried_at, next_at, error"


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the reward with this number, pending since the entry `entry`, that has no answer yet.

    It was asked `tries` times, last at `tried_at`, which failed with `error`, and is asked again at `next_at`; both are
    wall-clock milliseconds UTC.
    """

    reward: int
    entry: int
    tries: int
    tried_at: int
    next_at: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: the secret that signs questions, and the entry up to which the audit trail was read, with its id."""

    secret: str
    reached: int
    reached_id: str


class QuestionStore(DoorFile):
    """The questions, and how far the audit trail was read for them; for one thread at a time."""

    def asker(self, new_secret: Callable[[], str]) -> Asker:
        """Return the asker, with a new secret if there was none before."""
        with self.transaction():
            row = self.db.execute("SELECT secret, reached, reached_id FROM asker").fetchone()
            if row is None:
                row = (new_secret(), 0, "")
                self.db.execute("INSERT INTO asker VALUES (1, ?, ?, ?)", row)
        return Asker(*row)

    def restart(self) -> None:
        """Drop all questions and begin with the first entry: the database is not the one it was."""
        with self.transaction():
            self.db.execute("DELETE FROM question")
            self.db.execute("UPDATE asker SET reached = 0, reached_id = ''")

    def look(self, opened: Sequence[tuple[int, int]], closed: Sequence[int], entry: int, own_id: str) -> None:
        """Record the questions that entries up to `entry` led to: rewards with their entries, and those to drop."""
        with self.transaction():
            self.db.executemany("INSERT OR REPLACE INTO question (reward, entry) VALUES (?, ?)", opened)
            self.db.executemany("DELETE FROM question WHERE reward = ?", [(one,) for one in closed])
            self.db.execute("UPDATE asker SET reached = ?, reached_id = ?", (entry, own_id))

    def next(self, most: int) -> list[Question]:
        """Return at most `most` unanswered questions, those due first at the front."""
        with self.in_words():
            rows = self.db.execute(
                f"SELECT {_COLUMNS} FROM question WHERE answered = 0 ORDER BY next_at, entry LIMIT ?", (most,)
            ).fetchall()
        return [Question(*row) for row in rows]

    def not_vetoed(self) -> set[int]:
        """Return the entries whose rewards were let pass."""
        with self.in_words():
            return {entry for (entry,) in self.db.execute("SELECT entry FROM question WHERE answered = 1")}

    def waiting(self) -> int:
        """Return how many questions have no answer."""
        with self.in_words():
            (count,) = self.db.execute("SELECT COUNT(*) FROM question WHERE answered = 0").fetchone()
        return int(count)

    def answered(self, one: Question) -> None:
        """Record that a reward was let pass."""
        self._set("answered = 1, error = NULL", (), one)

    def forget(self, one: Question) -> None:
        """Drop a question whose reward is no longer open."""
        with self.transaction():
            self.db.execute("DELETE FROM question WHERE reward = ? AND entry = ?", (one.reward, one.entry))

    def failed(self, one: Question, at: int, next_at: int, error: str) -> None:
        """Record that a question got no answer, and when it is asked again."""
        self._set("tries = tries + 1, tried_at = ?, next_at = ?, error = ?", (at, next_at, error), one)

    def _set(self, what: str, values: tuple[object, ...], one: Question) -> None:
        with self.transaction():
            self.db.execute(
                f"UPDATE question SET {what} WHERE reward = ? AND entry = ?", (*values, one.reward, one.entry)
            )
