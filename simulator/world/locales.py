"""List Faker's locales that have first and last names, and read those names."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from simulator.domain.errors import WorldError
from simulator.program.nearest import advice

_PERSONS = "faker.providers.person"
_RIGHT = "use one such as en_GB or de_DE"


@cache
def locales() -> tuple[str, ...]:
    """Return the locales for which Faker has names of persons, such as en_GB."""
    found = iter_modules(import_module(_PERSONS).__path__)
    return tuple(sorted(one.name for one in found))


@cache
def names(locale: str) -> tuple[list[str], list[str]]:
    """Return the first and the last names of a locale, sorted.

    Raises:
        WorldError: Faker has none.

    """
    if locale not in locales():
        right = advice(locale, locales(), _RIGHT)
        raise WorldError(f"locale '{locale}': Faker has no names for it; {right}")
    provider = import_module(f"{_PERSONS}.{locale}").Provider
    try:
        return sorted(provider.first_names), sorted(provider.last_names)
    except (AttributeError, TypeError):
        raise WorldError(f"locale '{locale}': Faker has no first and last names for it; {_RIGHT}") from None
