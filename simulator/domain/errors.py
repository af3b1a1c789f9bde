"""The project's exceptions: one small hierarchy, every message a line for a person.

    ReferralError          anything a person can fix; the command line prints it and exits with 2
    ├── InputError         a file, a message or an argument is invalid
    │   ├── ProgramError   a program file; carries every problem found, one line each
    │   └── WorldError     a preset or a world file
    └── DatabaseError      a database that is missing, foreign, of another schema, locked or damaged

A message says what is wrong, where, and what would be right.
"""

from __future__ import annotations

import os
from collections.abc import Sequence


class ReferralError(Exception):
    """Anything a person can fix; `str()` gives the whole message, `problems` its parts, a line each."""

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class InputError(ReferralError):
    """A file, a message or an argument is invalid."""


class ProgramError(InputError):
    """A program file with problems, one line each in `problems`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(*problems)


class WorldError(InputError):
    """A preset or a world file that can't be run."""


class DatabaseError(ReferralError):
    """A database that is missing, foreign, of another schema, locked or damaged."""


def system_words(error: Exception) -> str:
    """Return the operating system's words for a failed connection, such as `Connection refused`.

    Libraries wrap the error, and put addresses and numbers into its text. Falls back on the text, or the error's class.
    """
    cause = getattr(error, "os_error", getattr(error, "reason", error))
    if not isinstance(cause, OSError):
        return str(error) or type(error).__name__
    if cause.errno is not None and cause.errno > 0:  # name servers have negative numbers of their own
        return os.strerror(cause.errno)
    return cause.strerror or type(cause).__name__
