"""Which presets a test of all presets tries by default."""

from __future__ import annotations

from typing import Final

import pytest

from simulator.program.presets import preset_names

BY_DEFAULT: Final = ("bank", "community", "insurance", "telecom")
"""Presets of different industries and conversions; the others are tried with `-m long`."""

each_preset = pytest.mark.parametrize(
    "preset",
    [name if name in BY_DEFAULT else pytest.param(name, marks=pytest.mark.long) for name in preset_names()],
)
