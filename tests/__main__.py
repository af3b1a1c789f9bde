"""Checks everything, the quick checks first: `python -m tests`. Stops at the first that fails.

`--coverage` measures, too, how much of the code the tests run, and ends with the table of it. What follows is handed to
pytest: `python -m tests tests/unit -k moment`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PYTHON: Final = sys.executable
STEPS: Final = {
    "lint": [PYTHON, "-m", "ruff", "check", "--quiet", "."],
    "format": [PYTHON, "-m", "ruff", "format", "--check", "--quiet", "."],
    "arrows between folders": [str(Path(PYTHON).with_name("lint-imports")), "--no-cache"],
    "types": [PYTHON, "-m", "mypy"],
}
"""What comes before pytest, in seconds from 1 to 60."""


def main(arguments: Sequence[str]) -> int:
    """Run the steps, then pytest; gives the exit status of what failed. pytest's closing line is the last."""
    os.chdir(ROOT)
    for name, command in STEPS.items():
        print(f"{name} …", flush=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{done.stdout}{done.stderr}{name}: {' '.join(command)} failed", file=sys.stderr)
            return done.returncode
    given = list(arguments)
    if "--coverage" not in given:
        return subprocess.run([PYTHON, "-m", "pytest", *given], check=False).returncode
    given.remove("--coverage")
    return _measured(given)


def _measured(arguments: list[str]) -> int:
    """Run pytest under coverage, in its workers and in the commands that tests start, too."""
    coverage = [PYTHON, "-m", "coverage"]
    status = subprocess.run([*coverage, "run", "-m", "pytest", *arguments], check=False).returncode
    subprocess.run([*coverage, "combine", "--quiet"], check=True)
    return status or subprocess.run([*coverage, "report"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
