"""Load a client's secrets: the key that contacts are hashed with, and those that senders sign with.

The file is TOML, and nobody but its owner needs to read it:

    hash_key = "…"

    [signing]
    stripe = "whsec_…"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from simulator.domain.errors import InputError
from simulator.domain.toml_text import read_toml
from simulator.mapping.hashing import Hasher

SHORTEST_KEY: Final = 16  # characters; 32 of chance are better


@dataclass(frozen=True)
class Secrets:
    """The content of `--secrets`: the hash key, and each sender's signing secret by the name of its mapping."""

    hash_key: str | None = None
    signing: Mapping[str, str] = field(default_factory=dict)

    def hasher(self) -> Hasher | None:
        """Return a hasher with the key; None if there is no key."""
        return None if self.hash_key is None else Hasher(self.hash_key.encode())


NONE: Final = Secrets()


def load_secrets(path: Path) -> Secrets:
    """Read a file of secrets; problems are reported without repeating any secret.

    Raises:
        InputError: it can't be read, or isn't one.

    """
    try:
        found = read_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise InputError(f'{path}: not TOML; write hash_key = "…", and a table [signing]') from None
    for key in found:
        if key not in ("hash_key", "signing"):
            raise InputError(f"{path}: unknown key; there are hash_key and the table [signing]")
    hash_key, signing = found.get("hash_key"), found.get("signing", {})
    if hash_key is not None and not (isinstance(hash_key, str) and len(hash_key) >= SHORTEST_KEY):
        raise InputError(f"{path}: hash_key must be a random text of at least {SHORTEST_KEY} characters")
    if not isinstance(signing, dict) or not all(isinstance(one, str) and one for one in signing.values()):
        raise InputError(f"{path}: [signing] must have the name of a mapping and a secret each, as text")
    return Secrets(hash_key, dict(signing))
