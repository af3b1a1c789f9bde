"""A program that uses every feature, and a log of any length in which everything happens, from a seed.

Each friend lives one of a few short lives, each of which is after a state or a reason. What a log reaches is proven by
`test_everything.py`. The log is clean: every message is accepted, so that sending it again adds duplicates only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

import orjson

from simulator.domain.vocabulary import CONVERSION_TYPES

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
START: Final = 1_767_225_600_000  # 2026-01-01T00:00Z, ten days before the program starts
SPAN: Final = 300 * DAY  # to 28 October, three days after it ends
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TEMPLATE: Final = Path(__file__).with_name("everything.toml")

Event = dict[str, Any]


AMPLE: Final = 4.0  # pounds of a month's budget for each friend: more than they ever bring
CHANGES: Final = (
    (170, 0.5, True),  # in the middle of a month: what falls due waits
    (177, 1.0, False),  # what fits of it is issued, one is trimmed, the others are unfunded
    (178, AMPLE, True),
    (206, 0.9, True),  # it waits until the next month begins
    (214, AMPLE, True),
    (292, 0.1, True),  # it waits at the end
)
"""The days on which the program changes: its budget for each friend, and whether it lets wait.

It is short for three weeks in all: while it is, what all pending lines come to is looked at every hour.
"""


def program_text(friends: int, budget: float = AMPLE, *, waits: bool = True) -> str:
    """The program for this many friends, with a budget in pounds for each of them."""
    text = TEMPLATE.read_text().replace("BUDGET", f"{friends * budget:.2f}")
    text = text.replace("DAILY", f"{max(15.0, friends * 0.01):.2f}")
    return text if waits else text.replace('"skip"\nshort   = "wait"', '"trim"\nshort   = "skip"')


AT_THE_END: Final = {7: 288 * DAY, 12: 293 * DAY}
"""When those begin who are to have something offered or pending at the end, of every second round of lives."""


class Log:
    """A log that is being written; it is determined by the seed and the number of friends."""

    def __init__(self, seed: int, friends: int) -> None:
        self.dice = Random(seed)
        self.friends = friends
        self.events: list[tuple[int, int, Event]] = []
        self.links: list[tuple[int, str, str]] = []  # when, whose, and the code
        self.brought: dict[str, str] = {}  # who brought each of those who refer, where somebody did
        self._program_changes()
        for number in range(max(4, friends // 4)):
            self._referrer(number)
        self.links.sort()
        for number in range(friends):
            LIVES[number % len(LIVES)](Life(self, number))

    def lines(self) -> Iterator[bytes]:
        """Yield the messages up to the end of the span, in the order of their receipt."""
        self.events.sort(key=lambda event: event[:2])
        for received, _, event in self.events:
            if received > START + SPAN:
                return
            yield orjson.dumps(event | {"receivedat": received}) + b"\n"

    def add(
        self, kind: str, subject: str | None, at: int, *, source: str = "platform", late: int = 0, **data: Any
    ) -> str:
        """Write an event that happened at `at` and was received so much later; return its id."""
        own = f"{kind}-{len(self.events)}"
        when = EPOCH + timedelta(milliseconds=at)
        event: Event = {"specversion": "1.0", "id": own, "source": source, "type": kind, "data": data}
        event |= {"time": when.isoformat(timespec="milliseconds"), "subject": subject}
        self.events.append((at + late, len(self.events), event))
        return own

    def identify(self, person: str, at: int, kind: str = "customer", **data: Any) -> None:
        """Write what the client knows about a person."""
        known = {"contact_ref": f"c-{person}", "contact_kind": "email", "via": "sso", "referrer_kind": kind}
        self.add("customer.identified", person, at, source="client/crm", **(known | data))

    def link(self, before: int) -> tuple[str, str]:
        """Draw a link that is older than a moment: its owner and its code."""
        low, high = 0, len(self.links)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self.links[middle][0] < before else (low, middle)
        _, person, code = self.links[self.dice.randrange(low) if low else 0]
        return person, code

    def _program_changes(self) -> None:
        for day, budget, waits in CHANGES:
            text = program_text(self.friends, budget, waits=waits)
            self.add("program.changed", None, START + day * DAY, program=text)

    def _referrer(self, number: int) -> None:
        """A referrer, brought by an earlier one; some belong to a club, some lose eligibility, some close accounts."""
        dice, me, code = self.dice, f"r-{number}", f"CODE{number}"
        at = START + int(SPAN * 0.8 * dice.random() ** 2)
        club = {"community": f"club-{number % 9}"} if number % 2 else {}
        plan = {"attributes": {"plan": dice.choice(("pro", "basic")), "vip": dice.random() < 0.5}}
        self.identify(me, at, dice.choice(("customer", "employee")), country="NZ", **club, **plan)
        if number > 3 and number % 3 == 0 and self.links:
            _, self.brought[me], other = dice.choice(self.links)
            self.add("friend.claimed", me, at + HOUR, contact_ref=f"c-{me}", code=other)
        self.add("link.created", me, at + 2 * HOUR, code=code)
        self.add("referral.shared", me, at + 3 * HOUR, code=code, channel="chat", reach=3)
        self.links.append((at + 2 * HOUR, me, code))
        if number % 4 == 0:
            self.identify(me, at + 20 * DAY, "partner")
        if number % 7 == 0:
            self.add("customer.closed", me, at + 50 * DAY, source="client/crm")
        if number % 14 == 0:
            self.add("customer.reopened", me, at + 55 * DAY, source="client/crm")


class Life:
    """A friend, from the first visit on: what they do is written to the log."""

    def __init__(self, log: Log, number: int) -> None:
        self.log, self.dice, self.number, self.me = log, log.dice, number, f"f-{number}"
        at_the_end = AT_THE_END.get(number % (2 * len(LIVES)))
        self.at = START + (at_the_end or int(SPAN * (0.02 + 0.95 * self.dice.random())))
        self.referrer, self.code = log.link(self.at)

    def later(self, hours: float) -> None:
        """Let time pass."""
        self.at += int(hours * HOUR)

    def visit(self, hours: float = 3, **data: Any) -> None:
        """Come by a link, which is typed as people type, and let time pass."""
        code = self.dice.choice((self.code, self.code.lower(), f" {self.code}"))
        self.log.add("friend.visited", self.me, self.at, code=code, channel="email", **data)
        self.later(hours)

    def claim(self, hours: float = 2, **data: Any) -> None:
        """Claim the offer, and let time pass."""
        self.log.add("friend.claimed", self.me, self.at, **({"contact_ref": f"c-{self.me}"} | data))
        self.later(hours)

    def buy(
        self, kind: str = "purchase.paid", amount: int | None = None, hours: float = 1, **data: Any
    ) -> str:
        """Convert, and let time pass; return the conversion's id. The amount is drawn if none is given."""
        source = data.pop("source", "client/shop")
        money = {"amount_minor": self.dice.randrange(1000, 30_000) if amount is None else amount}
        known: Event = {"attributes": {"product": "gold", "size": self.number % 5}}
        known |= {"new_customer": True} if self.number % 4 else {}
        late = data.pop("late", self.dice.choice((0, 0, 0, HOUR // 2)))
        subject = data.pop("subject", self.me)
        own = self.log.add(kind, subject, self.at, source=source, late=late, **(money | known | data))
        self.later(hours)
        return own

    def tell(self, kind: str, hours: float = 1, subject: str | None = None, **data: Any) -> None:
        """Write what the shop reports of a conversion, and let time pass."""
        self.log.add(kind, subject, self.at, source=data.pop("source", "client/shop"), **data)
        self.later(hours)

    def reverse(self, own: str, hours: float = 1, **data: Any) -> None:
        """Take a conversion back."""
        self.tell("conversion.reversed", hours, reverses=own, reason="refunded", **data)

    def of_line(
        self, kind: str, own: str, milestone: str, reward: str, hours: float = 1, **data: Any
    ) -> None:
        """Choose, redeem or veto a reward line, and let time pass."""
        line = {"source": "client/shop", "id": own, "milestone": milestone, "reward": reward}
        subject = data.pop("subject", None)
        self.log.add(kind, subject, self.at, reward=line, **data)
        self.later(hours)

    def review(self, own: str, verdict: str, hours: float = 1) -> None:
        """Decide on a conversion in review."""
        line = {"source": "client/shop", "id": own, "milestone": "any-order"}
        self.log.add("review.decided", None, self.at, decision=line, verdict=verdict, by="op-1")
        self.later(hours)


def buys_and_keeps(life: Life) -> None:
    """Visit, claim, buy twice in any currency, use the voucher, or let it expire."""
    life.visit(device_ref=f"d-{life.me}")
    life.claim(country="NZ")
    life.log.add("friend.opted_in", life.me, life.at)
    life.log.add("session.authenticated", life.me, life.at)
    own = life.buy(currency=life.dice.choice(("GBP", "EUR", "JPY")), hours=80)
    if life.dice.random() < 0.5:
        life.of_line("reward.redeemed", own, "first-order", "friend-voucher")
    life.of_line("reward.redeemed", own, "second-order", "friend-voucher")
    life.buy(hours=200, attributes={"product": "tin"})


def buys_much(life: Life) -> None:
    """Buy and pay bills often, by a code typed at the till."""
    for _ in range(4):
        life.buy("bill.paid", life.dice.randrange(500, 40_000), 24 * 12, code=life.code.lower())
        life.buy("purchase.completed", life.dice.randrange(500, 39_000), 30)


def changes_their_mind(life: Life) -> None:
    """Reverse within the cooling-off, buy again, reverse afterwards, and win the dispute; some things twice."""
    life.visit()
    first = life.buy(hours=5)
    life.reverse(first)
    life.reverse(first, 20)
    second = life.buy(hours=24 * 12)
    life.reverse(second, 48)
    life.tell("conversion.reinstated", reinstates=second)
    life.tell("conversion.reinstated", reinstates=second)
    life.tell("conversion.reinstated", reinstates="never-sent")
    life.tell("conversion.reinstated", reinstates=first, subject=life.referrer)


def reverses_in_vain(life: Life) -> None:
    """Reverse in another person's name, what was used, from another source, and what has not come yet."""
    life.visit()
    own = life.buy("service.activated", hours=2)
    life.of_line("reward.redeemed", own, "service", "service-bonus", 24)
    life.reverse(own, subject=life.referrer)
    life.reverse(own)
    first = life.buy(hours=24 * 3)
    life.reverse(first, source="client/other")
    life.reverse(f"purchase.paid-{len(life.log.events) + 1}", 2)  # the next one: its reversal waits for it
    life.buy(hours=30)


def reverses_too_late(life: Life) -> None:
    """Reverse what has expired by then, and what brought nothing."""
    nothing = life.buy("milestone.reached")
    life.reverse(nothing)
    life.visit()
    own = life.buy("service.activated", hours=24 * 21)
    life.reverse(own)


def is_refunded_in_part(life: Life) -> None:
    """Adjust an amount before and after the payout, down to nothing, and in vain."""
    life.visit()
    own = life.buy("purchase.completed", 30_000, 10, currency="GBP")
    life.tell("conversion.adjusted", 24 * 6, adjusts=own, amount_minor=20_000)
    life.tell("conversion.adjusted", adjusts=own, amount_minor=9_000, currency="GBP")
    life.tell("conversion.adjusted", adjusts=own, amount_minor=8_000, currency="USD")
    life.tell("conversion.adjusted", adjusts=own, amount_minor=8_000, subject=life.referrer)
    life.tell("conversion.adjusted", 24, adjusts=own, amount_minor=0)
    life.tell("conversion.adjusted", adjusts="never-sent", amount_minor=1)
    bare = life.log.add("account.activated", life.me, life.at, source="client/shop")
    life.later(1)
    life.tell("conversion.adjusted", adjusts=bare, amount_minor=1)
    life.reverse(own)
    life.tell("conversion.adjusted", adjusts=own, amount_minor=1)


def opens_an_account(life: Life) -> None:
    """Come as a guest, buy, sometimes get merged into an account that another referrer brought, and buy more."""
    guest, me = f"g-{life.number}", life.me
    life.visit()
    life.claim()
    life.me = guest
    _, life.code = life.log.link(life.at)
    life.visit()
    life.claim(contact_ref=f"c-{me}")
    life.buy(hours=20)
    for _ in range(0 if life.number // len(LIVES) % 5 else 2):  # not many: each cuts a batch in two
        life.log.add("customer.merged", guest, life.at, source="client/crm", into=me)
        life.later(2)
    life.buy("account.activated")
    life.buy(subject=me, hours=24 * 30)


def chooses(life: Life) -> None:
    """Let the referrer choose in time, wrongly, too late or never."""
    life.visit()
    life.log.add("eligibility.confirmed", life.me, life.at, eligible=life.dice.random() < 0.6)
    life.buy("account.activated", hours=5)
    first = life.buy(hours=30)
    second = life.buy(hours=60)
    line = ("first-order", "referrer-choice")
    life.of_line("reward.chosen", first, *line, subject=life.me, choice="donation")
    life.of_line("reward.chosen", first, *line, subject=life.referrer, choice="yacht")
    if life.dice.random() < 0.6:
        life.of_line("reward.chosen", first, *line, subject=life.referrer, choice="gift-card")
        life.of_line("reward.chosen", first, *line, subject=life.referrer, choice="gift-card")
    life.of_line("reward.chosen", second, "second-order", "share", subject=life.referrer, choice="gift-card")
    if life.dice.random() < 0.4:
        life.of_line(
            "reward.chosen", second, "second-order", "second-choice", subject=life.referrer, choice="donation"
        )


def is_vetoed(life: Life) -> None:
    """Have a reward vetoed while it is pending, once it is offered, and in vain."""
    life.visit()
    own = life.buy(hours=2)
    for reward, hours in (("referrer-choice", 100), ("friend-voucher", 1), ("nothing", 1)):
        life.of_line("reward.vetoed", own, "first-order", reward, hours, reason="looked odd")
    life.of_line("reward.redeemed", own, "first-order", "referrer-choice")


def is_looked_at(life: Life) -> None:
    """Buy so much that a person reviews it, and decides, sometimes in vain."""
    life.visit()
    own = life.buy("purchase.completed", 90_000, 30)
    if life.dice.random() < 0.7:
        life.review(own, life.dice.choice(("approve", "decline")))
        life.review(own, "approve")
    life.buy("purchase.completed", 5_000)


def does_not_count(life: Life) -> None:
    """Convert without a visit, before it, too long after it, and after the end of the program."""
    if life.number % 2:
        life.buy(hours=24)
        life.visit(hours=0)
        life.claim()
        life.at -= 3 * DAY
        life.buy(late=4 * DAY)
    else:
        life.visit(hours=0)
        life.claim(24 * 30)
        life.buy()
    life.at = max(life.at, START + SPAN - 2 * DAY)
    life.buy("bill.paid")


def is_refused(life: Life) -> None:
    """Be the referrer or their referrer, on a prepaid plan, closed, or buy for nothing or in an unknown currency."""
    if life.number % 3 == 0:
        life.me = life.log.brought.get(life.referrer, life.referrer)
    life.log.identify(
        life.me, life.at, attributes={"plan": "prepaid" if life.number % 3 == 0 else "pro", "vip": False}
    )
    if life.number % 4 == 0:
        life.log.add("customer.closed", life.me, life.at, source="client/crm")
    life.visit()
    round_of = life.number // len(LIVES)
    life.buy(amount=(0, 5_000)[round_of % 2], currency=("GBP", "USD")[round_of // 2 % 2], hours=3)


def does_all_else(life: Life) -> None:
    """Convert in every way that exists."""
    life.visit()
    for kind in CONVERSION_TYPES:
        life.buy(kind, outcome=life.dice.choice(("done", "open")), hours=26)


LIVES: Final[tuple[Callable[[Life], None], ...]] = (
    buys_and_keeps,
    buys_much,
    changes_their_mind,
    reverses_in_vain,
    reverses_too_late,
    is_refunded_in_part,
    opens_an_account,
    chooses,
    is_vetoed,
    is_looked_at,
    does_not_count,
    is_refused,
    does_all_else,
)
"""Each is lived by every so many-th friend."""


def write_log(path: Path, seed: int, friends: int) -> int:
    """Write a log to a file; return how many events it has."""
    events = 0
    with path.open("wb") as file:
        for line in Log(seed, friends).lines():
            file.write(line)
            events += 1
    return events
