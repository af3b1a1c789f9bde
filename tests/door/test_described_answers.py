"""Requests that Schemathesis makes of the description: no fault of the server, and no answer that it does not allow."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.door.calling import STORY, lines
from tests.door.test_serve import served

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
FEW, MANY = 7, 400
"""Requests to each operation, in the default and in the long profile."""


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


def try_operation(operation: Any, most: int) -> int:
    """Send requests to an operation, and check every answer; how many were sent."""
    sent = 0

    @given(case=operation.as_strategy())
    @settings(
        max_examples=most,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def check(case: Any) -> None:
        nonlocal sent
        sent += 1
        case.call_and_validate(checks=CHECKS)

    run: Callable[[], None] = check
    run()
    return sent


def try_all(address: str, most: int) -> int:
    """Send so many requests to each operation; how many there were in all."""
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    found: Any = schema.get_all_operations()
    return sum(try_operation(one.ok(), most) for one in found)


def test_every_answer_is_one_that_the_description_allows(tmp_path: Path) -> None:
    with described(tmp_path) as address:
        assert try_all(address, FEW) > 10 * FEW


@pytest.mark.long
def test_thousands_of_answers_are_such_as_the_description_allows(tmp_path: Path) -> None:
    with described(tmp_path) as address:
        assert try_all(address, MANY) > 10 * MANY
