"""Read a lesson or a talk from its TOML file, and report each mistake with its line and what would be right."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from db.read.cast import ROLES
from referral_tui.lessons.casting import CAST_FACTS
from referral_tui.lessons.facts import PROGRAM_FACTS
from referral_tui.lessons.model import TYPE, Kind, Lesson, Question, State, Step, World
from referral_tui.lessons.states import PANELS, STATES, moment_of
from simulator.domain.definitions import DEFINITIONS, STAGES
from simulator.domain.errors import InputError, ProgramError
from simulator.program.nearest import advice, shown
from simulator.program.presets import preset_names
from simulator.program.source import LineNumbers, find_line_numbers, parse_toml

_KINDS: Final[Mapping[Kind, str]] = {"lesson": "lessons", "talk": "talks"}
_TOP: Final = ("lesson", "talk", "world", "cast", "step")
_ABOUT: Final = ("title", "about", "minutes")
_WORLD: Final = ("preset", "seed", "referrers", "days", "faults", "program")
_STEP: Final = (
    *("title", "say", "show", "panel", "do", "again", "until"),
    *("ask", "answers", "needs", "lacks", "figure", "notes"),
)
_ASK: Final = ("text", "choices", "replies", "right")
_KEYS: Final = (
    *("enter", "escape", "tab", "shift+tab", "space", "up", "down", "left", "right", "home", "end"),
    *("pageup", "pagedown", "ctrl+p", "ctrl+r", "ctrl+n", "ctrl+o", "ctrl+s", "ctrl+e"),
)
FIGURES: Final = (*STAGES, *DEFINITIONS)
"""The numbers that a step of a talk can show large, besides a placeholder."""
MOST_STEPS: Final = 9
"""The most steps of a talk."""
HOLE: Final = re.compile(r"\{([a-z_.-]+)\}")
_MOST_SAID: Final = 320
"""The most characters of a step's text: what a panel of 76 cells and 5 lines holds."""


def shipped(kind: Kind) -> tuple[str, ...]:
    """Return the names of the lessons or talks that come with the program, in their order."""
    return tuple(sorted(one.name.removesuffix(".toml") for one in _folder(kind).iterdir() if _is_file(one)))


def find_lesson(name_or_path: str, kind: Kind) -> Lesson:
    """Read a shipped lesson or talk by its name, or a file by its path.

    Raises:
        InputError: there is neither, or what it says can't be used; one line for each problem.

    """
    names = shipped(kind)
    if name_or_path in names:
        text = (_folder(kind) / f"{name_or_path}.toml").read_text(encoding="utf-8")
        return read_lesson(text, f"{name_or_path}.toml")
    path = Path(name_or_path)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"no file and no {kind} {shown(name_or_path)}; {advice(path.stem, names)}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from None
    return read_lesson(text, str(path))


def read_lesson(text: str, file: str) -> Lesson:
    """Read a lesson or a talk from its text; `file` is what messages call it.

    Raises:
        InputError: it is not TOML, or something in it can't be used; one line for each problem.

    """
    try:
        content = parse_toml(text, file)
    except ProgramError as error:
        raise InputError(*error.problems) from None
    return _Reader(content, file, find_line_numbers(text)).lesson()


def template(kind: Kind) -> str:
    """Return the text of a first lesson or talk, to begin one's own with."""
    return (files("referral_tui.lessons") / f"{kind}.toml").read_text(encoding="utf-8")


def _folder(kind: Kind) -> Traversable:
    return files("referral_tui.lessons") / _KINDS[kind]


def _is_file(entry: Traversable) -> bool:
    return entry.name.endswith(".toml")


class _Reader:
    """Reads one file, and collects the problems."""

    def __init__(self, content: Mapping[str, Any], file: str, lines: LineNumbers) -> None:
        self._content, self._file, self._lines = content, file, lines
        self._problems: list[tuple[int, str]] = []
        self._holes: set[str] = set(PROGRAM_FACTS)

    def lesson(self) -> Lesson:
        """Return the lesson.

        Raises:
            InputError: there are problems.

        """
        content = self._content
        self._known((), content, _TOP)
        kind: Kind = "talk" if "talk" in content else "lesson"
        if kind not in content:
            self._wrong((), "begin with [lesson] or [talk], with a title")
        about = self._table((kind,), content.get(kind, {}), _ABOUT)
        cast = self._cast(content.get("cast", {}))
        self._holes |= {f"{name}{'.' if fact else ''}{fact}" for name, _ in cast for fact in CAST_FACTS}
        given = content.get("step", [])
        if not isinstance(given, list) or not given:
            self._wrong((), "there is no step; write each as [[step]] with a text `say`")
            given = []
        if kind == "talk" and len(given) > MOST_STEPS:
            self._wrong(("step", MOST_STEPS), "a talk has nine steps at most: a number jumps to each")
        steps = [self._step(place, step) for place, step in enumerate(given)]
        lesson = Lesson(
            id=Path(self._file).stem,
            kind=kind,
            title=self._text((kind, "title"), about.get("title"), needed=True),
            about=self._text((kind, "about"), about.get("about", "")),
            minutes=self._whole((kind, "minutes"), about.get("minutes", 5 if kind == "lesson" else 2)),
            world=self._world(content.get("world", {})),
            cast=cast,
            steps=tuple(replace(step, number=place) for place, step in enumerate(steps, 1)),
        )
        if self._problems:
            raise InputError(*(problem for _, problem in sorted(self._problems, key=lambda one: one[0])))
        return lesson

    # -- the tables ------------------------------------------------------------------------------------

    def _world(self, given: object) -> World:
        table = self._table(("world",), given, _WORLD)
        world, names = World(), preset_names()
        preset = self._text(("world", "preset"), table.get("preset", world.preset))
        if preset not in names:
            self._wrong(("world", "preset"), f"no preset {shown(preset)}; {advice(preset, names)}")
        return World(
            preset,
            self._whole(("world", "seed"), table.get("seed", world.seed)),
            self._whole(("world", "referrers"), table.get("referrers", world.referrers)),
            self._whole(("world", "days"), table.get("days", world.days)),
            self._texts(("world", "faults"), table.get("faults", [])),
            self._text(("world", "program"), table.get("program", "")),
        )

    def _cast(self, given: object) -> tuple[tuple[str, str], ...]:
        if not isinstance(given, dict):
            self._wrong(("cast",), 'write a table, [cast] with lines such as paid = "rewarded"')
            return ()
        for name, role in given.items():
            if not re.fullmatch(r"[a-z][a-z_]*", name) or name in PROGRAM_FACTS:
                self._wrong(
                    ("cast", name), "a name of the cast is of small letters, and no other placeholder's"
                )
            if role not in ROLES:
                self._wrong(("cast", name), f"no role {shown(role)}; {advice(str(role), ROLES)}")
        return tuple((name, str(role)) for name, role in given.items())

    def _step(self, place: int, given: object) -> Step:
        path = ("step", place)
        step = self._table(path, given, _STEP)
        show = self._states((*path, "show"), step.get("show", {}), settable=True)
        do = self._texts((*path, "do"), step.get("do", []))
        for one in do:
            if not one.startswith(TYPE) and len(one) != 1 and one not in _KEYS:
                right = advice(one, _KEYS, 'write a key as "2", "enter" or "ctrl+p", and a text as "type …"')
                self._wrong((*path, "do"), f"no key {shown(one)}; {right}")
        until = self._states((*path, "until"), step.get("until", {}), settable=False)
        if do and not until:
            self._wrong((*path, "do"), "keys without `until`: say which state ends the step")
        if until and not do:
            self._wrong((*path, "until"), "a state without `do`: say which keys lead to it")
        say = self._text((*path, "say"), step.get("say"), needed=True, most=_MOST_SAID)
        figure = self._text((*path, "figure"), step.get("figure", ""))
        if figure and not HOLE.search(figure) and figure not in FIGURES:
            self._wrong((*path, "figure"), f"no figure {shown(figure)}; {advice(figure, FIGURES)}")
        return Step(
            number=place + 1,
            line=self._lines.line(path) or 0,
            say=say,
            title=self._text((*path, "title"), step.get("title", "")),
            show=show,
            panel=self._panel((*path, "panel"), step.get("panel", ""), dict(show).get("screen")),
            do=do,
            again=self._flag((*path, "again"), step.get("again", False)),
            until=until,
            ask=self._question((*path, "ask"), step.get("ask")),
            answers=self._texts((*path, "answers"), step.get("answers", [])),
            needs=self._names((*path, "needs"), step.get("needs", [])),
            lacks=self._names((*path, "lacks"), step.get("lacks", [])),
            figure=figure,
            notes=self._text((*path, "notes"), step.get("notes", ""), most=2_000),
        )

    def _question(self, path: tuple[str | int, ...], given: object) -> Question | None:
        if given is None:
            return None
        table = self._table(path, given, _ASK)
        text = self._text((*path, "text"), table.get("text"), needed=True)
        choices = self._texts((*path, "choices"), table.get("choices", []))
        replies = self._texts((*path, "replies"), table.get("replies", []))
        right = self._whole((*path, "right"), table.get("right", 0))
        if not 2 <= len(choices) <= 4:
            self._wrong((*path, "choices"), f"{len(choices)} choices; a closed question has two to four")
        elif len(replies) != len(choices):
            self._wrong(
                (*path, "replies"), f"{len(replies)} replies to {len(choices)} choices; write one each"
            )
        elif not 1 <= right <= len(choices):
            self._wrong((*path, "right"), f"{right} is not a choice; write 1 to {len(choices)}")
        return Question(text, choices, replies, right - 1)

    def _states(self, path: tuple[str | int, ...], given: object, *, settable: bool) -> tuple[State, ...]:
        if not isinstance(given, dict):
            self._wrong(path, 'write a table of states, such as { screen = "journeys" }')
            return ()
        valid = [name for name, kind in STATES.items() if kind.settable or not settable]
        found: list[State] = []
        for name, value in given.items():
            if name not in valid:
                self._wrong((*path, name), f"no such state; {advice(name, valid)}")
                continue
            text = self._text((*path, name), value, empty=True)
            self._fits((*path, name), name, text)
            found.append((name, text))
        return tuple(found)

    def _fits(self, path: tuple[str | int, ...], name: str, value: str) -> None:
        choices = STATES[name].choices
        if HOLE.search(value):
            return
        if choices and value not in choices:
            self._wrong(path, f"no {name} {shown(value)}; {advice(value, choices)}")
        if name == "moment":
            try:
                moment_of(value)
            except ValueError:
                right = 'write a date or a time, such as "2026-02-01" or "2026-02-01T14:00", or "now"'
                self._wrong(path, f"{shown(value)} is not a moment; {right}")

    def _panel(self, path: tuple[str | int, ...], given: object, screen: str | None) -> str:
        panel = self._text(path, given)
        valid = PANELS.get(screen or "", ()) or tuple(
            dict.fromkeys(one for all_ in PANELS.values() for one in all_)
        )
        if panel and panel not in valid:
            where = f"the screen {screen}" if screen in PANELS else "any screen"
            self._wrong(path, f"no panel {shown(panel)} on {where}; {advice(panel, valid)}")
        return panel

    # -- the values ------------------------------------------------------------------------------------

    def _names(self, path: tuple[str | int, ...], given: object) -> tuple[str, ...]:
        names = self._texts(path, given)
        for name in names:
            if name not in self._holes:
                self._wrong(path, f"no placeholder {shown(name)}; {advice(name, sorted(self._holes))}")
        return names

    def _table(self, path: tuple[str | int, ...], given: object, keys: Sequence[str]) -> Mapping[str, Any]:
        if not isinstance(given, dict):
            self._wrong(path, f"{shown(given)} where a table belongs; write keys and values")
            return {}
        self._known(path, given, keys)
        return given

    def _known(self, path: tuple[str | int, ...], given: Mapping[str, Any], keys: Sequence[str]) -> None:
        for name in given:
            if name not in keys:
                self._wrong((*path, name), f"unknown key; {advice(name, keys)}")

    def _text(
        self,
        path: tuple[str | int, ...],
        given: object,
        *,
        needed: bool = False,
        empty: bool = False,
        most: int = 400,
    ) -> str:
        if given is None:
            self._wrong(path, "missing; add it")
            return ""
        if not isinstance(given, str):
            self._wrong(path, f"{shown(given)} is not text; write it in quotes")
            return ""
        text = " ".join(given.split())
        if not text and needed and not empty:
            self._wrong(path, "the text is empty; write at least one character")
        if len(text) > most:
            self._wrong(path, f"the text has {len(text):,} characters; {most:,} is the most")
        for name in HOLE.findall(text):
            if name not in self._holes:
                self._wrong(path, f"no placeholder {{{name}}}; {advice(name, sorted(self._holes))}")
        return text

    def _texts(self, path: tuple[str | int, ...], given: object) -> tuple[str, ...]:
        if not isinstance(given, list):
            self._wrong(path, f'{shown(given)} where a list belongs; write it as ["…", "…"]')
            return ()
        return tuple(self._text(path, one) for one in given)

    def _whole(self, path: tuple[str | int, ...], given: object) -> int:
        if isinstance(given, bool) or not isinstance(given, int) or given < 0:
            self._wrong(path, f"{shown(given)} is not a whole number of 0 or more")
            return 0
        return given

    def _flag(self, path: tuple[str | int, ...], given: object) -> bool:
        if not isinstance(given, bool):
            self._wrong(path, f"{shown(given)} is neither true nor false")
        return given is True

    def _wrong(self, path: tuple[str | int, ...], problem: str) -> None:
        line = self._lines.line(path) or 1
        names = [f"step {one + 1}" if isinstance(one, int) else str(one) for one in path]
        label = ".".join(name for name in names if name != "step") or "the file"
        self._problems.append((line, f"{self._file}:{line}: {label}: {problem}"))
