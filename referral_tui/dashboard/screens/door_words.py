"""Describe an HTTP door that serves the database: who calls, and what is sent."""

from __future__ import annotations

from db.door_status import CallerRow, DoorStatus, SubscriberRow
from referral_tui import figures
from referral_tui.dashboard.widgets.reading import Block


def door_blocks(door: DoorStatus) -> list[Block]:
    """Describe a door: its address, its clients, its subscribers."""
    requests = sum(one.requests for one in door.callers)
    callers = figures.counted(len(door.callers), "client")
    summary = f"since {figures.moment(door.since)}; {figures.counted(requests, 'request')} of {callers}"
    blocks = [Block(summary, "plain", door.address)]
    blocks += [_caller(one) for one in door.callers]
    blocks += [_subscriber(one) for one in door.subscribers]
    if not door.subscribers:
        blocks.append(Block("nobody subscribed: `referral-tui hooks add`", "quiet", "webhooks"))
    if door.questions:
        text = f"{figures.counted(door.questions, 'reward')} about which nobody answered yet"
        blocks.append(Block(text, "warn", "veto"))
    return blocks


def _caller(one: CallerRow) -> Block:
    refused = one.conflict + one.malformed
    parts = [
        figures.counted(one.requests, "request"),
        f"{figures.count(one.accepted)} accepted",
        f"{figures.count(one.duplicate)} duplicate",
        f"{figures.count(refused)} refused",
    ]
    return Block(", ".join(parts), "warn" if refused else "plain", one.name)


def _subscriber(one: SubscriberRow) -> Block:
    dead = f", {figures.count(one.dead)} given up" if one.dead else ""
    text = f"{figures.counted(one.sent, 'webhook')} sent, {figures.count(one.waiting)} waiting{dead}"
    ink = "bad" if one.wrong else "warn" if one.dead else "good"
    return Block(f"{text}; {one.wrong}" if one.wrong else text, ink, f"→ {one.name}")
