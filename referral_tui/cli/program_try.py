"""`program check --try` and `--mutate`: simulate markets under a program, and report what they show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from referral_tui.cli.lab_options import read_setting
from referral_tui.cli.output import say

if TYPE_CHECKING:
    from simulator.lab.setting import Setting
    from simulator.program.model import Program

_TRIED: Final = 10
"""How many markets `--try` simulates by default."""
_MUTATED: Final = 1


@dataclass(frozen=True)
class Trial:
    """A program to simulate, its file's name in messages and as given, and the options of the command."""

    program: Program
    name: str
    source: str
    preset: str | None
    referrers: int
    days: int
    markets: int | None
    seed: int

    def try_it(self) -> dict[str, Any]:
        """Simulate markets and print the warnings; return them with what was simulated, for `--json`.

        Raises:
            InputError: an option is wrong.

        """
        from referral_tui.figures import counted
        from simulator.lab.doubts import find_doubts
        from simulator.lab.evidence import gather

        markets, (world, setting) = self.markets or _TRIED, self._setting()
        doubts = find_doubts(self.program, gather(setting, self.program, self._seeds(markets)), setting)
        for one in doubts:
            say(f"warning: {self._place(one.line)}: {one.subject}: {one.says}", err=True)
        message = f"{self.name}: tried in {self._size(markets, world)}: {counted(len(doubts), 'warning')}"
        say(message, err=True)
        warnings = [
            {"kind": one.kind, "line": one.line, "subject": one.subject, "says": one.says} for one in doubts
        ]
        return {**self._fields(markets, world), "warnings": warnings}

    def mutate(self) -> dict[str, Any]:
        """Simulate markets with one thing changed at a time; print the changes without effect, and return them all.

        Raises:
            InputError: an option is wrong.

        """
        from referral_tui.cli.progress import Bar
        from simulator.lab.mutants import try_mutants
        from simulator.lab.pool import WorkerPool

        markets, (world, setting) = self.markets or _MUTATED, self._setting()
        with WorkerPool() as pool, Bar("changes", None) as bar:
            tested = try_mutants(setting, self.program, self._seeds(markets), bar.set, pool)
        unnoticed = [one for one in tested if not one.noticed]
        for one in unnoticed:
            say(f"unnoticed: {self._place(one.line)}: {one.subject}: {one.change}", err=True)
        message = f"{len(unnoticed):,} of {len(tested):,} changes are noticed by no journey"
        say(f"{self.name}: in {self._size(markets, world)}: {message}", err=True)
        changes = [
            {"line": one.line, "subject": one.subject, "change": one.change, "noticed": one.noticed}
            for one in tested
        ]
        return {**self._fields(markets, world), "changes": changes, "unnoticed": len(unnoticed)}

    def _setting(self) -> tuple[str, Setting]:
        return read_setting(self.preset, [self.source], self.referrers, self.days, None, None, None)

    def _seeds(self, markets: int) -> range:
        return range(self.seed, self.seed + markets)

    def _place(self, line: int | None) -> str:
        return self.name if line is None else f"{self.name}:{line}"

    def _size(self, markets: int, world: str) -> str:
        from referral_tui.figures import counted

        return f"{counted(markets, 'market')} of {self.referrers:,} people of {world} for {self.days:,} days"

    def _fields(self, markets: int, world: str) -> dict[str, Any]:
        size = {"referrers": self.referrers, "days": self.days, "markets": markets, "seed": self.seed}
        return {"preset": world, **size}
