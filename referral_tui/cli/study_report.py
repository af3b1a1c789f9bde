"""Report a study: as lines, as one JSON object, and as a page to share."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from referral_tui.study_words import Ground

if TYPE_CHECKING:
    from referral_tui.cli.study_shake import Tornado
    from simulator.lab.setting import Setting
    from simulator.lab.study import Study
    from simulator.lab.summary import ChannelSummary, DesignSummary
    from simulator.lab.vary import Design

_MOST_EMBEDDED: Final = 600_000
"""The most bytes of JSON that a page embeds; for larger studies it has only summaries, and --json has every market."""


_FEW: Final = 4
"""The most designs of a grid, including the base design, for each of which the report has a sentence of its own."""


@dataclass(frozen=True)
class StudyResult:
    """A study that was run, in the order it is reported; `files` are the given programs, by the designs' names."""

    files: Mapping[str, str]
    designs: Sequence[Design]
    summaries: Sequence[DesignSummary]
    study: Study
    ground: Ground
    preset: str
    setting: Setting
    seed: int
    grid: bool
    tornado: Tornado | None
    by_channel: bool = False

    @property
    def markets(self) -> int:
        """The number of markets."""
        return self.summaries[0].markets


def sentences(result: StudyResult) -> list[str]:
    """Return the answer: a sentence for each design that is compared with the first, or one for a grid."""
    from referral_tui.study_words import alone, grid_verdict, verdict
    from simulator.lab.vary import AS_IT_IS

    budgets = {one.name: one.program.budget_minor is not None for one in result.designs}
    if result.grid:
        found = [grid_verdict(result.summaries, result.ground)]
        if len(result.summaries) <= _FEW:
            base = next(one for one in result.summaries if one.name == AS_IT_IS)
            others = [one for one in result.summaries if one is not base]
            found += [verdict(base, one, result.ground, budgets[one.name]) for one in others]
        return found
    first, *others = result.summaries
    if not others:
        return [alone(first, result.ground, budgets[first.name])]
    return [verdict(first, one, result.ground, budgets[one.name]) for one in others]


def warnings(result: StudyResult) -> list[str]:
    """Return what a reader should know about the numbers."""
    from referral_tui.study_words import same_people
    from referral_tui.study_words import warnings as of_markets

    return [*of_markets(result.summaries), *same_people(result.designs)]


def lines(result: StudyResult) -> Iterator[str]:
    """Yield the study as lines of at most 80 characters, the answer first."""
    from referral_tui.cli.study_shake import lines as shake_lines
    from referral_tui.cli.study_tables import (
        channel_lines,
        design_lines,
        difference_lines,
        figure_lines,
        grid_lines,
    )
    from referral_tui.cli.wrapping import wrapped
    from referral_tui.figures import counted
    from simulator.lab.summary import frontier

    for sentence in (*sentences(result), *warnings(result)):
        yield from wrapped(sentence)
    yield ""
    yield (
        f"{counted(result.markets, 'market')} of {counted(result.ground.referrers, 'referrer')}, "
        f"{counted(result.ground.days, 'day')}, preset {result.preset}, "
        f"seeds {result.seed} to {result.seed + result.markets - 1}"
    )
    yield from wrapped(result.ground.bands_hold)
    if result.grid:
        yield from grid_lines(result.designs, result.summaries, frontier(result.summaries), result.ground)
        return
    first, *others = result.summaries
    yield from figure_lines(result.summaries, result.ground)
    for name, channels in _channels(result).items():
        yield from channel_lines(name, channels, result.ground)
    for design, one in zip(result.designs[1:], others, strict=True):
        yield from difference_lines(first, one, result.ground)
        yield from design_lines(result.designs[0], design)
    if result.tornado is not None:
        yield from shake_lines(result.tornado, result.ground)


def _channels(result: StudyResult) -> dict[str, list[ChannelSummary]]:
    """Return what each channel brought, by design, if requested."""
    from simulator.lab.summary import channels_of

    if not result.by_channel:
        return {}
    study = result.study
    return {one.name: channels_of(study.channels, study.markets, one.name) for one in result.designs}


def fields(result: StudyResult) -> dict[str, Any]:
    """Return the study for `--json`."""
    from referral_tui.cli.lab_options import ground_fields
    from referral_tui.cli.study_json import channel_fields, design_fields
    from referral_tui.cli.study_shake import fields as shake_fields
    from simulator.lab.summary import frontier

    best, channels = frontier(result.summaries), _channels(result)
    return {
        "sentence": sentences(result),
        **ground_fields(result.preset, result.setting, result.seed, result.markets, result.designs[0]),
        "designs": [
            {**one, **channel_fields(channels.get(one["name"], []))}
            for one in design_fields(
                result.files, result.designs, result.summaries, result.study.markets, best
            )
        ],
        **({"shake": shake_fields(result.tornado)} if result.tornado is not None else {}),
    }


def page(result: StudyResult, command: str) -> str:
    """Return the study as a page of HTML; `command` is the line that makes it again."""
    from importlib.metadata import version

    import orjson

    from referral_tui.page.study_page import StudyPage, study_page
    from simulator.lab.summary import frontier
    from simulator.run.plan import world_text

    data = fields(result)
    if len(orjson.dumps(data)) > _MOST_EMBEDDED:
        data["designs"] = [
            {key: value for key, value in one.items() if key != "markets"} for one in data["designs"]
        ]
    return study_page(
        StudyPage(
            designs=result.designs,
            summaries=result.summaries,
            shown=_shown(result),
            best=frontier(result.summaries),
            markets=result.study.markets,
            weeks=result.study.weeks,
            ground=result.ground,
            preset=result.preset,
            sentences=sentences(result),
            warnings=warnings(result),
            grid=result.grid,
            tornado=_tornado(result),
            assumptions=result.setting.spec.assumptions,
            sources=_sources(world_text(result.preset)),
            seed=result.seed,
            command=command,
            version=version("referral-tui"),
            data=data,
        )
    )


def _shown(result: StudyResult) -> list[str]:
    """Return the designs that get charts: the base design and the best of a grid's table, otherwise the first four."""
    from referral_tui.page.markup import SERIES
    from simulator.lab.vary import AS_IT_IS

    names = [one.name for one in result.designs]
    if not result.grid:
        return names[:SERIES]
    return [AS_IT_IS, next((name for name in names if name != AS_IT_IS), AS_IT_IS)][: len(names)]


def _tornado(result: StudyResult) -> Any:
    from referral_tui.cli.study_shake import verdict
    from referral_tui.page.study_page import TornadoPart

    one, ground = result.tornado, result.ground
    if one is None:
        return None
    write = ground.change if len(one.names) > 1 else ground.value
    rows = [
        (
            shaken.assumption.name,
            shaken.low.value or 0.0,
            shaken.high.value or 0.0,
            f"{write(one.measure, shaken.low.value)} to {write(one.measure, shaken.high.value)}",
        )
        for shaken in one.shaken
    ]
    return TornadoPart(one.what, verdict(one), rows, one.base.value or 0.0)


def _sources(world: str) -> str:
    """Return the comment at the top of a world file, which gives the sources of its numbers."""
    found = []
    for line in world.splitlines():
        if not line.startswith("#"):
            break
        found.append(line.removeprefix("#").removeprefix(" "))
    return "\n".join(found)


def command_line(result: StudyResult, programs: Sequence[str], given: Mapping[str, Any]) -> str:
    """Return the command that repeats the study, with every default spelled out; `given` are its other options."""
    words: list[str] = ["referral-tui", "study", *programs, "--preset", result.preset]
    size = {
        "referrers": result.setting.referrers,
        "days": result.setting.days,
        "markets": result.markets,
        "seed": result.seed,
    }
    for name, value in {**size, **given}.items():
        if value is True:
            words.append(f"--{name}")
        elif value not in (None, False):
            for one in value if isinstance(value, list) else [value]:
                words += [f"--{name}", str(one)]
    return shlex.join(words)
