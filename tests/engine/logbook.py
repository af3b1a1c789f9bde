"""Write a log by hand: one short line an event, in the words of the contract.

Every method takes `at` (when it occurred) and `received` (when the platform got it; default: `at`, or the
newest receipt where that is later) and gives back the message it wrote.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from simulator.events.contract import DATA_COLUMNS
from simulator.program.model import Program

Event = dict[str, Any]
Judge = Callable[..., Any]
"""Gives the rows of a log by a program: the fixture `judge`."""


def message(
    kind: str, subject: str | None, *, at: int, received: int, source: str, key: str, **data: Any
) -> Event:
    """A valid message as intake passes it on: every data field, absent ones None."""
    unknown = data.keys() - DATA_COLUMNS.keys()
    assert not unknown, unknown
    return {
        "received_at": received,
        "source": source,
        "id": key,
        "type": kind,
        "occurred_at": at,
        "subject": subject,
        **dict.fromkeys(DATA_COLUMNS),
        **data,
    }


class Logbook:
    """Messages and steps in time, in order; `programs` are those that a `program.changed` brought."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.newest = start
        self.steps: list[Event | int] = []  # a message, or a time told
        self.programs: dict[str, Program] = {}
        self.count = 0

    def add(
        self,
        kind: str,
        subject: str | None,
        at: int | None,
        received: int | None,
        source: str = "platform",
        key: str | None = None,
        **data: Any,
    ) -> Event:
        """Any message; `at` and `received` count from the start of the log, in milliseconds."""
        told = None if received is None else self.start + received
        occurred = (told or self.newest) if at is None else self.start + at
        arrived = told or max(occurred, self.newest)
        self.newest = max(self.newest, arrived)
        self.count += 1
        sent = message(
            kind,
            subject,
            at=occurred,
            received=arrived,
            source=source,
            key=key or f"{kind}-{self.count}",
            **data,
        )
        self.steps.append(sent)
        return sent

    def tell(self, now: int) -> None:
        """Set the time, counted from the start of the log."""
        self.steps.append(self.start + now)

    def identified(
        self,
        person: str,
        at: int | None = None,
        received: int | None = None,
        contact: str | None = None,
        kind: str = "customer",
        **data: Any,
    ) -> Event:
        return self.add(
            "customer.identified",
            person,
            at,
            received,
            source="client/crm",
            contact_ref=contact or f"contact-of-{person}",
            contact_kind="email",
            via="sso",
            referrer_kind=kind,
            **data,
        )

    def link(self, person: str, code: str, at: int | None = None, received: int | None = None) -> Event:
        return self.add("link.created", person, at, received, code=code)

    def visit(
        self,
        friend: str,
        code: str,
        at: int | None = None,
        received: int | None = None,
        channel: str = "email",
        device: str | None = None,
    ) -> Event:
        return self.add("friend.visited", friend, at, received, code=code, channel=channel, device_ref=device)

    def claim(
        self,
        friend: str,
        at: int | None = None,
        received: int | None = None,
        code: str | None = None,
        contact: str | None = None,
        **data: Any,
    ) -> Event:
        contact = contact or f"contact-of-{friend}"
        return self.add("friend.claimed", friend, at, received, code=code, contact_ref=contact, **data)

    def buy(
        self,
        friend: str,
        at: int | None = None,
        received: int | None = None,
        kind: str = "purchase.completed",
        amount: int | None = None,
        source: str = "client/shop",
        key: str | None = None,
        **data: Any,
    ) -> Event:
        """A conversion; `amount` in minor units."""
        return self.add(kind, friend, at, received, source, key, amount_minor=amount, **data)

    def reverse(
        self,
        conversion: Event | tuple[str, str],
        at: int | None = None,
        received: int | None = None,
        subject: str | None = None,
    ) -> Event:
        """A reversal of a conversion in its subject's name, or of the (source, id) of one in fred's."""
        if isinstance(conversion, tuple):
            (source, reverses), named = conversion, "fred"
        else:
            source, reverses, named = conversion["source"], conversion["id"], conversion["subject"]
        subject = subject or named
        return self.add(
            "conversion.reversed", subject, at, received, source, reverses=reverses, reason="cancelled"
        )

    def verdict(
        self,
        conversion: Event | tuple[str, str],
        verdict: str = "approve",
        milestone: str = "bought",
        at: int | None = None,
        received: int | None = None,
    ) -> Event:
        source, key = (
            conversion if isinstance(conversion, tuple) else (conversion["source"], conversion["id"])
        )
        return self.add(
            "review.decided",
            None,
            at,
            received,
            decision_source=source,
            decision_id=key,
            decision_milestone=milestone,
            verdict=verdict,
            by="ops-1",
        )

    def change(self, program: Program, at: int | None = None, received: int | None = None) -> Event:
        self.programs[program.text] = program
        return self.add("program.changed", None, at, received, program=program.text)

    # What further terms are about.

    def reinstate(
        self,
        conversion: Event | tuple[str, str],
        at: int | None = None,
        received: int | None = None,
        subject: str | None = None,
    ) -> Event:
        """A reversed conversion stands again; without a subject where none is given."""
        source, key = _named(conversion)
        return self.add("conversion.reinstated", subject, at, received, source, reinstates=key)

    def adjust(
        self,
        conversion: Event | tuple[str, str],
        amount: int,
        at: int | None = None,
        received: int | None = None,
        subject: str | None = None,
        currency: str | None = None,
    ) -> Event:
        """A conversion's new whole amount in minor units; without a subject where none is given."""
        source, key = _named(conversion)
        return self.add(
            "conversion.adjusted",
            subject,
            at,
            received,
            source,
            adjusts=key,
            amount_minor=amount,
            currency=currency,
        )

    def close(self, person: str, at: int | None = None, received: int | None = None) -> Event:
        return self.add("customer.closed", person, at, received, source="client/crm")

    def reopen(self, person: str, at: int | None = None, received: int | None = None) -> Event:
        return self.add("customer.reopened", person, at, received, source="client/crm")

    def merge(self, person: str, into: str, at: int | None = None, received: int | None = None) -> Event:
        return self.add("customer.merged", person, at, received, source="client/crm", into=into)

    def choose(
        self,
        conversion: Event,
        subject: str,
        choice: str,
        at: int | None = None,
        received: int | None = None,
        **named: str,
    ) -> Event:
        """A recipient's choice; `named` are the milestone and reward if they are not the usual ones."""
        line = reward_named(conversion, **named)
        return self.add("reward.chosen", subject, at, received, choice=choice, **line)

    def redeem(
        self, conversion: Event, at: int | None = None, received: int | None = None, **named: str
    ) -> Event:
        return self.add("reward.redeemed", None, at, received, **reward_named(conversion, **named))

    def veto(
        self, conversion: Event, at: int | None = None, received: int | None = None, **named: str
    ) -> Event:
        line = reward_named(conversion, **named)
        return self.add("reward.vetoed", None, at, received, reason="looked odd", **line)


def _named(conversion: Event | tuple[str, str]) -> tuple[str, str]:
    if isinstance(conversion, tuple):
        return conversion
    return conversion["source"], conversion["id"]


def reward_named(conversion: Event, milestone: str = "bought", reward: str = "credit") -> dict[str, str]:
    """The fields that name a reward line."""
    return {
        "reward_source": conversion["source"],
        "reward_id": conversion["id"],
        "reward_milestone": milestone,
        "reward_reward": reward,
    }


def attributes(**given: str | bool | float) -> str:
    """Attributes in the form of the log: canonical JSON."""
    return json.dumps(given, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def referred(log: Logbook, *friends: str) -> None:
    """Let Ann refer these friends, or Fred, at the beginning of the log."""
    log.link("ann", "A", at=0)
    for friend in friends or ("fred",):
        log.claim(friend, code="A", at=0)


def states(rows: Any) -> list[str]:
    """The state of each reward."""
    return [row["state"] for row in rows.rewards]


def worths(rows: Any) -> list[tuple[str, int, int]]:
    """The state of each reward, what it is worth, and what it is issued for."""
    return [(row["state"], row["earned_minor"], row["value_minor"]) for row in rows.rewards]
