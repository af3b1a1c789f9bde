"""Checks what was built: `python .ci/check_dist.py dist`. Says what is missing or too much, and then ends with 1."""

from __future__ import annotations

import sys
import tarfile
import tomllib
import zipfile
from email import message_from_string
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[1]
PACKAGES = ("referral_tui", "simulator", "db")


def main(folder: Path) -> int:
    """Compare wheel and sdist with the sources."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sources = {
        path.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    problems = []
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (about,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        metadata = message_from_string(archive.read(about).decode())
    inside = {name for name in names if ".dist-info/" not in name}
    problems += [f"{wheel.name}: {name} is missing" for name in sorted(sources - inside)]
    problems += [f"{wheel.name}: {name} is no source" for name in sorted(inside - sources)]
    with tarfile.open(sdist) as archive:
        packed = {PurePosixPath(*PurePosixPath(name).parts[1:]).as_posix() for name in archive.getnames()}
    wanted = sources | {"pyproject.toml", "README.md", "LICENSE", "constraints.txt", "tests/__main__.py"}
    problems += [f"{sdist.name}: {name} is missing" for name in sorted(wanted - packed)]
    stated = {key: metadata[key] for key in ("Name", "Version", "Summary", "Requires-Python")}
    wants = ("name", "version", "description", "requires-python")
    problems += [
        f"{wheel.name}: {key} is {value}, not {project[name]}"
        for (key, value), name in zip(stated.items(), wants, strict=True)
        if value.replace(" ", "") != project[name].replace(" ", "")
    ]
    newest = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").split("\n## ")[1].split(",")[0].strip()
    if newest != project["version"]:
        problems.append(f"CHANGELOG.md: begins with {newest}, not with {project['version']}")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
