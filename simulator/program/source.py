"""Read a program file's TOML with exact numbers, and find the line of every table and key.

The standard library's reader gives no line numbers, so they are found in a scan of their own; if one can't be found,
messages name the table and key alone.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from simulator.domain.errors import ProgramError
from simulator.events.values import unfit

MAX_BYTES = 1024 * 1024  # a program is read by people; this is some 20,000 lines
MAX_KEYS = 10_000
MAX_NAMES = 32  # names in one dotted key or table; a program needs two

Path = tuple[str | int, ...]
"""The path of a value: names of tables and keys, and indexes from 0 in arrays."""


def parse_toml(text: str, file: str) -> dict[str, object]:
    """Read TOML with fractions as exact Decimals.

    Raises:
        ProgramError: the text is not TOML; one line, with the position.

    """
    _check_size(text, file)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise ProgramError([f"{file}:{line}: a NUL character; save the file as plain UTF-8 text"])
    try:
        text.encode()
        _check_texts(text, file)
        return tomllib.loads(text, parse_float=_decimal)
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise ProgramError(
            [f"{file}:{line}: half of a surrogate pair; save the file as UTF-8 text"]
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ProgramError([_syntax(str(error), text, file)]) from None
    except ValueError:  # Python reads no integer of more than 4,300 digits
        raise ProgramError(
            [f"{file}: an integer too long to be read; 9007199254740991 is the most"]
        ) from None
    except RecursionError:
        raise ProgramError(
            [f"{file}: tables or lists nested too deep; a program needs three levels"]
        ) from None


_DOTTED = re.compile(
    r"""(?<![A-Za-z0-9_.\-])(?:(?:[A-Za-z0-9_\-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){32,}+"""  # of MAX_NAMES
)


def _check_size(text: str, file: str) -> None:
    """Refuse in advance what would cost the TOML reader much memory or time."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise ProgramError([f"{file}: {size:,} bytes; a program file has at most {MAX_BYTES:,} (1 MiB)"])
    keys = len(re.findall("=+", text))
    if keys > MAX_KEYS:
        raise ProgramError([f"{file}: {keys:,} keys and values; a program has at most {MAX_KEYS:,}"])
    dotted = _DOTTED.search(text)
    if dotted is not None:
        line = text.count("\n", 0, dotted.start()) + 1
        raise ProgramError(
            [f"{file}:{line}: more than {MAX_NAMES} names with dots between; a program needs two at most"]
        )


def _check_texts(text: str, file: str) -> None:
    """Check, before the text is read, that it may be stored, comments included."""
    if unfit(text, lines=True) is None:
        return
    for number, line in enumerate(text.split("\n"), 1):
        reason = unfit(line.removesuffix("\r"), lines=True)
        if reason is not None:
            raise ProgramError([f"{file}:{number}: {reason}"])
    raise ProgramError([f"{file}: {unfit(text, lines=True)}"])


def _decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent too large even for Decimal
        return Decimal("Infinity")


def _syntax(message: str, text: str, file: str) -> str:
    line = re.sub(r"\s+", " ", message)
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", line)
    if found:
        hint = _hint(text.split("\n")[int(found[2]) - 1], found[1], file)
        return f"{file}:{found[2]}: not TOML at column {found[3]}: {hint or found[1]}"
    return f"{file}:{text.count(chr(10)) + 1}: not TOML: {line}"


_DECIMAL_COMMA = re.compile(r"[^\"']*=\s*[0-9]+,[0-9]+\s*(?:#.*)?")
_BARE_WORD = re.compile(r"([A-Za-z_]+)\s*=\s*([A-Za-z][A-Za-z0-9_-]*)\s*(?:#.*)?")
_RIGHT = {
    "value": "an amount, such as 40.00",
    "total": "an amount, such as 40.00",
    "percent": "a percentage, such as 10",
    "every": "a whole number, such as 5",
    "count": "a whole number, such as 5",
    "hold": 'a duration in quotes, such as "14d"',
    "within": 'a duration in quotes, such as "90d"',
    "window": 'a duration in quotes, such as "30d"',
    "clawback": 'a duration in quotes, such as "60d"',
    "starts": "a moment, such as 2026-01-01T00:00:00Z",
    "max": "an amount, such as 40.00",
    "min": "an amount, such as 40.00",
    "uses": "a whole number, such as 5",
    "choose_within": 'a duration in quotes, such as "90d"',
    "expires": 'a duration in quotes, such as "180d"',
    "from": "a moment, such as 2026-01-01T00:00:00Z",
    "until": "a moment, such as 2026-01-01T00:00:00Z",
    "stops": "true or false",
    "returns": "true or false",
    "ends": "a moment, such as 2026-01-01T00:00:00Z",
}
"""By key, the value that belongs in place of a bare word."""
_OTHER_KINDS = (".yaml", ".yml", ".json")


def _hint(line: str, message: str, file: str) -> str:
    """Return what was likely meant, where the parser's message alone doesn't help; else an empty text."""
    if file.lower().endswith(_OTHER_KINDS):
        return "a program is written in TOML; `referral-tui program new` writes one to begin with"
    if _DECIMAL_COMMA.fullmatch(line.strip()):
        return "write a fraction with a point, as 25.00"
    bare = _BARE_WORD.fullmatch(line.strip())
    if bare and bare[2] not in ("true", "false"):
        right = _RIGHT.get(bare[1]) or f'text in quotes, such as "{bare[2]}"'
        return f"{bare[1]} must be {right}"
    if message.startswith(("Cannot overwrite", "Cannot declare")):
        return f"{message}; each milestone, rule and reward begins in two brackets, as [[rule]]"
    if '"' in line and message.startswith("Expected newline"):
        return f"{message}; inside a text in \"…\" texts of SQL go in '…'"
    return ""


@dataclass
class LineNumbers:
    """The line of each table and key that was found, from 1."""

    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int | None:
        """Return the line of `path`, or of the nearest table around it that has one."""
        for length in range(len(path), 0, -1):
            found = self.lines.get(path[:length])
            if found is not None:
                return found
        return None


def find_line_numbers(text: str) -> LineNumbers:
    """Find the line numbers in a text that is valid TOML; what is not understood is left out."""
    scan = Scan(text)
    scan.run()
    return LineNumbers(scan.lines)


_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)+")
_PART = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*""")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|' + r"'''.*?'{3,5}|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'", re.DOTALL
)
_PLAIN_VALUE = re.compile(r"[^\s,\]}#]+(?: \d\d:[^\s,\]}#]+)?")  # a moment may have a space before its time


class Scan:
    """One scan over the lines of a file: reads headers and keys, skips values whole."""

    blank = _BLANK

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.counted = (0, 1)  # a position and its line, so that each line is counted once
        self.lines: dict[Path, int] = {}
        self.arrays: dict[Path, int] = {}

    def run(self) -> None:
        """Scan the whole text."""
        table: Path = ()
        while True:
            blank = _BLANK.match(self.text, self.at)
            self.at = blank.end() if blank else self.at
            if self.at >= len(self.text):
                return
            start = self.at
            if self.text[start] == "[":
                table = self.header()
                self.note(table, start)
                self.to_next_line()
            else:
                path = (*table, *self.names())
                self.note(path, start)
                self.skip_value(path)

    def note(self, path: Path, position: int) -> None:
        """Note the line of what stands at `position`, also for the tables that a dotted name creates."""
        last, line = self.counted
        self.counted = (position, line + self.text.count("\n", last, position))
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], self.counted[1])

    def to_next_line(self) -> None:
        """Move to the start of the next line."""
        newline = self.text.find("\n", self.at)
        self.at = len(self.text) if newline < 0 else newline

    def names(self) -> list[str]:
        """Read a dotted name."""
        names: list[str] = []
        while found := _PART.match(self.text, self.at):
            names.append(_plain(found[1]))
            self.at = found.end()
            if not self.text.startswith(".", self.at):
                break
            self.at += 1
        return names

    def header(self) -> Path:
        """Read [a.b] or [[a.b]]; each array on the way stands for its latest table."""
        repeated = self.text.startswith("[[", self.at)
        self.at += 2 if repeated else 1
        names = self.names()
        path: Path = ()
        for place, name in enumerate(names):
            path = (*path, name)
            if repeated and place == len(names) - 1:
                self.arrays[path] = self.arrays.get(path, -1) + 1
            if path in self.arrays:
                path = (*path, self.arrays[path])
        return path

    def skip_value(self, path: Path) -> None:
        """Move to the end of the value, noting the lines of inline tables in a list."""
        tables = 0
        brackets: list[str] = []
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign == "\n" and not brackets:
                return
            if sign in "\"'" and (quoted := _TEXT.match(self.text, self.at)):
                self.at = quoted.end()
                continue
            if sign == "#":
                self.to_next_line()
                continue
            if sign in "[{":
                if brackets == ["["] and sign == "{":
                    self.note((*path, tables), self.at)
                    tables += 1
                brackets.append(sign)
            elif sign in "]}" and brackets:
                brackets.pop()
            self.at += 1

    def skip_plain(self) -> None:
        """Move behind a text, a number, a moment or a boolean."""
        found = _TEXT.match(self.text, self.at) or _PLAIN_VALUE.match(self.text, self.at)
        self.at = found.end() if found else self.at


def _plain(name: str) -> str:
    """Read a bare or quoted key."""
    if name[0] not in "\"'":
        return name
    try:
        return next(iter(tomllib.loads(f"{name} = 0")))
    except tomllib.TOMLDecodeError:
        return name
