"""The store in one SQLite file: append-only, sealed per patient, safe for several threads and processes."""

import json
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final, NamedTuple

from cds.audit import Verdict
from cds.audit.sealing import derived, keyed_digest, new_key, seal, unseal
from cds.audit.storage import KEY_BYTES, private_database
from cds.diagnostics import CdsError
from cds.store.failures import failure
from cds.store.protocol import Event, EventConflict, Received, Snapshot, StoreBusy, Stored, StoreError
from cds.store.schema import migrate

_FIRST: Final = "0" * 64  # what stands before the first record
_EVENT: Final = "event"
_ERASURE: Final = "erasure"
_AT_ONCE: Final = 1000  # records read in one go
_RECORD: Final = "number, kind, name, place, tag, digest, body, hash"


class _Record(NamedTuple):
    """A line of the log. kind: event or erasure. name: of the patient's key. body: sealed; of an erasure, when."""

    number: int
    kind: str
    name: str
    place: int
    tag: str
    digest: str
    body: str
    hash: str


class _Key(NamedTuple):
    """A patient's key. name: tells nothing once the key is gone."""

    name: str
    key: bytes
    patient: str


class _Line(NamedTuple):
    """A record, whose it is, and whether that patient was erased."""

    record: _Record
    owner: _Key | None
    is_erased: bool


class SqliteStore:
    """The store in a file that only its owner may read; an `EventStore`.

    master: 32 bytes that stand anywhere but in the file. patience: seconds to wait for others who write. Nothing can
    be read without the master key: keep a copy of it, apart from the copies of the file.
    """

    def __init__(self, path: Path, master: bytes, *, patience: float = 10.0) -> None:
        if len(master) != KEY_BYTES:
            raise StoreError(f"the master key has {KEY_BYTES} bytes; hand over the right one")
        self._file, self._patience = path.name, patience
        self._lock = RLock()
        self._chain, self._tags, self._keys = (derived(master, f"store {use}") for use in ("chain", "tags", "keys"))
        try:
            self._database = private_database(path, "")
        except CdsError as wrong:
            raise StoreError(str(wrong)) from None
        except OSError as wrong:
            raise StoreError(f"{path.name}: it cannot be made here ({wrong.strerror}); name another file") from None
        try:
            self._prepare(keyed_digest(derived(master, "store check")))
        except BaseException:
            self._database.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def append(self, events: Sequence[Event]) -> Received:
        """Keep all of them or none; when this returns they are on disk. EventConflict, StoreBusy, StoreError."""
        texts = [_text(each) for each in events]
        repeated: list[str] = []
        numbers: list[int] = []
        with self._writing():
            for position, (event, text) in enumerate(zip(events, texts, strict=True)):
                before = self._record_of(event.id)
                if before is None:
                    numbers.append(self._add_event(event, text))
                else:
                    self._check_same(before, event, text, position)
                    repeated.append(event.id)
                    numbers.append(before.number)
        return Received(tuple(numbers), tuple(repeated))

    def number_of(self, event: str) -> int | None:
        """The number of the event with this id, also of an erased patient's; None when there is none."""
        with self._reading():
            record = self._record_of(event)
        return record.number if record else None

    def of_patient(self, patient: str, after: int = 0) -> Sequence[Stored]:
        """A patient's events behind a number, in order; none when the patient was erased."""
        with self._reading():
            known = self._key_of(patient)
            if known is None:
                return ()
            found = self._records("kind = ? AND name = ? AND number > ? ORDER BY number", _EVENT, known.name, after)
        return [self._opened(each, known) for each in found]

    def everything(self, after: int = 0) -> Iterator[Stored]:
        """Every event behind a number, in order; those of erased patients are left out."""
        for record, owner, _ in self._lines(after):
            if record.kind == _EVENT and owner:
                yield self._opened(record, owner)

    def patients(self) -> Sequence[str]:
        """Everybody with events who was not erased, in the order of text."""
        with self._reading():
            rows = self._database.execute("SELECT name, sealed FROM keys").fetchall()
            return sorted(self._unsealed(*each).patient for each in rows)

    def keep_snapshot(self, patient: str, about: str, snapshot: Snapshot) -> None:
        """Keep a copy in place of the one before; one of an unknown or erased patient is dropped."""
        with self._writing():
            known = self._key_of(patient)
            if known:
                sealed = seal(known.key, dict(snapshot.content), _beside(known.name, about, snapshot.number))
                row = (known.name, about, snapshot.number, sealed)
                self._database.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", row)

    def snapshot(self, patient: str, about: str) -> Snapshot | None:
        """The copy that was kept; None when there is none that can be read."""
        with self._reading():
            known = self._key_of(patient)
            sought = "SELECT number, sealed FROM snapshots WHERE name = ? AND about = ?"
            row = self._database.execute(sought, (known.name, about)).fetchone() if known else None
        if known is None or row is None:
            return None
        content = unseal(known.key, row[1], _beside(known.name, about, row[0]))
        return None if content is None else Snapshot(row[0], content)

    def erase(self, patient: str, at: str) -> bool:
        """Destroy a patient's key, and record that and when; whether there was one. No event can be read again.

        StoreBusy when a reader keeps the old pages of the file in use: ask again, until it is answered.
        """
        with self._writing():
            known = self._key_of(patient)
            if known:
                self._database.execute("DELETE FROM keys WHERE name = ?", (known.name,))
                self._database.execute("DELETE FROM snapshots WHERE name = ?", (known.name,))
                self._add(_ERASURE, known.name, 0, f"{_ERASURE} {known.name}", "", at)
        self._empty_write_ahead_log()
        return known is not None

    def verify(self, expected: str = "") -> Verdict:
        """Check every record and the chain. expected: a head that was noted earlier and must still be in it."""
        before, faults, count, erased = _FIRST, list[str](), 0, 0
        is_there = not expected
        for count, line in enumerate(self._lines(), 1):
            fault = self._fault(line, count, before)
            if fault:
                faults.append(fault)
                break
            before = line.record.hash
            is_there = is_there or expected == f"{count}:{before}"
            erased += line.record.kind == _EVENT and line.is_erased
        if not is_there and not faults:
            faults.append("the head that was noted earlier is not in the log; records at its end were taken away")
        return Verdict(count, erased, f"{count}:{before}", tuple(faults))

    # records

    def _add_event(self, event: Event, text: str) -> int:
        known = self._key_of(event.patient) or self._new_key(event.patient)
        last = self._database.execute("SELECT max(place) FROM records WHERE name = ?", (known.name,)).fetchone()[0]
        place, tag = (last or 0) + 1, self._tag("event", event.id)
        content = {"id": event.id, "kind": event.kind, "content": text}
        body = seal(known.key, content, _beside(known.name, tag, place))
        return self._add(_EVENT, known.name, place, tag, _digest(known.key, event.kind, text), body)

    def _add(self, kind: str, name: str, place: int, tag: str, digest: str, body: str) -> int:
        last = self._database.execute("SELECT number, hash FROM records ORDER BY number DESC LIMIT 1").fetchone()
        number, before = (last[0] + 1, last[1]) if last else (1, _FIRST)
        record = _Record(number, kind, name, place, tag, digest, body, "")
        written = (*record[:-1], self._linked(before, record))
        self._database.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)", written)
        return number

    def _linked(self, before: str, record: _Record) -> str:
        return keyed_digest(self._chain, before.encode(), *(str(each).encode() for each in record[:-1]))

    def _record_of(self, event: str) -> _Record | None:
        return next(iter(self._records("tag = ?", self._tag("event", event))), None)

    def _records(self, where: str, *values: object) -> list[_Record]:
        found = self._database.execute(f"SELECT {_RECORD} FROM records WHERE {where}", values)
        return [_Record(*each) for each in found]

    def _lines(self, after: int = 0) -> Iterator[_Line]:
        """The log behind a number, in pages that are of one moment each."""
        while page := self._page(after):
            yield from page
            after = page[-1].record.number

    def _page(self, after: int) -> list[_Line]:
        with self._reading():
            self._database.execute("BEGIN")
            try:
                found = self._records(f"number > ? ORDER BY number LIMIT {_AT_ONCE}", after)
                owners = {each: self._key_named(each) for each in {each.name for each in found}}
                erased = {name for name in owners if self._records("name = ? AND place = 0", name)}
            finally:
                self._database.execute("COMMIT")
        return [_Line(each, owners[each.name], each.name in erased) for each in found]

    def _opened(self, record: _Record, known: _Key) -> Stored:
        content = unseal(known.key, record.body, _beside(record.name, record.tag, record.place))
        if content is None:
            raise StoreError(f"{self._file}: record {record.number} cannot be read with its key; put back a copy")
        event = Event(content["id"], known.patient, content["kind"], json.loads(content["content"]))
        return Stored(record.number, record.place, event)

    def _check_same(self, before: _Record, event: Event, text: str, position: int) -> None:
        """EventConflict when another event with this id is there; that of an erased patient stays what it was."""
        owner = self._key_named(before.name)
        if owner is None:
            return
        if owner.patient != event.patient or before.digest != _digest(owner.key, event.kind, text):
            raise EventConflict(
                f"event {position + 1} of the batch has the id of another one, record {before.number}; nothing of the "
                "batch was stored: give every event an id of its own"
            )

    def _fault(self, line: _Line, count: int, before: str) -> str:
        """What is wrong with a record, "" when nothing is."""
        record, owner, is_erased = line
        if record.number != count:
            return f"record {count} is missing"
        if self._linked(before, record) != record.hash:
            return f"record {count} is not what was written, or one before it was taken out"
        if is_erased:
            return ""
        if owner is None:
            return f"the key of record {count} is gone, and no erasure was recorded"
        is_readable = unseal(owner.key, record.body, _beside(record.name, record.tag, record.place))
        return "" if is_readable else f"record {count} cannot be read with its key"

    # keys

    def _new_key(self, patient: str) -> _Key:
        known = _Key(new_key().hex(), new_key(), patient)
        sealed = seal(self._keys, {"patient": patient, "key": known.key.hex()}, known.name)
        row = (self._tag("patient", patient), known.name, sealed)
        self._database.execute("INSERT INTO keys VALUES (?, ?, ?)", row)
        return known

    def _key_of(self, patient: str) -> _Key | None:
        return self._key_where("tag", self._tag("patient", patient))

    def _key_named(self, name: str) -> _Key | None:
        return self._key_where("name", name)

    def _key_where(self, column: str, value: str) -> _Key | None:
        row = self._database.execute(f"SELECT name, sealed FROM keys WHERE {column} = ?", (value,)).fetchone()
        return self._unsealed(*row) if row else None

    def _unsealed(self, name: str, sealed: str) -> _Key:
        content = unseal(self._keys, sealed, name)
        if content is None:
            raise StoreError(f"{self._file}: the key of a patient is damaged; put back a copy of the file")
        return _Key(name, bytes.fromhex(content["key"]), content["patient"])

    def _tag(self, use: str, name: str) -> str:
        return keyed_digest(self._tags, use.encode(), name.encode())

    # the file

    def _prepare(self, check: str) -> None:
        """Tables of today, and the right master key."""
        with self._reading():
            self._database.execute(f"PRAGMA busy_timeout = {int(self._patience * 1000)}")
        with self._writing():
            migrate(self._database, self._file)
            self._database.execute("INSERT OR IGNORE INTO settings VALUES ('check', ?)", (check,))
            stored = self._database.execute("SELECT value FROM settings WHERE name = 'check'").fetchone()[0]
        if stored != check:
            raise StoreError(f"{self._file}: this master key is not the one of this store; hand over the right one")

    def _empty_write_ahead_log(self) -> None:
        """So that the file beside holds no page as it was before."""
        with self._reading():
            is_busy = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if is_busy:
            raise StoreBusy(
                f"{self._file}: the key is destroyed, but a reader keeps the page that held it in use; ask for the "
                "erasure again when nobody reads"
            )

    @contextmanager
    def _reading(self) -> Generator[None]:
        with self._lock:
            try:
                yield
            except sqlite3.Error as wrong:
                raise failure(wrong, self._file, self._patience) from None

    @contextmanager
    def _writing(self) -> Generator[None]:
        """All or nothing, and nobody else in between."""
        with self._reading():
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise


def _text(event: Event) -> str:
    """The content as JSON, the same text for the same content; StoreError when an event cannot be kept."""
    if not (event.id and event.patient and event.kind):
        raise StoreError("an event needs an id, a patient and a kind; nothing of the batch was stored")
    try:
        "".join((event.id, event.patient, event.kind)).encode()
        return json.dumps(event.content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError):
        raise StoreError("an event is not JSON that can be written; nothing of the batch was stored") from None


def _digest(key: bytes, kind: str, text: str) -> str:
    return keyed_digest(key, kind.encode(), text.encode())


def _beside(name: str, about: str, number: int) -> str:
    """What a sealed text is bound to, so that it cannot be moved."""
    return f"{name} {about} {number}"
