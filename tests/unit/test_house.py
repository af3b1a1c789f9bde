"""The house rules that a machine can check, besides style, types and imports: folders, pins, commands, the kit."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests import __main__ as checks

ROOT = Path(__file__).parents[2]
FOLDERS = {".ci", "benchmarks", "db", "docs", "referral_tui", "simulator", "tests"}
LINUX = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"}
REGISTRY = re.compile(
    r"py[p]i\.|python[h]osted|[/]simple\b|index[-]url|find[-]links|trusted[-]host|file:[/]{2}", re.I
)


@pytest.fixture(scope="module")
def files() -> list[Path]:
    """The files of the project: those that git tracks, or in a copy without git those that are not ignored."""
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


def test_top_level_folders(files: list[Path]) -> None:
    parts = [path.relative_to(ROOT).parts for path in files]
    assert {part[0] for part in parts if len(part) > 1} == FOLDERS


def test_no_registry_is_named(files: list[Path]) -> None:
    """Whoever installs decides which registry to use."""
    found = []
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {match[0]}" for match in REGISTRY.finditer(text)]
    if found:
        pytest.fail("\n".join(found), pytrace=False)


# -- what is installed ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    """The versions in constraints.txt, by name."""
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
    """The lines of the fenced block after a marker in the README."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(rf"<!-- {marker} -->\n```sh\n(.*?)```", text, re.S)
    assert len(found) == 1, f"README.md has {len(found)} blocks after <!-- {marker} -->"
    return str(found[0]).splitlines()


def test_each_command_is_one_line() -> None:
    (job,) = blocks("the main job")
    (check,) = blocks("the test command")
    assert job.endswith("referral-tui demo")
    assert check.endswith("python -m tests")
    for command in (job, check):
        assert "-c constraints.txt" in command


def test_the_test_command_ends_at_the_first_step_that_fails(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    given: list[Any] = [sys.executable, "-c"]
    steps = {"one": [*given, "print('hidden')"], "two": [*given, "print('why'); exit(3)"], "three": ["never"]}
    monkeypatch.setattr(checks, "STEPS", steps)
    assert checks.main(["tests/unit"]) == 3
    out, err = capfd.readouterr()
    assert out == "one …\ntwo …\n"
    assert err.startswith("why\ntwo: ")
    steps["two"] = [*given, ""]
    steps["three"] = [*given, ""]
    assert checks.main(["--co", "tests/unit/test_lateness.py", "-n", "0"]) == 0
    assert "test_lateness.py" in capfd.readouterr().out
    steps["three"] = [*given, "print('wrong'); exit(4)"]  # beside the tests, which it ends
    assert checks.main(["--co", "tests/unit/test_lateness.py", "-n", "0"]) == 4
    assert capfd.readouterr().err.endswith("exit(4) failed\n")
    steps["three"] = [*given, ""]
    monkeypatch.setattr(checks, "COLLECTION", [*given, "print('not imported'); exit(2)"])
    assert checks.main([]) == 2
    assert capfd.readouterr().err.startswith("not imported\ncollection: ")


def test_types_are_said_to_be_there_in_every_package(files: list[Path]) -> None:
    marked = {path.parent.name for path in files if path.name == "py.typed"}
    assert marked == {"db", "referral_tui", "simulator"}
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert marked == set(build["targets"]["wheel"]["packages"])


def test_the_newest_changes_are_those_of_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    newest = re.search(r"^## ([0-9.]+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest
    assert newest[1] == project["version"]


def test_hooks_fetch_nothing() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text()
    assert re.findall(r"repo: (.*)", hooks) == ["local"]
    assert set(re.findall(r"language: (.*)", hooks)) == {"system"}


def test_every_page_is_in_the_site() -> None:
    listed = re.findall(r": ([a-z-]+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(path.name for path in (ROOT / "docs").glob("*.md"))


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_matrix_names_the_pythons_that_are_missing(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    for name in ("dirname", "mktemp", "rm"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    done = subprocess.run(
        [str(bash), str(ROOT / ".ci" / "matrix")],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [f"python3.{minor}: not installed, skipped" for minor in range(11, 15)]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_ci_runs_the_command_of_the_readme() -> None:
    done = subprocess.run(
        ["bash", str(ROOT / ".ci" / "run"), "--print"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == blocks("the test command")
    assert "pytest" not in (ROOT / ".ci" / "run").read_text(), "it must take the command, not copy it"


@pytest.mark.parametrize("who", ["referral_tui.dashboard", "db"])
def test_contracts_that_allow_the_domain_alone_name_every_other_package_of_simulator(who: str) -> None:
    """A package that is added is forbidden to the dashboard and to db, too, and not forgotten."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    others = {
        f"simulator.{path.parent.name}"
        for path in (ROOT / "simulator").glob("*/__init__.py")
        if path.parent.name != "domain"
    }
    strict = [
        one
        for one in contracts
        if one.get("source_modules") == [who] and not one.get("allow_indirect_imports")
    ]
    assert any(others <= set(one["forbidden_modules"]) for one in strict)
