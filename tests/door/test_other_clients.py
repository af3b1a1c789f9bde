"""Third-party clients talk to a server in a separate process, unchanged: the official SDKs of CloudEvents."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event, to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent

from tests.cli.nasty import START, message
from tests.door.calling import STORY
from tests.door.test_serve import served

SCRIPT = Path(__file__).parent / "node" / "walk.cjs"


def post(address: str, sent: HTTPMessage) -> tuple[int, Any]:
    """Return the status and body of a response."""
    request = Request(f"{address}/v1/events", data=sent.body, headers=sent.headers, method="POST")
    try:
        with urlopen(request) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def made(event: dict[str, Any]) -> CloudEvent:
    """Return an event as the SDK creates it: with a time, and with attributes unknown to us."""
    whole = from_http_event(
        HTTPMessage({"content-type": "application/cloudevents+json"}, json.dumps(event).encode())
    )
    attributes = {
        **whole.get_attributes(),
        "datacontenttype": "application/json",
        "traceparent": "00-ab-cd-01",
    }
    return CloudEvent(attributes, data=whole.get_data())


def test_the_sdk_for_python_sends_in_both_modes_and_is_understood(tmp_path: Path) -> None:
    with served(tmp_path, "--program", "program.toml") as (_, address):
        statuses = [post(address, to_binary_event(made(event)))[0] for event in STORY]
        again = [post(address, to_structured_event(made(event))) for event in STORY]
        nobody = made(message("x", "bill.paid", "ann", START))
        nobody.get_attributes()["subject"] = "jané, roe"  # percent-encoded on the way, and back
        refused = post(address, to_binary_event(nobody))
    assert statuses == [201] * 4
    assert [(status, said["receipt"]) for status, said in again] == [(200, "duplicate")] * 4
    assert refused[0] == 422
    assert refused[1]["field"] == "subject"
    assert "\\xe9" in refused[1]["reason"]


def has_node() -> bool:
    """Return whether Node is installed and finds the two packages, here or in NODE_PATH."""
    node = shutil.which("node")
    script = "require('cloudevents'); require('standardwebhooks')"
    return (
        node is not None
        and subprocess.run([node, "-e", script], check=False, capture_output=True).returncode == 0
    )


@pytest.mark.skipif(
    not has_node(), reason="needs node with cloudevents and standardwebhooks (npm, NODE_PATH)"
)
def test_the_sdks_for_node_send_events_and_verify_the_webhooks_that_follow(tmp_path: Path) -> None:
    with served(tmp_path, "--program", "program.toml") as (_, address):
        command = [str(shutil.which("node")), str(SCRIPT), address, json.dumps(STORY), "3"]
        ran = subprocess.run(
            command, check=False, capture_output=True, text=True, env=os.environ, timeout=120
        )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert told["statuses"] == {"binary": 201, "structured": 201, "again": 200}
    assert told["came"][:3] == ["referral.attributed", "conversion.qualified", "reward.pending"]
