"""Keep the subscribers to webhooks, how far each has got, and what could not be delivered.

Messages waiting to be sent are not stored: they are the audit entries after a subscriber's cursor. Standard library
only, so that screens may import it.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Final

from db.door_file import DoorFile
from simulator.domain.errors import InputError

_SUBSCRIBERS: Final = """
SELECT s.id, s.name, s.url, s.secret, s.types, s.reached, s.reached_id, s.ended, s.sent, s.tries, s.tried_at,
  s.next_at, s.error, r.id, r.reached, r.until,
  (SELECT json_group_array(json_array(secret, until)) FROM old_secret o
    WHERE o.subscriber = s.id AND typeof(secret) = 'text' AND typeof(until) = 'integer'),
  (SELECT COUNT(*) FROM dead_letter d WHERE d.subscriber = s.id)
FROM subscriber s LEFT JOIN replay r ON r.id = (SELECT MIN(id) FROM replay WHERE subscriber = s.id)
"""


MOST_OLD: Final = 4
"""How many old secrets of a subscriber may sign besides the newest one."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A span of entries that is sent again: those after `reached` and not after `until`."""

    id: int
    reached: int
    until: int


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscriber, and how far it has got.

    It is sent the entries of the audit trail after `reached`, whose webhook had the id `reached_id`, but those of
    `replay` first. `types` are the wanted types; empty means all. `ended` says why nothing more is sent to it. `tries`
    is how often sending the next message has failed, last at `tried_at` with `error`; it is retried at `next_at`. Times
    are wall-clock milliseconds UTC. `sent` counts messages, `dead` those that were given up.

    Messages are signed with `secret`, and with those of `old_secrets`, each until a moment.
    """

    id: int
    name: str
    url: str
    secret: str
    types: tuple[str, ...]
    reached: int
    reached_id: str
    ended: str | None
    sent: int
    tries: int
    tried_at: int
    next_at: int
    error: str | None
    replay: Replay | None
    old_secrets: tuple[tuple[str, int], ...]
    dead: int

    def secrets(self, now: int) -> tuple[str, ...]:
        """Return the secrets that sign a message sent now (wall clock, milliseconds UTC)."""
        return (self.secret, *(secret for secret, until in self.old_secrets if now < until))

    @property
    def head(self) -> int:
        """The entry that the next message comes after."""
        return self.reached if self.replay is None else self.replay.reached


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A message that was given up after `tries`, the last one at `at` (milliseconds UTC) with `error`."""

    entry: int
    webhook_id: str
    type: str
    tries: int
    at: int
    error: str


class HookStore(DoorFile):
    """Subscribers, and how far each has got; for one thread at a time."""

    _seen = -1

    # --- by people ----------------------------------------------------------------------------------------------

    def add(
        self, name: str, url: str, secret: str, types: tuple[str, ...], reached: int, reached_id: str
    ) -> None:
        """Add a subscriber that is sent what follows the entry `reached`, whose webhook has the id `reached_id`.

        Raises:
            InputError: a subscriber with this name exists.
            DatabaseError: it can't be stored.

        """
        row = (name, url, secret, json.dumps(types), reached, reached_id)
        with self.in_words():
            try:
                self.db.execute(
                    "INSERT INTO subscriber (name, url, secret, types, reached, reached_id) VALUES (?, ?, ?, ?, ?, ?)",
                    row,
                )
            except sqlite3.IntegrityError:
                raise InputError(
                    f"{name}: a subscriber with this name already exists; remove it first, or choose another name"
                ) from None

    def remove(self, name: str) -> bool:
        """Remove a subscriber with everything still to be sent to it, and return whether it existed."""
        with self.transaction():
            found = self.db.execute("DELETE FROM subscriber WHERE name = ? RETURNING id", (name,)).fetchall()
            for table in ("replay", "dead_letter", "old_secret"):
                self.db.executemany(f"DELETE FROM {table} WHERE subscriber = ?", found)
        return bool(found)

    def rotate(self, one: Subscriber, secret: str, now: int, until: int) -> None:
        """Give a subscriber a new secret; until `until`, messages are also signed with the present one.

        Of the old secrets that still sign, the newest MOST_OLD are kept. If `until` is not after `now`, no earlier
        secret signs from now on. Both are wall-clock milliseconds UTC.
        """
        kept = MOST_OLD if until > now else 0
        with self.transaction():
            self.db.execute(
                "INSERT INTO old_secret SELECT id, secret, ? FROM subscriber WHERE id = ?", (until, one.id)
            )
            self.db.execute(
                "DELETE FROM old_secret WHERE subscriber = ? AND (until <= ? OR rowid NOT IN "
                "(SELECT rowid FROM old_secret WHERE subscriber = ? ORDER BY rowid DESC LIMIT ?))",
                (one.id, now, one.id, kept),
            )
            self.db.execute("UPDATE subscriber SET secret = ? WHERE id = ?", (secret, one.id))

    def replay(self, name: str, spans: list[tuple[int, int]]) -> None:
        """Send spans of entries again, each given as the entry before it and its last one.

        An ended subscription resumes, and the waiting message is tried at once; without spans only that is done.
        """
        with self.transaction():
            self.db.executemany(
                "INSERT INTO replay (subscriber, reached, until) SELECT id, ?, ? FROM subscriber WHERE name = ?",
                [(after, until, name) for after, until in spans],
            )
            self.db.execute(
                "UPDATE subscriber SET ended = NULL, tries = 0, next_at = 0, error = NULL WHERE name = ?",
                (name,),
            )

    def subscribers(self) -> list[Subscriber]:
        """Return all subscribers, by name."""
        with self.in_words():
            rows = self.db.execute(f"{_SUBSCRIBERS} ORDER BY s.name").fetchall()
            return [_subscriber(*row) for row in rows]

    def named(self, name: str) -> Subscriber | None:
        """Return the subscriber of this name, or None."""
        with self.in_words():
            row = self.db.execute(f"{_SUBSCRIBERS} WHERE s.name = ?", (name,)).fetchone()
            return None if row is None else _subscriber(*row)

    def dead_letters(self, number: int, most: int) -> list[DeadLetter]:
        """Return at most `most` messages that were given up for the subscriber with this id, in the log's order."""
        with self.in_words():
            rows = self.db.execute(
                "SELECT entry, webhook_id, type, tries, at, error FROM dead_letter WHERE subscriber = ? "
                "ORDER BY entry LIMIT ?",
                (number, most),
            ).fetchall()
        return [DeadLetter(*row) for row in rows]

    # --- by the sender ------------------------------------------------------------------------------------------

    def changed(self) -> bool:
        """Return whether another connection has changed anything since the last call; True the first time."""
        with self.in_words():
            (version,) = self.db.execute("PRAGMA data_version").fetchone()
        self._seen, before = version, self._seen
        return bool(version != before)

    def numbered(self, number: int) -> Subscriber | None:
        """Return the subscriber with this id, or None."""
        with self.in_words():
            row = self.db.execute(f"{_SUBSCRIBERS} WHERE s.id = ?", (number,)).fetchone()
            return None if row is None else _subscriber(*row)

    def pass_over(self, one: Subscriber, entry: int, webhook_id: str) -> Subscriber | None:
        """Record that a subscriber has nothing left up to this entry, and return its new state."""
        with self.transaction():
            self._move(one, entry, webhook_id)
        return self.numbered(one.id)

    def delivered(self, one: Subscriber, entry: int, webhook_id: str) -> Subscriber | None:
        """Record that a subscriber has accepted the message of an entry, and return its new state."""
        with self.transaction():
            self._move(one, entry, webhook_id)
            self.db.execute("UPDATE subscriber SET sent = sent + 1 WHERE id = ?", (one.id,))
            self.db.execute("DELETE FROM dead_letter WHERE subscriber = ? AND entry = ?", (one.id, entry))
        return self.numbered(one.id)

    def failed(self, one: Subscriber, at: int, next_at: int, error: str) -> Subscriber | None:
        """Record that sending the next message failed, and when to retry; return the subscriber.

        Changes made to the subscriber in the meantime, such as a replay, are kept.
        """
        with self.transaction():
            self.db.execute(
                "UPDATE subscriber SET tries = tries + 1, tried_at = ?, next_at = ?, error = ? "
                "WHERE id = ? AND tries = ? AND next_at = ?",
                (at, next_at, error, one.id, one.tries, one.next_at),
            )
        return self.numbered(one.id)

    def give_up(self, one: Subscriber, letter: DeadLetter) -> Subscriber | None:
        """Record that a message was given up, so that the next one gets its turn, and return the subscriber."""
        with self.transaction():
            self._move(one, letter.entry, letter.webhook_id)
            self.db.execute(
                "INSERT OR REPLACE INTO dead_letter SELECT ?, ?, ?, ?, ?, ?, ? "
                "WHERE EXISTS (SELECT 1 FROM subscriber WHERE id = ?)",
                (
                    one.id,
                    letter.entry,
                    letter.webhook_id,
                    letter.type,
                    letter.tries,
                    letter.at,
                    letter.error,
                    one.id,
                ),
            )
        return self.numbered(one.id)

    def end(self, one: Subscriber, why: str) -> None:
        """Record that nothing more is sent to a subscriber, and why."""
        with self.transaction():
            self.db.execute("UPDATE subscriber SET ended = ? WHERE id = ?", (why, one.id))

    def restart(self, one: Subscriber) -> None:
        """Send a subscriber everything from the start: the database is not the one in which it had got so far."""
        with self.transaction():
            self.db.execute(
                "UPDATE subscriber SET reached = 0, reached_id = '', tries = 0, next_at = 0, error = NULL WHERE id = ?",
                (one.id,),
            )
            for table in ("replay", "dead_letter"):
                self.db.execute(f"DELETE FROM {table} WHERE subscriber = ?", (one.id,))

    def _move(self, one: Subscriber, entry: int, webhook_id: str) -> None:
        """Move a subscriber, or the replay it is in, on to an entry."""
        self.db.execute("UPDATE subscriber SET tries = 0, next_at = 0, error = NULL WHERE id = ?", (one.id,))
        if one.replay is None:
            self.db.execute(
                "UPDATE subscriber SET reached = ?, reached_id = ? WHERE id = ?", (entry, webhook_id, one.id)
            )
        elif entry < one.replay.until:
            self.db.execute("UPDATE replay SET reached = ? WHERE id = ?", (entry, one.replay.id))
        else:
            self.db.execute("DELETE FROM replay WHERE id = ?", (one.replay.id,))


def _subscriber(
    number: int,
    name: str,
    url: str,
    secret: str,
    types: str,
    reached: int,
    reached_id: str,
    ended: str | None,
    sent: int,
    tries: int,
    tried_at: int,
    next_at: int,
    error: str | None,
    replay: int | None,
    replay_reached: int | None,
    until: int | None,
    old: str,
    dead: int,
) -> Subscriber:
    span = None if replay is None else Replay(replay, replay_reached or 0, until or 0)
    wanted = _types(types)
    if wanted is None:
        ended, wanted = "its types can't be read; remove it, and add it again", ()
    return Subscriber(
        *(
            number,
            name,
            url,
            secret,
            wanted,
            reached,
            reached_id,
            ended,
            sent,
            tries,
            tried_at,
            next_at,
            error,
        ),
        span,
        tuple((str(was), int(ends)) for was, ends in json.loads(old)),
        dead,
    )


def _types(text: str) -> tuple[str, ...] | None:
    """Return the types in a row, or None if somebody has tampered with them."""
    try:
        found = json.loads(text)
    except (ValueError, TypeError):
        return None
    return tuple(map(str, found)) if isinstance(found, list) else None
