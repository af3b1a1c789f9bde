"""Keep what conditions answered about data that an erasure removes, if no decision stores the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from db.read import erasures, resume
from db.read.erasures import Merged
from db.write.erasing import Kept
from db.write.store import Store
from simulator.engine.kept import COMMUNITY, KEEPING, NotedAnswers, word_of
from simulator.platform.erasing.named_events import NamedEvents
from simulator.platform.erasing.outcomes import Outcomes, PersonalFacts
from simulator.platform.erasing.people import Person, united
from simulator.platform.folding import replay_log
from simulator.program.facts import facts_at
from simulator.program.model import Program
from simulator.program.rules import compile_condition


class KeptAnswers:
    """Finds these answers in one open database."""

    def __init__(
        self,
        store: Store,
        programs: Mapping[int, Program],
        merges: Sequence[Merged],
        facts: Mapping[int, PersonalFacts],
    ) -> None:
        """Prepare, given the program's versions, what an erasure removes in each, and all merges."""
        self._store = store
        self._programs = programs
        self._merges = merges
        self._facts = facts

    def communities(self, person: Person, log: NamedEvents, outcomes: Outcomes) -> list[Kept]:
        """Return the community that each of a person's referrals counted for, by the events that asked for it."""
        stated = [
            (one.seq, one.person, text)
            for one in (log.before[now.seq] for now in log.own(person))
            if one.type == "customer.identified" and (text := one.cells["community"]) is not None
        ]
        if not stated:
            return []
        kept: dict[int, str] = {}
        for seq, referrer in outcomes.asked_of(person, self._store):
            known = united(referrer, [one for one in self._merges if one.seq <= seq], into_only=True)
            theirs = [text for at, number, text in stated if number in known and at <= seq]
            if theirs:
                kept[seq] = theirs[-1]
        return [(seq, COMMUNITY, text) for seq, text in sorted(kept.items())]

    def kept_for(self, person: Person, outcomes: Outcomes) -> list[Kept]:
        """Return the answers of conditions for keeping rewards that read what the erasure removes."""
        about = {one.id: one for one in outcomes.about(person)} if self._keeping else {}
        found: list[Kept] = []
        for number, decision, name in self._store.read(erasures.rewards_of, about) if about else ():
            read = self._keeping.get((about[decision].program_version, name), frozenset())
            if read.intersection(outcomes.names(person, about[decision], self._facts)):
                answers = self._answers.get(number - 1, {})
                found += [(seq, f"{KEEPING}{number}", word_of(answer)) for seq, answer in answers.items()]
        return found

    @cached_property
    def _answers(self) -> dict[int, dict[int, int]]:
        """Return all answers of conditions for keeping rewards, by line and event; the log is folded for them."""
        answers = NotedAnswers.of(self._store.read(resume.kept_answers))
        replay_log(self._store, None, None, kept=answers)
        return answers.noted

    @cached_property
    def _keeping(self) -> dict[tuple[int, str], frozenset[str]]:
        """Return the conditions for keeping rewards that read what an erasure removes, by version and reward."""
        found = {}
        for version, program in self._programs.items():
            known, facts = facts_at(program, "release"), self._facts[version]
            for reward in program.rewards:
                if reward.keep_if is not None:
                    condition = compile_condition(reward.keep_if, known, f'reward "{reward.name}".keep_if')
                    read = frozenset(condition.facts).intersection((*facts.friend, *facts.referrer))
                    if read:
                        found[version, reward.name] = read
        return found
