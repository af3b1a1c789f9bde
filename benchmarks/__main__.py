"""Run the short measurements one after another: `python -m benchmarks [--only NAME [its options]]`.

Each is a module that can also be run alone (`python -m benchmarks.NAME --help`), and runs in a process of its own, so
that none measures the memory of another.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from importlib.util import find_spec

SHORT: dict[str, list[str]] = {
    "whole": [],
    "loading": [],
    "rivals": [],
    "world": [],
    "lab": [],
    "features": [],
    "restarting": ["--events", "60000"],
    "http": [],
    "postgres": [],
    "mapping": [],
    "erasing": ["--people", "100000", "--erased", "4"],
    "growth": ["--millions", "3"],
}
"""The measurements, and the options that they run with."""
EXTRAS = {"rivals": (("zen", "json_logic", "simpy"), "bench"), "postgres": (("psycopg",), "dev")}
"""What a measurement needs that may not be installed, and the extra that provides it."""


def main() -> int:
    """Run the requested measurements, and return the first exit status that is not 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=SHORT, metavar="NAME", help=f"one of {', '.join(SHORT)}")
    given, options = parser.parse_known_args()
    if options and not given.only:
        parser.error(f"{' '.join(options)}: options are of one measurement, so name it by --only")
    status = 0
    for name in [given.only] if given.only else SHORT:
        print(f"== {name}", flush=True)
        needed, extra = EXTRAS.get(name, ((), ""))
        missing = [module for module in needed if not find_spec(module)]
        if missing:
            print(f"not measured: {', '.join(missing)} not installed (pip install -e '.[{extra}]')")
            continue
        command = [sys.executable, "-m", f"benchmarks.{name}", *(options or SHORT[name])]
        status = status or subprocess.run(command, check=False).returncode
    return status


if __name__ == "__main__":
    sys.exit(main())
