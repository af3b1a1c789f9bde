"""Overwrite what names people in files of events, line by line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_ENDINGS = (".jsonl", ".ndjson", ".csv")


def blank_lines(folder: Path, names: Mapping[str, str]) -> int:
    """Put other texts in the place of `names` in all files of events in a folder; return how many lines had one.

    A file is replaced as a whole. What is part of a longer word stays.
    """
    if not names or not folder.is_dir():
        return 0
    pattern = re.compile(
        rb"(?<![\w-])(?:" + b"|".join(re.escape(one.encode()) for one in names) + rb")(?![\w-])"
    )
    others = {one.encode(): other.encode() for one, other in names.items()}
    count = 0
    for path in sorted(folder.iterdir()):
        if path.suffix not in _ENDINGS or path.is_symlink() or not path.is_file():
            continue
        lines = path.read_bytes().splitlines(keepends=True)
        new = [pattern.sub(lambda found: others[found[0]], line) for line in lines]
        changed = sum(one != other for one, other in zip(lines, new, strict=True))
        if changed:
            beside = path.with_name(f"{path.name}.erasing")
            beside.write_bytes(b"".join(new))
            beside.replace(path)
        count += changed
    return count
