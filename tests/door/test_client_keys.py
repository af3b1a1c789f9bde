"""Client keys: a call without one is refused, and a client sends only for its own sources and does only what it may."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from db.read.exporting import quarantine
from simulator.domain.errors import InputError
from simulator.door.keys import Key, Keys, load_keys, new_key, save_keys
from simulator.door.serving import Settings
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.conftest import cli
from tests.cli.nasty import DAY, PROGRAM, Cli, message
from tests.door.calling import BATCHED, NOW, STORY, Caller, Reply, at_the_door, event_keys, stored

__all__ = ["cli"]
URI = "https://shop.example/orders"
ORDER = {**message("o1", "bill.paid", "ben", NOW - DAY, amount_minor=900, currency="GBP"), "source": URI}
STEERING = message("p1", "program.changed", None, NOW, program=PROGRAM)


@pytest.fixture
async def clients(tmp_path: Path) -> AsyncIterator[tuple[Caller, dict[str, str]]]:
    """A door that requires keys, and the secrets of three clients by name."""
    keys: list[Key] = []
    secrets: dict[str, str] = {}
    for name, may, sources in (
        ("shop", ["send"], [f"{URI}=client/shop"]),
        ("pages", ["send", "read"], ["platform"]),
        ("desk", ["operate", "send"], ["platform"]),
    ):
        key, secrets[name] = new_key(keys, name, may, sources)
        keys.append(key)
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, Settings(port=0, linger_s=0.0, keys=Keys(keys))) as caller:
            yield caller, secrets


async def post(caller: Caller, secret: str | None, *events: object, query: str = "") -> Reply:
    shown = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
    return await caller.post(json.dumps(events).encode(), BATCHED, query, **shown)


async def test_without_a_known_key_nothing_is_accepted_or_revealed(
    clients: tuple[Caller, dict[str, str]],
) -> None:
    caller, _ = clients
    for secret in (None, "", "rt_wrong", "ü"):
        reply = await post(caller, secret, ORDER)
        assert (reply.status, reply.said["type"]) == (401, "urn:referral-tui:problem:unknown-key")
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    for address in ("/v1/rewards", "/metrics", "/v1/friends/ben", "/nowhere"):
        assert (await caller.ask("GET", address)).status == 401
    for address in ("/healthz", "/openapi.json", "/"):
        assert (await caller.ask("GET", address)).status == 200
    assert stored(caller.path, event_keys) == []


async def test_a_client_writes_its_own_source_and_ours_is_stored(
    clients: tuple[Caller, dict[str, str]],
) -> None:
    caller, secrets = clients
    reply = await post(caller, secrets["shop"], ORDER, ORDER)
    assert [one["receipt"] for one in reply.said["receipts"]] == ["accepted", "duplicate"]
    told = await caller.ask(
        "GET", "/v1/conversions/client/shop/o1", headers={"Authorization": f"bearer {secrets['pages']}"}
    )
    assert told.said["source"] == "client/shop"


async def test_a_message_for_somebody_elses_source_is_refused_and_the_others_are_accepted(
    clients: tuple[Caller, dict[str, str]],
) -> None:
    caller, secrets = clients
    twice = json.dumps(ORDER)[:-1] + ', "source": "client/other"}'
    body = f"[{json.dumps(ORDER)}, {json.dumps(STORY[1])}, {twice}, 7, {{}}]".encode()
    reply = await caller.post(body, BATCHED, Authorization=f"Bearer {secrets['shop']}")
    receipts = reply.said["receipts"]
    assert [one["receipt"] for one in receipts] == ["accepted", *["malformed"] * 4]
    assert [one["field"] for one in receipts[1:3]] == ["source", "source"]
    assert "is not allowed to send for platform" in receipts[1]["reason"]
    assert receipts[4]["field"] == "specversion"
    kept = stored(caller.path, quarantine)
    assert [row[1] for row in kept[:2]] == ["platform", "client/other"]
    assert len(stored(caller.path, event_keys)) == 1


async def test_a_client_does_only_what_it_is_allowed_to(clients: tuple[Caller, dict[str, str]]) -> None:
    caller, secrets = clients
    shop, pages, desk = ({"Authorization": f"Bearer {secrets[name]}"} for name in ("shop", "pages", "desk"))
    refused = [
        await caller.ask("GET", "/v1/rewards", headers=shop),
        await caller.ask("POST", "/v1/clock", headers=pages, json={"to": NOW + 1}),
        await caller.ask("GET", "/v1/funnel", headers=desk),
        await post(caller, secrets["shop"], ORDER, query="?wait=outcome"),
    ]
    assert {(one.status, one.said["type"]) for one in refused} == {
        (403, "urn:referral-tui:problem:not-allowed")
    }
    assert "keys add NAME --may read" in refused[0].said["detail"]
    assert (await caller.ask("GET", "/v1/rewards", headers=pages)).status == 200
    steered = await post(caller, secrets["pages"], STEERING)
    assert (steered.said["receipts"][0]["receipt"], steered.said["receipts"][0]["field"]) == (
        "malformed",
        "type",
    )
    assert (await post(caller, secrets["desk"], STEERING)).said["receipts"][0]["receipt"] == "accepted"
    assert (await caller.ask("POST", "/v1/clock", headers=desk, json={"to": NOW + DAY})).status == 200


# --- the command ------------------------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_only_its_hash_is_stored(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    made = cli("keys", "add", "shop", "--source", f"{URI}=client/shop", "--may", "send", "--keys", file)
    secret = made.out.strip()
    assert made.status == 0
    assert secret not in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert cli("keys", "add", "desk", "--may", "read", "--may", "operate", "--keys", file).status == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    shown = Keys(load_keys(file)).shown(secret)
    assert shown is not None
    assert (shown.name, shown.may, shown.sources) == ("shop", ("send",), {URI: "client/shop"})
    listed = cli("keys", "list", "--keys", file).out
    assert "https://shop.example/orders = client/shop" in listed
    assert [one["name"] for one in cli("keys", "list", "--keys", file, "--json").json["keys"]] == [
        "shop",
        "desk",
    ]
    assert cli("keys", "remove", "shop", "--keys", file).status == 0
    assert Keys(load_keys(file)).shown(secret) is None
    assert "desk" in cli("keys", "remove", "shop", "--keys", file).err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["shop", "--may", "send"], "bound to sources"),
        (["shop", "--may", "write", "--source", "client/shop"], "send, read, operate"),
        (["a shop", "--may", "read"], "letters, digits"),
        (["shop", "--may", "send", "--source", "shop"], "client/<system>"),
        (["shop", "--may", "send", "--source", "a b=client/shop"], "client/<system>"),
        (["there", "--may", "read"], "already exists"),
    ],
)
def test_an_invalid_key_is_refused_with_what_would_be_right(
    cli: Cli, tmp_path: Path, arguments: list[str], says: str
) -> None:
    file = tmp_path / "keys.toml"
    save_keys(file, [new_key([], "there", ["read"], [])[0]])
    before = file.read_bytes()
    ran = cli("keys", "add", *arguments, "--keys", file)
    assert (ran.status, ran.out) == (2, "")
    assert says in ran.err
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        "key = 1",
        "[[key]]\nname = 1",
        "[other]",
        "[[key]",
        "[[key]]\nname='a'\nsha256='x'\nmay=['read']\nsources={}",
        f"[[key]]\nname='a'\nsha256='{'0' * 64}'\nmay=[[]]\nsources={{}}",
        f"[[key]]\nname='a'\nsha256='{'0' * 64}'\nmay=['read']\nsources={{}}\n" * 2,
    ],
)
def test_a_file_without_keys_is_reported_in_one_line(cli: Cli, tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=r"keys\.toml"):
        load_keys(file)
    ran = cli("serve", "--db", tmp_path / "a.db", "--program", "telecom", "--keys", file)
    assert ran.status == 2
    assert ran.err.count("\n") == 1
    assert not (tmp_path / "a.db").exists()
