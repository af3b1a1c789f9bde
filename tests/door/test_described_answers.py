"""Requests that Schemathesis generates from the description: no server error, and no response it doesn't allow."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, Literal
from urllib.request import Request, urlopen

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable

from tests.door.calling import STORY, lines
from tests.door.test_serve import served

FEW, MANY = 4, 100
"""Requests to each operation: in the default profile, and in a round of the long one."""
ALL = int(os.environ.get("DOOR_REQUESTS", "100000"))
"""Requests of the long profile. Each round has its own server and seed."""
_LOG = logging.getLogger(__name__)
Mode = Literal["positive", "negative"]  # of Schemathesis: requests that are valid, and such as are not
# Schemathesis is imported where it is used: every worker imports this file.


@contextmanager
def described(folder: Path) -> Iterator[str]:
    """A server with people, a reward and a subscription in it, whose clock can be set."""
    options = ("--program", "program.toml", "--clock", "frozen", "--map", "cello")
    with served(folder, *options) as (_, address):
        hook = json.dumps({"name": "own", "url": "http://127.0.0.1:9/hooks"}).encode()
        for path, media, body in (
            ("/v1/clock", "application/json", b'{"to": "2026-01-03T00:00:00Z"}'),
            ("/v1/events", "application/x-ndjson", lines(STORY)),
            ("/v1/hooks", "application/json", hook),
        ):
            urlopen(Request(f"{address}{path}", data=body, headers={"Content-Type": media})).close()
        yield address


def try_operation(operation: Any, mode: Mode, most: int, number: int) -> int:
    """Send requests to an operation, by this seed, and check every response; return how many were sent."""
    from schemathesis import checks
    from schemathesis.generation import GenerationMode
    from schemathesis.specs.openapi import checks as of_openapi

    agreed = [
        checks.not_a_server_error,
        of_openapi.status_code_conformance,
        of_openapi.content_type_conformance,
        of_openapi.response_schema_conformance,
    ]
    sent = 0

    @seed(number)
    @given(case=operation.as_strategy(generation_mode=GenerationMode(mode)))
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any) -> None:
        nonlocal sent
        sent += 1
        case.call_and_validate(checks=agreed)

    run: Callable[[], None] = check
    # of some requests nothing can be invalid
    with suppress(*([Unsatisfiable] if mode == "negative" else [])):
        run()
    return sent


def try_all(address: str, modes: Iterable[Mode], most: int, number: int = 1) -> int:
    """Send so many requests of each mode to each operation; return the total."""
    import schemathesis

    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    found: Any = schema.get_all_operations()
    operations = [one.ok() for one in found]
    return sum(try_operation(one, mode, most, number) for one in operations for mode in modes)


def test_every_answer_is_one_that_the_description_allows(tmp_path: Path) -> None:
    with described(tmp_path) as address:
        assert try_all(address, ("positive",), FEW) > 10 * FEW


@pytest.mark.long
def test_a_hundred_thousand_answers_are_such_as_the_description_allows(tmp_path: Path) -> None:
    sent = 0
    for number in count(1):
        folder = tmp_path / str(number)
        folder.mkdir()
        with described(folder) as address:
            sent += try_all(address, ("positive", "negative"), MANY, number)
        _LOG.info("%d requests", sent)
        if sent >= ALL:
            break
