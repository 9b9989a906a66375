"""One process at a time follows the patients of a store."""

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from cds.store import StoreBusy, StoreError


@contextmanager
def sole_writer(store: Path) -> Generator[None]:
    """Follow alone until it ends, however it ends; StoreBusy when another process follows on this store.

    The lock is SQLite's own on an empty file beside the store, so the system lets go of it when the process dies.
    """
    try:
        lock = sqlite3.connect(store.with_name(f"{store.name}.lock"), timeout=0, isolation_level=None)
    except sqlite3.Error:
        raise StoreError(f"{store.name}: the file beside it that says who follows cannot be made here") from None
    try:
        _take(lock, store.name)
        yield
    finally:
        lock.close()


def _take(lock: sqlite3.Connection, name: str) -> None:
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as wrong:
        if wrong.sqlite_errorname.startswith("SQLITE_BUSY"):
            raise StoreBusy(
                f"{name}: another process follows on this store; send the events to that one, or end it first"
            ) from None
        raise StoreError(f"{name}: the file beside it that says who follows cannot be used ({wrong})") from None
    except sqlite3.DatabaseError as wrong:
        raise StoreError(f"{name}: the file beside it that says who follows cannot be used ({wrong})") from None
