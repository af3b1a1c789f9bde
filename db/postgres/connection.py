"""Connect to Postgres, and put its errors into words: one line that says what to do and repeats no password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from db.postgres.address import PostgresAddress
from simulator.domain.errors import DatabaseError

if TYPE_CHECKING:
    import psycopg

    Server: TypeAlias = psycopg.Connection[tuple[Any, ...]]

EXTRA: Final = "pip install 'referral-tui[postgres]'"
CONNECT_S: Final = 10
"""How long to try to connect, in seconds."""


def connect(address: PostgresAddress, *, autocommit: bool = True) -> Server:
    """Open a connection.

    Raises:
        DatabaseError: the extra is not installed, or the server can't be reached or refuses.

    """
    try:
        import psycopg  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise DatabaseError(f"{address}: the Postgres client library is not installed; {EXTRA}") from error
    with translated(address):
        return psycopg.connect(
            address.url,
            autocommit=autocommit,
            connect_timeout=CONNECT_S,
            application_name="referral-tui",
            options="-c client_min_messages=warning",
        )


@contextmanager
def translated(address: PostgresAddress) -> Iterator[None]:
    """Raise errors of the client library inside the context as DatabaseError, in words that name the address."""
    import psycopg  # noqa: PLC0415 - an extra

    try:
        yield
    except psycopg.Error as error:
        raise in_words(error, address) from None  # its own text might repeat the password


def in_words(error: psycopg.Error, address: PostgresAddress) -> DatabaseError:
    """Turn an error of the client library into one of ours, with a message that says what to do."""
    import psycopg  # noqa: PLC0415 - an extra

    message = _shortened(str(error), address)
    for sign, words in _IN_WORDS.items():
        if sign in message:
            return DatabaseError(f"{address}: {words}")
    if error.sqlstate is None and "FATAL: " in str(error):
        return DatabaseError(f"{address}: the server refuses ({message})")
    if error.sqlstate is None and isinstance(error, psycopg.OperationalError):
        return DatabaseError(
            f"{address}: can't be reached ({message}); check the address, and that the server runs"
        )
    if error.sqlstate is None:
        return DatabaseError(f"{address}: {message}")
    if error.sqlstate.startswith(("08", "57P")):
        return DatabaseError(
            f"{address}: the connection was lost ({message}); what was committed is kept; continue"
        )
    return DatabaseError(f"{address}: {message}")


_IN_WORDS: Final = {
    "password authentication failed": "the user or the password is wrong; give it as PGPASSWORD or in ~/.pgpass",
    "no password supplied": "it requires a password; give it as PGPASSWORD or in ~/.pgpass",
    "permission denied": "this user lacks the privilege; ask the owner to GRANT it, or connect as another user",
}


def _shortened(text: str, address: PostgresAddress) -> str:
    """Return an error's message in one line, without what the client library wraps around it."""
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    message = lines[0] if lines else "no reason given"
    for password in address.passwords:
        message = message.replace(password, "…")
    return message.removeprefix("connection failed: ").rpartition("FATAL: ")[2].strip()
