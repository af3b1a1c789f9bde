"""Check files beside a database before they are opened, since anybody may have put them there."""

from __future__ import annotations

import stat
from pathlib import Path

from simulator.domain.errors import DatabaseError


def check_plain(path: Path, what: str) -> None:
    """Check that `path` is a regular file and not a link, or doesn't exist; `what` names what belongs there.

    Raises:
        DatabaseError: it is a link, a folder, a pipe or a device, so that writing would go somewhere else.

    """
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    except OSError as error:
        raise DatabaseError(f"{path}: can't be opened ({error.strerror})") from error
    if not stat.S_ISREG(mode):
        kind = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "no file"
        raise DatabaseError(f"{path}: is {kind}, not {what}; move it away, or name another database")
