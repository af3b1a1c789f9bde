"""`POST /v1/in/NAME`: other systems' records, signed by their senders, become events with a receipt each."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest

from db.read.exporting import quarantine
from db.sqlite.readonly import Database
from simulator.domain.errors import InputError
from simulator.door.inlets import find_inlets
from simulator.door.keys import Keys, new_key
from simulator.door.mapped import MOST_EVENTS
from simulator.door.serving import Settings
from simulator.events.contract import MAX_LINE_BYTES
from simulator.mapping.hashing import Hasher
from simulator.mapping.mapper import Made, Mapper
from simulator.mapping.secrets import Secrets
from simulator.mapping.shipped import find_mapping
from simulator.mapping.signatures import Signature, sign, signature_problem
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import PROGRAM
from tests.door.calling import NOW, STORY, Caller, Reply, at_the_door, stored

HASH_KEY = "0123456789abcdef0123456789abcdef"
SECRET = "whsec_of_the_endpoint"
BILL = """
name = "bills"
format = "json"
source = "client/billing"
[[event]]
type = "bill.paid"
id = { text = "bill:{number}" }
subject = "who"
infer_time = true
data.amount_minor = { path = "total", money = "decimal", currency = { value = "GBP" } }
data.currency = { value = "GBP" }
"""


def events(db: Database) -> Iterable[tuple[Any, ...]]:
    """Return each event's id and subject, when it happened, and whether that time is inferred."""
    return db.execute(
        "SELECT event.id, ref, occurred_at, time_inferred FROM event LEFT JOIN person ON person.id = person "
        "ORDER BY seq"
    )


def order(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "email": "Ben.Roe@example.com",
        "currency": "GBP",
        "financial_status": "paid",
        "processed_at": "2026-01-02T04:30:00-05:00",
        "total_price": "15.00",
        "customer": {"first_name": "Ben", "last_name": "Roe"},
        **more,
    }


@pytest.fixture
async def inlet(tmp_path: Path) -> AsyncIterator[Caller]:
    """A door without keys that accepts Shopify's records, Extole's CSV and bills."""
    own = tmp_path / "bills.toml"
    own.write_text(BILL)
    inlets = find_inlets(["shopify", "extole", str(own)], Secrets(HASH_KEY))
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, Settings(port=0, linger_s=0.0, inlets=inlets)) as caller:
            yield caller


async def records(caller: Caller, name: str, body: str | bytes, query: str = "", **headers: str) -> Reply:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    data = body if isinstance(body, bytes) else body.encode()
    return await caller.ask("POST", f"/v1/in/{name}{query}", data=data, headers=sent)


async def test_a_record_becomes_an_event_and_its_repetition_a_duplicate(inlet: Caller) -> None:
    body = json.dumps(order(7), indent=2)
    first, again = [await records(inlet, "shopify", body, Content_Type="application/json") for _ in "12"]
    assert first.status == again.status == 200
    assert first.said == {"receipts": [{"record": 1, "receipt": "accepted", "seq": 1}], "skipped": 0}
    assert again.said == {"receipts": [{"record": 1, "receipt": "duplicate", "seq": 1}], "skipped": 0}
    (event,) = stored(inlet.path, events)
    assert event == (
        "order:7",
        Hasher(HASH_KEY.encode()).email("ben.roe@example.com"),
        1_767_346_200_000,
        None,
    )


async def test_a_byte_order_mark_before_a_record_is_passed_over(inlet: Caller) -> None:
    told = await records(inlet, "shopify", json.dumps(order(7), indent=2).encode("utf-8-sig"))
    assert [one["receipt"] for one in told.said["receipts"]] == ["accepted"]


async def test_several_records_come_as_an_array_as_lines_or_as_csv(inlet: Caller) -> None:
    pending = order(2, financial_status="pending")
    broken = order(3, total_price="many")
    several = [order(1), pending, broken, {"id": 9, "order_id": 1, "created_at": "2026-01-02T12:00:00Z"}]
    told = await records(inlet, "shopify", json.dumps(several))
    brief = [(one["record"], one["receipt"], one.get("field")) for one in told.said["receipts"]]
    assert brief == [(1, "accepted", None), (3, "malformed", "data.amount_minor"), (4, "accepted", None)]
    assert told.said["skipped"] == 1
    lines = "\n".join(json.dumps(one) for one in several)
    again = await records(inlet, "shopify", lines)
    assert [one["receipt"] for one in again.said["receipts"]] == ["duplicate", "malformed", "duplicate"]
    rows = "event_name,email,partner_event_id\npurchased,ben@example.com,5\nbought,ben@example.com,6\n"
    csv = await records(inlet, "extole", rows, Content_Type="text/csv")
    assert [(one["record"], one["receipt"]) for one in csv.said["receipts"]] == [
        (2, "accepted"),
        (3, "malformed"),
    ]
    kept = [str(row) for row in stored(inlet.path, quarantine)]
    assert len(kept) == 3
    assert not [row for row in kept if "roe" in row.lower() or "@" in row]


async def test_the_outcome_of_a_record_can_be_requested(inlet: Caller) -> None:
    await inlet.send(*STORY)
    body = json.dumps({"number": 1, "who": "ben", "total": "9.50"})
    told = await records(inlet, "bills", body, "?wait=outcome")
    (receipt,) = told.said["receipts"]
    assert receipt["outcome"]["decisions"][0]["milestone"] == "bill"
    again = await records(inlet, "bills", body)
    assert again.said["receipts"][0]["receipt"] == "duplicate"
    assert stored(inlet.path, events)[-1] == ("bill:1", "ben", NOW, 1)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ("", 400, "unreadable"),
        (" \n", 400, "unreadable"),
        ("[1", 200, ""),
        ("nonsense", 200, ""),
        ("\x00", 200, ""),
    ],
)
async def test_a_body_that_is_not_a_record_gets_a_problem(
    inlet: Caller, body: str, status: int, kind: str
) -> None:
    told = await records(inlet, "shopify", body)
    assert told.status == status
    if kind:
        assert told.said["type"].endswith(kind)
    else:
        assert {one["receipt"] for one in told.said["receipts"]} == {"malformed"}


async def test_a_mapping_that_is_not_served_is_not_found(inlet: Caller) -> None:
    told = await records(inlet, "stripe", "{}")
    assert told.status == 404
    assert "served: shopify, extole, bills" in told.said["detail"]


async def test_a_csv_body_without_a_usable_header_is_refused_as_a_whole(inlet: Caller) -> None:
    told = await records(inlet, "extole", "email,email\na,b\n")
    assert told.status == 400
    assert "is there twice" in told.said["detail"]


async def test_a_signed_mapping_accepts_what_its_sender_signed_without_a_key(tmp_path: Path) -> None:
    inlets = find_inlets(["stripe", "mention-me"], Secrets(HASH_KEY, {"stripe": SECRET}))
    key, shown = new_key([], "shop", ["send"], ["client/mention-me"])
    settings = Settings(port=0, linger_s=0.0, inlets=inlets, keys=Keys([key]))
    charge = {
        "id": "ch_1",
        "amount": 1500,
        "currency": "gbp",
        "created": NOW // 1000,
        "customer": "cus_1",
        "paid": True,
    }
    body = json.dumps({"type": "charge.succeeded", "data": {"object": charge}}).encode()
    signature = inlets["stripe"].mapper.mapping.signature
    assert signature is not None
    right = sign(signature, SECRET, body, int(time.time()))
    old = sign(signature, SECRET, body, int(time.time()) - 3600)
    rows = b"type,CustomerEmail,OrderId,OrderDate,OrderTotal,OrderCurrency\norder,a@example.com,1,2026-01-02,1,GBP\n"
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as caller:
            assert (await records(caller, "stripe", body, Stripe_Signature=right)).said["receipts"][0][
                "seq"
            ] == 1
            for header in (
                {},
                {"Stripe_Signature": "t=1,v1=ab"},
                {"Stripe_Signature": old},
                {"Stripe_Signature": "x"},
            ):
                refused = await records(caller, "stripe", body, **header)
                assert (refused.status, refused.said["type"][-8:]) == (401, "unsigned")
                assert SECRET not in refused.said["detail"]
            asking = await records(caller, "stripe", body, "?wait=outcome", Stripe_Signature=right)
            # a signature reads nothing
            assert (asking.status, asking.said["type"][-11:]) == (401, "unknown-key")
            tunnel = await records(caller, "stripe", body, Stripe_Signature=right, Host="shop.tunnel.example")
            assert tunnel.said["receipts"][0]["receipt"] == "duplicate"
            elsewhere = await records(caller, "mention-me", rows, Host="shop.tunnel.example")
            assert (elsewhere.status, elsewhere.said["type"].rpartition(":")[2]) == (403, "cross-origin")
            changed = await records(caller, "stripe", body.replace(b"1500", b"9900"), Stripe_Signature=right)
            assert changed.status == 401
            assert (await records(caller, "mention-me", rows)).status == 401
            shows = {"Authorization": f"Bearer {shown}"}
            assert (await records(caller, "mention-me", rows, **shows)).said["receipts"][0][
                "receipt"
            ] == "accepted"
            assert len(stored(caller.path, events)) == 2


async def test_a_key_sends_records_for_its_own_sources_alone(tmp_path: Path) -> None:
    inlets = find_inlets(["cello"], Secrets())
    key, shown = new_key([], "shop", ["send"], ["client/shop"])
    settings = Settings(port=0, linger_s=0.0, inlets=inlets, keys=Keys([key]))
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as caller:
            record = find_mapping("cello").tests[0].record
            told = await records(caller, "cello", record, Authorization=f"Bearer {shown}")
            (receipt,) = told.said["receipts"]
            assert (receipt["receipt"], receipt["field"]) == ("malformed", "source")


def test_signatures_are_those_that_the_senders_document() -> None:
    body, now = b'{"a": 1}', 1_492_774_577
    # computed with `openssl dgst -hmac` over what each sender's documentation says is signed
    known = {
        Signature(
            "Stripe-Signature", "stripe"
        ): "t=1492774577,v1=76fbc3707b9cadd99e4b6b58e0895ad605f6bcf368f0a7b0201089c77202b4ff",
        Signature("X-Shopify-Hmac-Sha256", "hmac-sha256-base64"): "",
        Signature("Dub-Signature", "hmac-sha256-hex"): "",
        Signature("X-Signature", "hmac-sha1-hex"): "",
    }
    for signature, begins in known.items():
        made = sign(signature, "secret", body, now)
        assert made.startswith(begins)
        assert signature_problem(signature, "secret", {signature.name: made}, body, now) is None
        for wrong in (body + b" ", b""):
            assert signature_problem(signature, "secret", {signature.name: made}, wrong, now) is not None
        assert signature_problem(signature, "other", {signature.name: made}, body, now) is not None
    shopify = Signature("X-Shopify-Hmac-Sha256", "hmac-sha256-base64")
    assert sign(shopify, "hush", b"hello", 0) == "zvT9tMFR8adPsBeM6dkn8QqflvWemcuCShl3MgGBDKI="
    voucherify = Signature("X-Voucherify-Signature", "hmac-sha256-hex")  # the example of its documentation
    shown = "a17d2ac229d1ebbb5f10e839c7985c4818e5986eab297f7e5979196d4d7d3ed2"
    assert sign(voucherify, "secretKey", b'{"a":1}', 0) == shown


async def test_a_sender_that_posts_a_form_is_known_by_the_secret_in_it(tmp_path: Path) -> None:
    inlets = find_inlets(["talkable"], Secrets(HASH_KEY, {"talkable": SECRET}))
    settings = Settings(port=0, linger_s=0.0, inlets=inlets)
    form = {"key": SECRET, "site": "shop", "type": "event_web_hook"}
    record = inlets["talkable"].mapper.mapping.tests[0].record.replace("2026-03-02", "2026-01-02")
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, settings) as caller:

            async def post(**fields: str) -> Reply:
                return await caller.ask("POST", "/v1/in/talkable", data=fields)

            told = await post(**form, payload=record)
            assert [one["receipt"] for one in told.said["receipts"]] == ["accepted"]
            for wrong in ({"key": "another"}, {"key": ""}):
                assert (await post(**{**form, **wrong}, payload=record)).status == 401
            assert (await post(payload=record)).said["detail"].startswith("the form has no field key")
            bare = await records(caller, "talkable", record)
            assert bare.status == 401  # no form, so no secret
            empty = await post(**form)
            assert (empty.status, empty.said["detail"][:30]) == (400, "the form has no field payload;"[:30])
            assert len(stored(caller.path, events)) == 1


async def test_a_form_without_a_secret_to_check_is_read_and_so_is_json_that_curl_calls_one(
    tmp_path: Path,
) -> None:
    inlets = find_inlets(["talkable"], Secrets(HASH_KEY))
    record = inlets["talkable"].mapper.mapping.tests[0].record.replace("2026-03-02", "2026-01-02")
    form = "application/x-www-form-urlencoded"
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, Settings(port=0, linger_s=0.0, inlets=inlets)) as caller:
            told = await caller.ask("POST", "/v1/in/talkable", data={"payload": record})
            again = await records(caller, "talkable", record, Content_Type=form)
            bad = await caller.ask(
                "POST", "/v1/in/talkable", data=b"payload=%FF", headers={"Content-Type": form}
            )
    assert [one.said["receipts"][0]["receipt"] for one in (told, again)] == ["accepted", "duplicate"]
    assert bad.status == 400


@pytest.mark.parametrize(
    ("names", "signing", "said"),
    [
        (["shopify", "shopify"], {}, "another mapping is also called shopify"),
        (["cello"], {"cello": "x"}, "doesn't say how records are signed"),
        (["cello"], {"stripe": "x"}, "which is not served"),
        (["nothing"], {}, "no such mapping"),
    ],
)
def test_mappings_that_cannot_be_served_are_reported_at_the_start(
    names: list[str], signing: dict[str, str], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        find_inlets(names, Secrets(HASH_KEY, signing))


async def test_no_more_records_are_mapped_than_one_request_may_have_events(
    inlet: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    mapped = 0
    real = Mapper.of_text

    def counted(self: Mapper, raw: bytes, now: str | None = None) -> list[Made]:
        nonlocal mapped
        mapped += 1
        return real(self, raw, now)

    monkeypatch.setattr(Mapper, "of_text", counted)
    told = await records(inlet, "bills", b"[" + b"{}," * 40_000 + b"{}]")
    assert told.status == 413
    assert mapped == MOST_EVENTS + 1


async def test_a_record_has_the_size_of_a_message_at_most(inlet: Caller) -> None:
    long, short = ({"number": number, "who": "ben", "total": "1.00"} for number in (1, 2))
    long["note"] = "x" * MAX_LINE_BYTES
    for body, receipts in (([long, short], ["malformed", "accepted"]), (long, ["malformed"])):
        packed = gzip.compress(json.dumps(body).encode())
        told = await records(inlet, "bills", packed, Content_Encoding="gzip")
        assert [one["receipt"] for one in told.said["receipts"]] == receipts
