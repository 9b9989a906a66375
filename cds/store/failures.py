"""What SQLite reports, as sentences for people."""

import sqlite3
from typing import Final

from cds.store.protocol import StoreBusy, StoreError

_NOTHING_STORED: Final = "nothing of this was stored"
_SENTENCES: Final = {
    "SQLITE_FULL": f"there is no room left; {_NOTHING_STORED}: make room and send it again",
    "SQLITE_READONLY": f"the file may not be written; {_NOTHING_STORED}: give the right to write and send it again",
    "SQLITE_PERM": f"the file may not be written; {_NOTHING_STORED}: give the right to write and send it again",
    "SQLITE_CANTOPEN": "the file cannot be opened; look whether it is there and may be read and written",
    "SQLITE_CORRUPT": "the file is damaged; put back a copy, and send again what came after it was made",
    "SQLITE_NOTADB": "the file is damaged, or no store; put back a copy, and send again what came after it was made",
    "SQLITE_IOERR": f"the disk did not do as it was told; {_NOTHING_STORED}: look after the disk and send it again",
}


def failure(wrong: sqlite3.Error, file: str, patience: float) -> StoreError:
    """The error to raise for one of SQLite's. patience: seconds that were waited for others."""
    name = getattr(wrong, "sqlite_errorname", None) or ""
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        waited = f"somebody else has kept the store locked for more than {patience:g} s"
        return StoreBusy(f"{file}: {waited}; {_NOTHING_STORED}: send it again")
    for beginning, sentence in _SENTENCES.items():
        if name.startswith(beginning):
            return StoreError(f"{file}: {sentence}")
    return StoreError(f"{file}: the store cannot be used ({wrong}); {_NOTHING_STORED}")
