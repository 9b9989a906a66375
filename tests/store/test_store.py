"""The store: an order, no event twice, sealed, one patient can be erased, and every failure is a sentence."""

import json
import resource
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from cds.alarms import Acknowledge, Advanced, Alarms, Behaviour, Evaluated, Seen, fold
from cds.store import (
    AlarmLog,
    Event,
    EventConflict,
    Snapshot,
    SqliteStore,
    StoreBusy,
    Stored,
    StoreError,
    key_from_environment,
    key_from_file,
)
from cds.store.schema import MIGRATIONS

MASTER: Final = bytes(range(32))
NAME: Final = "Kari Nordmann"
EVENTS: Final = (
    Event("e1", NAME, "reading", {"weight": 83.125}),
    Event("e2", "Ola", "reading", {"weight": 91}),
    Event("e3", NAME, "alarm", {"who": "the nurse", "texts": ["æ", None, True]}),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "events.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[SqliteStore]:
    made = SqliteStore(path, MASTER)
    yield made
    made.close()


def bytes_of(path: Path) -> bytes:
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))


def test_events_come_back_in_order(store: SqliteStore) -> None:
    assert (1, 2, 3) == store.append(EVENTS).numbers
    assert [Stored(1, 1, EVENTS[0]), Stored(2, 1, EVENTS[1]), Stored(3, 2, EVENTS[2])] == list(store.everything())
    assert [Stored(1, 1, EVENTS[0]), Stored(3, 2, EVENTS[2])] == store.of_patient(NAME)
    assert [3] == [each.number for each in store.of_patient(NAME, after=1)]
    assert [2, 3] == [each.number for each in store.everything(after=1)]
    assert () == store.of_patient("nobody")
    assert [NAME, "Ola"] == store.patients()


def test_what_is_sent_again_is_ignored_and_told(store: SqliteStore) -> None:
    store.append(EVENTS[:2])
    received = store.append((EVENTS[1], EVENTS[2], EVENTS[2]))
    assert ((2, 3, 3), ("e2", "e3")) == (received.numbers, received.repeated)
    assert 3 == len(list(store.everything()))


@pytest.mark.parametrize(
    "other",
    [
        Event("e2", "Ola", "reading", {"weight": 92}),
        Event("e2", "Ola", "alarm", {"weight": 91}),
        Event("e2", NAME, "reading", {"weight": 91}),
        Event("e2", "somebody new", "reading", {"weight": 91}),
    ],
)
def test_another_event_of_the_same_id_is_refused_with_the_batch(store: SqliteStore, other: Event) -> None:
    store.append(EVENTS[:2])
    with pytest.raises(EventConflict, match="event 2 of the batch has the id of another one, record 2") as wrong:
        store.append((EVENTS[2], other))
    assert not any(each in str(wrong.value) for each in (NAME, "Ola", "92"))
    assert [1, 2] == [each.number for each in store.everything()]
    assert () == store.verify().faults


@pytest.mark.parametrize(
    "event",
    [
        Event("", "p", "k", {}),
        Event("e", "", "k", {}),
        Event("e", "p", "", {}),
        Event("e", "p", "k", {"value": float("nan")}),
        Event("e", "p", "k", {"value": object()}),
        Event("e", "\ud800", "k", {}),
    ],
)
def test_what_cannot_be_kept_is_refused(store: SqliteStore, event: Event) -> None:
    with pytest.raises(StoreError, match="nothing of the batch was stored"):
        store.append((EVENTS[0], event))
    assert [] == list(store.everything())


def test_nothing_can_be_read_in_the_file(store: SqliteStore, path: Path) -> None:
    store.append(EVENTS)
    store.keep_snapshot(NAME, "alarm", Snapshot(3, {"secret": "nurse"}))
    held = bytes_of(path)
    assert [] == [each for each in (NAME, "Ola", "weight", "83.125", "nurse", '"e1"') if each.encode() in held]
    assert MASTER not in held
    assert {0o600} == {each.stat().st_mode & 0o777 for each in path.parent.iterdir()}


def test_an_erased_patient_is_gone_and_the_log_still_verifies(store: SqliteStore, path: Path) -> None:
    store.append(EVENTS)
    store.keep_snapshot(NAME, "alarm", Snapshot(3, {"secret": "nurse"}))
    row = store._database.execute("SELECT sealed FROM keys WHERE tag = ?", (store._tag("patient", NAME),)).fetchone()
    noted = store.verify().head
    assert (True, False) == (store.erase(NAME, "2026-01-15"), store.erase(NAME, "2026-01-15"))
    assert row[0].encode() not in bytes_of(path)
    assert ((), None) == (store.of_patient(NAME), store.snapshot(NAME, "alarm"))
    assert ["Ola"] == store.patients()
    assert [EVENTS[1]] == [each.event for each in store.everything()]
    verdict = store.verify(noted)
    assert (4, 2, ()) == (verdict.records, verdict.erased, verdict.faults)
    assert ("e1",) == store.append(EVENTS[:1]).repeated
    assert () == store.of_patient(NAME)
    new = Event("e9", NAME, "reading", {})
    store.append([new])
    assert [Stored(5, 1, new)] == store.of_patient(NAME)


def test_an_erasure_that_a_reader_holds_up_is_asked_for_again(store: SqliteStore, path: Path) -> None:
    store.append(EVENTS)
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM keys").fetchall()
    store._database.execute("PRAGMA busy_timeout = 10")
    with pytest.raises(StoreBusy, match="the key is destroyed, but a reader"):
        store.erase(NAME, "2026-01-15")
    reader.close()
    assert not store.erase(NAME, "2026-01-15")
    assert () == store.of_patient(NAME)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE records SET body = (SELECT body FROM records WHERE number = 3) WHERE number = 2", "record 2 is not"),
        ("UPDATE records SET place = 7 WHERE number = 1", "record 1 is not"),
        ("DELETE FROM records WHERE number = 1", "record 1 is missing"),
        ("DELETE FROM records WHERE number = 3", "the head that was noted"),
        ("DELETE FROM keys", "the key of record 1 is gone"),
        ("UPDATE keys SET sealed = 'ab'", "the key of a patient is damaged"),
    ],
)
def test_whoever_changes_the_file_is_found_out(store: SqliteStore, path: Path, change: str, fault: str) -> None:
    store.append(EVENTS)
    noted = store.verify().head
    database = sqlite3.connect(path, isolation_level=None)
    forbidden = {"records_stay": "UPDATE records SET place = 9", "records_are_kept": "DELETE FROM records"}
    for trigger, statement in forbidden.items():
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(statement)
        database.execute(f"DROP TRIGGER {trigger}")
    database.execute(change)
    database.close()
    try:
        (found,) = store.verify(noted).faults
    except StoreError as wrong:
        found = str(wrong)
    assert fault in found


def test_a_copy_that_cannot_be_read_is_no_copy(store: SqliteStore) -> None:
    store.append(EVENTS)
    store.keep_snapshot("nobody", "alarm", Snapshot(1, {}))
    assert None is store.snapshot("nobody", "alarm")
    store.keep_snapshot(NAME, "alarm", Snapshot(1, {"a": 1}))
    store.keep_snapshot(NAME, "alarm", Snapshot(3, {"a": 2}))
    assert Snapshot(3, {"a": 2}) == store.snapshot(NAME, "alarm")
    store._database.execute("UPDATE snapshots SET number = 2")
    assert None is store.snapshot(NAME, "alarm")


def test_an_older_file_is_brought_up_to_date(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cds.store.schema.MIGRATIONS", MIGRATIONS[:1])
    old = SqliteStore(path, MASTER)
    old.append(EVENTS)
    old.close()
    monkeypatch.undo()
    store = SqliteStore(path, MASTER)
    store.keep_snapshot(NAME, "alarm", Snapshot(3, {}))
    assert Snapshot(3, {}) == store.snapshot(NAME, "alarm")
    assert list(EVENTS) == [each.event for each in store.everything()]
    assert () == store.verify().faults
    store.close()


def from_the_future(path: Path) -> None:
    SqliteStore(path, MASTER).close()
    database = sqlite3.connect(path)
    database.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    database.close()


def of_others(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE patients (name TEXT)")
    database.close()
    path.chmod(0o600)


def of_another_key(path: Path) -> None:
    SqliteStore(path, bytes(32)).close()


def not_a_database(path: Path) -> None:
    path.write_bytes(b"nothing that SQLite knows, for longer than its head is" * 20)
    path.chmod(0o600)


def for_all_to_read(path: Path) -> None:
    SqliteStore(path, MASTER).close()
    path.chmod(0o644)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (from_the_future, "a newer version of cds has written this store"),
        (of_others, "this database is no store of cds"),
        (of_another_key, "this master key is not the one of this store"),
        (not_a_database, "no database that can be used"),
        (for_all_to_read, "others may read this file"),
        (lambda path: path.mkdir(mode=0o700), "no database that can be used"),
        (lambda path: path.parent.rmdir() or path.parent.touch(0o600), "it cannot be made here"),
    ],
)
def test_a_file_that_cannot_be_used(path: Path, make: Callable[[Path], None], sentence: str) -> None:
    make(path)
    with pytest.raises(StoreError, match=f"{path.name}: {sentence}"):
        SqliteStore(path, MASTER)


def test_a_damaged_file_says_so(path: Path) -> None:
    store = SqliteStore(path, MASTER)
    store.append([Event(f"e{each}", NAME, "k", {"value": each}) for each in range(200)])
    store.close()
    held = bytearray(path.read_bytes())
    held[8192 : len(held) - 4096] = b"\x55" * (len(held) - 12288)
    path.write_bytes(held)
    with pytest.raises(StoreError, match=rf"{path.name}: the file is damaged; put back a copy"):
        SqliteStore(path, MASTER)


def bulky(number: int) -> Event:
    return Event(f"bulky {number}", "Ola", "k", {"text": "x" * 20_000})


def until_it_fails(store: SqliteStore, kept: list[Event]) -> None:
    for number in range(50):
        store.append([bulky(number)])
        kept.append(bulky(number))


def full_disk(store: SqliteStore, path: Path) -> Callable[[], object]:
    """No file may grow any more; what ends that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.with_name(f"{path.name}-wal").stat().st_size + 30_000, hard))
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def full_file(store: SqliteStore, path: Path) -> Callable[[], object]:
    store._database.execute("PRAGMA max_page_count = 12")
    return lambda: store._database.execute("PRAGMA max_page_count = 100000")


def read_only(store: SqliteStore, path: Path) -> Callable[[], object]:
    store._database.execute("PRAGMA query_only = ON")
    return lambda: store._database.execute("PRAGMA query_only = OFF")


@pytest.mark.parametrize(
    ("begin", "sentence"),
    [
        (full_disk, "(there is no room left|the disk did not do as it was told)"),
        (full_file, "there is no room left"),
        (read_only, "the file may not be written"),
    ],
)
def test_when_nothing_can_be_written_nothing_is_lost(
    store: SqliteStore, path: Path, begin: Callable[..., Callable[[], object]], sentence: str
) -> None:
    store.append(EVENTS)
    kept = [each.event for each in store.everything()]
    end = begin(store, path)
    try:
        with pytest.raises(StoreError, match=f"{path.name}: {sentence}; nothing of this was stored"):
            until_it_fails(store, kept)
        assert kept == [each.event for each in store.everything()]
    finally:
        end()
    store.append([bulky(len(kept))])
    assert [*kept, bulky(len(kept))] == [each.event for each in store.everything()]
    assert () == store.verify().faults


def test_where_the_master_key_comes_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = key_from_file(tmp_path / "master.key")
    assert made == key_from_file(tmp_path / "master.key")
    assert 0o600 == (tmp_path / "master.key").stat().st_mode & 0o777
    (tmp_path / "short.key").touch(0o600)
    monkeypatch.setenv("CDS_STORE_KEY", MASTER.hex())
    assert MASTER == key_from_environment()
    monkeypatch.setenv("OTHER", "no key")
    for wrong, sentence in (
        (lambda: key_from_file(tmp_path / "short.key"), "a key of 32 bytes is expected"),
        (lambda: key_from_file(tmp_path / "short.key" / "below"), "cannot be read or written"),
        (lambda: key_from_environment("OTHER"), "64 hexadecimal digits"),
        (lambda: key_from_environment("NOT_THERE"), "64 hexadecimal digits"),
        (lambda: SqliteStore(tmp_path / "s", b"short"), "32 bytes"),
    ):
        with pytest.raises(StoreError, match=sentence):
            wrong()


# alarms in the store

HOUR: Final = 3_600_000_000
NOON: Final = 1_767_000_000_000_000
SEEN: Final = Seen("r/rule", "fired", "yellow", behaviour=Behaviour(remind_after="1 hours", respond_within="30 min"))


def kinds(events: Sequence[Any]) -> list[str]:
    return [each.kind for each in events]


def test_alarms_are_made_anew_from_the_log(store: SqliteStore) -> None:
    log, other = AlarmLog(store), AlarmLog(store)
    assert ["opened"] == kinds(log.add(NAME, [("a1", Evaluated(NOON, (SEEN,)))]))
    assert ["opened", "escalated"] == kinds(other.history(NAME) + other.advance(NAME, NOON + HOUR // 2))
    assert ["escalated"] == kinds(log.advance(NAME, NOON))
    alarm = log.alarms(NAME)["r/rule"]
    done = Acknowledge(NOON + HOUR, alarm.id, "Kari", "nurse", "expected")
    assert ["reminded", "acknowledged"] == kinds(log.add(NAME, [("a2", done)]))
    assert [] == kinds(log.add(NAME, [("a2", done)]))
    assert log.alarms(NAME) == other.alarms(NAME) == AlarmLog(store).alarms(NAME)
    assert Alarms("nobody") == log.alarms("nobody")
    entries = (Evaluated(NOON, (SEEN,)), done)
    assert fold(Alarms(NAME), entries) == (log.alarms(NAME), log.history(NAME))


def test_a_copy_of_alarms_only_saves_time(store: SqliteStore) -> None:
    log = AlarmLog(store)
    log.add(NAME, [(f"a{each}", Advanced(NOON + each)) for each in range(300)])
    log.add(NAME, [("last", Evaluated(NOON + HOUR, (SEEN,)))])
    copy = store.snapshot(NAME, "alarm")
    assert copy
    assert 300 == copy.number
    assert log.alarms(NAME) == AlarmLog(store).alarms(NAME)
    store.keep_snapshot(NAME, "alarm", Snapshot(301, {"of": "another version"}))
    assert log.alarms(NAME) == AlarmLog(store).alarms(NAME)


def test_alarms_of_an_erased_patient_are_gone_everywhere(store: SqliteStore) -> None:
    log, other = AlarmLog(store), AlarmLog(store)
    log.add(NAME, [("a1", Evaluated(NOON, (SEEN,)))])
    assert ("r/rule",) == tuple(other.alarms(NAME).latest)
    store.erase(NAME, "2026-01-15")
    assert (Alarms(NAME), Alarms(NAME), ()) == (log.alarms(NAME), other.alarms(NAME), log.advance(NAME, NOON + HOUR))
    assert ["opened"] == kinds(log.add(NAME, [("a2", Evaluated(NOON, (SEEN,)))]))


def test_the_content_in_the_log_is_plain(store: SqliteStore) -> None:
    """A vendor's own store keeps JSON and needs to know no more."""
    AlarmLog(store).add(NAME, [("a1", Evaluated(NOON, (SEEN,)))])
    (stored,) = store.of_patient(NAME)
    assert stored.event.content == json.loads(json.dumps(stored.event.content))
    assert ("alarm", "evaluated", NOON) == (stored.event.kind, stored.event.content["kind"], stored.event.content["at"])
