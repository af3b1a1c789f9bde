"""Subscribe a listener for as long as it runs: in the database of a server on this machine, or over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from simulator.door.subscribing import NewSubscription

_WAIT_S = 30.0


class Subscription(Protocol):
    """A subscription that begins once the listener's address is known, and ends with the listener."""

    where: str
    secret: str
    name: str

    def begin(self, address: str) -> None:
        """Subscribe an address."""

    def end(self) -> None:
        """Remove the subscription; a second call does nothing."""


def name_of(address: str) -> str:
    """Return the name of the listener at an address; the same name as that of a killed listener on the same port."""
    return f"listen-{urlsplit(address).port}"


class BesideDatabase:
    """A subscription in the database that a server keeps beside its own; the server need not be running yet."""

    def __init__(self, db: Path, new: NewSubscription, after: int | None) -> None:
        """Prepare to subscribe from an entry onwards (None: from now on).

        Raises:
            InputError: there is no such entry.
            DatabaseError: there is no database, or it can't be read.

        """
        from db.sqlite.readonly import reading
        from simulator.door.subscribing import beginning

        self.where, self.secret, self.name = str(db), "", ""
        self._db, self._subscription = db, new
        with reading(db) as database:
            self._begins = beginning(database, after)

    def begin(self, address: str) -> None:
        """Subscribe an address."""
        from dataclasses import replace

        from db.hooks import HookStore
        from simulator.door.subscribing import subscribe

        self.name = name_of(address)
        with HookStore(self._db) as store:
            store.remove(self.name)  # of a listener that was killed
            self.secret = subscribe(
                store, replace(self._subscription, name=self.name, url=address), self._begins
            )

    def end(self) -> None:
        """Remove the subscription."""
        from db.hooks import HookStore

        if self.name:
            with HookStore(self._db, create=False) as store:
                store.remove(self.name)
            self.name = ""


class OverHttp:
    """A subscription at a server by its address, with a key if it requires one."""

    def __init__(self, server: str, key: str | None, new: NewSubscription, after: int | None) -> None:
        """Prepare to subscribe from an entry onwards (None: from now on).

        Raises:
            InputError: the address is not an HTTP URL.

        """
        from simulator.door.subscribing import check_address

        check_address(server, anywhere=True, option="--server")
        self.where, self.secret, self.name = server.rstrip("/"), "", ""
        self._key, self._subscription, self._after = key, new, after

    def begin(self, address: str) -> None:
        """Subscribe an address.

        Raises:
            InputError: the server can't be reached, or refuses.

        """
        name = name_of(address)
        self._remove(name)  # one of a listener that was killed
        fields = {"name": name, "url": address, "types": list(self._subscription.types), "after": self._after}
        self.secret = str(self._ask("POST", "/v1/hooks", fields)["secret"])
        self.name = name

    def end(self) -> None:
        """Take the subscription back.

        Raises:
            InputError: the server can't be reached, or refuses.

        """
        if self.name:
            name, self.name = self.name, ""
            self._remove(name)

    def _remove(self, name: str) -> None:
        from aiohttp.hdrs import METH_DELETE

        self._ask(METH_DELETE, f"/v1/hooks/{name}", missing=True)

    def _ask(self, method: str, path: str, body: object = None, *, missing: bool = False) -> dict[str, Any]:
        from simulator.domain.errors import InputError, system_words

        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.where}{path}", data, headers, method=method)  # noqa: S310 - checked: http or https
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=_WAIT_S) as answer:
                return dict(json.loads(answer.read() or b"{}"))
        except HTTPError as error:
            if missing and error.code == 404:
                return {}
            raise InputError(f"--server {self.where}: {_detail(error)}") from error
        except (URLError, OSError, ValueError) as error:
            raise InputError(
                f"--server {self.where}: can't be reached ({system_words(error)}); "
                "is `referral-tui serve` running there?"
            ) from error


def _detail(error: HTTPError) -> str:
    """Return what a problem document says, or the status."""
    try:
        return str(json.loads(error.read())["detail"])
    except (ValueError, KeyError, TypeError, OSError):
        return f"it answered {error.code}"
