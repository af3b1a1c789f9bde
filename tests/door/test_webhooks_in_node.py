"""A subscriber of another make, in Node, takes our webhooks and checks their signatures."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from db.hooks import HookStore
from simulator.door.webhooks import new_secret
from tests.door.calling import STORY, Caller

SCRIPT = Path(__file__).with_name("webhooks.js")
NODE = shutil.which("node")
PATIENCE_S = 30.0


def has_library() -> bool:
    """Whether the package standardwebhooks is there for Node."""
    asked = [str(NODE), "-e", "require('standardwebhooks')"]
    return subprocess.run(asked, cwd=SCRIPT.parent, check=False, capture_output=True).returncode == 0


@asynccontextmanager
async def in_node(secret: str, by: str) -> AsyncIterator[asyncio.StreamReader]:
    """What the subscriber prints while it runs: its port, then a line for each message."""
    process = await asyncio.create_subprocess_exec(
        str(NODE), str(SCRIPT), secret, by, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield process.stdout
    finally:
        process.kill()
        await process.wait()


@pytest.mark.skipif(NODE is None, reason="needs node")
@pytest.mark.parametrize("by", ["own", "library"])
async def test_node_checks_what_it_is_sent(door: Caller, by: str) -> None:
    if by == "library" and not has_library():
        pytest.skip("needs the package standardwebhooks of npm")
    secret = new_secret()
    async with asyncio.timeout(PATIENCE_S), in_node(secret, by) as said:
        port = int(await said.readline())
        with HookStore(door.path) as store:
            store.add("node", f"http://127.0.0.1:{port}/", secret, (), 0, "")
        await door.send(*STORY)
        types = [(await said.readline()).decode().strip() for _ in range(3)]
    assert types == ["referral.attributed", "conversion.qualified", "reward.pending"]
