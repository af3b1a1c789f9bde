"""Load time zones from the pinned package `tzdata`, never from the machine, so that days are the same everywhere."""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.metadata import version
from zoneinfo import ZoneInfo

UTC_NAME = "UTC"


@cache
def zone_names() -> tuple[str, ...]:
    """Return the names of all zones, such as `Pacific/Auckland`, in alphabetical order."""
    return tuple(sorted(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()))


@cache
def zone(name: str) -> ZoneInfo:
    """Return a zone by one of the names of `zone_names`."""
    with resources.files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


def data_version() -> str:
    """Return the version of the zone data, such as `2026.6`."""
    return version("tzdata")
