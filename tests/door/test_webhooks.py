"""Webhooks: signed, in the order of the log, at least once, and tried again by the wall clock."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from db.door_file import door_path
from db.hooks import HookStore
from simulator.domain.notices import NOTICE_TYPES, covers
from simulator.domain.vocabulary import AuditKind, Outcome, RewardState
from simulator.door.keys import Keys, new_key
from simulator.door.posting import Posted
from simulator.door.retries import JITTER, SCHEDULE_S, left_ms, pause_ms, put_off_ms
from simulator.door.sending import Sending
from simulator.door.serving import Settings
from simulator.door.webhooks import new_secret
from simulator.platform.session import open_or_create
from simulator.program.load import load_program
from tests.cli.nasty import DAY, PROGRAM, START, message
from tests.door.calling import NOW, STORY, Caller, at_the_door
from tests.door.subscriber import HANG, receiver, subscribe, until

LED_TO = ["referral.attributed", "conversion.qualified", "reward.pending"]
"""What the story leads to."""


@dataclass
class Wall:
    """A wall clock that is turned by hand."""

    now: int = 1_800_000_000_000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@asynccontextmanager
async def opened(path: Path, wall: Wall, *, patience_s: float = 15.0) -> AsyncIterator[Caller]:
    """A door by a frozen clock, whose retries go by a wall clock that is turned by hand."""
    sending = Sending(wall=wall, chance=lambda: 0.0, patience_s=patience_s)
    with open_or_create(path, load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, Settings(port=0, linger_s=0.0, sending=sending)) as caller:
            yield caller


@pytest.fixture
async def turned(tmp_path: Path, wall: Wall) -> AsyncIterator[Caller]:
    async with opened(tmp_path / "a.db", wall) as caller:
        yield caller


async def turn(door: Caller, wall: Wall, ms: int) -> None:
    """Turn the wall clock, and have the sender look at it."""
    wall.now += ms
    door.door.hooks.news()


async def bill(door: Caller, number: int) -> None:
    """One more conversion of Ben's, which leads to a decision and two rewards."""
    event = message(f"bill{number}", "bill.paid", "ben", START + 10 * DAY, amount_minor=900, currency="GBP")
    (reply,) = await door.send({**event, "time": "2026-01-02T10:00:00Z"})
    assert reply.status == 201


async def test_what_follows_is_sent_signed_thin_and_in_order(door: Caller) -> None:
    async with receiver() as shop:
        await subscribe(door, shop)
        await door.send(*STORY)
        posts = await shop.got(3)
        told = [Webhook(shop.secret).verify(post.body, post.headers) for post in posts]
    assert [one["type"] for one in told] == LED_TO
    assert [one["data"]["entry"] for one in told] == [1, 2, 3]
    assert told[0]["data"] == {"entry": 1, "friend": "ben", "referrer": "ann", "code": "ANN"}
    conversion = {"source": "client/shop", "event_id": "b1", "milestone": "activated"}
    assert told[1]["data"] == {"entry": 2, "number": 1, **conversion, "friend": "ben"}
    reward = {"reward": "credit", "role": "referrer", "recipient": "ann"}
    assert told[2]["data"] == {"entry": 3, "number": 1, **conversion, **reward}
    assert told[2]["timestamp"] == "2026-01-03T00:00:00.000Z"
    assert len({post.id for post in posts}) == 3


async def test_a_reward_that_the_turned_clock_releases_is_sent(door: Caller) -> None:
    async with receiver() as shop:
        await subscribe(door, shop, types=["reward.issued"])
        await door.send(*STORY)
        await door.ask("POST", "/v1/clock", json={"to": NOW + 4 * DAY})
        (post,) = await shop.got(1)
        one = await until(door.door.hooks, "shop", lambda one: one.reached == 4)
    assert post.said["type"] == "reward.issued"
    assert (one.sent, shop.types) == (1, ["reward.issued"])


async def test_a_new_subscriber_is_sent_what_comes_or_from_where_it_wishes(door: Caller) -> None:
    await door.send(*STORY)
    async with receiver() as late, receiver() as all_of_it:
        await subscribe(door, late, "late")
        await subscribe(door, all_of_it, "all", after=0)
        await all_of_it.got(3)
        await bill(door, 1)
        await late.got(2)
        await all_of_it.got(5)
    assert late.types == ["conversion.qualified", "reward.pending"]
    assert all_of_it.types == [*LED_TO, *late.types]
    refused = await door.ask("POST", "/v1/hooks", json={"name": "x", "url": late.url, "after": 99})
    assert refused.status == 422


async def test_unacknowledged_messages_are_retried_by_the_schedule_and_the_rest_waits(
    turned: Caller, wall: Wall
) -> None:
    async with receiver(500, 302, 204) as shop:
        await subscribe(turned, shop)
        await turned.send(*STORY)
        hooks = turned.door.hooks
        one = await until(hooks, "shop", lambda one: one.tries == 1)
        assert (one.error, one.next_at - wall.now) == ("answered 500", 5_000)
        await turn(turned, wall, 4_999)
        assert len(shop.posts) == 1
        await turn(turned, wall, 1)
        one = await until(hooks, "shop", lambda one: one.tries == 2)
        assert (one.error, one.next_at - wall.now) == ("answered 302", 300_000)
        await turn(turned, wall, 300_000)
        posts = await shop.got(5)
        assert [post.said["data"]["entry"] for post in posts] == [1, 1, 1, 2, 3]
        assert posts[0].id == posts[2].id
        assert posts[0].headers["webhook-timestamp"] < posts[2].headers["webhook-timestamp"]
        assert all(post.signed_with(shop.secret) for post in posts)


async def test_what_every_try_failed_for_is_given_up_and_can_be_sent_again(
    turned: Caller, wall: Wall
) -> None:
    tries = len(SCHEDULE_S) + 1
    async with receiver(*[503] * tries) as shop:
        await subscribe(turned, shop)
        await turned.send(*STORY)
        hooks = turned.door.hooks
        for number, pause in enumerate(SCHEDULE_S, 1):
            await until(hooks, "shop", lambda one, number=number: one.tries == number)  # type: ignore[misc]
            await turn(turned, wall, pause * 1000)
        posts = await shop.got(tries + 2)
        assert [post.said["data"]["entry"] for post in posts] == [1] * tries + [2, 3]
        (letter,) = (await turned.ask("GET", "/v1/hooks/shop/dead-letters")).said["dead_letters"]
        assert (letter["webhook_id"], letter["tries"], letter["error"]) == (
            posts[0].id,
            tries,
            "answered 503",
        )
        again = await turned.ask("POST", "/v1/hooks/shop/replay", json={"dead": True})
        assert again.said["entries"] == 1
        posts = await shop.got(tries + 3)
        assert posts[-1].id == posts[0].id
        one = await until(hooks, "shop", lambda one: one.replay is None)
    assert (one.dead, one.sent, one.reached) == (0, 3, 3)


async def test_a_subscriber_that_answers_410_is_sent_nothing_more_until_resumed(door: Caller) -> None:
    async with receiver(410) as shop:
        await subscribe(door, shop)
        await door.send(*STORY)
        one = await until(door.door.hooks, "shop", lambda one: one.ended is not None)
        assert (one.sent, one.reached) == (0, 0)
        (told,) = (await door.ask("GET", "/v1/hooks")).said["hooks"]
        assert (told["ended"], told["behind"]) == ("answered 410: it wants no more messages", 3)
        await door.ask("POST", "/v1/hooks/shop/replay", json={})
        await shop.got(4)
    assert shop.types == [LED_TO[0], *LED_TO]


async def test_a_hanging_subscriber_delays_neither_the_door_nor_others(door: Caller) -> None:
    async with receiver(HANG) as hanging, receiver() as shop:
        await subscribe(door, hanging, "hanging")
        await subscribe(door, shop)
        replies = await door.send(*STORY)
        await shop.got(3)
        await hanging.got(1)
        assert [reply.status for reply in replies] == [201] * len(STORY)
        assert len(hanging.posts) == 1
        hanging.open.set()
        await hanging.got(3)
    assert hanging.types == LED_TO


async def test_a_subscriber_that_does_not_answer_in_time_is_retried(tmp_path: Path, wall: Wall) -> None:
    async with opened(tmp_path / "a.db", wall, patience_s=0.01) as door, receiver(HANG) as shop:
        await subscribe(door, shop)
        await door.send(*STORY)
        one = await until(door.door.hooks, "shop", lambda one: one.tries == 1)
        assert one.error == "no answer in time"


async def test_an_unreachable_subscriber_is_retried(turned: Caller, wall: Wall) -> None:
    async with receiver() as shop:
        pass
    await subscribe(turned, shop)
    await turned.send(*STORY)
    one = await until(turned.door.hooks, "shop", lambda one: one.tries == 1)
    assert one.error is not None
    assert one.error.startswith("can't be reached (")
    assert "Error" not in one.error  # but the system's words


async def test_a_wall_clock_turned_back_delays_nothing(turned: Caller, wall: Wall) -> None:
    async with receiver(500, 500) as shop:
        await subscribe(turned, shop)
        await turned.send(*STORY)
        hooks = turned.door.hooks
        await until(hooks, "shop", lambda one: one.tries == 1)
        await turn(turned, wall, 5_000)
        await until(hooks, "shop", lambda one: one.tries == 2)
        await turn(turned, wall, -DAY)
        await shop.got(5)
    assert shop.types == [LED_TO[0], LED_TO[0], *LED_TO]


async def test_a_restarted_server_continues_where_each_subscriber_was(tmp_path: Path, wall: Wall) -> None:
    async with receiver() as shop:
        async with opened(tmp_path / "a.db", wall) as door:
            await subscribe(door, shop)
            await door.send(*STORY)
            await until(door.door.hooks, "shop", lambda one: one.reached == 3)
        async with opened(tmp_path / "a.db", wall) as door:
            await bill(door, 1)
            await shop.got(5)
    assert shop.types == [*LED_TO, "conversion.qualified", "reward.pending"]


async def test_another_database_of_this_name_is_sent_from_its_beginning(tmp_path: Path, wall: Wall) -> None:
    path = tmp_path / "a.db"
    async with receiver() as shop:
        async with opened(path, wall) as door:
            await subscribe(door, shop)
            await door.send(*STORY)
            await until(door.door.hooks, "shop", lambda one: one.reached == 3)
        path.unlink()
        async with opened(path, wall) as door:
            await door.send(*STORY[:3], {**STORY[3], "time": "2026-01-02T11:00:00Z"})
            await shop.got(6)
            first, again = shop.posts[:3], shop.posts[3:]
        path.unlink()
        async with opened(path, wall) as door:
            await door.send(STORY[0], *STORY)  # a duplicate makes no entry
            await bill(door, 1)
            await shop.got(11)
    assert shop.types == LED_TO * 2 + [*LED_TO, "conversion.qualified", "reward.pending"]
    assert [one.id for one in first] == [one.id for one in again]  # the same log, so the same ids


async def test_a_span_is_sent_again_with_the_ids_it_had(door: Caller) -> None:
    async with receiver() as shop:
        await subscribe(door, shop)
        await door.send(*STORY)
        await shop.got(3)
        await until(door.door.hooks, "shop", lambda one: one.reached == 3)
        told = await door.ask("POST", "/v1/hooks/shop/replay", json={"after": 1, "until": 2})
        assert told.said == {"name": "shop", "entries": 1}
        await shop.got(4)
        await bill(door, 1)
        await shop.got(6)
        for unclear in ({"until": 2}, {"dead": True, "after": 1}, {"dead": True, "until": 2}):
            refused = await door.ask("POST", "/v1/hooks/shop/replay", json=unclear)
            assert (refused.status, refused.said["type"].rpartition(":")[2]) == (422, "invalid")
        beyond = await door.ask("POST", "/v1/hooks/shop/replay", json={"after": 1, "until": 99})
    assert shop.posts[3].id == shop.posts[1].id
    assert shop.types[4:] == ["conversion.qualified", "reward.pending"]
    assert beyond.status == 422


async def test_a_removed_subscriber_is_sent_nothing_more(door: Caller) -> None:
    async with receiver() as shop, receiver() as other:
        await subscribe(door, shop)
        await subscribe(door, other, "other")
        assert (await door.ask("DELETE", "/v1/hooks/shop")).status == 204
        await door.send(*STORY)
        await other.got(3)
        assert shop.posts == []
        assert (await door.ask("DELETE", "/v1/hooks/shop")).status == 404
        assert (await door.ask("GET", "/v1/hooks/shop/dead-letters")).status == 404


async def test_who_subscribes_by_the_command_while_it_runs_is_sent_at_once(door: Caller) -> None:
    async with receiver() as shop:
        with HookStore(door.path) as store:
            store.add("shop", shop.url, "whsec_" + "A" * 32, (), 0, "")
        await door.send(*STORY)
        await shop.got(3)
    assert all(post.signed_with("whsec_" + "A" * 32) for post in shop.posts)


@pytest.mark.parametrize(
    ("wish", "wrong"),
    [
        ({"url": "http://shop.example/hooks"}, "another machine"),
        ({"url": "http://10.0.0.7/hooks"}, "another machine"),
        ({"url": "ftp://127.0.0.1/"}, "not an HTTP URL"),
        ({"url": "http://127.0.0.1:99999/"}, "not an HTTP URL"),
        ({"url": 7}, "must be a string"),
        ({"types": ["reward.lost"]}, "no such type"),
        ({"types": "reward.*"}, "must be an array"),
        ({"name": "a b"}, "name"),
        ({"after": -1}, "number of an entry"),
        ({"secret": "x"}, "unknown member"),
    ],
)
async def test_an_invalid_subscription_is_refused_with_the_reason(
    door: Caller, wish: dict[str, object], wrong: str
) -> None:
    told = await door.ask("POST", "/v1/hooks", json={"name": "shop", "url": "http://127.0.0.1:9/", **wish})
    assert told.status == 422
    assert wrong in told.said["detail"]
    assert (await door.ask("GET", "/v1/hooks")).said == {"hooks": []}


async def test_a_name_in_use_is_refused(door: Caller) -> None:
    async with receiver() as shop:
        await subscribe(door, shop)
        told = await door.ask("POST", "/v1/hooks", json={"name": "shop", "url": shop.url})
    assert (told.status, "already exists" in told.said["detail"]) == (422, True)


async def test_subscriptions_need_the_right_to_operate(tmp_path: Path) -> None:
    key, secret = new_key([], "shop", ["send", "read"], ["client/shop"])
    with open_or_create(tmp_path / "a.db", load_program(PROGRAM, "program")) as platform:
        async with at_the_door(platform, Settings(port=0, keys=Keys([key]))) as door:
            shown = {"Authorization": f"Bearer {secret}"}
            for method, address in [
                ("GET", "/v1/hooks"),
                ("POST", "/v1/hooks"),
                ("DELETE", "/v1/hooks/a"),
                ("GET", "/v1/hooks/a/dead-letters"),
                ("POST", "/v1/hooks/a/replay"),
                ("POST", "/v1/hooks/a/rotate"),
            ]:
                assert (await door.ask(method, address, headers=shown)).status == 403


async def test_the_list_tells_how_far_each_is_and_no_secret(door: Caller) -> None:
    async with receiver() as shop:
        await subscribe(door, shop, types=["reward.*"])
        await door.send(*STORY)
        await until(door.door.hooks, "shop", lambda one: one.reached == 3)
        told = await door.ask("GET", "/v1/hooks")
    (one,) = told.said["hooks"]
    assert (one["sent"], one["behind"], one["types"]) == (1, 0, ["reward.*"])
    assert shop.secret not in json.dumps(told.said)


@pytest.mark.parametrize(
    "forged",
    [
        "UPDATE subscriber SET secret = 'whsec_x' WHERE name = 'forged'",
        "UPDATE subscriber SET url = 'gopher://' WHERE name = 'forged'",
        "INSERT INTO old_secret SELECT id, 'whsec_x', 9e15 FROM subscriber WHERE name = 'forged'",
        "INSERT INTO old_secret SELECT id, x'ff', 'soon' FROM subscriber WHERE name = 'forged'",
        "UPDATE subscriber SET reached = -7, reached_id = 'x' WHERE name = 'forged'",
    ],
)
async def test_a_forged_subscriber_keeps_no_other_from_its_messages(door: Caller, forged: str) -> None:
    async with receiver() as shop:
        with HookStore(door.path) as store:
            store.add("forged", shop.url.replace("hooks", "nothing"), new_secret(), (), 0, "")
            store.db.execute(forged)
        await subscribe(door, shop)
        await door.send(*STORY)
        await shop.got(3)
    assert shop.types == LED_TO


async def test_invalid_types_end_a_subscription_and_no_other(door: Caller) -> None:
    async with receiver() as shop:
        await subscribe(door, shop)
        with HookStore(door.path) as store:
            store.add("forged", shop.url, new_secret(), (), 0, "")
            store.db.execute("UPDATE subscriber SET types = 'none' WHERE name = 'forged'")
        await door.send(*STORY)
        await until(door.door.hooks, "shop", lambda one: one.reached == 3)
        told = (await door.ask("GET", "/v1/hooks")).said["hooks"]
    assert {one["name"]: one["ended"] is not None for one in told} == {"forged": True, "shop": False}


def test_the_database_of_subscribers_is_its_owners_alone(tmp_path: Path) -> None:
    with HookStore(tmp_path / "a.db") as store:
        store.add("shop", "http://127.0.0.1/", "whsec_x", (), 0, "")
        files = list(tmp_path.glob("a.door.db*"))
        assert door_path(tmp_path / "a.db") in files
        assert {one.stat().st_mode & 0o777 for one in files} == {0o600}


async def test_while_a_secret_changes_the_old_one_and_the_new_one_both_verify(door: Caller) -> None:
    async with receiver() as shop:
        await subscribe(door, shop)
        told = await door.ask("POST", "/v1/hooks/shop/rotate", json={})
        await door.send(*STORY)
        posts = await shop.got(3)
        new = told.said["secret"]
        at_once = await door.ask("POST", "/v1/hooks/shop/rotate", json={"keep": "0h"})
        await bill(door, 1)
        (*_, last) = await shop.got(4)
        hooks = (await door.ask("GET", "/v1/hooks")).said
    assert new != shop.secret
    for post in posts:
        for secret in (shop.secret, new):
            assert Webhook(secret).verify(post.body, post.headers) == post.said
        assert len(post.headers["webhook-signature"].split()) == 2
    newest = at_once.said["secret"]
    assert Webhook(newest).verify(last.body, last.headers) == last.said
    for secret in (shop.secret, new):
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(last.body, last.headers)
    assert hooks["hooks"][0]["secrets"] == 1
    assert not any(secret in json.dumps(hooks) for secret in (shop.secret, new, newest))


async def test_an_old_secret_signs_until_its_time_is_over(turned: Caller, wall: Wall) -> None:
    async with receiver() as shop:
        await subscribe(turned, shop)
        told = await turned.ask("POST", "/v1/hooks/shop/rotate", json={"keep": "2h"})
        assert told.said["old_until"] == wall.now + 7_200_000
        wall.now += 7_199_999
        await turned.send(*STORY)
        await shop.got(3)
        wall.now += 1
        await bill(turned, 1)
        (*before, after) = await shop.got(4)
    assert all(post.signed_with(shop.secret) and post.signed_with(told.said["secret"]) for post in before)
    assert not after.signed_with(shop.secret)
    assert after.signed_with(told.said["secret"])


async def test_a_secret_that_signs_no_more_is_not_counted(turned: Caller, wall: Wall) -> None:
    async with receiver() as shop:
        await subscribe(turned, shop)
        await turned.ask("POST", "/v1/hooks/shop/rotate", json={"keep": "2h"})
        counts = []
        for ms in (7_199_999, 1):
            wall.now += ms
            counts.append((await turned.ask("GET", "/v1/hooks")).said["hooks"][0]["secrets"])
    assert counts == [2, 1]


async def test_however_often_a_secret_changes_five_sign_at_most(door: Caller) -> None:
    async with receiver() as shop:
        await subscribe(door, shop)
        made = [
            (await door.ask("POST", "/v1/hooks/shop/rotate", json={"keep": "1d"})).said["secret"]
            for _ in range(7)
        ]
        await door.send(*STORY)
        (post, *_) = await shop.got(1)
    assert [post.signed_with(secret) for secret in [shop.secret, *made]] == [False] * 3 + [True] * 5


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"keep": "soon"}, "duration"),
        ({"keep": 5}, "duration"),
        ({"keep": ""}, "duration"),
        ({"for": "1h"}, "for"),
    ],
)
async def test_an_invalid_rotation_is_refused_with_the_reason(
    door: Caller, said: dict[str, object], wrong: str
) -> None:
    async with receiver() as shop:
        await subscribe(door, shop)
        told = await door.ask("POST", "/v1/hooks/shop/rotate", json=said)
    assert told.status == 422
    assert wrong in told.said["detail"]
    assert (await door.ask("POST", "/v1/hooks/nobody/rotate", json={})).status == 404


async def test_a_subscriber_that_is_overloaded_is_tried_again_when_it_asks_for_it(
    turned: Caller, wall: Wall
) -> None:
    async with receiver(503, 503) as shop:
        await subscribe(turned, shop)
        shop.retry_after = "3600"
        await turned.send(*STORY)
        one = await until(turned.door.hooks, "shop", lambda one: one.tries == 1)
        assert one.next_at - wall.now == 3_600_000
        await turn(turned, wall, 3_599_999)
        assert len(shop.posts) == 1
        shop.retry_after = "1"  # sooner than the schedule: ten such answers would use up all tries
        await turn(turned, wall, 1)
        one = await until(turned.door.hooks, "shop", lambda one: one.tries == 2)
        assert one.next_at - wall.now == 300_000


@pytest.mark.parametrize(
    ("status", "said", "ms"),
    [
        (429, "120", 120_000),
        (503, " 7 ", 7_000),
        (503, "Fri, 15 Jan 2027 08:10:00 GMT", 600_000),
        (503, "Fri, 15 Jan 2027 07:00:00 GMT", 0),
        (503, "999999999", 86_400_000),
        (503, "Fri, 31 Dec 9999 23:59:59 GMT", 86_400_000),
        (503, "soon", 0),
        (503, "-5", 0),
        (503, "1.5", 0),
        (503, "9" * 400, 0),
        (503, "Thu, 01 Jan 1970 00:00:00 +" + "9" * 30, 0),
        (503, None, 0),
        (500, "120", 0),
        (None, None, 0),
    ],
)
def test_retry_after_is_read_in_both_forms_and_bounded(status: int | None, said: str | None, ms: int) -> None:
    assert put_off_ms(Posted(status, retry_after=said), Wall.now) == ms


def test_a_file_made_before_there_were_old_secrets_goes_on(tmp_path: Path) -> None:
    with HookStore(tmp_path / "a.db") as store:
        store.add("shop", "http://127.0.0.1/", new_secret(), (), 0, "")
        store.db.execute("DROP TABLE old_secret")
    with HookStore(tmp_path / "a.db") as store:
        (one,) = store.subscribers()
        store.rotate(one, new_secret(), 0, 1)
        (after,) = store.subscribers()
    assert (one.old_secrets, after.old_secrets) == ((), ((one.secret, 1),))


def test_every_kind_of_entry_has_a_type_of_its_own() -> None:
    assert len(set(NOTICE_TYPES)) == len(NOTICE_TYPES) == len(AuditKind) - 2 + len(Outcome) + len(RewardState)
    assert {f"reward.{state}" for state in RewardState} < set(NOTICE_TYPES)
    assert {f"conversion.{outcome}" for outcome in Outcome} < set(NOTICE_TYPES)


def test_a_wish_for_types_covers_names_and_beginnings() -> None:
    assert covers((), "reward.issued")
    assert covers(("reward.*",), "reward.issued")
    assert covers(("referral.attributed", "reward.issued"), "reward.issued")
    assert not covers(("reward.pending", "referral.*"), "reward.issued")


def test_pauses_follow_the_schedule_and_its_jitter() -> None:
    assert [pause_ms(tries, lambda: 0.0) for tries in range(1, 11)] == [*(s * 1000 for s in SCHEDULE_S), None]
    assert pause_ms(1, lambda: 1.0) == round(5_000 * (1 + JITTER))
    assert left_ms(1_000, 6_000, 4_000) == 2_000
    assert left_ms(1_000, 6_000, 7_000) == 0
    assert left_ms(1_000, 6_000, 999) == 0
