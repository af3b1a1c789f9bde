"""Find, read and check the dashboard's config file: theme, first screen, keys.

It is read before the dashboard takes over the screen, so that an error is a line on the terminal.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import platformdirs
from textual.theme import BUILTIN_THEMES

from referral_tui.dashboard.app import SCREENS
from referral_tui.dashboard.commands import COMMANDS, Command, place_command
from referral_tui.dashboard.preferences import Preferences
from referral_tui.dashboard.themes import DAY, NIGHT
from simulator.domain.errors import InputError
from simulator.domain.toml_text import read_toml
from simulator.program.nearest import advice, shown

OWN_THEMES: Final = {"night": NIGHT.name, "day": DAY.name}
_KEY: Final = re.compile(r"((ctrl|alt|shift|super)\+)*([a-z][a-z0-9_]*|[^\s,])")


def config_path() -> Path:
    """Return the file's path on this system."""
    return platformdirs.user_config_path("referral-tui", appauthor=False) / "config.toml"


def progress_path() -> Path:
    """Return the path of the file that keeps the progress of lessons on this system."""
    return platformdirs.user_data_path("referral-tui", appauthor=False) / "lessons.json"


def notes_path() -> Path:
    """Return the path of the file by which a talk tells the speaker's notes where it is."""
    return platformdirs.user_data_path("referral-tui", appauthor=False) / "talk.json"


def read_config(path: Path | None = None) -> Preferences:
    """Read the file, or the defaults if there is none; raise InputError with its first problem."""
    path = config_path() if path is None else path
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Preferences()
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not UTF-8 text") from error
    try:
        found = read_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: {error}; see `referral-tui dashboard --config`") from error
    return _checked(found, path)


def defaults() -> str:
    """Return a config file with every setting at its default, each with a comment on what it does."""
    lines = [
        "# Settings of the dashboard; leave out what should keep its default.",
        f"# {', '.join(_themes())}",
        'theme = "night"',
        f"# {', '.join(place.MODE for place in SCREENS)}",
        f'start = "{Preferences().start}"',
        "",
        "[keys] # a key, or a list of keys, for each command",
    ]
    commands = {command.id: command for command in _commands()}
    width = max(len(name) for name in commands) + 2
    for name, command in commands.items():
        keys = [f'"{key}"' for key in command.keys.split(",")]
        value = keys[0] if len(keys) == 1 else f"[{', '.join(keys)}]"
        name_in_quotes = f'"{name}"'
        lines.append(f"{name_in_quotes:{width}} = {value} # {command.says}")
    return "\n".join(lines) + "\n"


def _themes() -> dict[str, str]:
    """Return the themes by the name used in the file: ours, and Textual's whose colours can be blended."""
    return OWN_THEMES | {name: name for name in BUILTIN_THEMES if not name.startswith("ansi")}


def _commands() -> Iterator[Command]:
    """Yield every command whose keys can be set: common ones, those of each screen, and those that open a screen."""
    yield from COMMANDS
    for place in SCREENS:
        yield place_command(place.MODE, place.TITLE_IN_TAB, place.KEY)
    for place in SCREENS:
        yield from place.OWN_COMMANDS


def _checked(found: Mapping[str, object], path: Path) -> Preferences:
    for name in found:
        if name not in ("theme", "start", "keys"):
            raise InputError(f"{path}: {name}: no such setting; {advice(name, ('theme', 'start', 'keys'))}")
    themes = _themes()
    theme = _one_of(path, "theme", found.get("theme", "night"), list(themes))
    start = _one_of(path, "start", found.get("start", Preferences().start), [place.MODE for place in SCREENS])
    keys = found.get("keys", {})
    if not isinstance(keys, dict):
        raise InputError(f'{path}: keys: must be a table, [keys] with lines such as "wall" = "w"')
    return Preferences(themes[theme], start, _keys(path, keys))


def _one_of(path: Path, name: str, value: object, valid: list[str]) -> str:
    if not isinstance(value, str) or value not in valid:
        right = advice(value, valid) if isinstance(value, str) else f"use one of {', '.join(valid)}"
        raise InputError(f"{path}: {name} = {shown(value)}: no such {name}; {right}")
    return value


def _keys(path: Path, given: Mapping[str, object]) -> dict[str, str]:
    ids = {command.id for command in _commands()}
    found: dict[str, str] = {}
    for name, value in _flat(given):
        if name not in ids:
            right = advice(name, sorted(ids), "see `referral-tui dashboard --config`")
            raise InputError(f"{path}: keys: {shown(name)}: no such command; {right}")
        keys: list[object] = value if isinstance(value, list) else [value]
        for key in keys:
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise InputError(
                    f'{path}: keys: {name} = {shown(key)}: no key; write one as "w", "f5", "ctrl+w" or "space"'
                )
        found[name] = ",".join(map(str, keys))
    _no_key_twice(path, found)
    return found


def _flat(given: Mapping[str, object], before: str = "") -> Iterator[tuple[str, object]]:
    """Flatten `world.pause = …`, which TOML reads as a nested table."""
    for name, value in given.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{name}.")
        else:
            yield before + name, value


def _no_key_twice(path: Path, given: Mapping[str, str]) -> None:
    for place in SCREENS:
        taken: dict[str, str] = {}
        ways = [place_command(one.MODE, one.TITLE_IN_TAB, one.KEY) for one in SCREENS]
        for command in [*COMMANDS, *ways, *place.OWN_COMMANDS]:
            for key in given.get(command.id, command.keys).split(","):
                other = taken.setdefault(key, command.id)
                if other != command.id:
                    raise InputError(
                        f"{path}: keys: {shown(key)} would be both {other} and {command.id}; give one of them another"
                    )
