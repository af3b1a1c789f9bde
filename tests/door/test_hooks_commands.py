"""`referral-tui hooks` as people use it: subscribe, see what is wrong, send again, listen."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from db.door_file import door_path
from db.hooks import DeadLetter, HookStore
from referral_tui.cli.subscriptions import OverHttp
from simulator.domain.errors import InputError
from simulator.domain.wall_clock import wall_ms
from simulator.door.listening import ReceivedWebhook, listener, read, words
from simulator.door.subscribing import NewSubscription
from simulator.door.webhooks import new_secret, signed
from tests.cli.conftest import cli
from tests.cli.nasty import PROGRAM, Cli
from tests.door.calling import STORY, Caller, lines
from tests.door.conftest import door
from tests.door.subscriber import until

__all__ = ["cli", "door"]
URL = "http://127.0.0.1:9000/hooks"


@pytest.fixture
def told(cli: Cli, tmp_path: Path) -> Path:
    """A database with the story in it."""
    (tmp_path / "program.toml").write_text(PROGRAM)
    (tmp_path / "events.jsonl").write_bytes(lines(STORY))
    db = tmp_path / "a.db"
    given = [
        "--received-as-occurred",
        "--now",
        "2026-01-02T00:00:00Z",
        "--program",
        tmp_path / "program.toml",
    ]
    ran = cli("ingest", tmp_path / "events.jsonl", *given, "--db", db)
    assert ran.status == 0
    return db


def test_a_subscriber_is_added_listed_and_removed(cli: Cli, told: Path) -> None:
    assert "no subscribers" in cli("hooks", "list", "--db", told).out
    assert not door_path(told).exists()
    ran = cli("hooks", "add", "shop", URL, "--type", "reward.*", "--db", told)
    assert ran.out.startswith("whsec_")
    listed = cli("hooks", "list", "--db", told)
    assert "reward.*; sent 0, all sent; in order" in listed.out
    assert ran.out.strip() not in listed.out
    (one,) = cli("hooks", "list", "--db", told, "--json").json["hooks"]
    assert (one["reached"], one["behind"], one["url"]) == (3, 0, URL)
    assert cli("hooks", "remove", "shop", "--db", told).status == 0
    gone = cli("hooks", "remove", "shop", "--db", told)
    assert (gone.status, "none" in gone.err) == (2, True)


def test_a_given_secret_is_used(cli: Cli, told: Path) -> None:
    secret = new_secret()
    assert cli("hooks", "add", "shop", URL, "--secret", secret, "--db", told).out.strip() == secret


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (["shop", "https://shop.example/hooks"], "--anywhere"),
        (["shop", "shop"], "not an HTTP URL"),
        (["a b", URL], "letters"),
        (["shop", URL, "--type", "reward"], "no such type"),
        (["shop", URL, "--after", "9"], "the newest one is 3"),
        (["shop", URL, "--secret", "whsec_short"], "24 to 64 bytes"),
        (["taken", URL], "already exists"),
    ],
)
def test_an_invalid_subscriber_is_refused_with_the_reason(
    cli: Cli, told: Path, given: list[str], wrong: str
) -> None:
    assert cli("hooks", "add", "taken", URL, "--db", told).status == 0
    ran = cli("hooks", "add", *given, "--db", told)
    assert (ran.status, ran.out) == (2, "")
    assert wrong in ran.err


def test_a_secret_is_changed_and_the_old_one_stays_valid_for_a_while(cli: Cli, told: Path) -> None:
    old = cli("hooks", "add", "shop", URL, "--db", told).out.strip()
    ran = cli("hooks", "rotate", "shop", "--db", told)
    assert ran.status == 0
    assert "also signed with the old secret" in ran.err
    with HookStore(told) as store:
        (one,) = store.subscribers()
    assert one.secrets(wall_ms()) == (ran.out.strip(), old)
    assert "signed with 2 secrets" in cli("hooks", "list", "--db", told).out
    given = new_secret()
    ran = cli("hooks", "rotate", "shop", "--secret", given, "--keep", "0h", "--db", told)
    assert (ran.out.strip(), "no longer" in ran.err) == (given, True)
    with HookStore(told) as store:
        (one,) = store.subscribers()
    assert one.secrets(0) == (given,)
    for wrong, said in (
        (("--secret", given), "already"),
        (("--keep", "soon"), "duration"),
        (("--secret", "x"), "24"),
    ):
        ran = cli("hooks", "rotate", "shop", *wrong, "--db", told)
        assert (ran.status, ran.out, said in ran.err) == (2, "", True)


def test_another_machine_is_an_explicit_choice(cli: Cli, told: Path) -> None:
    ran = cli("hooks", "add", "shop", "https://shop.example/hooks", "--anywhere", "--db", told)
    assert ran.status == 0


def test_what_was_given_up_is_listed_and_sent_again(cli: Cli, told: Path) -> None:
    cli("hooks", "add", "shop", URL, "--after", "0", "--db", told)
    assert "nothing was given up" in cli("hooks", "dead-letters", "shop", "--db", told).out
    with HookStore(told) as store:
        (one,) = store.subscribers()
        store.give_up(
            one, DeadLetter(1, "msg_1_x", "referral.attributed", 10, 1_800_000_000_000, "answered 500")
        )
    listed = cli("hooks", "dead-letters", "shop", "--db", told).out
    assert (
        "msg_1_x  referral.attributed  10 attempts, the last on 15 January 2027, 08:00 UTC: answered 500"
        in listed
    )
    (letter,) = cli("hooks", "dead-letters", "shop", "--db", told, "--json").json["dead_letters"]
    assert letter["entry"] == 1
    with HookStore(told) as store:
        (one,) = store.subscribers()
        store.failed(one, 1_800_000_000_000, 1_800_000_005_000, "answered 503")
    waits = cli("hooks", "list", "--db", told).out
    assert "1 attempt failed: answered 503; next on 15 January 2027, 08:00:05 UTC" in waits
    assert "1 given up, 2 behind" in cli("hooks", "list", "--db", told).out
    assert "1 entry will be sent again" in cli("hooks", "replay", "shop", "--dead", "--db", told).out
    assert "retried at once" in cli("hooks", "replay", "shop", "--db", told).out
    assert (
        "end by entry 1" in cli("hooks", "replay", "shop", "--after", "0", "--until", "3", "--db", told).err
    )


def test_a_file_of_another_kind_is_not_touched(cli: Cli, told: Path) -> None:
    door_path(told).write_bytes(b"a letter to my aunt")
    ran = cli("hooks", "add", "shop", URL, "--db", told)
    assert (ran.status, "a.door.db" in ran.err) == (2, True)
    assert door_path(told).read_bytes() == b"a letter to my aunt"
    assert cli("hooks", "list", "--db", told).status == 2


def test_without_a_database_there_is_nothing_to_subscribe_to(cli: Cli, tmp_path: Path) -> None:
    for command in (["add", "shop", URL], ["list"], ["listen"]):
        ran = cli("hooks", *command, "--db", tmp_path / "a.db")
        assert (ran.status, "a.db" in ran.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


async def test_a_listener_prints_each_message_and_marks_repeated_ones(door: Caller) -> None:
    heard: list[ReceivedWebhook] = []
    secret = new_secret()
    async with listener(0, lambda: secret, 204, heard.append) as address:
        with HookStore(door.path) as store:
            store.add("listen", address, secret, (), 0, "")
        await door.send(*STORY)
        await until(door.door.hooks, "listen", lambda one: one.reached == 3)
        await door.ask("POST", "/v1/hooks/listen/replay", json={"after": 2, "until": 3})
        await until(door.door.hooks, "listen", lambda one: one.sent == 4)
    assert [(one.type, one.again, one.wrong) for one in heard] == [
        ("referral.attributed", False, None),
        ("conversion.qualified", False, None),
        ("reward.pending", False, None),
        ("reward.pending", True, None),
    ]
    assert words(heard[0].data) == "entry=1 friend=ben referrer=ann code=ANN"


def _other(headers: dict[str, str], _body: bytes) -> tuple[dict[str, str], bytes]:
    return headers, b'{"type":"reward.issued","data":{}}'


def _old(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    return signed("msg_1", body, [SECRET], wall_ms() - 3_600_000), body


def _cut(headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    return {**headers, "webhook-signature": "v1,x"}, body


def _bare(_headers: dict[str, str], body: bytes) -> tuple[dict[str, str], bytes]:
    return {}, body


def _array(_headers: dict[str, str], _body: bytes) -> tuple[dict[str, str], bytes]:
    return signed("msg_1", b"[]", [SECRET], wall_ms()), b"[]"


SECRET = new_secret()
Forge = Callable[[dict[str, str], bytes], tuple[dict[str, str], bytes]]


@pytest.mark.parametrize("forge", [_other, _old, _cut, _bare, _array])
def test_a_message_that_is_not_ours_is_not_trusted(forge: Forge) -> None:
    body = json.dumps({"type": "reward.issued", "data": {"entry": 1}}).encode()
    headers = signed("msg_1", body, [SECRET], wall_ms())
    assert read(headers, body, SECRET).wrong is None
    assert read(*forge(headers, body), SECRET).wrong is not None


async def test_a_listener_subscribes_over_http_and_unsubscribes(door: Caller) -> None:
    one = OverHttp(door.door.address + "/", None, NewSubscription("listen", URL, ("reward.*",)), 0)
    await asyncio.to_thread(one.begin, "http://127.0.0.1:8788/")
    (told,) = (await door.ask("GET", "/v1/hooks")).said["hooks"]
    assert (told["name"], told["types"], one.secret[:6]) == ("listen-8788", ["reward.*"], "whsec_")
    before = one.secret
    await asyncio.to_thread(one.begin, "http://127.0.0.1:8788/")  # one at this port had been killed
    assert one.secret != before
    await asyncio.to_thread(one.end)
    assert (await door.ask("GET", "/v1/hooks")).said["hooks"] == []
    other = OverHttp(door.door.address, None, NewSubscription("listen", "http://shop.example/", ()), 99)
    with pytest.raises(InputError, match="there is no entry 99"):
        await asyncio.to_thread(other.begin, "http://127.0.0.1:8788/")


def test_an_unreachable_server_is_reported(cli: Cli) -> None:
    ran = cli("hooks", "listen", "--server", "http://127.0.0.1:9", "--port", 0)
    assert (ran.status, "is `referral-tui serve` running there?" in ran.err) == (2, True)
