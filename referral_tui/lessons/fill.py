"""Fill in the placeholders of a lesson. Pure; standard library only, since the dashboard loads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from referral_tui.lessons.model import Facts, Lesson, Question, State, Step

_HOLE: Final = re.compile(r"\{([a-z_.-]+)\}")


def filled(lesson: Lesson, facts: Facts) -> Lesson:
    """Return the lesson with all placeholders filled in.

    A step that uses a placeholder without a value is left out, and so is one excluded by its `needs` or `lacks`.
    """
    return replace(lesson, steps=tuple(_filled(step, facts) for step in lesson.steps if applies(step, facts)))


def applies(step: Step, facts: Facts) -> bool:
    """Return whether a step is shown with these facts."""
    return not missing(step, facts) and not any(name in facts.words for name in step.lacks)


def missing(step: Step, facts: Facts) -> tuple[str, ...]:
    """Return the placeholders of a step that have no value."""
    names = dict.fromkeys([*step.needs, *(name for text in _texts(step) for name in _HOLE.findall(text))])
    return tuple(name for name in names if name not in facts.words)


def _texts(step: Step) -> Iterator[str]:
    yield from (step.say, step.title, step.figure, step.notes, *step.do)
    yield from (value for _, value in (*step.show, *step.until))
    if step.ask is not None:
        yield from (step.ask.text, *step.ask.choices, *step.ask.replies)


def _filled(step: Step, facts: Facts) -> Step:
    def words(text: str) -> str:
        return _HOLE.sub(lambda found: facts.words[found[1]], text)

    def states(given: tuple[State, ...]) -> tuple[State, ...]:
        return tuple(
            (name, _moment(value, facts) if name == "moment" else words(value)) for name, value in given
        )

    ask = step.ask and Question(
        words(step.ask.text),
        tuple(map(words, step.ask.choices)),
        tuple(map(words, step.ask.replies)),
        step.ask.right,
    )
    return replace(
        step,
        say=words(step.say),
        title=words(step.title),
        show=states(step.show),
        do=tuple(map(words, step.do)),
        until=states(step.until),
        ask=ask,
        figure=words(step.figure),
        notes=words(step.notes),
    )


def _moment(value: str, facts: Facts) -> str:
    """Return a moment's placeholder as milliseconds."""
    return _HOLE.sub(lambda found: str(facts.moments.get(found[1], facts.words[found[1]])), value)
