"""Escaping for a terminal: every character that controls, hides or reorders, and nothing else."""

from __future__ import annotations

import json
import sys
import unicodedata

from simulator.domain.printable import printable, printable_json

HIDDEN = {"Cc", "Cf", "Cs", "Zl", "Zp"}


UNASSIGNED = {0x2065, *range(0xE0002, 0xE0020)}
"""Characters that are none yet, and would be hidden."""


def test_every_hidden_character_is_written_out_and_every_other_is_left() -> None:
    others: list[str] = []
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        hidden = unicodedata.category(character) in HIDDEN or code in UNASSIGNED
        if hidden:
            assert printable(character).isascii(), hex(code)
            assert printable(character).isprintable(), hex(code)
        elif unicodedata.category(character) != "Cn":  # another version of Unicode may know it as hidden
            others.append(character)
    assert len(others) > 100_000
    for start in range(0, len(others), 1000):
        together = "".join(others[start : start + 1000])
        assert printable(together) == together


def test_an_escape_sequence_is_seen_as_what_it_is() -> None:
    assert printable("\x1b]52;c;cHduZWQ=\x07\nFORGED\u202e\U000e0041\ud800") == (
        "\\x1b]52;c;cHduZWQ=\\x07\\nFORGED\\u202e\\U000e0041\\ud800"
    )
    assert printable("Zoë 家 👍🏽 é") == "Zoë 家 👍🏽 é"


def test_line_feeds_stay_in_a_text_of_several_lines_and_nothing_else_does() -> None:
    assert printable("one\ntwo\r\x85", lines=True) == "one\ntwo\\r\\x85"


def test_json_stays_the_same_value_and_holds_no_hidden_character() -> None:
    value = {"a": "\x1b[2J\x7f\x9b\u202e\u2028\U000e0041 Zoë"}
    safe = printable_json(json.dumps(value, ensure_ascii=False, indent=1))
    assert json.loads(safe) == value
    assert all(unicodedata.category(one) not in HIDDEN or one == "\n" for one in safe)
