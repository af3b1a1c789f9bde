"""Find a program: a preset by its name, or a file by its path."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import BinaryIO

from simulator.domain.errors import InputError
from simulator.program.nearest import advice, nearest, shown
from simulator.program.source import MAX_BYTES

_FILE = "program.toml"


def _folder() -> Traversable:
    return files("simulator") / "presets"


def preset_names() -> tuple[str, ...]:
    """Return the names of the presets that have a program design, sorted."""
    return tuple(sorted(entry.name for entry in _folder().iterdir() if (entry / _FILE).is_file()))


def preset_text(name: str) -> str:
    """Read the program file of a preset; raise InputError with the nearest name if there is none."""
    names = preset_names()
    if name not in names:
        raise InputError(f"no preset {shown(name)}; {advice(name, names)}")
    return (_folder() / name / _FILE).read_text(encoding="utf-8")


def find_program(name_or_path: str) -> tuple[str, str]:
    """Read a preset or a file; return its text, and its name for messages.

    A preset comes before a file of the same name (write `./telecom` for the file).

    Raises:
        InputError: there is neither, or the file can't be read as text.

    """
    if name_or_path in preset_names():
        return preset_text(name_or_path), f"{name_or_path}/{_FILE}"
    path = Path(name_or_path)
    try:
        with path.open("rb") as stream:
            return read_program(stream, name_or_path), name_or_path
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(_missing(name_or_path)) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"{name_or_path}: can't be read: {reason}; name a program file or a preset"
        ) from None


def read_program(stream: BinaryIO, file: str) -> str:
    """Read a program file as text; no more of it than a program may have.

    Raises:
        InputError: it is larger than that, or not UTF-8.

    """
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise InputError(f"{file}: too large; a program file has at most {MAX_BYTES:,} bytes (1 MiB)")
    return decode_program(content, file)


def decode_program(content: bytes, file: str) -> str:
    """Decode the bytes of a program file as UTF-8, with or without a byte order mark.

    Raises:
        InputError: they are not UTF-8; names the likely encoding, or the line of the first wrong byte.

    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(f"{file}: the file is UTF-16; save it as UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{file}:{line}: byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


def _missing(name: str) -> str:
    names = preset_names()
    near = nearest(name, names)
    if near is not None:
        return f'no program file and no preset {shown(name)}; did you mean the preset "{near}"?'
    return (
        f"no program file and no preset {shown(name)}; give a file, or one of the presets {', '.join(names)}"
    )
