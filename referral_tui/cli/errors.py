"""Turn the result of a command into an exit status, and each error that a person can fix into one line.

0 fine · 1 a check or a threshold failed · 2 wrong use or bad input · 130 interrupted.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, Final

import typer
from typer.exceptions import TyperException

from referral_tui.cli.output import say
from simulator.domain.errors import ReferralError

FINE: Final = 0
FAILED: Final = 1
WRONG: Final = 2
INTERRUPTED: Final = 130
KEPT: Final = "what was committed stays"
_PYDANTIC: Final = tuple(
    (re.compile(theirs), ours)
    for theirs, ours in (
        (r"Value error, ", ""),
        (r"Got unexpected extra argument\S* \((.*)\)", r"nothing more is expected after the arguments: \1"),
        (r" \(Possible options: (.*)\)", r"; did you mean \1?"),
        (r"Input should be greater than or equal to (-?[\d.]+)", r"must be at least \1"),
        (r"Input should be less than or equal to (-?[\d.]+)", r"must be at most \1"),
        (r"Input should be a valid integer\b.*", "must be a whole number"),
        (r"Input should be a valid number\b.*", "must be a number"),
        (r"Input should be a finite number", "must be a finite number"),
    )
)


class InterruptedCommand(Exception):  # noqa: N818 - not an error: somebody pressed Ctrl-C
    """A KeyboardInterrupt under a name that Typer lets pass; Typer turns the original into a silent exit status.

    Its text says what was kept, if there is anything to say.
    """


def guarded(command: Callable[[], Any]) -> int:
    """Run a command and return its exit status; errors in our own code still show a traceback."""
    if sys.stdout is None:  # closed by the parent process: the next file opened would take its place
        return _say("standard output: is closed; send it somewhere, if only to /dev/null")
    status = FINE
    try:
        status = _run(command)
        sys.stdout.flush()
    except BrokenPipeError:
        _hung_up()
    except OSError as error:
        _hung_up()
        status = _say(f"standard output: can't be written ({error.strerror or error})")
    return status


def _run(command: Callable[[], Any]) -> int:  # noqa: PLR0911 - one line for each way to end
    try:
        result = command()
    except ReferralError as error:
        return _say(*error.problems)
    except typer.Abort:
        return INTERRUPTED
    except TyperException as error:
        return _say(_wrong_use(error))
    except (KeyboardInterrupt, InterruptedCommand) as interrupt:
        _say(f"interrupted; {interrupt}" if str(interrupt) else "interrupted")
        return INTERRUPTED
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):
            return _hung_up()
        return end.code if isinstance(end.code, int) else FINE if end.code is None else _say(str(end.code))
    except BrokenPipeError:
        raise
    except OSError as error:
        where = error.filename if isinstance(error.filename, str) else None
        message = error.strerror or str(error)
        return _say(f"{where}: {message}" if where else f"can't go on: {message}")
    return result if isinstance(result, int) else FINE


def _say(*problems: str) -> int:
    """Write an error to standard error, a line for each problem; text from outside can't start a line of its own."""
    for problem in problems:
        say(f"referral-tui: {problem}", err=True)
    return WRONG


def _wrong_use(error: TyperException) -> str:
    """Describe wrong arguments in one line that points to the help."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "referral-tui"
    message = _plain(" ".join(error.format_message().split()).rstrip("."))
    if not message:  # a group was called without a subcommand, and its help was printed
        return f"which one? add {_listed(getattr(context.command, 'commands', ()))}" if context else path
    message += "" if message.endswith("?") else ";"
    return f"{message[:1].lower()}{message[1:]} `{path} --help` says what is right"


def _plain(message: str) -> str:
    """Return Pydantic's words for a wrong value in ours: `invalid value for '--days': must be at least 1`."""
    for pattern, ours in _PYDANTIC:
        message = pattern.sub(ours, message)
    return message


def _listed(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def _hung_up() -> int:
    """Discard further output, since its reader has gone away, as `head` does; that is not an error."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())  # or the interpreter would complain when it flushes at exit
    os.close(nowhere)
    return FINE
