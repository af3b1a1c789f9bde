"""Which mappings are served, each at a path of its own, and with which secrets their senders sign."""

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

    With a `secret`, only what its sender signed with it is taken, and no key is asked for.
    """

    mapper: Mapper
    secret: str | None = None


def find_inlets(names: Sequence[str], secrets: Secrets) -> dict[str, Inlet]:
    """Return the mappings of these names or files, by their own names.

    Raises:
        InputError: there is no such mapping, it needs a key that is not there, two are of one name, or a secret is for
            none of them.

    """
    found: dict[str, Inlet] = {}
    for name in names:
        mapper = ready_mapper(find_mapping(name), secrets)
        mapping = mapper.mapping
        if mapping.name in found:
            raise InputError(f"--map {name}: another mapping is called {mapping.name}, too; rename one")
        secret = secrets.signing.get(mapping.name)
        if secret is not None and mapping.signature is None:
            raise InputError(
                f"--map {name}: there is a secret for it, and the mapping doesn't say how it is signed; "
                "write [signature]"
            )
        found[mapping.name] = Inlet(mapper, secret)
    _check_used(secrets.signing, found)
    return found


def _check_used(signing: Mapping[str, str], found: Mapping[str, Inlet]) -> None:
    for name in signing:
        if found and name not in found:
            raise InputError(
                f"--secrets: there is a secret for {name}, which is not served; serve it with --map {name}, or take "
                "the secret out"
            )
