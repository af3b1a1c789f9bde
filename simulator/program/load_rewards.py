"""Read the rewards of a program file, and their caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from simulator.program import values
from simulator.program.facts import FactList
from simulator.program.layout import CAP, DATED_BY, OVER, PER, ROLES
from simulator.program.model import MAX_LINE_MINOR, Cap, CapWindow, Reward
from simulator.program.nearest import advice, shown
from simulator.program.tables import TableReader, is_table


@dataclass(frozen=True)
class RewardReader:
    """Reads rewards by the rest of the file: its currency, its milestones, and the facts that expressions read."""

    currency: str | None
    milestones: Sequence[str]
    at_conversion: FactList
    at_release: FactList

    def read(self, reader: TableReader) -> Reward:
        """Read one reward."""
        self._check_worth(reader)
        _check_choices(reader)
        _check_dates(reader)
        line_money = partial(values.money, code=self.currency, most=MAX_LINE_MINOR)
        no_choices: tuple[str, ...] = ()
        choices = reader.read("choices", values.kinds, no_choices)
        reward = Reward(
            name=reader.read("name", values.text, ""),
            to=reader.choice("to", ROLES, "referrer"),
            on=reader.read("on", self._milestone, ""),
            kind=None if "choices" in reader.content else reader.read("kind", values.text, "credit"),
            value_minor=reader.read("value", line_money, None),
            percent=reader.read("percent", values.percent, None),
            hold_ms=reader.read("hold", partial(values.duration, zero=True), 0),
            every=reader.read("every", values.whole, None),
            tier=reader.read("tier", values.tier, None),
            clawback_ms=reader.read("clawback", values.duration, None),
            caps=self._caps(reader),
            when=reader.condition("when", self.at_conversion),
            from_ms=reader.read("from", values.moment, None),
            until_ms=reader.read("until", values.moment, None),
            dated_by=reader.choice("dated_by", DATED_BY, "conversion"),
            max_minor=reader.read("max", line_money, None),
            min_minor=reader.read("min", line_money, None),
            keep_if=reader.condition("keep_if", self.at_release),
            choices=choices,
            choose_within_ms=reader.read("choose_within", values.duration, None),
            otherwise=reader.read("otherwise", partial(_one_of, choices), None),
            expires_ms=reader.read("expires", values.duration, None),
        )
        _check_bounds(reader, reward)
        return reward

    def _check_worth(self, reader: TableReader) -> None:
        if "value" in reader.content and "percent" in reader.content:
            reader.problem(
                "percent", "beside a value; a reward has one of value and percent, so take one out"
            )
        if not reader.has("value") and not reader.has("percent"):
            reader.report.add(
                reader.path,
                f"{reader.label}.value",
                "missing; write value = 20.00, or percent = 5, one of them",
            )
        reader.needs(
            ("max", "min"), "percent", "bounds a percent, and there is none; write percent, or take it out"
        )

    def _milestone(self, value: object) -> str:
        name = values.text(value)
        if name not in self.milestones:
            raise values.InvalidValueError(f"no milestone {shown(name)}; {advice(name, self.milestones)}")
        return name

    def _caps(self, reward: TableReader) -> tuple[Cap, ...]:
        content = reward.content.get("caps", None)
        if content is None:
            return ()
        if not isinstance(content, list):
            reward.problem(
                "caps", f'{shown(content)} is not a list; write [{{ count = 10, window = "lifetime" }}]'
            )
            return ()
        if not content:
            reward.problem("caps", "the list is empty; leave the key out, or write at least one cap")
        caps: list[Cap] = []
        for place, item in enumerate(content):
            path, label = (*reward.path, "caps", place), f"{reward.label}.caps[{place + 1}]"
            if is_table(item, path, label, reward.report):
                caps.append(self._cap(TableReader(item, CAP, path, label, reward.report)))
        return tuple(caps)

    def _cap(self, reader: TableReader) -> Cap:
        if not reader.has("count") and not reader.has("value"):
            reader.report.add(
                reader.path,
                reader.label,
                "neither count nor value; write count = 10, value = 150.00, or both",
            )
        over = reader.choice("over", OVER, "skip")
        if over == "trim" and ("count" in reader.content or not reader.has("value")):
            reader.problem(
                "over", 'only a cap with a value and without a count can trim; write over = "skip"'
            )
        return Cap(
            window=reader.read("window", values.cap_window, CapWindow("lifetime")),
            count=reader.read("count", values.whole, None),
            value_minor=reader.read("value", partial(values.money, code=self.currency), None),
            per=reader.choice("per", PER, "recipient"),
            over=over,
            returns=reader.read("returns", values.boolean, True),
        )


def _one_of(choices: Sequence[str], value: object) -> str:
    name = values.text(value)
    if choices and name not in choices:
        raise values.InvalidValueError(f"{shown(name)} is not one of choices; {advice(name, choices)}")
    return name


def _check_choices(reader: TableReader) -> None:
    """Note keys that a choice needs, or that don't go with one."""
    reader.needs(
        ("choose_within", "otherwise"), "choices", "belongs to a choice, and there is none; write choices"
    )
    reader.needs(("choices",), "choose_within", 'needs choose_within beside it; write choose_within = "90d"')
    if "choices" in reader.content and "kind" in reader.content:
        reader.problem("kind", "beside choices; the recipient chooses what it is, so take one out")
    if "choices" in reader.content and reader.content.get("to") == "community":
        reader.problem("choices", "a community can't choose; write kind in their place")


def _check_dates(reader: TableReader) -> None:
    if not reader.has("from") and not reader.has("until"):
        reader.needs(("dated_by",), "from", "there are no dates; write from or until, or take it out")


def _check_bounds(reader: TableReader, reward: Reward) -> None:
    """Note bounds that leave nothing between them."""
    if reward.from_ms is not None and reward.until_ms is not None and reward.until_ms <= reward.from_ms:
        reader.problem("until", "it ends before it has begun; write a moment after from")
    if reward.max_minor is not None and reward.min_minor is not None and reward.min_minor > reward.max_minor:
        reader.problem("min", "it is more than max; write an amount up to that")
