"""Hostile input: too long, too deep, too many; refused with a reason before it is read, and kept small."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from db.read import proving
from db.read.people import community_of, person_now, united_with
from db.sqlite.readonly import Database
from referral_tui.config import read_config
from simulator.domain.errors import InputError, ProgramError, ReferralError
from simulator.domain.naming import is_phone
from simulator.door.keys import load_keys
from simulator.events import csvfile
from simulator.events.contract import MAX_LINE_BYTES
from simulator.events.csvfile import REQUIRED_COLUMNS
from simulator.events.decode import Decoded, Receiver, decode_lines
from simulator.events.lines import LongLine, bounded_lines
from simulator.events.masking import quarantine_text
from simulator.files.messages import messages
from simulator.mapping.load import load_mapping
from simulator.mapping.secrets import load_secrets
from simulator.program import nearest, values
from simulator.program.expression import parse_expression
from simulator.program.load import load_program
from simulator.program.source import MAX_BYTES, MAX_NAMES
from simulator.program.tables import MOST_PROBLEMS
from simulator.world.spec import load_world
from tests.unit.program_texts import SMALL

T0 = 1_772_323_200_000  # 2026-03-01


def event(number: int) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"ev-{number}",
        "source": "client/crm",
        "type": "bill.paid",
        "time": "2026-02-01T00:00:00Z",
        "subject": "f-1",
    }


def read(raw: bytes) -> list[bytes]:
    return list(messages(io.BytesIO(raw)))


def decode(raw: bytes) -> Decoded:
    return decode_lines(read(raw), Receiver(0, T0), str)


def test_a_line_of_many_megabytes_is_refused_and_only_its_beginning_and_hash_are_kept() -> None:
    long = json.dumps(event(1) | {"note": "x" * 5_000_000}).encode()
    lines = list(bounded_lines(io.BytesIO(long + b"\r\n" + json.dumps(event(2)).encode())))
    assert isinstance(lines[0], LongLine)
    assert len(lines[0]) <= 1_000
    decoded = decode_lines(lines, Receiver(0, T0), str)
    assert decoded.messages["id"].to_list() == ["ev-2"]
    assert f"{len(long):,} bytes long" in decoded.rejected[0].reason
    text, digest = quarantine_text(lines[0])
    assert (len(text) <= 1_001, digest) == (True, hashlib.sha256(long).hexdigest())


@pytest.mark.parametrize("spare", [0, 1])
def test_a_line_of_just_a_mebibyte_is_read_and_one_byte_more_is_not(spare: int) -> None:
    made = json.dumps(event(1) | {"note": ""}).encode()
    raw = made.replace(b'"note": "', b'"note": "' + b"x" * (MAX_LINE_BYTES - len(made) + spare))
    assert len(decode(raw + b"\n").rejected) == spare


@pytest.mark.parametrize(
    "raw",
    [
        json.dumps([event(1), event(2)]).encode(),
        json.dumps([event(1), event(2)], indent=2).encode(),
        b"\xef\xbb\xbf" + json.dumps([event(1), event(2)]).encode(),
        json.dumps(event(1), indent=4).encode() + b"\n" + json.dumps(event(2), indent=4).encode() + b"\n",
        b"\xef\xbb\xbf" + json.dumps(event(1)).encode() + b"\n" + json.dumps(event(2)).encode(),
    ],
    ids=["array", "printed array", "mark and array", "printed events", "mark and lines"],
)
def test_events_in_an_array_printed_over_lines_or_after_a_byte_order_mark_are_read(raw: bytes) -> None:
    decoded = decode(raw)
    assert decoded.rejected == []
    assert decoded.messages["id"].to_list() == ["ev-1", "ev-2"]


def test_nothing_in_an_array_is_lost_in_silence() -> None:
    raw = b'[\n{"id":"a}\\"{"}, 5 "x" ' + json.dumps(event(1)).encode() + b',\n{"id":\n "cut"'
    assert read(raw) == [b'{"id":"a}\\"{"}', b', 5 "x"', json.dumps(event(1)).encode(), b'{"id":\n "cut"']
    assert decode(raw).messages["id"].to_list() == ["ev-1"]


def test_a_message_over_many_lines_has_the_same_limit() -> None:
    raw = b"[\n" + json.dumps(event(1) | {"note": ["x" * 100] * 20_000}, indent=1).encode() + b"]"
    (line,) = read(raw)
    assert isinstance(line, LongLine)
    assert line.length > MAX_LINE_BYTES


@pytest.mark.parametrize(
    "broken",
    ['{"x":' + "[" * 5_000 + "},", '{"x":' * 5_000 + ",", '{"x":"abc},', '{"x":\n["y"', '{"a":[1]],'],
    ids=["lists", "objects", "quote", "over lines", "one bracket too many"],
)
@pytest.mark.parametrize("end", ["\n]", "]", ""])
def test_an_element_of_an_array_that_is_never_closed_is_refused_and_the_others_are_read(
    broken: str, end: str
) -> None:
    rest = [json.dumps(event(number)) for number in (2, 3)]
    decoded = decode(("[" + json.dumps(event(1)) + ",\n" + broken + "\n" + ",\n".join(rest) + end).encode())
    assert decoded.messages["id"].to_list() == ["ev-1", "ev-2", "ev-3"]
    assert len(decoded.rejected) == 1


def test_lines_after_one_that_looks_like_the_beginning_of_an_array_are_read() -> None:
    decoded = decode(b'["x", {"y":[[[\n' + b"".join(json.dumps(event(n)).encode() + b"\n" for n in (1, 2)))
    assert decoded.messages["id"].to_list() == ["ev-1", "ev-2"]


def test_an_element_that_is_never_closed_and_too_long_to_be_held_says_that_nothing_after_it_was_read() -> (
    None
):
    lines = b"".join(json.dumps(event(number)).encode() + b",\n" for number in range(10_000))
    (refused,) = decode(b'[\n{"x":[\n' + lines).rejected
    assert "never closed" in refused.reason
    assert "no event in them was read" in refused.reason


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a." * 100_000 + "b = 1", f"p.toml:1: more than {MAX_NAMES} names"),
        ("\n[" + '"a" . ' * 5_000 + "b]", f"p.toml:2: more than {MAX_NAMES} names"),
        ("# " + "x" * MAX_BYTES, "1,048,576"),
        ("\n".join(f"k{place} = 1" for place in range(10_001)), "10,001 keys"),
        ("a = " + "[" * 100_000, "nested too deep"),
    ],
    ids=["dots", "table", "bytes", "keys", "depth"],
)
def test_a_program_made_to_hurt_is_refused_before_it_is_read(text: str, said: str) -> None:
    with pytest.raises(ProgramError) as caught:
        load_program(text, "p.toml")
    assert said in str(caught.value.problems[0])


def test_a_key_of_a_megabyte_is_not_repeated_whole() -> None:
    with pytest.raises(ProgramError) as caught:
        load_program('[program]\nname = "x"\n"' + "." * 900_000 + '" = 1\n', "p.toml")
    assert all(len(problem) < 400 for problem in caught.value.problems)
    assert caught.value.problems[-1].startswith("p.toml:3: program...")
    assert "…: unknown key; use one of name" in caught.value.problems[-1]


@pytest.mark.parametrize(
    "expression", ["CASE .5 WHEN .5 THEN TRUE ELSE FALSE END", "amount > .5", "amount IN (.5, 1, .7)"]
)
def test_a_number_may_begin_with_its_point_anywhere(expression: str) -> None:
    parsed = parse_expression(expression)
    assert parsed.problems == ()
    assert parsed.tree == parse_expression(expression.replace(" .", " 0.").replace("(.", "(0.")).tree


def full_of_mistakes(kind: str, count: int) -> str:
    """A program with so many mistakes of one kind."""
    milestones = "".join(f'[[milestone]]\nname = "m{i}"\nevent = "bill.paid"\n' for i in range(count))
    rules = "".join(f'[[rule]]\ncode = "r{i}"\nrequire = "unknown{i} > 1"\n' for i in range(count))
    names = ", ".join(f'"x{i}"' for i in range(count))
    return (
        SMALL
        + {
            "tables": "".join(f"[unknown{i}]\n" for i in range(count)),
            "keys": "[budget]\n" + "".join(f"unknown{i} = 1\n" for i in range(count)),
            "attributes": "[attributes]\n" + "".join(f'a{i} = "txt"\n' for i in range(count)) + rules,
            "facts": "[attributes]\n" + "".join(f'a{i} = "text"\n' for i in range(count)) + rules,
            "words": f'[[rule]]\ncode = "r"\nrequire = "{" + ".join(f"x{i}" for i in range(count))} > 1"\n',
            "milestones": milestones
            + f'[[rule]]\ncode = "r"\nrequire = "amount > 1"\nmilestones = [{names}]\n',
            "rates": "[rates]\n" + "".join(f"X{i} = 1.5\n" for i in range(count)),
        }[kind]
    )


@pytest.mark.parametrize("kind", ["tables", "keys", "attributes", "facts", "words", "milestones", "rates"])
def test_what_was_meant_is_sought_for_the_first_mistakes_of_a_program_only(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches: list[str] = []

    def searched(word: str, *_: Any, **__: Any) -> list[str]:
        searches.append(word)
        return []

    monkeypatch.setattr(nearest, "get_close_matches", searched)
    counts = []
    for count in (300, 600):
        searches.clear()
        with pytest.raises(ProgramError) as caught:
            load_program(full_of_mistakes(kind, count), "p.toml")
        counts.append(len(searches))
        assert len(caught.value.problems) <= MOST_PROBLEMS + 1
    assert counts[0] == counts[1] <= 2 * MOST_PROBLEMS


def test_a_program_says_that_it_may_have_more_problems_than_are_listed() -> None:
    with pytest.raises(ProgramError) as caught:
        load_program(full_of_mistakes("tables", 300), "p.toml")
    assert caught.value.problems[-1] == "p.toml: the first 100 problems are listed, and there may be more"


class CountedText(str):
    """A text that counts how often it was compared."""

    compared = 0

    def __eq__(self, other: object) -> bool:
        CountedText.compared += 1
        return super().__eq__(other)

    __hash__ = str.__hash__


@pytest.mark.parametrize("read", [values.kinds, lambda names: values.names(names, names, "kind")])
def test_a_long_list_of_names_is_not_compared_each_with_each(read: Callable[[object], object]) -> None:
    names = [CountedText(f"kind {number}") for number in range(2_000)]
    CountedText.compared = 0
    assert read(names) == tuple(names)
    assert CountedText.compared <= 3 * len(names)
    with pytest.raises(values.InvalidValueError, match="named twice"):
        read([*names, names[7]])


def test_the_columns_of_a_long_header_are_not_compared_each_with_each() -> None:
    header = [CountedText(name) for name in (*REQUIRED_COLUMNS, *(f"ext{number}" for number in range(2_000)))]
    CountedText.compared = 0
    csvfile._check_header(header, "x.csv", infer_time=False)
    assert CountedText.compared <= 10 * len(header)
    with pytest.raises(InputError, match="ext7"):
        csvfile._check_header([*header, header[len(REQUIRED_COLUMNS) + 7]], "x.csv", infer_time=False)


def test_a_name_of_many_spaces_is_read_in_one_pass() -> None:
    # what is quadratic takes hours here and does not come back
    assert not is_phone("1" + " " * 1_000_000 + "a")
    assert is_phone("020 7946 0958 ext. 12 ")


@pytest.mark.parametrize("text", ["a = " + "9" * 5_000, "a = " + "[" * 5_000], ids=["digits", "depth"])
@pytest.mark.parametrize(
    "load",
    [
        lambda path: load_mapping(path.read_text(), "x.toml"),
        lambda path: load_world(path.read_text(), "x.toml"),
        load_secrets,
        load_keys,
        read_config,
    ],
    ids=["mapping", "world", "secrets", "keys", "config"],
)
def test_a_file_of_settings_made_to_hurt_is_refused(
    load: Callable[[Path], object], text: str, tmp_path: Path
) -> None:
    (tmp_path / "x.toml").write_text(text)
    with pytest.raises(ReferralError, match=r"x\.toml"):
        load(tmp_path / "x.toml")


def test_merges_that_come_back_to_somebody_are_followed_once() -> None:
    with closing(Database(":memory:")) as db:
        db.execute("CREATE TABLE merge (seq INTEGER, merged INTEGER, person INTEGER, at INTEGER)")
        db.executemany("INSERT INTO merge VALUES (?, ?, ?, ?)", [(1, 1, 2, 5), (2, 2, 3, 6), (3, 3, 1, 7)])
        assert person_now(db, 1) == 3
        assert sorted(united_with(db, 1)) == [1, 2, 3]


def test_a_person_may_have_more_references_than_sqlite_takes_parameters() -> None:
    with closing(Database(":memory:")) as db:
        db.execute("CREATE TABLE event (seq INTEGER, person INTEGER, type TEXT, community TEXT)")
        db.execute("INSERT INTO event VALUES (1, 299999, 'customer.identified', 'north')")
        assert community_of(db, range(300_000)) == "north"


def chained(count: int) -> Database:
    """A database in which each of so many people was merged into the next, and the first bought by then."""
    db = Database(":memory:")
    db.executescript(
        "CREATE TABLE merge (merged INTEGER PRIMARY KEY, person INTEGER);"
        "CREATE INDEX merge_person ON merge (person);"
        "CREATE TABLE attribution (seq INTEGER, friend INTEGER, referrer INTEGER, ended_at INTEGER);"
        "CREATE TABLE decision (id INTEGER, seq INTEGER, outcome TEXT, friend INTEGER, referrer INTEGER);"
        "CREATE TABLE event (seq INTEGER PRIMARY KEY, person INTEGER);"
        "INSERT INTO event VALUES (1, 0); INSERT INTO attribution VALUES (1, 0, -1, NULL);"
    )
    db.executemany("INSERT INTO merge VALUES (?, ?)", [(one, one + 1) for one in range(count)])
    db.execute("INSERT INTO decision VALUES (1, 1, 'qualified', ?, -1)", (count,))
    return db


@pytest.mark.parametrize("find", [proving.unfounded_decision, proving.repeated_attribution])
def test_a_chain_of_merges_is_followed_once(find: Callable[[Database], object]) -> None:
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    counts = []
    for count in (200, 400):
        with closing(chained(count)) as db:
            steps = 0
            db.set_progress_handler(step, 100)  # of SQLite's instructions
            assert find(db) is None
            counts.append(steps)
    assert counts[1] < 3 * counts[0]


def test_what_no_chain_of_merges_explains_is_found() -> None:
    with closing(chained(9)) as db:
        db.execute("UPDATE decision SET referrer = -2")
        assert proving.unfounded_decision(db) == 1
    with closing(chained(9)) as db:
        db.execute("UPDATE event SET person = 50")
        assert proving.unfounded_decision(db) == 1
    with closing(chained(9)) as db:
        db.execute("INSERT INTO attribution VALUES (2, 5, -1, NULL)")
        assert proving.repeated_attribution(db) == 2
