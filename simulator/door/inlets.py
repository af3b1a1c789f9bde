"""Find the mappings to serve, each at its own path, and the secrets that their senders sign with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.domain.errors import InputError
from simulator.mapping.mapper import Mapper
from simulator.mapping.secrets import Secrets
from simulator.mapping.shipped import find_mapping, ready_mapper


@dataclass(frozen=True)
class Inlet:
    """A mapping that is served.

    With a `secret`, only records signed with it are accepted, and no key is required.
    """

    mapper: Mapper
    secret: str | None = None


def find_inlets(names: Sequence[str], secrets: Secrets) -> dict[str, Inlet]:
    """Return the mappings with these names or in these files, by their own names.

    Raises:
        InputError: there is no such mapping, a mapping needs a key that is missing, two have the same name, or a
            secret belongs to none of them.

    """
    found: dict[str, Inlet] = {}
    for name in names:
        mapper = ready_mapper(find_mapping(name), secrets)
        mapping = mapper.mapping
        if mapping.name in found:
            raise InputError(f"--map {name}: another mapping is also called {mapping.name}; rename one")
        secret = secrets.signing.get(mapping.name)
        if secret is not None and mapping.signature is None:
            raise InputError(
                f"--map {name}: there is a secret for it, but the mapping doesn't say how records are signed; "
                "add a [signature] table to it"
            )
        found[mapping.name] = Inlet(mapper, secret)
    _check_used(secrets.signing, found)
    return found


def _check_used(signing: Mapping[str, str], found: Mapping[str, Inlet]) -> None:
    for name in signing:
        if found and name not in found:
            raise InputError(
                f"--secrets: there is a secret for {name}, which is not served; serve it with --map {name}, or remove "
                "the secret"
            )
