"""Processes that die and processes that meet: what was acknowledged is there, once, and in order."""

import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from subprocess import PIPE, Popen

import pytest

from cds.store import SqliteStore, StoreBusy, key_from_file
from tests.store.writer import BATCH, PATIENTS, event

TOP = Path(__file__).parents[2]
KILLS = 100 if os.environ.get("CDS_PROFILE") == "long" else 3
ALL = 10**6  # more than any writer gets to before it is killed


def opened(folder: Path, patience: float = 10.0) -> SqliteStore:
    return SqliteStore(folder / "events.sqlite", key_from_file(folder / "master.key"), patience=patience)


def writing(folder: Path, name: str, first: int, last: int) -> Popen[str]:
    command = [sys.executable, "-m", "tests.store.writer", str(folder), name, str(first), str(last)]
    return Popen(command, stdout=PIPE, text=True, cwd=TOP, env={**os.environ, "PYTHONPATH": str(TOP)})


def test_a_writer_that_is_killed_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """Killed at random, then asked to send again all that was not acknowledged: nothing is lost, nothing twice."""
    pick = Random(20260115)
    acknowledged = 0
    for _ in range(KILLS):
        process = writing(tmp_path, "a", acknowledged + 1, ALL)
        assert process.stdout
        with process.stdout as output:
            said = [output.readline()]
            time.sleep(pick.uniform(0.0, 0.05))
            process.kill()
            said += output.readlines()
        process.wait()
        acknowledged = max(int(each) for each in said if each.strip())
        store = opened(tmp_path)
        stored = [each.event for each in store.everything()]
        assert () == store.verify().faults
        store.close()
        assert len(stored) in range(acknowledged, acknowledged + BATCH + 1)
        assert [event("a", each + 1) for each in range(len(stored))] == stored
    assert acknowledged >= KILLS


def test_two_processes_write_to_one_store(tmp_path: Path) -> None:
    """Each its own events, and some that both have: every event is there once."""
    for each in [writing(tmp_path, name, 1, 90) for name in ("a", "b")]:
        assert "90" == each.communicate()[0].split()[-1]
        assert 0 == each.returncode
    store = opened(tmp_path)
    stored = list(store.everything())
    assert list(range(1, 151)) == [each.number for each in stored]
    sent = {event(name, number).id for name in ("a", "b") for number in range(1, 91)}
    assert dict.fromkeys(sent, 1) == Counter(each.event.id for each in stored)
    for patient in range(PATIENTS):
        own = store.of_patient(f"p{patient}")
        assert list(range(1, len(own) + 1)) == [each.place for each in own]
    assert () == store.verify().faults
    store.close()


def test_a_store_that_stays_locked_says_so(tmp_path: Path) -> None:
    store, other = opened(tmp_path, patience=0.05), opened(tmp_path)
    store.append([event("a", 1)])
    other._database.execute("BEGIN IMMEDIATE")
    with pytest.raises(
        StoreBusy, match=r"events\.sqlite: somebody else has kept the store locked for more than 0\.05 s"
    ):
        store.append([event("a", 2)])
    other._database.execute("ROLLBACK")
    assert (2,) == store.append([event("a", 2)]).numbers
    for each in (store, other):
        each.close()


def test_importing_it_needs_no_more_than_the_extra() -> None:
    """`import cds` stays light, and alarms alone need no cryptography."""
    code = "import cds, cds.alarms, sys; print({'cryptography', 'sqlite3'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=TOP)
    assert "set()" == run.stdout.strip()
