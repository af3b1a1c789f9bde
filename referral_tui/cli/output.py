"""Write to standard output and standard error; all output of commands goes through here, and is made safe to show.

A line may contain text from outside: events, files, file names. Characters that would control the terminal, or start a
new line, are escaped (`simulator/domain/printable.py`). Ruff forbids `typer.echo` elsewhere.
"""

from __future__ import annotations

import codecs
import io
import json
import traceback
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import IO, Any, cast

import typer

from simulator.domain.errors import InputError
from simulator.domain.printable import printable, printable_json


def say(line: str, *, err: bool = False) -> None:
    """Write one line to standard output, or to standard error."""
    _echo(printable(line), err=err)


def say_lines(lines: Iterable[str], *, err: bool = False) -> None:
    """Write lines to standard output, or to standard error, all at once."""
    _echo("\n".join(map(printable, lines)), err=err)


def _echo(text: str, *, err: bool = False) -> None:
    """Write text and a line feed.

    Raises:
        InputError: standard output can't be written to, as on a full disk.

    """
    try:
        typer.echo(text, err=err)
    except BrokenPipeError:
        raise
    except OSError as error:
        if err:
            raise
        raise InputError(f"standard output: can't be written ({error.strerror or error})") from error


def print_json(value: object, *, indented: bool = False) -> None:
    """Write one JSON object to standard output."""
    import orjson

    try:
        text = orjson.dumps(value, option=orjson.OPT_INDENT_2 if indented else None).decode()
    except TypeError:  # a file name that is not UTF-8 contains surrogates
        text = json.dumps(value)
    _echo(printable_json(text))


def say_traceback(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
    """Write the traceback of an internal error and its causes to standard error, with hidden characters escaped."""
    chain: list[BaseException] = []
    one: BaseException | None = error
    while one is not None and one not in chain:
        chain.append(one)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    for each in reversed(chain):
        typer.echo(
            printable("".join(traceback.format_tb(each.__traceback__)), lines=True), err=True, nl=False
        )
        say(f"{type(each).__name__}: {each}", err=True)


def safe_stream(stream: IO[bytes], form: str) -> IO[bytes]:
    """Return the stream to write exported rows to: `stream` itself, or for a terminal one that makes rows safe to show.

    `form` is `jsonl`, `csv` or a format that is not text. Files and pipes get every byte unchanged.
    """
    shown = form in {"jsonl", "csv"} and stream.isatty()
    return cast("IO[bytes]", TerminalStream(stream, form)) if shown else stream


class TerminalStream(io.RawIOBase):
    """Writes UTF-8 to a terminal with hidden characters escaped; the ends of rows stay."""

    def __init__(self, stream: IO[bytes], form: str) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder("utf-8")("backslashreplace").decode
        self._safe: Callable[[str], str] = printable_json if form == "jsonl" else self._csv
        self._quoted = False

    def writable(self) -> bool:
        """Return True: the stream can be written to."""
        return True

    def write(self, data: Any, /) -> int:
        """Write bytes, and return how many."""
        self._stream.write(self._safe(self._decode(bytes(data))).encode())
        return len(data)

    def flush(self) -> None:
        """Flush the terminal."""
        self._stream.flush()

    def _csv(self, text: str) -> str:
        """Escape line feeds inside quotes too, where they are not the ends of rows."""
        parts = text.split('"')
        safe = []
        for place, part in enumerate(parts):
            self._quoted ^= place > 0
            safe.append(printable(part, lines=not self._quoted))
        return '"'.join(safe)
