"""A store opened for a command: the file, and where its master key is."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from cds.store.embedded import SqliteStore
from cds.store.keys import key_from_environment, key_from_file


@contextmanager
def store_at(path: Path, key: str | None) -> Generator[SqliteStore]:
    """The store in a file, closed at the end. key: file of the master key, drawn when there is none; None = the
    environment holds it. StoreError when either cannot be used.
    """
    master = key_from_file(Path(key)) if key else key_from_environment()
    store = SqliteStore(path, master)
    try:
        yield store
    finally:
        store.close()
