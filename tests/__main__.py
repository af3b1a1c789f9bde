"""Run all checks, the quick ones first, and stop at the first failure: `python -m tests`.

Types take the longest of the checks before the tests, so they are checked while the tests run, on a second core. All
test files are imported once before the workers do so: in a fresh copy each of them would compile all of them, 9 s each.

`--coverage` also measures how much of the code the tests run, and prints a table at the end. Other arguments are passed
to pytest: `python -m tests tests/unit -k moment`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PYTHON: Final = sys.executable
STEPS: Final = {
    "lint": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "import contracts": [str(Path(PYTHON).with_name("lint-imports")), "--no-cache"],
    "types": [PYTHON, "-m", "mypy"],
}
"""The checks before pytest, which take 1 to 60 seconds each; the last runs alongside pytest."""
COLLECTION: Final = [PYTHON, "-m", "pytest", "--collect-only", "-qq", "-n", "0"]
"""Imports all test files in one process; what can't be imported fails here."""

Done = subprocess.CompletedProcess[str]


def main(arguments: Sequence[str]) -> int:
    """Run the checks, then pytest; return the exit status of what failed. pytest's closing line comes last."""
    os.chdir(ROOT)
    # Tests start some hundred processes: without compiled files each would compile the whole product, 0.2 s.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    *before, last = STEPS
    for name in before:
        print(f"{name} …", flush=True)
        done = _checked(STEPS[name])
        if done.returncode:
            return _failed(name, done)
    print(f"{last}, and the tests …", flush=True)
    given = [argument for argument in arguments if argument != "--coverage"]
    if len(given) == len(arguments):
        return _beside(last, [PYTHON, "-m", "pytest", *given], whole=not given)
    return _measured(last, given)


def _checked(command: list[str]) -> Done:
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _failed(name: str, done: Done) -> int:
    """Print a check's output; return its exit status."""
    print(f"{done.stdout}{done.stderr}{name}: {' '.join(done.args)} failed", file=sys.stderr)
    return done.returncode


def _beside(last: str, tests: list[str], *, whole: bool) -> int:
    """Run the tests and the last check at once; if the check fails it ends the tests, as Ctrl-C does.

    `whole`: all tests, which are first imported in one process.
    """
    with ThreadPoolExecutor(1) as thread:
        step = thread.submit(_checked, STEPS[last])
        imported = _checked(COLLECTION) if whole else None
        if imported and imported.returncode:
            return _failed("collection", imported)
        with subprocess.Popen(tests) as running:

            def end(check: Future[Done]) -> None:
                if check.result().returncode:
                    running.send_signal(signal.SIGINT)

            step.add_done_callback(end)
            status = running.wait()
        done = step.result()
    return _failed(last, done) if done.returncode else status


def _measured(last: str, arguments: list[str]) -> int:
    """Run pytest under coverage, including its workers and the commands that tests start."""
    coverage = [PYTHON, "-m", "coverage"]
    status = _beside(last, [*coverage, "run", "-m", "pytest", *arguments], whole=not arguments)
    subprocess.run([*coverage, "combine", "--quiet"], check=True)
    return status or subprocess.run([*coverage, "report"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
