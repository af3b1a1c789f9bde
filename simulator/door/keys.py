"""Read, create and save the keys of clients, which say what each may do; only their hashes are stored.

A key has 256 random bits, so its plain SHA-256 can't be reversed. The file is TOML:

    [[key]]
    name = "shop"
    sha256 = "…"
    may = ["send"]
    sources = { "https://shop.example/orders" = "client/shop" }

`sources` maps each source that the client writes to one of ours.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from simulator.domain.errors import InputError
from simulator.domain.toml_text import read_toml
from simulator.domain.writing import write_text
from simulator.events.contract import SOURCE_PATTERN

Right = Literal["send", "read", "operate"]
RIGHTS: Final[tuple[Right, ...]] = get_args(Right)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_SENT: Final = re.compile(r"[!-~]{1,256}")  # a source as the client sends it: a URI reference, so ASCII
_PREFIX: Final = "rt_"
_BYTES: Final = 32


@dataclass(frozen=True)
class Key:
    """A client's key: its name, its SHA-256 in hexadecimal, what it may do, and our source for each one it sends."""

    name: str
    sha256: str
    may: tuple[Right, ...]
    sources: Mapping[str, str]


class Keys:
    """The keys of a file, looked up by the secret that a client presents."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._by_hash = {one.sha256: one for one in keys}

    def shown(self, secret: str) -> Key | None:
        """Return the key that this secret belongs to, or None."""
        return self._by_hash.get(digest(secret))


def digest(secret: str) -> str:
    """Return the hash under which a secret is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def load_keys(path: Path) -> list[Key]:
    """Return the keys of a file.

    Raises:
        InputError: it can't be read, or is not a file of keys.

    """
    try:
        raw = read_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        hint = "; `referral-tui keys add` creates it" if isinstance(error, FileNotFoundError) else ""
        raise InputError(f"{path}: can't be read ({error.strerror}){hint}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not valid TOML ({error})") from error
    entries = raw.pop("key", [])
    if raw or not isinstance(entries, list):
        raise InputError(
            f"{path}: unexpected {next(iter(raw), 'key')}; a file of keys has only [[key]] tables"
        )
    keys = [_key(f"{path}: key {place}", entry) for place, entry in enumerate(entries, 1)]
    for names in ([one.name for one in keys], [one.sha256 for one in keys]):
        if twice := [name for name in names if names.count(name) > 1]:
            raise InputError(f"{path}: {twice[0]} occurs twice; each key needs its own name and hash")
    return keys


def new_key(keys: Sequence[Key], name: str, may: Sequence[str], sources: Sequence[str]) -> tuple[Key, str]:
    """Create a key, and return it with its secret, which is not stored.

    `sources` are written `client/shop`, or `SENT=client/shop` if the client calls that source SENT.

    Raises:
        InputError: the name is taken, or a value is not allowed.

    """
    if any(one.name == name for one in keys):
        raise InputError(
            f"{name}: a key with this name already exists; remove it first, or choose another name"
        )
    secret = _PREFIX + secrets.token_urlsafe(_BYTES)
    bound = {sent or ours: ours for sent, _, ours in (source.rpartition("=") for source in sources)}
    entry = {"name": name, "sha256": digest(secret), "may": list(may), "sources": bound}
    return _key(name, entry), secret


def save_keys(path: Path, keys: Sequence[Key]) -> None:
    """Write a file of keys that only its owner can read.

    Raises:
        InputError: it can't be written.

    """
    if not path.exists():
        try:
            # replacing it keeps the mode
            os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600))
        except OSError as error:
            raise InputError(f"{path}: can't be written ({error.strerror})") from error
    write_text(path, "\n".join(map(_text, keys)))


def _key(where: str, entry: Any) -> Key:
    """Return the key that a table describes; raise InputError if it is not valid."""
    if not isinstance(entry, dict) or set(entry) != {"name", "sha256", "may", "sources"}:
        raise InputError(f"{where}: must have name, sha256, may and sources, and nothing else")
    name, sha256, may, sources = entry["name"], entry["sha256"], entry["may"], entry["sources"]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise InputError(f"{where}: name must consist of at most 64 letters, digits, . _ and -")
    if not isinstance(sha256, str) or not _HASH.fullmatch(sha256):
        raise InputError(f"{where}: sha256 must be 64 hexadecimal digits")
    if not isinstance(may, list) or not may or any(one not in RIGHTS for one in may):
        raise InputError(f"{where}: may must list one or more of {', '.join(RIGHTS)}")
    if not isinstance(sources, dict):
        raise InputError(f"{where}: sources must be a table that maps each source as it is sent to ours")
    for sent, ours in sources.items():
        if not isinstance(ours, str) or not re.fullmatch(SOURCE_PATTERN, ours) or not _SENT.fullmatch(sent):
            raise InputError(
                f"{where}: source {sent}: ours must be platform or client/<system> (letters, digits, . _ -); "
                "write client/shop, or https://shop.example/orders=client/shop"
            )
    if "send" in may and not sources:
        raise InputError(
            f"{where}: a client that may send must be bound to sources; name one, such as client/shop"
        )
    return Key(name, sha256, tuple(right for right in RIGHTS if right in may), dict(sources))


def _text(key: Key) -> str:
    bound = ", ".join(f"{json.dumps(sent)} = {json.dumps(ours)}" for sent, ours in key.sources.items())
    return (
        f'[[key]]\nname = "{key.name}"\nsha256 = "{key.sha256}"\nmay = {json.dumps(list(key.may))}\n'
        f"sources = {{ {bound} }}\n"
    )
