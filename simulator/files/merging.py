"""Merge several files into one log ordered by time, in bounded memory: sorted files are streamed, others are sorted."""

from __future__ import annotations

import heapq
import pickle
import tempfile
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import IO, Final

from simulator.files.lines import Line, is_sorted, read
from simulator.mapping.mapper import Mapper

RUN_BYTES: Final = 64 * 1024 * 1024
"""How much of a file is sorted in memory; a longer file that is not in order is sorted on disk."""


def merged(
    paths: Sequence[Path], *, replay: bool, run_bytes: int = RUN_BYTES, mapper: Mapper | None = None
) -> Iterator[Line]:
    """Yield the lines of all files by time; at equal times in the order of the files, then of the lines.

    The times are those of occurrence, with `replay` those of receipt, by which a file is in order by definition.
    `mapper` turns records of another form into events.
    """
    parts = [
        read(path, place, replay=True) if replay else _in_order(path, place, run_bytes, mapper)
        for place, path in enumerate(paths)
    ]
    return heapq.merge(*parts)


def _in_order(path: Path, place: int, run_bytes: int, mapper: Mapper | None) -> Iterator[Line]:
    if is_sorted(path, mapper):
        return read(path, place, mapper=mapper)
    return _sorted(path, place, run_bytes, mapper)


def _sorted(path: Path, place: int, run_bytes: int, mapper: Mapper | None) -> Iterator[Line]:
    """Sort a file in runs that fit into memory; all but the last are kept on disk."""
    with tempfile.TemporaryFile() as disk:
        cuts = [0]
        run: list[Line] = []
        weight = 0
        for line in read(path, place, mapper=mapper):
            run.append(line)
            weight += len(line.row.text)
            if weight >= run_bytes:
                _write(disk, run)
                cuts.append(disk.tell())
                run, weight = [], 0
        runs = [_read(disk, *span) for span in pairwise(cuts)]
        run.sort()
        yield from heapq.merge(*runs, run)


_AT_ONCE: Final = 500  # lines of a run read back at once


def _write(disk: IO[bytes], run: list[Line]) -> None:
    run.sort()
    for first in range(0, len(run), _AT_ONCE):
        pickle.dump(run[first : first + _AT_ONCE], disk, pickle.HIGHEST_PROTOCOL)


def _read(disk: IO[bytes], begin: int, end: int) -> Iterator[Line]:
    while begin < end:
        disk.seek(begin)
        lines: list[Line] = pickle.load(disk)  # noqa: S301 - what we wrote ourselves, to a file without a name
        begin = disk.tell()
        yield from lines
