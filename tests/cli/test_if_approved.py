"""What `explain` says that approving a decision would start is what starts when it is approved."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.nasty import DAY, HOUR, START, Cli, message

SHOP = """
[program]
name = "Shop"
currency = "GBP"
[[milestone]]
name = "bought"
event = "purchase.paid"
occurrence = "each"
[[milestone]]
name = "joined"
event = "service.activated"
[[rule]]
code = "small"
require = "amount < 50"
milestones = ["bought"]
because = "It is a large one."
on_fail = "review"
[[reward]]
name = "flat"
to = "referrer"
on = "bought"
value = 5.00
hold = "10d"
[[reward]]
name = "share"
to = "friend"
on = "bought"
percent = 12.5
[[reward]]
name = "third"
to = "referrer"
on = "bought"
value = 30.00
every = 3
hold = "20d"
[[reward]]
name = "above"
to = "upline"
on = "bought"
value = 1.00
[[reward]]
name = "club"
to = "community"
on = "bought"
value = 2.00
[[reward]]
name = "other"
to = "friend"
on = "joined"
value = 9.00
"""
WHO: dict[str, Any] = {"contact_kind": "email", "via": "sso", "referrer_kind": "customer"}


def bought(own: str, who: str, at: int, minor: int, currency: str = "GBP") -> dict[str, Any]:
    made = message(own, "purchase.paid", who, at, amount_minor=minor, currency=currency)
    return made | {"source": "client/shop"}


@pytest.fixture
def db(cli: Cli, tmp_path: Path) -> Path:
    """Top brought Ann, of the chess club; she brings Ben, who buys one small thing, and two large ones."""
    events = [
        message("k0", "link.created", "top", START, code="TOP"),
        message("k1", "friend.claimed", "ann", START + 1, contact_ref="a", code="TOP"),
        message("w1", "customer.identified", "ann", START + 2, contact_ref="a", community="go", **WHO),
        message("w2", "customer.identified", "ann", START + 3, contact_ref="a", community="chess", **WHO),
        message("l1", "link.created", "ann", START + HOUR, code="ANN"),
        message("v1", "friend.claimed", "ben", START + 2 * HOUR, contact_ref="b", code="ANN"),
        bought("small", "ben", START + DAY, 1000),
        bought("large", "ben", START + 2 * DAY, 10_005),
        bought("abroad", "ben", START + 3 * DAY, 9_900, "EUR"),
        message("end", "link.created", "top", START + 12 * DAY + HOUR, code="TOP2"),
    ]
    (tmp_path / "p.toml").write_text(SHOP)
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, events)))
    path = tmp_path / "a.db"
    options = ["--program", tmp_path / "p.toml", "--replay", "--now", START + 12 * DAY + HOUR]
    ran = cli("ingest", "--db", path, *options, tmp_path / "a.jsonl")
    assert ran.status == 0, ran.err
    return path


@pytest.mark.parametrize("own", ["large", "abroad"])
def test_explain_lists_the_rewards_that_an_approval_then_starts(cli: Cli, db: Path, own: str) -> None:
    (decision,) = cli("explain", own, "--db", db, "--json").json["decisions"]
    promised = decision["if_approved"]
    assert {line["reward"] for line in promised} >= {"flat", "third", "above", "club"}
    assert {
        line["reward"]: line["recipient"] for line in promised if line["reward"] in ("above", "club")
    } == {
        "above": "top",
        "club": "chess",
    }
    now = START + 12 * DAY + HOUR + 1
    ran = cli("review", "approve", decision["id"], "--by", "op", "--db", db, "--now", now)
    assert ran.status == 0, ran.err
    after = cli("explain", own, "--db", db, "--json").json
    names = ("reward", "role", "recipient", "value_minor")
    assert [[line[name] for name in names] for line in promised] == [
        [line[name] for name in names] for line in after["rewards"]
    ]
    later = [(line["reward"], line["due_at"]) for line in promised if not line["at_once"]]
    assert later
    made = {line["reward"]: line["due_at"] for line in after["rewards"]}
    assert later == [(name, made[name]) for name, _ in later]
    assert after["decisions"][0]["if_approved"] == []


def test_explain_says_in_words_what_an_approval_would_start(cli: Cli, db: Path) -> None:
    said = cli("explain", "large", "--db", db).out
    assert "if approved: share 12.51 GBP for " in said
    assert " (friend), due at once\n" in said
    assert "if approved: third 30.00 GBP for " in said
    assert "; it would only be counted, as the recipient's 2nd of 3\n" in said
    assert "if approved" not in cli("explain", "small", "--db", db).out


def back(own: str, who: str | None, at: int, source: str = "client/shop", **other: Any) -> dict[str, Any]:
    kind = "conversion.reinstated" if "reinstates" in other else "conversion.reversed"
    made = message(own, kind, who, at, **(other or {"reverses": "large"})) | {"source": source}
    return {name: value for name, value in made.items() if value is not None}


@pytest.mark.parametrize(
    ("events", "gone"),
    [
        ([], None),
        ([("r1", "ben", 1)], 1),
        ([("r1", None, 1), ("r2", "ben", 2)], 1),
        ([("r1", "ann", 1)], None),
        ([("r1", "ben", 1, "client/other")], None),
        ([("r1", "ben", 1), ("back", None, 2)], None),
        ([("r1", "ben", 1), ("back", "ben", 2), ("r3", "ben", 3)], 3),
        ([("back", "ben", 1), ("r1", "ben", 2)], 2),
    ],
)
def test_the_queue_says_what_was_reversed_meanwhile_and_an_approval_that_nothing_follows(
    cli: Cli, db: Path, tmp_path: Path, events: list[tuple[Any, ...]], gone: int | None
) -> None:
    start = START + 13 * DAY
    lines = [
        back(own, who, start + at * HOUR, *source, **({"reinstates": "large"} if own == "back" else {}))
        for own, who, at, *source in events
    ]
    (tmp_path / "back.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert cli("ingest", "--db", db, "--replay", tmp_path / "back.jsonl").status == 0
    waiting = {one["id"]: one for one in cli("review", "list", "--db", db, "--json").json["review"]}
    at = None if gone is None else start + gone * HOUR
    assert (waiting["large"]["reversed_at"], waiting["abroad"]["reversed_at"]) == (at, None)
    said = "its conversion was reversed on "
    assert cli("review", "list", "--db", db).out.count(said) == (gone is not None)
    ran = cli("review", "approve", "client/shop:large", "--by", "op", "--db", db, "--now", start + DAY)
    assert ("qualified" in ran.out, said in ran.out) == (True, gone is not None)
    rewards = cli("explain", "client/shop:large", "--db", db, "--json").json["rewards"]
    assert rewards
    assert all(one["state"] == "voided" for one in rewards) == (gone is not None)
