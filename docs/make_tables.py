"""Writes what `presets check` finds into README.md and docs/world.md: `python docs/make_tables.py`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
COMMAND = ("presets", "check", "--json")
IN_README = {
    "share-rate": "share",
    "signup-rate": "signup",
    "conversion-rate": "conversion",
    "acquisition-rate": "acquisition",
    "by-code": "by code",
    "top-fifth": "top fifth",
}
NUMBERS = {"clicks-per-share"}  # what is no share of anything

Figure = dict[str, Any]


def main() -> None:
    """Run the check, about a minute, and write both tables."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "referral_tui", *COMMAND], capture_output=True, text=True, check=False
    )
    output = json.loads(done.stdout)
    replace(ROOT / "README.md", readme_table(output["figures"]))
    replace(ROOT / "docs" / "world.md", world_table(output["figures"]))


def replace(page: Path, table: str) -> None:
    """Put a table between the page's marks."""
    text = page.read_text(encoding="utf-8")
    marked = re.compile(r"(<!-- presets check -->\n\n).*?(\n*<!-- end -->)", re.DOTALL)
    page.write_text(marked.sub(lambda found: found[1] + table + "\n\n<!-- end -->", text), encoding="utf-8")


def readme_table(figures: list[Figure]) -> str:
    """Return a row for each preset: what is published, and what was simulated."""
    rows = [
        "| preset | published for | " + " | ".join(IN_README.values()) + " |",
        "| --- | --- |" + " --- |" * len(IN_README),
    ]
    presets = dict.fromkeys(one["preset"] for one in figures)
    for preset in presets:
        of = {one["measure"]: one for one in reversed(figures) if one["preset"] == preset}
        cells = [f"{told(of[name])} → {simulated(of[name])}" for name in IN_README]
        rows.append(f"| `{preset}` | {of['share-rate']['row']} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def world_table(figures: list[Figure]) -> str:
    """Return a row for each figure: published, simulated, bounds, and its source."""
    rows = [
        "| preset | figure | published | simulated | bounds | source |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    last = None
    for one in figures:
        name = f"`{one['preset']}`" if one["preset"] != last else ""
        last = one["preset"]
        unit = "" if one["measure"] in NUMBERS else " %"
        low, high = (number(end, one["measure"]) for end in one["bounds"])
        rows.append(
            f"| {name} | {one['title']} | {told(one)}{unit} | {simulated(one)}{unit} | {low} to {high}{unit} | "
            f"{one['source']} |"
        )
    return "\n".join(rows)


def told(one: Figure) -> str:
    """Format a published figure or range, in per cent if it is a share."""
    scale = 1 if one["measure"] in NUMBERS else 100
    return " to ".join(dict.fromkeys(f"{end * scale:.3g}" for end in one["published"]))


def simulated(one: Figure) -> str:
    """Format the simulated figure in the same way."""
    return number(one["simulated"], one["measure"])


def number(value: float, measure: str) -> str:
    """Format a simulated number, with one decimal of a per cent."""
    return f"{value:.2f}" if measure in NUMBERS else f"{value * 100:.1f}"


if __name__ == "__main__":
    main()
