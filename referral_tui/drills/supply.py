"""Supply cases to a sitting: read those of worlds made before, and have a process make the others meanwhile."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from simulator.domain.drills import Case, Cause
from simulator.domain.errors import InputError
from simulator.domain.writing import write_text

DESIGNS: Final = ("mobile", "shop", "box")
EACH: Final = 3
"""Cases of a cause from each world: for the sitting, and for what comes back."""
_FORM: Final = 1
"""Raised when cases from the same seed come out otherwise."""
_KEPT: Final = 12
"""The most worlds whose cases are kept: a third of a megabyte each."""
_MOST_LINE: Final = 2**22  # bytes; a case has 12 kB


class Supply(Protocol):
    """Where cases come from."""

    async def case(self, cause: Cause, world: int) -> Case | None:
        """Return a case that was not returned before, of a world if it has one; None where no world has."""
        ...

    async def close(self) -> None:
        """Let go of what makes cases."""
        ...


@dataclass
class _World:
    """The cases of a world so far, and whether there will be more."""

    cases: list[Case] = field(default_factory=list)
    whole: bool = False


class MadeSupply:
    """Cases of worlds from a seed, made by a process of its own and kept in a folder."""

    def __init__(
        self,
        seed: int,
        causes: Sequence[Cause],
        folder: Path,
        version: str,
        each: int = EACH,
        seen: Collection[str] = (),
    ) -> None:
        """Prepare; nothing is read or started before the first case is asked for.

        `seen` are the cases of earlier sittings, which come last.
        """
        self._seed, self._causes, self._each = seed, causes, each
        first = seed % len(DESIGNS)
        self._designs = (*DESIGNS[first:], *DESIGNS[:first])
        every = len(causes) == len(Cause) and each == EACH
        self._folder = folder / "worlds" / f"{version}.{_FORM}" if every else None
        self._worlds = [_World() for _ in self._designs]
        self._used: set[str] = set()
        self._seen = frozenset(seen)
        self._news = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None

    async def case(self, cause: Cause, world: int) -> Case | None:
        """Return a case as `Supply` says."""
        if self._reading is None:
            self._read_kept()
            self._reading = asyncio.create_task(self._make())
        order = [self._worlds[(world + number) % len(self._worlds)] for number in range(len(self._worlds))]
        for passed_over in (self._used | self._seen, self._used):
            for one in order:
                found = await self._from(one, cause, passed_over)
                if found is not None:
                    self._used.add(found.id)
                    return found
        return None

    async def close(self) -> None:
        """End the process."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()
        if self._reading is not None:
            self._reading.cancel()

    async def _from(self, world: _World, cause: Cause, without: Collection[str]) -> Case | None:
        while True:
            self._news.clear()
            for case in world.cases:
                if case.cause is cause and case.id not in without:
                    return case
            if world.whole:
                return None
            await self._news.wait()

    async def _make(self) -> None:
        """Have the worlds made that are not kept yet, and take their cases as they come."""
        missing = [place for place, world in enumerate(self._worlds) if not world.whole]
        try:
            if missing:
                await self._read_process(missing)
        finally:
            for world in self._worlds:
                world.whole = True
            self._news.set()

    async def _read_process(self, missing: Sequence[int]) -> None:
        designs = [self._designs[place] for place in missing]
        given = (str(self._seed), str(self._each), ",".join(self._causes), *designs)
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "referral_tui.drills.making",
            *given,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"POLARS_MAX_THREADS": "1", **os.environ},
            limit=_MOST_LINE,
        )
        while process.stdout is not None and (line := await process.stdout.readline()):
            said: dict[str, Any] = json.loads(line)
            place = missing[said["world"]]
            if "case" in said:
                self._worlds[place].cases.append(Case.of_json(said["case"]))
            else:
                self._worlds[place].whole = True
                self._keep(place)
            self._news.set()

    # -- what is kept -----------------------------------------------------------------------------------

    def _path(self, place: int) -> Path | None:
        return None if self._folder is None else self._folder / f"{self._designs[place]}-{self._seed}.json"

    def _read_kept(self) -> None:
        for place, world in enumerate(self._worlds):
            path = self._path(place)
            try:
                stored = json.loads(path.read_text(encoding="utf-8")) if path is not None else None
                world.cases = [Case.of_json(one) for one in stored or ()]
            except (OSError, ValueError, KeyError, TypeError):
                continue  # not there, or damaged: it is made again
            world.whole = bool(world.cases)

    def _keep(self, place: int) -> None:
        """Keep the cases of a world, and remove those that were made first; a full disk is no trouble."""
        path = self._path(place)
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_text(path, json.dumps([case.to_json() for case in self._worlds[place].cases]))
            kept = sorted(path.parent.glob("*.json"), key=lambda one: one.stat().st_mtime)
            for old in kept[:-_KEPT]:
                old.unlink(missing_ok=True)
        except (OSError, InputError):
            return
