"""The inbox: what doors receive for a program waits here until its engine has judged and answered it.

A letter is the content of one request. It is not a durable copy: a door answers its client once the engine's answer is
here, and thus after the engine's commit. If an engine dies before it answers, the next one judges the letter again, and
what had been stored is a duplicate.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import uuid4

import orjson

from db.postgres.address import PostgresAddress
from db.postgres.connection import connect, translated

if TYPE_CHECKING:
    from db.postgres.connection import Server

_AT_ONCE: Final = 500  # letters
_UNCOLLECTED: Final = "1 hour"
"""How long an answer is kept if its door has gone."""


class Letter(NamedTuple):
    """What a door received in one request: its client, its lines, and what it has already refused, as JSON values."""

    client: str
    lines: list[bytes]
    refused: list[Any]


class _End:
    """One end of the inbox, with a connection that is opened when needed, and reopened after an error."""

    def __init__(self, address: PostgresAddress, channel: str) -> None:
        self._address, self._channel = address, channel
        self._server: Server | None = None

    @contextmanager
    def _connected(self) -> Iterator[Server]:
        with translated(self._address):
            try:
                if self._server is None:
                    self._server = connect(self._address)
                    self._server.execute(f"LISTEN {self._channel}")
                yield self._server
            except BaseException:
                self.close()
                raise

    def wait(self, seconds: float) -> None:
        """Wait until the other end signals that there is something, up to a time limit. Raises DatabaseError."""
        with self._connected() as server:
            for _ in server.notifies(timeout=seconds, stop_after=1):
                pass

    def close(self) -> None:
        """Close the connection."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(Exception):  # it may be broken
                server.close()


class Sender(_End):
    """A door's end for letters: it sends them and withdraws them."""

    def __init__(self, address: PostgresAddress) -> None:
        super().__init__(address, f"referral_door_{uuid4().hex}")

    @property
    def door(self) -> str:
        """The name of the door, which is also the channel on which it is notified of answers."""
        return self._channel

    def put(self, letters: Sequence[Letter]) -> list[int]:
        """Put letters into the inbox, in order, and return their numbers. Raises DatabaseError."""
        rows = [
            (self._address.program, self.door, one.client, one.lines, orjson.dumps(one.refused))
            for one in letters
        ]
        with self._connected() as server, server.transaction():
            cursor = server.cursor()
            cursor.executemany(
                "INSERT INTO referral.inbox (program, door, client, lines, refused) VALUES (%s, %s, %s, %s, %s) "
                "RETURNING number",
                rows,
                returning=True,
            )
            numbers = [number for (number,) in _returned(cursor)]
            server.execute("SELECT pg_notify(%s, '')", (_channel(self._address),))
        return numbers

    def withdraw(self, numbers: Sequence[int]) -> None:
        """Withdraw letters that were not answered; what is judged in the meantime is stored all the same."""
        with self._connected() as server:
            server.execute(
                "DELETE FROM referral.inbox WHERE program = %s AND number = ANY(%s)",
                (self._address.program, list(numbers)),
            )


class Collector(_End):
    """A door's end for answers; `door` is the name of its sender."""

    def __init__(self, address: PostgresAddress, door: str) -> None:
        super().__init__(address, door)

    def collect(self) -> list[tuple[int, Any]]:
        """Take the available answers: the number of the letter, and a JSON value. Raises DatabaseError."""
        with self._connected() as server:
            found = server.execute(
                "DELETE FROM referral.inbox WHERE program = %s AND door = %s AND answer IS NOT NULL "
                "RETURNING number, answer",
                (self._address.program, self._channel),
            ).fetchall()
        return [(number, orjson.loads(answer)) for number, answer in found]


class Reader(_End):
    """The engine's end for letters."""

    def __init__(self, address: PostgresAddress) -> None:
        super().__init__(address, _channel(address))

    def read(self, known: Sequence[int]) -> list[tuple[int, Letter]]:
        """Return unanswered letters, the oldest first, except those already `known`."""
        with self._connected() as server:
            found = server.execute(
                "SELECT number, client, lines, refused FROM referral.inbox "
                "WHERE program = %s AND answer IS NULL AND number <> ALL(%s) ORDER BY number LIMIT %s",
                (self._address.program, list(known), _AT_ONCE),
            ).fetchall()
        return [
            (number, Letter(client, lines, orjson.loads(refused))) for number, client, lines, refused in found
        ]


class Answerer(_End):
    """The engine's end for answers."""

    def __init__(self, address: PostgresAddress) -> None:
        super().__init__(address, f"{_channel(address)}_answers")

    def answer(self, answers: Sequence[tuple[int, Any]]) -> None:
        """Answer letters by number with JSON values; a letter may have been withdrawn."""
        with self._connected() as server, server.transaction():
            cursor = server.cursor()
            cursor.executemany(
                "UPDATE referral.inbox SET answer = %s, answered_at = clock_timestamp() "
                "WHERE program = %s AND number = %s RETURNING door",
                [(orjson.dumps(value), self._address.program, number) for number, value in answers],
                returning=True,
            )
            for door in sorted({door for (door,) in _returned(cursor)}):
                server.execute("SELECT pg_notify(%s, '')", (door,))

    def remove_unclaimed(self) -> None:
        """Remove answers whose doors are gone. Raises DatabaseError."""
        with self._connected() as server:
            server.execute(
                "DELETE FROM referral.inbox WHERE program = %s AND answered_at < clock_timestamp() - %s::interval",
                (self._address.program, _UNCOLLECTED),
            )


def _channel(address: PostgresAddress) -> str:
    return f"referral_inbox_{address.program}"


def _returned(cursor: Any) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that the statements of `executemany` returned."""
    while True:
        yield from cursor.fetchall()
        if not cursor.nextset():
            return
