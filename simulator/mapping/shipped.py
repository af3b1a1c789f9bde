"""Find a mapping by its name or its file; the shipped ones are beside this module."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from simulator.domain.errors import InputError
from simulator.mapping.load import load_mapping
from simulator.mapping.mapper import Mapper
from simulator.mapping.model import MappingFile
from simulator.mapping.secrets import Secrets
from simulator.program.nearest import advice

_ENDING: Final = ".toml"


@cache
def shipped_names() -> tuple[str, ...]:
    """Return the names of the mappings that are shipped, in alphabetical order."""
    names = (one.name for one in resources.files("simulator.mapping").joinpath("shipped").iterdir())
    return tuple(sorted(name.removesuffix(_ENDING) for name in names if name.endswith(_ENDING)))


def find_mapping(name: str) -> MappingFile:
    """Return a mapping by the name of a shipped one, or from a file.

    Raises:
        InputError: there is none, or it has problems.

    """
    path = Path(name)
    if name.endswith(_ENDING) or "/" in name or (name not in shipped_names() and path.is_file()):
        try:
            return load_mapping(path.read_text(encoding="utf-8"), str(path))
        except OSError as error:
            raise InputError(f"{path}: can't be read ({error.strerror})") from error
        except UnicodeDecodeError:
            raise InputError(f"{path}: not UTF-8; save it as UTF-8 text") from None
    if name not in shipped_names():
        raise InputError(f"--map {name}: no such mapping, and no such file; {advice(name, shipped_names())}")
    text = resources.files("simulator.mapping").joinpath("shipped", f"{name}{_ENDING}").read_text("utf-8")
    return load_mapping(text, f"{name}{_ENDING}")


def ready_mapper(mapping: MappingFile, secrets: Secrets) -> Mapper:
    """Compile a mapping with the client's key.

    Raises:
        InputError: it hashes contacts, but there is no key.

    """
    hasher = secrets.hasher()
    if hasher is None and mapping.hashes():
        raise InputError(
            f"the mapping {mapping.name} hashes contacts on the way in, and needs the client's key for that: give "
            '--secrets FILE with hash_key = "…" in it'
        )
    return Mapper(mapping, hasher)
