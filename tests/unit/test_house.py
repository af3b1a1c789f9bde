"""The house rules that a machine can hold: style, types, arrows between the folders, and the README's two commands."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FOLDERS = {".ci", "benchmarks", "db", "docs", "referral_tui", "simulator", "tests"}
LONGEST = 400  # lines of a file
LONGEST_TEST = 700  # a test file is read a case at a time
LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
REGISTRY = re.compile(
    r"py[p]i\.|python[h]osted|[/]simple\b|index[-]url|find[-]links|trusted[-]host|file:[/]{2}", re.I
)


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """The project's files: what git keeps, or in a copy without git whatever is not ignored."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        ignored = (ROOT / ".gitignore").read_text().split()
        found = list(_walk(ROOT, [pattern.rstrip("/") for pattern in ignored]))
    return [path for path in found if path.is_file()]


def _walk(folder: Path, ignored: list[str]) -> Iterator[Path]:
    for path in folder.iterdir():
        if any(path.match(pattern) for pattern in ignored):
            continue
        if path.is_dir():
            yield from _walk(path, ignored)
        else:
            yield path


def run(*command: str) -> None:
    """Run a tool in the project's folder; it must have nothing to say."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.fail(
            f"{' '.join(command)} gives {done.returncode}:\n{done.stdout}{done.stderr}", pytrace=False
        )


def test_lint() -> None:
    run(sys.executable, "-m", "ruff", "check", "--output-format=concise", ".")


def test_format() -> None:
    run(sys.executable, "-m", "ruff", "format", "--check", ".")


def test_types() -> None:
    run(sys.executable, "-m", "mypy")


def test_arrows() -> None:
    tool = shutil.which("lint-imports", path=str(Path(sys.executable).parent))
    assert tool, "import-linter is not installed beside this Python"
    run(tool, "--no-cache")


def test_no_long_file(files: list[Path]) -> None:
    long = []
    for path in files:
        if path.suffix == ".py":
            count = len(path.read_text(encoding="utf-8").splitlines())
            if count > (LONGEST_TEST if path.is_relative_to(ROOT / "tests") else LONGEST):
                long.append(f"{path.relative_to(ROOT)}: {count} lines; split it by what it does")
    if long:
        pytest.fail("\n".join(long), pytrace=False)


def test_top_level_folders(files: list[Path]) -> None:
    parts = [path.relative_to(ROOT).parts for path in files]
    assert {part[0] for part in parts if len(part) > 1} == FOLDERS


def test_no_registry_is_named(files: list[Path]) -> None:
    """Whoever installs decides where from."""
    found = []
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in REGISTRY.finditer(text)]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


# -- what is installed ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    """The versions of constraints.txt, by name."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith("#")]
    assert all(len(pair) == 2 and re.fullmatch(r"[0-9][0-9a-z.]*", pair[1]) for pair in pairs), pairs
    return {canonicalize_name(name): version for name, version in pairs}


def test_pins_lie_within_the_bounds(pins: dict[str, str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for text in [*project["dependencies"], *project["optional-dependencies"]["dev"]]:
        wanted = Requirement(text)
        assert wanted.specifier.contains(pins[canonicalize_name(wanted.name)]), text
        assert {"<", ">="} == {bound.operator for bound in wanted.specifier}, text


def test_pins_are_what_is_needed_and_nothing_else(pins: dict[str, str]) -> None:
    needed: set[tuple[str, str]] = set()
    todo = [("referral-tui", ""), ("referral-tui", "dev")]
    while todo:
        name, extra = todo.pop()
        for text in requires(name) or []:
            wanted = Requirement(text)
            if wanted.marker and not wanted.marker.evaluate(LINUX | {"extra": extra}):
                continue
            found = {(canonicalize_name(wanted.name), also) for also in ("", *wanted.extras)} - needed
            needed |= found
            todo += found
    assert {name for name, _ in needed} == set(pins)


# -- the README's two commands ----------------------------------------------------------------------


def blocks(marker: str) -> list[str]:
    """Lines of the fenced block after a marker of the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(rf"<!-- {marker} -->\n```sh\n(.*?)```", text, re.S)
    assert len(found) == 1, f"README.md has {len(found)} blocks after <!-- {marker} -->"
    return found[0].splitlines()


def test_each_command_is_one_line() -> None:
    (job,) = blocks("the main job")
    (check,) = blocks("the test command")
    assert job.endswith("referral-tui demo")
    assert check.endswith("pytest")
    for command in (job, check):
        assert "-c constraints.txt" in command


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_ci_runs_the_command_of_the_readme() -> None:
    done = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run"), "--print"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == blocks("the test command")
    assert "pytest" not in (ROOT / ".ci" / "run").read_text(), "it must take the command, not copy it"
