"""Load a program file into a frozen `Program`, or report all of its problems at once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from simulator.domain.currencies import DIGITS
from simulator.domain.errors import ProgramError
from simulator.domain.zones import UTC_NAME
from simulator.events.contract import EVENT_TYPES, REFERRER_KINDS
from simulator.program import values
from simulator.program.facts import (
    ALL_FACTS,
    VARIANT,
    Asked,
    Fact,
    FactList,
    attribute_facts,
    variant_fact,
)
from simulator.program.layout import BY, BY_NAME, CODES, MODELS, ON_FAIL, OVER, PERIODS, SHORT, TABLES, Table
from simulator.program.lint import warnings
from simulator.program.load_rewards import RewardReader
from simulator.program.model import (
    Attribute,
    Attribution,
    Budget,
    Experiment,
    Milestone,
    Program,
    Rate,
    Reward,
    Rule,
)
from simulator.program.nearest import advice, nearest, shown
from simulator.program.source import find_line_numbers, parse_toml
from simulator.program.sqltext import is_keyword
from simulator.program.tables import Report, TableReader, is_table, lower, note_repeats

__all__ = ["load_program", "warnings"]


def load_program(
    text: str, file: str, currency: str | None = None, *, numeric: bool | None = None
) -> Program:
    """Load the program in `text`; `file` is its name in messages.

    For a new version of a running program, `currency` and `numeric` are that program's currency and
    numeric_references, which must not change.

    Raises:
        ProgramError: every problem of the file, in its order, each with file, line, table and key.

    """
    return _loaded(text, file, currency, numeric)


@lru_cache(maxsize=64)  # 6 ms; `compare` loads one text again, tests often
def _loaded(text: str, file: str, currency: str | None, numeric: bool | None) -> Program:
    document = parse_toml(text, file)
    report = Report(file, find_line_numbers(text))
    program = _Loader(document, report, currency, numeric).program(text)
    problems = report.problems()
    if problems:
        raise ProgramError(problems)
    return program


class _Loader:
    """Loads one document. What is wrong is noted and replaced by a default, so that the rest is read too."""

    def __init__(
        self, document: Mapping[str, object], report: Report, running: str | None, numeric: bool | None
    ) -> None:
        self.document = document
        self.report = report
        self.running = running
        self.numeric = numeric
        self.currency: str | None = None
        self.milestone_names: tuple[str, ...] = ()
        self.facts: dict[str, Fact] = {fact.name: fact for fact in ALL_FACTS}
        self.doubtful: list[str] = []
        self.misspelt: dict[
            str | None, object
        ] = {}  # what unknown tables hold, by the table most likely meant

    def program(self, text: str) -> Program:
        """Read all tables, each after those that it refers to."""
        self._known_tables()
        reader = self._single("program")
        self.currency = reader.read("currency", values.currency, None)
        numeric = reader.read("numeric_references", values.boolean, False)
        self._keep(reader, numeric)
        starts = reader.read("starts", values.moment, None)
        ends = reader.read("ends", values.moment, None)
        if starts is not None and ends is not None and ends <= starts:
            reader.problem("ends", "the program ends before it has started; write a moment after starts")
        reader.needs(
            ("stops",), "referrers", "everybody may refer, so nobody stops; write referrers, or take it out"
        )
        milestones = self._milestones()
        attributes, experiments = self._attributes(), self._experiments()
        total, budget = self._budget()
        return Program(
            name=reader.read("name", values.text, ""),
            industry=reader.read("industry", values.text, "general"),
            currency=self.currency or "",
            digits=DIGITS[self.currency] if self.currency else 0,
            referrers=reader.read(
                "referrers", lambda value: values.names(value, REFERRER_KINDS, "kind of referrer"), None
            ),
            starts_ms=starts,
            ends_ms=ends,
            attribution=self._attribution(),
            milestones=milestones,
            rules=self._rules(),
            rewards=self._rewards(),
            budget_minor=total,
            text=text,
            numeric_references=numeric,
            timezone=reader.read("timezone", values.zone_name, UTC_NAME),
            referrers_stop=reader.read("stops", values.boolean, False),
            experiments=experiments,
            attributes=attributes,
            rates=self._rates(),
            budget=budget,
        )

    def _keep(self, reader: TableReader, numeric: bool) -> None:
        """Note a change that a new version of the running program must not make."""
        if self.running is not None and self.currency not in (None, self.running):
            reader.problem("currency", f"{self.currency} is not the running program's; keep {self.running}")
        if self.numeric is not None and numeric != self.numeric:
            kept = str(self.numeric).lower()
            reader.problem("numeric_references", f"the running program's is {kept} for good; keep it")

    def _known_tables(self) -> None:
        for name, content in self.document.items():
            if name in BY_NAME:
                continue
            if isinstance(content, (dict, list)):
                self.misspelt[nearest(name, BY_NAME)] = content
                self.report.add((name,), name, f"unknown table; {advice(name, BY_NAME)}")
                continue
            near = next((table.name for table in TABLES if name in table.key_names()), None)
            right = f"it belongs under [{near}]" if near else advice(name, BY_NAME)
            self.report.add((name,), name, f"unknown key outside of any table; {right}")

    def _single(self, name: str) -> TableReader:
        """Read a table that may stand once."""
        table = BY_NAME[name]
        content = self.document.get(name)
        if content is None:
            if table.required and name not in self.misspelt:
                self.report.add((), f"[{name}]", f"missing; add it: {lower(table.note)}")
            return TableReader({}, Table(name, "", ()), (name,), name, self.report)
        if not isinstance(content, dict):
            self.report.add((name,), name, f"{shown(content)} where one table belongs; write [{name}]")
            return TableReader({}, Table(name, "", ()), (name,), name, self.report)
        return TableReader(content, table, (name,), name, self.report)

    def _many(self, name: str, title: str) -> list[TableReader]:
        """Read the tables of an array; `title` is the key that names each."""
        content = self.document.get(name, None)
        if content is None:
            return []
        if not isinstance(content, list):
            self.report.add(
                (name,), name, f"{shown(content)} where a list of tables belongs; write [[{name}]]"
            )
            return []
        if not content:
            self.report.add((name,), name, f"the list is empty; leave it out, or write [[{name}]]")
        return [
            TableReader(item, BY_NAME[name], (name, place), _label(name, place, item.get(title)), self.report)
            for place, item in enumerate(content)
            if is_table(item, (name, place), f"{name}[{place + 1}]", self.report)
        ]

    def _attribution(self) -> Attribution:
        reader, default = self._single("attribution"), Attribution()
        return Attribution(
            model=reader.choice("model", MODELS, default.model),
            window_ms=reader.read("window", values.duration, default.window_ms),
            codes=reader.choice("codes", CODES, default.codes),
            uses=reader.read("uses", values.whole, None),
        )

    def _milestones(self) -> tuple[Milestone, ...]:
        readers = self._many("milestone", "name")
        note_repeats(readers, "name", "milestone")
        milestones = tuple(
            Milestone(
                name=reader.read("name", values.text, ""),
                event=reader.read("event", _event, ""),
                occurrence=reader.read("occurrence", values.occurrence, 1),
                within_ms=reader.read("within", values.duration, None),
            )
            for reader in readers
        )
        misspelt = self.misspelt.get("milestone")
        tables = [reader.content for reader in readers]
        tables += [one for one in misspelt if isinstance(one, dict)] if isinstance(misspelt, list) else []
        given = (table.get("name") for table in tables)
        self.milestone_names = tuple(dict.fromkeys(name for name in given if isinstance(name, str)))
        return milestones

    def _rules(self) -> tuple[Rule, ...]:
        readers = self._many("rule", "code")
        note_repeats(readers, "code", "rule")
        facts = self._facts_at("conversion")
        return tuple(self._rule(reader, facts) for reader in readers)

    def _rule(self, reader: TableReader, facts: FactList) -> Rule:
        require = reader.condition("require", facts)
        return Rule(
            code=reader.read("code", values.text, ""),
            require=require or "",
            because=reader.read(
                "because", values.sentence, f"It does not hold that {' '.join((require or '').split())}."
            ),
            on_fail=reader.choice("on_fail", ON_FAIL, "refuse"),
            milestones=reader.read(
                "milestones",
                lambda value: values.names(value, self.milestone_names, "milestone"),
                self.milestone_names,
            ),
        )

    def _rewards(self) -> tuple[Reward, ...]:
        readers = self._many("reward", "name")
        note_repeats(readers, "name", "reward")
        rewards = RewardReader(
            self.currency,
            self.milestone_names,
            self._facts_at("conversion"),
            self._facts_at("release"),
        )
        return tuple(rewards.read(reader) for reader in readers)

    def _facts_at(self, asked: Asked) -> FactList:
        return FactList(self.facts.values(), asked, doubtful=self.doubtful)

    def _budget(self) -> tuple[int | None, Budget]:
        reader, default = self._single("budget"), Budget()
        total = reader.read("total", lambda value: values.money(value, self.currency), None)
        reader.needs(
            ("period", "over", "short", "returns"),
            "total",
            "there is no total for it; write total, or take it out",
        )
        budget = Budget(
            over=reader.choice("over", OVER, default.over),
            period=reader.choice("period", PERIODS, default.period),
            short=reader.choice("short", SHORT, default.short),
            returns=reader.read("returns", values.boolean, default.returns),
        )
        if budget.short == "wait" and budget.over == "trim":
            reader.problem("short", 'what is trimmed never waits; write short = "skip", or over = "skip"')
        return total, budget

    def _experiments(self) -> tuple[Experiment, ...]:
        readers = self._many("experiment", "name")
        note_repeats(readers, "name", "experiment")
        experiments = tuple(
            Experiment(
                name=reader.read("name", values.word, ""),
                by=reader.choice("by", BY, "referrer"),
                variants=reader.read("variants", values.variants, ()),
            )
            for reader in readers
        )
        self.doubtful += [
            f"{VARIANT}{reader.content.get('name')}"
            for reader, one in zip(readers, experiments, strict=True)
            if not one.name
        ]
        named = {""}
        for reader, one in zip(readers, experiments, strict=True):
            if one.name not in named:
                named.add(one.name)
                self._add_facts(
                    reader, "name", (variant_fact(one.name, tuple(v.name for v in one.variants)),)
                )
        return experiments

    def _attributes(self) -> tuple[Attribute, ...]:
        reader = self._single("attributes")
        found: list[Attribute] = []
        for name in reader.content:
            declared = reader.read(name, values.attribute, None)
            try:
                values.word(name)
            except values.InvalidValueError as wrong:
                reader.problem(name, str(wrong))
                declared = None
            if declared is None:
                self.doubtful += [name, f"friend_{name}", f"referrer_{name}"]
            else:
                found.append(Attribute(name, *declared))
                self._add_facts(reader, name, attribute_facts(name, *declared))
        return tuple(found)

    def _add_facts(self, reader: TableReader, key: str, facts: tuple[Fact, ...]) -> None:
        """Add facts of the file's own, noting a name that is taken or that no expression could read."""
        for fact in facts:
            if is_keyword(fact.name):
                reader.problem(
                    key, f"{shown(fact.name)} is a word of SQL, which can't be a fact; give it another name"
                )
                return
            if fact.name in self.facts:
                reader.problem(
                    key, f"it would be the fact {fact.name}, and there is one already; give it another name"
                )
                return
        self.facts |= {fact.name: fact for fact in facts}

    def _rates(self) -> tuple[Rate, ...]:
        reader = self._single("rates")
        read = {
            code: reader.read(code, lambda value, code=code: values.rate(value, code, self.currency), None)  # type: ignore[misc]
            for code in reader.content
        }
        return tuple(Rate(code, rate) for code, rate in read.items() if rate is not None)


def _label(name: str, place: int, title: object) -> str:
    """Name a table of an array in messages: by its position from 1, and by its own name."""
    return f"{name}[{place + 1}] {shown(title)}" if isinstance(title, str) else f"{name}[{place + 1}]"


def _event(value: object) -> str:
    conversions = next(key.choices for key in BY_NAME["milestone"].keys if key.name == "event")
    if isinstance(value, str) and value in EVENT_TYPES and value not in conversions:
        near = nearest(value, conversions)
        right = f'did you mean "{near}"?' if near else f"use one of {', '.join(conversions)}"
        raise values.InvalidValueError(f"{shown(value)} is an event but no conversion; {right}")
    return values.choice(value, conversions)
