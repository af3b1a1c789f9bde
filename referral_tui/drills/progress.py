"""Keep each person's answers as JSON Lines in the user's data folder; nothing leaves the machine."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final

import platformdirs

from referral_tui.drills.session import Answered
from simulator.domain.drills import Cause
from simulator.domain.errors import InputError

_NAME: Final = re.compile(r"[\w.-]{1,64}")


def data_folder() -> Path:
    """Return the folder for drills on this system."""
    return platformdirs.user_data_path("referral-tui", appauthor=False) / "drills"


def class_folder(seed: int | None, folder: Path | None = None) -> Path:
    """Return the folder with the answers of a class, or of people who practise alone."""
    name = "alone" if seed is None else f"class-{seed}"
    return (data_folder() if folder is None else folder) / "progress" / name


def check_person(name: str) -> str:
    """Return a person's name, after checking that it can be part of a file name.

    Raises:
        InputError: it has characters other than letters, digits, `_`, `.` and `-`, or begins with a dot.

    """
    if not _NAME.fullmatch(name) or name.startswith("."):
        raise InputError(f"--name {name!r}: use letters, digits, _ . and -, up to 64 of them")
    return name


def read_person(folder: Path, person: str) -> list[Answered]:
    """Return a person's answers, the oldest first; damaged lines are skipped.

    Raises:
        InputError: the file can't be read.

    """
    path = folder / f"{person}.jsonl"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read: {error}") from None
    return [one for line in text.splitlines() if (one := _answered(line)) is not None]


def read_class(folder: Path) -> Iterator[Answered]:
    """Yield the answers of everybody whose file is in a folder, person by person; raises `InputError` likewise."""
    for path in sorted(folder.glob("*.jsonl")):
        yield from read_person(folder, path.stem)


def add_answer(folder: Path, answer: Answered) -> None:
    """Append an answer to the person's file.

    Raises:
        InputError: the file can't be written.

    """
    path = folder / f"{answer.person}.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(asdict(answer)) + "\n")
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}") from None


def _answered(line: str) -> Answered | None:
    try:
        stored = json.loads(line)
        stored |= {"cause": Cause(stored["cause"]), "wrong": tuple(stored["wrong"])}
        return Answered(**stored)
    except (ValueError, KeyError, TypeError):
        return None
