"""Open the file that an option names for writing rows: standard output, a regular file, a FIFO or a device."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from referral_tui.cli.output import safe_stream


@contextmanager
def opened_out(out: Path, form: str) -> Iterator[IO[bytes]]:
    """Open `out` for rows of `form` (jsonl, csv or another): `-` is standard output.

    A regular file appears only once it is complete. What goes to a terminal is made safe to show.
    """
    from simulator.domain.writing import replacing

    if out == Path("-"):
        yield safe_stream(sys.stdout.buffer, form)
        sys.stdout.buffer.flush()
        return
    with replacing(out) as stream:
        yield safe_stream(stream, form)  # the path may be a terminal device
        stream.flush()


@contextmanager
def naming_errors(out: Path) -> Iterator[None]:
    """Name the file if a write fails; a reader that has gone away is not an error."""
    from simulator.domain.errors import InputError

    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        name = "standard output" if out == Path("-") else out
        raise InputError(f"{name}: can't be written ({error.strerror or error})") from error
