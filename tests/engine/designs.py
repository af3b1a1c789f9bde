"""Program designs for the tests: short builders, and the TOML text of any of them.

`with_text` gives a program the text that a loader must read back as the same program.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from simulator.program.model import (
    Attribution,
    Cap,
    CapWindow,
    Milestone,
    Model,
    OnFail,
    Program,
    Reward,
    Role,
    Rule,
    WindowKind,
)

SECOND = 1000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

DIGITS = {"GBP": 2, "JPY": 0, "KWD": 3}


def at(text: str) -> int:
    """A moment in milliseconds: `2026-01-01` or `2026-01-01T10:00`, UTC."""
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def milestone(
    name: str = "bought",
    event: str = "purchase.completed",
    occurrence: int | Literal["any", "each"] = 1,
    within: int | None = None,
) -> Milestone:
    return Milestone(name, event, occurrence, within)


def rule(
    code: str, require: str, on_fail: OnFail = "refuse", milestones: Sequence[str] | None = None
) -> Rule:
    """`milestones=None`: all of the program's, filled in by `design`."""
    return Rule(code, require, f"Because of {code}.", on_fail, tuple(milestones or ()))


def reward(
    name: str = "credit",
    to: Role = "referrer",
    on: str = "bought",
    value: int | None = None,
    percent: str | None = None,
    hold: int = 0,
    every: int | None = None,
    tier: tuple[int, int | None] | None = None,
    clawback: int | None = None,
    caps: Iterable[Cap] = (),
) -> Reward:
    """A reward; `value` is in minor units, 1000 where neither it nor `percent` is given."""
    if value is None and percent is None:
        value = 1000
    return Reward(
        name=name,
        to=to,
        on=on,
        kind="credit",
        value_minor=value,
        percent=None if percent is None else Decimal(percent),
        hold_ms=hold,
        every=every,
        tier=tier,
        clawback_ms=clawback,
        caps=tuple(caps),
    )


def cap(window: WindowKind | int, count: int | None = None, value: int | None = None) -> Cap:
    """A cap; a window in milliseconds is a rolling one."""
    kind = CapWindow("rolling", window) if isinstance(window, int) else CapWindow(window)
    return Cap(kind, count, value)


def design(
    milestones: Sequence[Milestone] = (),
    rewards: Sequence[Reward] = (),
    rules: Sequence[Rule] = (),
    model: Model = "last-touch",
    window: int = 30 * DAY,
    referrers: tuple[str, ...] | None = None,
    starts: int | None = None,
    ends: int | None = None,
    budget: int | None = None,
    currency: str = "GBP",
    name: str = "Test program",
) -> Program:
    """A whole program with its text."""
    milestones = tuple(milestones) or (milestone(),)
    everywhere = tuple(m.name for m in milestones)
    return with_text(
        Program(
            name=name,
            industry="telecom",
            currency=currency,
            digits=DIGITS[currency],
            referrers=referrers,
            starts_ms=starts,
            ends_ms=ends,
            attribution=Attribution(model, window),
            milestones=milestones,
            rules=tuple(r if r.milestones else dataclasses.replace(r, milestones=everywhere) for r in rules),
            rewards=tuple(rewards) or (reward(on=milestones[0].name),),
            budget_minor=budget,
            text="",
        )
    )


def with_text(program: Program) -> Program:
    """The same program, carrying the TOML text that says it."""
    return dataclasses.replace(program, text=_text(program))


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _list(items: Iterable[str]) -> str:
    return "[" + ", ".join(items) + "]"


def _duration(ms: int) -> str:
    for letter, unit in (("w", WEEK), ("d", DAY), ("h", HOUR), ("m", MINUTE)):
        if ms % unit == 0:
            return _quoted(f"{ms // unit}{letter}")
    raise ValueError(f"{ms} ms can't be written in a program file: whole minutes only")


def _money(minor: int, digits: int) -> str:
    return f"{Decimal(minor).scaleb(-digits):f}"


def _moment(ms: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _window(window: CapWindow) -> str:
    if window.kind == "rolling":
        assert window.ms is not None
        return _duration(window.ms)
    return _quoted(window.kind)


def _text(program: Program) -> str:
    everywhere = tuple(m.name for m in program.milestones)
    lines = [
        "[program]",
        f"name = {_quoted(program.name)}",
        f"industry = {_quoted(program.industry)}",
        f"currency = {_quoted(program.currency)}",
    ]
    if program.referrers is not None:
        lines.append(f"referrers = {_list(map(_quoted, program.referrers))}")
    if program.starts_ms is not None:
        lines.append(f"starts = {_moment(program.starts_ms)}")
    if program.ends_ms is not None:
        lines.append(f"ends = {_moment(program.ends_ms)}")
    lines += ["[attribution]", f"model = {_quoted(program.attribution.model)}"]
    lines.append(f"window = {_duration(program.attribution.window_ms)}")
    for mark in program.milestones:
        lines += ["[[milestone]]", f"name = {_quoted(mark.name)}", f"event = {_quoted(mark.event)}"]
        if mark.occurrence != 1:
            number = mark.occurrence
            lines.append(f"occurrence = {number if isinstance(number, int) else _quoted(number)}")
        if mark.within_ms is not None:
            lines.append(f"within = {_duration(mark.within_ms)}")
    for check in program.rules:
        lines += ["[[rule]]", f"code = {_quoted(check.code)}", f"require = {_quoted(check.require)}"]
        lines.append(f"because = {_quoted(check.because)}")
        if check.on_fail != "refuse":
            lines.append(f"on_fail = {_quoted(check.on_fail)}")
        if check.milestones != everywhere:
            lines.append(f"milestones = {_list(map(_quoted, check.milestones))}")
    for line in program.rewards:
        lines += _reward_text(line, program.digits)
    if program.budget_minor is not None:
        lines += ["[budget]", f"total = {_money(program.budget_minor, program.digits)}"]
    return "\n".join(lines) + "\n"


def _reward_text(line: Reward, digits: int) -> list[str]:
    lines = ["[[reward]]", f"name = {_quoted(line.name)}", f"to = {_quoted(line.to)}"]
    lines += [f"on = {_quoted(line.on)}", f"kind = {_quoted(line.kind or '')}"]  # edition 2: to be built
    if line.value_minor is not None:
        lines.append(f"value = {_money(line.value_minor, digits)}")
    if line.percent is not None:
        lines.append(f"percent = {line.percent}")
    if line.hold_ms:
        lines.append(f"hold = {_duration(line.hold_ms)}")
    if line.every is not None:
        lines.append(f"every = {line.every}")
    if line.tier is not None:
        lines.append(f"tier = {[n for n in line.tier if n is not None]}")
    if line.clawback_ms is not None:
        lines.append(f"clawback = {_duration(line.clawback_ms)}")
    caps = []
    for limit in line.caps:
        parts = [f"window = {_window(limit.window)}"]
        if limit.count is not None:
            parts.append(f"count = {limit.count}")
        if limit.value_minor is not None:
            parts.append(f"value = {_money(limit.value_minor, digits)}")
        caps.append("{ " + ", ".join(parts) + " }")
    if caps:
        lines.append(f"caps = {_list(caps)}")
    return lines
