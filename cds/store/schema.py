"""The tables of the store's file, and how an older file becomes one of today."""

import sqlite3
from typing import Final

from cds.store.protocol import StoreError

APPLICATION: Final = 0x63647365  # "cdse", in the head of the file
_FIRST: Final = (
    f"PRAGMA application_id = {APPLICATION}",
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE keys (tag TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, sealed TEXT NOT NULL)",
    "CREATE TABLE records (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, place INTEGER NOT NULL, "
    "tag TEXT NOT NULL UNIQUE, digest TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL, UNIQUE (name, place))",
    "CREATE TRIGGER records_stay BEFORE UPDATE ON records "
    "BEGIN SELECT RAISE(ABORT, 'the log of events is append-only'); END",
    "CREATE TRIGGER records_are_kept BEFORE DELETE ON records "
    "BEGIN SELECT RAISE(ABORT, 'the log of events is append-only'); END",
)
_SNAPSHOTS: Final = (
    "CREATE TABLE snapshots (name TEXT NOT NULL, about TEXT NOT NULL, number INTEGER NOT NULL, sealed TEXT NOT NULL, "
    "PRIMARY KEY (name, about))",
)
MIGRATIONS: Final = (_FIRST, _SNAPSHOTS)
"""Statements that lead from each version to the next; version 0 is an empty file."""


def migrate(database: sqlite3.Connection, file: str) -> None:
    """Bring the tables up to date inside a transaction; StoreError when the file is another's or newer than cds."""
    version, application = (
        database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("user_version", "application_id")
    )
    is_empty = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if application != APPLICATION and not is_empty:
        raise StoreError(f"{file}: this database is no store of cds; name another file")
    if version > len(MIGRATIONS):
        raise StoreError(f"{file}: a newer version of cds has written this store; use that version, or a later one")
    for statements in MIGRATIONS[version:]:
        for statement in statements:
            database.execute(statement)
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
