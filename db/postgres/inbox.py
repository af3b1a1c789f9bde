"""The inbox: what many doors receive for a program waits here until its engine has judged it, and answers it here.

A letter is what came in one request. It is not kept for safety: a door answers its client when the engine's answer is
here, so after the engine's commit. A letter whose engine died before it answered is judged again by the next one, and
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
"""How long an answer stays whose door has gone."""


class Letter(NamedTuple):
    """What a door received in one request: its client, its lines, and what is refused already, as values of JSON."""

    client: str
    lines: list[bytes]
    refused: list[Any]


class _End:
    """One end of the inbox, with a connection that is made when it is needed, and again after an error."""

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
        """Wait until the other end says that there is something, at most so long. Raises DatabaseError."""
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
    """A door's end for letters: where it puts them, and takes them back."""

    def __init__(self, address: PostgresAddress) -> None:
        super().__init__(address, f"referral_door_{uuid4().hex}")

    @property
    def door(self) -> str:
        """The name of the door, which is also the channel on which it is told of answers."""
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
        """Take letters back that were not answered; what is judged meanwhile is stored all the same."""
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
        """Take the answers that are there: the number of the letter, and a value of JSON. Raises DatabaseError."""
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
        """Return letters that nobody answered, the oldest first, without those `known` already."""
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
        """Answer letters by their numbers with values of JSON; the letter may have been taken back."""
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

    def tidy(self) -> None:
        """Remove answers whose doors have gone. Raises DatabaseError."""
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
