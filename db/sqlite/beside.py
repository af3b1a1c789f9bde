"""Check files beside a database before they are opened, since anybody may have put them there."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path
from urllib.parse import quote

from db.sqlite.readonly import in_words
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


def open_beside(path: Path, what: str, application: int, timeout_s: float = 2.0) -> sqlite3.Connection:
    """Open a file beside a platform's database for reading only; `what` names what belongs there.

    Of a text that is not UTF-8 the wrong bytes are replaced. One that nobody writes can also be opened in a folder that
    can't be written.

    Raises:
        DatabaseError: it can't be read, or is not a database with this application id.

    """
    check_plain(path, what)
    uri = f"file:{quote(bytes(path.absolute()))}?mode=ro"
    try:
        try:
            return _opened(uri, path, what, application, timeout_s)
        except sqlite3.OperationalError as error:
            resting = not path.with_name(f"{path.name}-wal").exists()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or not resting:
                raise
            return _opened(f"{uri}&immutable=1", path, what, application, timeout_s)
    except sqlite3.Error as error:
        raise in_words(error, path) from error


def _opened(uri: str, path: Path, what: str, application: int, timeout_s: float) -> sqlite3.Connection:
    db = sqlite3.connect(uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False)
    try:
        db.text_factory = lambda raw: raw.decode("utf-8", "replace")
        ((found,),) = db.execute("PRAGMA application_id")
        if found != application:
            raise DatabaseError(f"{path.name} is not {what}")
    except BaseException:
        db.close()
        raise
    return db
