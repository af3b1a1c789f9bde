"""Load published figures from `presets/published.toml`: which preset reproduces which."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Annotated, Any, Final

from pydantic import Field, ValidationError, model_validator

from simulator.calibration.measures import MEASURES
from simulator.domain.errors import WorldError
from simulator.program.nearest import advice, shown
from simulator.world.measures import Part
from simulator.world.problems import lines

FILE: Final = "presets/published.toml"
_AN_HUNDRED = 100.0

Range = Annotated[list[float], Field(min_length=2, max_length=2)]


@dataclass(frozen=True)
class Published:
    """A published figure as a range of fractions or numbers: measure, low and high, source, page and row.

    `nearest` says that the row is that of the nearest industry, since the preset's own has none.
    """

    measure: str
    low: float
    high: float
    source: str
    page: str
    row: str
    nearest: bool


class _Source(Part):
    name: str
    page: str


class _Figure(Part):
    measure: str
    percent: float | Range | None = None
    number: float | Range | None = None
    source: str

    @model_validator(mode="after")
    def _known(self) -> _Figure:
        if self.measure not in MEASURES:
            raise ValueError(f"no measure {shown(self.measure)}; {advice(self.measure, MEASURES)}")
        kind, other = ("percent", "number") if MEASURES[self.measure].percent else ("number", "percent")
        if getattr(self, kind) is None or getattr(self, other) is not None:
            raise ValueError(f"{self.measure} must be given as {kind} only")
        return self

    def range(self) -> tuple[float, float]:
        given, unit = (self.percent, _AN_HUNDRED) if self.percent is not None else (self.number, 1.0)
        low, high = given if isinstance(given, list) else (given, given)
        return float(low or 0) / unit, float(high or 0) / unit


class _Preset(Part):
    row: str
    nearest: bool = False
    figures: Annotated[list[_Figure], Field(min_length=1)]


class _File(Part):
    source: dict[str, _Source]
    preset: dict[str, _Preset]

    @model_validator(mode="after")
    def _sourced(self) -> _File:
        for name, preset in self.preset.items():
            for figure in preset.figures:
                if figure.source not in self.source:
                    right = advice(figure.source, self.source)
                    raise ValueError(f"preset.{name}: no source {shown(figure.source)}; {right}")
        return self


def published() -> dict[str, tuple[Published, ...]]:
    """Return all published figures by preset, in the order of the file.

    Raises:
        WorldError: the file is wrong; a line for each problem.

    """
    return read_published((files("simulator") / FILE).read_text(encoding="utf-8"), FILE)


def read_published(text: str, file: str) -> dict[str, tuple[Published, ...]]:
    """Return the figures in a file's text; `file` names it in messages.

    Raises:
        WorldError: the file is wrong; a line for each problem.

    """
    try:
        raw: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WorldError(f"{file}: not TOML: {error}") from None
    try:
        found = _File.model_validate(raw)
    except ValidationError as error:
        raise WorldError(*lines(error, _File, file)) from None
    return {
        name: tuple(_published(figure, preset, found.source) for figure in preset.figures)
        for name, preset in found.preset.items()
    }


def _published(figure: _Figure, preset: _Preset, sources: dict[str, _Source]) -> Published:
    source = sources[figure.source]
    low, high = figure.range()
    return Published(figure.measure, low, high, source.name, source.page, preset.row, preset.nearest)
