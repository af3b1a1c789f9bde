"""The lease under which one engine writes a program's log, with a token that increases each time it is taken.

Each transaction checks the token in the row that it locks, so an engine that was paused, and whose lease another engine
has taken since, can't write any more: its transaction fails as a whole. A lease becomes free when its holder releases
it, when the holder's connection ends (a killed process), or some seconds after the last heartbeat (a paused process, a
lost machine). Time is the server's.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from db.postgres.address import PostgresAddress
from db.postgres.connection import connect, translated
from db.sqlite.readonly import SCHEMA_VERSION, LockedDatabaseError
from simulator.domain.errors import DatabaseError

if TYPE_CHECKING:
    from db.postgres.connection import Server

LEASE_S: Final = 15.0
"""How long a lease lasts after its holder's last heartbeat while the holder is connected, in seconds."""
_RENEWALS: Final = 3  # signs of life in that time
_SESSION: Final = "SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
_FREE: Final = """(
    expires_at IS NULL OR expires_at < clock_timestamp() OR NOT EXISTS (
        SELECT FROM pg_stat_activity session WHERE session.pid = backend
        AND coalesce(session.backend_start = program.backend_start, true)
    )
)"""
_UNTIL: Final = "clock_timestamp() + make_interval(secs => %s)"


class FencedOffError(DatabaseError):
    """Another engine has taken the lease, so this one may no longer write."""


class Lease:
    """The right to write a program's log, held from `take` until `release`."""

    def __init__(self, address: PostgresAddress, token: int, program_id: UUID, seconds: float) -> None:
        self.address, self.token, self.program_id = address, token, program_id
        self._seconds = seconds
        self._over = Event()
        self._renewing = Thread(target=self._renew, name="lease", daemon=True)
        self._renewing.start()

    @classmethod
    def take(cls, server: Server, address: PostgresAddress, seconds: float = LEASE_S) -> Lease:
        """Take the lease, which lasts `seconds` after each heartbeat.

        Raises:
            LockedDatabaseError: another engine holds it; says which.
            DatabaseError: the server fails.

        """
        with translated(address):
            server.execute(
                "INSERT INTO referral.program (name, schema_version) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (address.program, SCHEMA_VERSION),
            )
            taken = server.execute(
                "UPDATE referral.program SET token = token + 1, holder = %s, backend = pg_backend_pid(), "
                f"backend_start = ({_SESSION}), expires_at = {_UNTIL} WHERE name = %s AND {_FREE} RETURNING token, id",
                (f"process {os.getpid()} on {socket.gethostname()}", seconds, address.program),
            ).fetchone()
            if taken is None:
                raise LockedDatabaseError(
                    f"{address}: in use, {_holder(server, address)} is its engine; stop that one first: "
                    f"its lease ends then, or {seconds:.0f} s after its last heartbeat"
                )
        token, program_id = taken
        return cls(address, token, program_id, seconds)

    def fence(self, server: Server, batch: int) -> None:
        """Check inside a transaction that this lease still holds, and count the transaction as `batch`.

        The row stays locked until the transaction ends, so that nobody takes the lease in between.

        Raises:
            FencedOffError: another engine has taken it.

        """
        done = server.execute(
            f"UPDATE referral.program SET batch = %s, expires_at = {_UNTIL} "
            "WHERE name = %s AND token = %s AND batch = %s",
            (batch, self._seconds, self.address.program, self.token, batch - 1),
        )
        if done.rowcount != 1:
            raise FencedOffError(
                f"{self.address}: {_holder(server, self.address)} is its engine now, since this one sent no "
                "heartbeat; nothing of this batch was stored"
            )

    def release(self) -> None:
        """Release the lease, if it is still this one's."""
        self._over.set()
        self._renewing.join()
        with suppress(DatabaseError):  # then it ends by itself
            self._on_own_connection(
                lambda server: server.execute(
                    "UPDATE referral.program SET holder = NULL, expires_at = NULL WHERE name = %s AND token = %s",
                    (self.address.program, self.token),
                )
            )

    def _renew(self) -> None:
        """Send heartbeats on a separate connection; if one fails, the next is tried."""
        while not self._over.wait(self._seconds / _RENEWALS):
            with suppress(DatabaseError):
                self._on_own_connection(self._keep_alive)

    def _keep_alive(self, server: Server) -> None:
        statement = f"UPDATE referral.program SET expires_at = {_UNTIL} WHERE name = %s AND token = %s"
        values = (self._seconds, self.address.program, self.token)
        while server.execute(statement, values).rowcount == 1:
            if self._over.wait(self._seconds / _RENEWALS):
                return

    def _on_own_connection(self, work: Callable[[Server], Any]) -> None:
        with translated(self.address), connect(self.address) as server:
            work(server)


def _holder(server: Server, address: PostgresAddress) -> str:
    row = server.execute("SELECT holder FROM referral.program WHERE name = %s", (address.program,)).fetchone()
    return str(row[0]) if row is not None and row[0] is not None else "another process"
