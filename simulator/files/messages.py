"""Split a JSON file into messages: one per line, an array (a CloudEvents batch), or objects over several lines."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO, Final

from simulator.events.contract import MAX_LINE_BYTES
from simulator.events.lines import LongLine, LongLineReader, bounded_lines

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
_TOKEN: Final = re.compile(rb'"(?:[^"\\\r\n]|\\.)*+"?|[{}\[\]]')
_AROUND: Final = b" \t\r\n,]"  # what may stand around an event on a line of an array
_BETWEEN: Final = re.compile(rb"[\s,\[\]]+")  # what stands between the events of an array


def messages(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the messages of a file; a byte order mark at its beginning is not part of the first.

    A file that begins with `[`, or with a line of `{` alone, is read as an array or as events over several lines;
    otherwise each line is a message. A message that is too long is a `LongLine`.
    """
    lines = bounded_lines(stream)
    first = next(lines, b"")
    if not isinstance(first, LongLine):
        first = first.removeprefix(BYTE_ORDER_MARK)
    whole = chain([first] if first else [], lines)
    yield from _values(whole) if spans_lines(first) else whole


def spans_lines(first: bytes) -> bool:
    """Return whether a file that begins with this line is an array, or has events over several lines."""
    return first.strip() == b"{" or first.lstrip().startswith(b"[")


def _values(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the objects of JSON text over several lines, and any text between them that belongs to none.

    An unclosed object does not swallow the events on lines of their own that follow it, unless it is too long to be
    held: then it is yielded as an `unclosed` `LongLine`.
    """
    held = HeldMessage()
    depth = 0
    for line in lines:
        if isinstance(line, LongLine):
            yield line
            held, depth = HeldMessage(), 0
            continue
        start = end = 0
        for token in _TOKEN.finditer(line):
            if token[0] in (b"{", b"["):
                if depth == 0 and token[0] == b"[":
                    continue
                if depth == 0:
                    yield from _stray(line[end : token.start()])
                    start = token.start()
                depth += 1
            elif token[0] in (b"}", b"]") and depth > 0:
                depth -= 1
                if depth == 0:
                    end = token.end()
                    held.add(line[start:end])
                    yield from [held.take()] if token[0] == b"}" else _apart(held.take())
        if depth > 0:
            held.add(line[start:])
        else:
            yield from _stray(line[end:])
    if depth > 0:
        last = held.take()
        if isinstance(last, LongLine):
            last.unclosed = True
        yield from _apart(last)


def _apart(broken: bytes) -> Iterator[bytes]:
    """Yield a broken message without the events, each on a line of its own, that it had swallowed; then those events.

    A message that is too long is yielded unchanged.
    """
    if isinstance(broken, LongLine):
        yield broken
        return
    held: list[bytes] = []
    for place, line in enumerate(broken.splitlines(keepends=True)):
        alone = line.strip(_AROUND)
        if place and alone.startswith(b"{") and list(_values(iter([line]))) == [alone]:
            yield from _stray(b"".join(held))
            held = []
            yield alone
        else:
            held.append(line)
    yield from _stray(b"".join(held))


def _stray(text: bytes) -> Iterator[bytes]:
    """Yield what is not merely between two events, so that nothing is lost."""
    if _BETWEEN.sub(b"", text):
        yield text.strip()


class HeldMessage:
    """The pieces of a message over several lines, in bounded memory."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._long: LongLineReader | None = None

    def __bool__(self) -> bool:
        """Return whether any part of a message is held."""
        return self._size > 0

    def add(self, piece: bytes) -> None:
        """Add the next piece of the message."""
        self._size += len(piece)
        if self._long is None and self._size > MAX_LINE_BYTES:
            self._long = LongLineReader()
            for earlier in self._pieces:
                self._long.add(earlier)
            self._pieces.clear()
        if self._long is None:
            self._pieces.append(piece)
        else:
            self._long.add(piece)

    def take(self) -> bytes:
        """Return the message, and start another."""
        message = b"".join(self._pieces) if self._long is None else self._long.line()
        self._pieces.clear()
        self._size, self._long = 0, None
        return message
