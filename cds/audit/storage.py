"""SQLite databases that only the user who runs the process may read."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from cds.diagnostics import CdsError

_OWNER_ONLY: Final = 0o600
_PATIENCE: Final = 10.0  # seconds to wait for another process that writes
KEY_BYTES: Final = 32


def private_database(path: Path, script: str) -> sqlite3.Connection:
    """The database at this path, made with mode 0600 when it is not there; `script` makes its tables once.

    It may be used from several threads, one at a time, and from several processes. What is deleted is overwritten.
    CdsError when it cannot be opened or others may read it.
    """
    _make(path, b"")
    try:
        return _opened(path, script)
    except sqlite3.Error as wrong:
        raise CdsError(
            f"{path.name}: no database that can be used ({wrong}); put back a copy, or name another file"
        ) from None


def _opened(path: Path, script: str) -> sqlite3.Connection:
    database = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")
        database.executescript(script)
    except sqlite3.Error:
        database.close()
        raise
    return database


def private_key(path: Path) -> bytes:
    """The key in this file, drawn and written with mode 0600 when it is not there; CdsError when it is no key."""
    _make(path, os.urandom(KEY_BYTES))
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise CdsError(f"{path.name}: a key of {KEY_BYTES} bytes is expected; put the right file back")
    return key


def _make(path: Path, content: bytes) -> None:
    """Make the file in one step, so that no other process ever sees it half written; leave one that is there."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
        try:
            os.link(draft, path)
        except FileExistsError:  # another process was first
            pass
        finally:
            draft.unlink()
    if path.stat().st_mode & 0o077:
        raise CdsError(f"{path.name}: others may read this file; take the right away with chmod 600")
