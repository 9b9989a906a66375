"""The audit log in SQLite: append, verify, list one patient's records, erase one patient."""

import json
import sqlite3
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Final

from cds import __version__
from cds.audit.sealing import derived, keyed_digest, new_key, seal, unseal
from cds.audit.storage import private_database, private_key
from cds.diagnostics import CdsError
from cds.result import Result

DATABASE: Final = "audit.sqlite"
KEY: Final = "audit.key"
_FIRST: Final = "0" * 64  # what stands before the first record
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS records (number INTEGER PRIMARY KEY, body TEXT NOT NULL, hash TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS keys (tag TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, key BLOB NOT NULL);
CREATE TRIGGER IF NOT EXISTS records_stay BEFORE UPDATE ON records
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER IF NOT EXISTS records_are_kept BEFORE DELETE ON records
  BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
"""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation to record. caller: who signed the request, "" where nobody had to; user: whom they named.

    service: what was called. material: the bytes that were evaluated; only a keyed digest of them is kept.
    """

    result: Result
    caller: str
    user: str
    service: str
    material: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check of the whole log found. head: number and hash of the last record, to be noted elsewhere.

    erased: records that nobody can read any more because their patient was erased. faults: sentences; () = sound.
    """

    records: int
    erased: int
    head: str
    faults: tuple[str, ...]


class AuditLog:
    """The log of a folder; safe to share between threads, and between processes that open it each.

    CdsError when a file of it cannot be used. The master key stands in `audit.key`; without that file the log can
    neither be read nor verified, so keep a copy of it somewhere else than the log.
    """

    def __init__(self, folder: Path, *, must_exist: bool = False) -> None:
        if must_exist and not (folder / DATABASE).exists():
            raise CdsError(f"{folder}: there is no audit log; name the folder that `cds serve --state` was given")
        master = private_key(folder / KEY)
        self._chain, self._tags = derived(master, "chain"), derived(master, "patients")
        self._database = private_database(folder / DATABASE, _TABLES)
        self._lock = Lock()

    def close(self) -> None:
        """Let go of the files."""
        self._database.close()

    def append(self, evaluation: Evaluation) -> int:
        """Record an evaluation; the number of its record. It is on disk when this returns; CdsError when it is not,
        and then no answer may go out."""
        result = evaluation.result
        with self._writing():
            name, key = self._key_of(result.patient)
            opened = {
                "kind": "evaluation",
                "at": result.at,
                "caller": evaluation.caller,
                "service": evaluation.service,
                "engine": f"cds {__version__}",
                "rulesets": [[each.id, each.version, each.hash] for each in result.heads],
                "plan": result.hash,
                "key": name,
                "input": keyed_digest(key, *evaluation.material),
            }
            findings = [[each.id, each.status, each.colour] for each in result.findings]
            hidden = {"patient": result.patient, "user": evaluation.user, "findings": findings}
            return self._add(opened | {"sealed": seal(key, hidden, name)})

    def erase(self, patient: str, at: str) -> bool:
        """Destroy a patient's key, and record that and when; whether there was one. No record can be read again."""
        with self._writing():
            found = self._database.execute("SELECT name FROM keys WHERE tag = ?", (self._tag(patient),)).fetchone()
            if found is None:
                return False
            self._database.execute("DELETE FROM keys WHERE name = ?", found)
            self._add({"kind": "erasure", "at": at, "key": found[0]})
        self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return True

    def of_patient(self, patient: str) -> Iterator[dict[str, Any]]:
        """Each record of a patient with what was sealed in it, oldest first."""
        sought = self._database.execute("SELECT name, key FROM keys WHERE tag = ?", (self._tag(patient),)).fetchone()
        if sought is None:
            return
        name, key = sought
        for number, body, _ in self._rows():
            record = json.loads(body)
            if record.get("key") == name:
                sealed = record.pop("sealed", "")
                yield {"number": number, **record, **(unseal(key, sealed, name) or {})}

    def verify(self, expected: str = "") -> Verdict:
        """Check every record and the chain. expected: a head that was noted earlier and must still be in it."""
        before, faults = _FIRST, list[str]()
        count = erased = 0
        keys = dict[str, bytes](self._database.execute("SELECT name, key FROM keys"))
        destroyed = self._destroyed()
        is_there = not expected
        for count, (number, body, stored) in enumerate(self._rows(), 1):
            if number != count:
                faults.append(f"record {count} is missing")
                break
            before = keyed_digest(self._chain, before.encode(), str(number).encode(), body.encode())
            if before != stored:
                faults.append(f"record {number} is not what was written, or one before it was taken out")
                break
            is_there = is_there or expected == f"{number}:{stored}"
            fault, is_erased = _sealed_fault(number, json.loads(body), keys, destroyed)
            faults += [fault] if fault else []
            erased += is_erased
        if not is_there and not faults:
            faults.append("the head that was noted earlier is not in the log; records at its end were taken away")
        return Verdict(count, erased, f"{count}:{before}", tuple(faults))

    def _rows(self) -> Iterator[tuple[int, str, str]]:
        return iter(self._database.execute("SELECT number, body, hash FROM records ORDER BY number"))

    def _destroyed(self) -> set[str]:
        bodies = (json.loads(body) for _, body, _ in self._rows())
        return {each["key"] for each in bodies if each.get("kind") == "erasure"}

    def _add(self, body: dict[str, Any]) -> int:
        last = self._database.execute("SELECT number, hash FROM records ORDER BY number DESC LIMIT 1").fetchone()
        number, before = (last[0] + 1, last[1]) if last else (1, _FIRST)
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        linked = keyed_digest(self._chain, before.encode(), str(number).encode(), text.encode())
        self._database.execute("INSERT INTO records VALUES (?, ?, ?)", (number, text, linked))
        return number

    def _key_of(self, patient: str) -> tuple[str, bytes]:
        """The name and the key of a patient; drawn the first time. The name tells nothing once the key is gone."""
        tag = self._tag(patient)
        found = self._database.execute("SELECT name, key FROM keys WHERE tag = ?", (tag,)).fetchone()
        if found is not None:
            return found
        name, key = new_key().hex(), new_key()
        self._database.execute("INSERT INTO keys VALUES (?, ?, ?)", (tag, name, key))
        return name, key

    def _tag(self, patient: str) -> str:
        return keyed_digest(self._tags, patient.encode("utf-8", "backslashreplace"))

    @contextmanager
    def _writing(self) -> Generator[None]:
        """All or nothing, and nobody else in between."""
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield
                except BaseException:
                    self._database.execute("ROLLBACK")
                    raise
                self._database.execute("COMMIT")
            except sqlite3.Error as wrong:
                raise CdsError(f"the audit log cannot be written ({wrong}); free the disk or mend the file") from None


def _sealed_fault(number: int, body: dict[str, Any], keys: dict[str, bytes], destroyed: set[str]) -> tuple[str, bool]:
    """What is wrong with the sealed part of a record, "" when nothing is; whether its patient was erased."""
    if body.get("kind") != "evaluation":
        return "", False
    name = body["key"]
    if name in destroyed:
        return "", True
    if name not in keys:
        return f"the key of record {number} is gone, and no erasure was recorded", False
    if unseal(keys[name], body["sealed"], name) is None:
        return f"the sealed part of record {number} cannot be read with its key", False
    return "", False
