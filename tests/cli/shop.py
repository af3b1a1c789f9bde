"""A small shop for tests of the commands: parts of its program, and the story of Ann, who refers Bob, who buys."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from simulator.program.model import Program
from simulator.proof.compare import DifferenceError
from simulator.proof.invariants import check_invariants
from tests.cli.nasty import DAY, START, Cli, message

HEADER = """
[program]
name = "Shop"
currency = "GBP"
"""
EACH_PURCHASE = """
[[milestone]]
name = "any"
event = "purchase.paid"
occurrence = "each"
"""
FLAT = """
[[reward]]
name = "flat"
to = "referrer"
on = "any"
value = 5.00
"""
SHARE = """
[[reward]]
name = "share"
to = "referrer"
on = "any"
percent = 10
"""
BASE = HEADER + EACH_PURCHASE
"""A program without rewards, to add some to."""

SHOP = f"""{BASE}
[[rule]]
code = "worth-it"
require = "COALESCE(amount, 99) >= 0"
[[reward]]
name = "flat"
to = "friend"
on = "any"
value = 5.00
{SHARE}"""
"""A whole program: a flat reward for the friend, and at the end, for more keys to follow, a share for the referrer."""


def told(cli: Cli, folder: Path, program: str, events: list[dict[str, Any]]) -> Path:
    """Judge events about Bob, whom Ann has brought, up to forty days later; return the path of the database."""
    first = [
        message("l", "link.created", "ann", START, code="ANN"),
        message("v", "friend.visited", "bob", START + 1, code="ANN", channel="email"),
    ]
    (folder / "p.toml").write_text(program)
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, [*first, *events])))
    path = folder / "a.db"
    options = ["--program", folder / "p.toml", "--replay", "--now", START + 40 * DAY]
    ran = cli("ingest", "--db", path, *options, folder / "a.jsonl")
    assert ran.status == 0, ran.err
    return path


def paid(own: str, day: int, **data: Any) -> dict[str, Any]:
    """A purchase by Bob."""
    return message(own, "purchase.paid", "bob", START + day * DAY, **data) | {"source": "client/shop"}


def reversal(of: str, day: int) -> dict[str, Any]:
    """A reversal, in Bob's name, of the conversion with this id."""
    event = message(f"r-{of}", "conversion.reversed", "bob", START + day * DAY, reverses=of)
    return event | {"source": "client/shop"}


def about(own: str, kind: str, day: int, **data: Any) -> dict[str, Any]:
    """An event about a conversion that has no subject."""
    event = message(own, kind, "bob", START + day * DAY, **data) | {"source": "client/shop"}
    del event["subject"]
    return event


def share(cli: Cli, path: Path, what: str) -> dict[str, Any]:
    """The reward line `share` in the explanation of `what`."""
    lines = cli("explain", what, "--db", path, "--json").json["rewards"]
    (found,) = [line for line in lines if line["reward"] == "share"]
    return dict(found)


def broken(path: Path, programs: list[Program]) -> str | None:
    """The violated invariants of a database if these had been the versions of its program."""
    with closing(sqlite3.connect(path)) as db:
        try:
            check_invariants(db, programs)
        except DifferenceError as error:
            return str(error)
    return None
