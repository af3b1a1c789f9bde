"""Read TOML that others wrote: whatever is wrong with it is one kind of error, with a message for people."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from typing import Any


def read_toml(text: str, parse_float: Callable[[str], Any] = float) -> dict[str, Any]:
    """Return the tables of a TOML text; `parse_float` reads its fractions.

    Raises:
        tomllib.TOMLDecodeError: it is not TOML, or has what Python's parser fails on in other ways.

    """
    try:
        return tomllib.loads(text, parse_float=parse_float)
    except tomllib.TOMLDecodeError:
        raise
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise tomllib.TOMLDecodeError(
            "an integer too long to be read; 9007199254740991 is the most"
        ) from None
    except RecursionError:
        raise tomllib.TOMLDecodeError("tables or lists nested too deep") from None
