"""Options shared by several commands, and functions that read their values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from db.postgres.address import PostgresAddress

if TYPE_CHECKING:
    FileOrAddress = Path | PostgresAddress
    from simulator.mapping.secrets import Secrets

if not TYPE_CHECKING:
    FileOrAddress = (
        PostgresAddress  # Typer knows no unions; `referral_tui.cli.light` makes a path of a file's name
    )

Database = Annotated[Path, typer.Option("--db", metavar="FILE", help="The platform's database.")]
SharedDatabase = Annotated[
    FileOrAddress,
    typer.Option(
        "--db",
        metavar="FILE|URL",
        help="The platform's database: a file, or one in Postgres.",
        parser=PostgresAddress.parse,
    ),
]
Secret = Annotated[
    Path | None,
    typer.Option(
        "--secrets",
        metavar="FILE",
        help="The client's secrets: the key that contacts are hashed with, and the secrets that senders sign with.",
    ),
]
BatchFiles = Annotated[
    Path | None,
    typer.Option(
        "--files",
        metavar="DIR",
        help="A folder of batch files to include. Default: the one beside the database.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")]

DEFAULT_DATABASE = Path("referral.db")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def preset_completion(incomplete: str) -> list[str]:
    """Return the presets whose names begin with what was typed; if there are none, the shell offers files."""
    from simulator.program.presets import preset_names

    return [name for name in preset_names() if name.startswith(incomplete)]


def mapping_completion(incomplete: str) -> list[str]:
    """Return the shipped mappings whose names begin with what was typed; if there are none, the shell offers files."""
    from simulator.mapping.shipped import shipped_names

    return [name for name in shipped_names() if name.startswith(incomplete)]


def form_completion(incomplete: str) -> list[str]:
    """Return the shipped forms of payouts whose names begin with what was typed."""
    from simulator.mapping.partner_forms import form_names

    return [name for name in form_names() if name.startswith(incomplete)]


def mapping_or_form_completion(incomplete: str) -> list[str]:
    """Return the shipped mappings and forms of payouts whose names begin with what was typed."""
    return [*mapping_completion(incomplete), *form_completion(incomplete)]


ProgramForNew = Annotated[
    str | None,
    typer.Option(
        "--program",
        metavar="FILE|PRESET",
        help="A program file or a preset's name; needed for a new database.",
        autocompletion=preset_completion,
    ),
]


def read_secrets(path: Path | None) -> Secrets:
    """Read the file of secrets, if one is given.

    Raises:
        InputError: it can't be read, or isn't one.

    """
    from simulator.mapping.secrets import NONE, load_secrets

    return NONE if path is None else load_secrets(path)


def mapping_secrets(path: Path | None, *, mapped: bool) -> Secrets:
    """Read the file of secrets, as `read_secrets` does; `mapped` is whether a mapping that uses them is given.

    Raises:
        InputError: the file can't be read, isn't one, or would not be used.

    """
    from simulator.domain.errors import InputError

    if path is not None and not mapped:
        raise InputError(f"--secrets {path}: is used by mappings only; say which with --map, or leave it out")
    return read_secrets(path)


def read_time(text: str | None, option: str) -> int | None:
    """Read a TIME of the command line: RFC 3339, a day (its start), or integer milliseconds UTC.

    Raises:
        InputError: it is none of these; says what would be right.

    """
    from simulator.domain.errors import InputError
    from simulator.events.moment import EARLIEST_MS, LATEST_MS, parse_moment

    if text is None:
        return None
    stripped = text.strip()
    if stripped.lstrip("-").isascii() and stripped.lstrip("-").isdigit():
        moment = int(stripped)
        if not EARLIEST_MS <= moment <= LATEST_MS:
            raise InputError(
                f"{option} {text}: outside the years 0001 to 9999; milliseconds since 1970 are wanted"
            )
        return moment
    try:
        return parse_moment(f"{stripped}T00:00:00Z" if _DAY.fullmatch(stripped) else stripped)
    except InputError as error:
        raise InputError(f"{option} {text}: {error}; or give milliseconds since 1970 in UTC") from None


def read_moment(text: str | None, option: str) -> int | None:
    """Read a TIME like `read_time`, with UTC as the default offset; loads the standard library only.

    Raises:
        InputError: it is none of these; says what would be right.

    """
    from datetime import UTC, datetime

    from simulator.domain.errors import InputError

    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit() and len(text.strip()) > len("20260301"):
        return int(text)
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InputError(
            f"{option} {text}: no such moment; write 2026-03-01 or 2026-03-01T14:00:00Z"
        ) from None
    return round((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() * 1000)
