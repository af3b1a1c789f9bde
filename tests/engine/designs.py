"""Program designs for the tests: short builders, and the TOML text of each.

`with_text` gives a program the text that a loader must read back as the same program.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from simulator.program.model import (
    Attribution,
    Budget,
    Cap,
    CapWindow,
    Codes,
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
    """A rule; `milestones=None` means all of the program's, filled in by `design`."""
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
    kind: str | None = "credit",
    **more: Any,
) -> Reward:
    """A reward; `value` is in minor units, 1000 where neither it nor `percent` is given; `more` as `Reward` has it."""
    if value is None and percent is None:
        value = 1000
    return Reward(
        name=name,
        to=to,
        on=on,
        kind=None if more.get("choices") else kind,
        value_minor=value,
        percent=None if percent is None else Decimal(percent),
        hold_ms=hold,
        every=every,
        tier=tier,
        clawback_ms=clawback,
        caps=tuple(caps),
        **more,
    )


def cap(window: WindowKind | int, count: int | None = None, value: int | None = None, **more: Any) -> Cap:
    """A cap; a window in milliseconds is a rolling one; `more` as `Cap` has it."""
    kind = CapWindow("rolling", window) if isinstance(window, int) else CapWindow(window)
    return Cap(kind, count, value, **more)


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
    codes: Codes = "exact",
    uses: int | None = None,
    terms: Budget | None = None,
    **more: Any,
) -> Program:
    """A whole program with its text; `terms` are the budget's, `more` as `Program` has it: timezone, rates …"""
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
            attribution=Attribution(model, window, codes, uses),
            milestones=milestones,
            rules=tuple(r if r.milestones else dataclasses.replace(r, milestones=everywhere) for r in rules),
            rewards=tuple(rewards) or (reward(on=milestones[0].name),),
            budget_minor=budget,
            text="",
            budget=terms or Budget(),
            **more,
        )
    )


def with_text(program: Program) -> Program:
    """The same program, with the TOML text that describes it."""
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
    if program.referrers_stop:
        lines.append("stops = true")
    if program.timezone != "UTC":
        lines.append(f"timezone = {_quoted(program.timezone)}")
    if program.starts_ms is not None:
        lines.append(f"starts = {_moment(program.starts_ms)}")
    if program.ends_ms is not None:
        lines.append(f"ends = {_moment(program.ends_ms)}")
    lines += ["[attribution]", f"model = {_quoted(program.attribution.model)}"]
    lines.append(f"window = {_duration(program.attribution.window_ms)}")
    if program.attribution.codes != "exact":
        lines.append(f"codes = {_quoted(program.attribution.codes)}")
    if program.attribution.uses is not None:
        lines.append(f"uses = {program.attribution.uses}")
    lines += _tables_text(program)
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
        lines += _unless_default(program.budget, Budget(), "over", "period", "short")
        if not program.budget.returns:
            lines.append("returns = false")
    return "\n".join(lines) + "\n"


def _tables_text(program: Program) -> list[str]:
    """The experiments, attributes and rates."""
    lines = []
    for split in program.experiments:
        weights = ", ".join(f"{v.name} = {v.weight}" for v in split.variants)
        lines += ["[[experiment]]", f"name = {_quoted(split.name)}", f"by = {_quoted(split.by)}"]
        lines.append(f"variants = {{ {weights} }}")
    if program.attributes:
        lines.append("[attributes]")
    for own in program.attributes:
        of = "" if own.of == "conversion" else f"of = {_quoted(own.of)}, "
        typed = _quoted(own.type)
        lines.append(f"{own.name} = {{ {of}type = {typed} }}" if of else f"{own.name} = {typed}")
    if program.rates:
        lines.append("[rates]")
    lines += [f"{rate.currency} = {rate.rate}" for rate in program.rates]
    return lines


def _unless_default(one: object, other: object, *names: str) -> list[str]:
    """The texts of an item's values that are not defaults."""
    said = {name: getattr(one, name) for name in names if getattr(one, name) != getattr(other, name)}
    return [f"{name} = {_quoted(text)}" for name, text in said.items()]


def _reward_text(line: Reward, digits: int) -> list[str]:
    lines = ["[[reward]]", f"name = {_quoted(line.name)}", f"to = {_quoted(line.to)}"]
    lines.append(f"on = {_quoted(line.on)}")
    if line.kind is not None:
        lines.append(f"kind = {_quoted(line.kind)}")
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
    lines += _terms_text(line, digits)
    caps = []
    for limit in line.caps:
        parts = [f"window = {_window(limit.window)}"]
        if limit.count is not None:
            parts.append(f"count = {limit.count}")
        if limit.value_minor is not None:
            parts.append(f"value = {_money(limit.value_minor, digits)}")
        parts += _unless_default(limit, Cap(limit.window), "per", "over")
        if not limit.returns:
            parts.append("returns = false")
        caps.append("{ " + ", ".join(parts) + " }")
    if caps:
        lines.append(f"caps = {_list(caps)}")
    return lines


def _terms_text(line: Reward, digits: int) -> list[str]:
    """When a reward is offered, what it is kept for, and what happens to it."""
    lines = []
    for name, text in (("when", line.when), ("keep_if", line.keep_if), ("otherwise", line.otherwise)):
        if text is not None:
            lines.append(f"{name} = {_quoted(text)}")
    for name, moment in (("from", line.from_ms), ("until", line.until_ms)):
        if moment is not None:
            lines.append(f"{name} = {_moment(moment)}")
    if line.dated_by != "conversion":
        lines.append(f"dated_by = {_quoted(line.dated_by)}")
    for name, money in (("max", line.max_minor), ("min", line.min_minor)):
        if money is not None:
            lines.append(f"{name} = {_money(money, digits)}")
    if line.choices:
        lines.append(f"choices = {_list(map(_quoted, line.choices))}")
    for name, span in (("choose_within", line.choose_within_ms), ("expires", line.expires_ms)):
        if span is not None:
            lines.append(f"{name} = {_duration(span)}")
    return lines
