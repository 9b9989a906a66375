"""The audit log: nobody changes it unseen, it holds no values, and one patient can be erased from it."""

import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import cds
from cds.audit import AuditLog, Evaluation
from cds.cli import main
from cds.diagnostics import CdsError
from cds.result import Result
from cds.shipped import shipped_rulesets

AT = "2026-11-23T08:00:00+01:00"
RULES = cds.load(shipped_rulesets() / "heart-failure-weight.yaml")


def result_of(patient: str, kilograms: float = 83.125) -> Result:
    readings = [{"value": kilograms, "unit": "kg", "time": "2026-11-23T07:00"}]
    known = cds.Patient.from_dict(
        {"id": patient, "readings": {"body_weight": readings}, "conditions": ["heart_failure"]}
    )
    return RULES.evaluate(known, at=AT, allow_draft=True)


def evaluation(patient: str) -> Evaluation:
    return Evaluation(result_of(patient), "https://epj.example.org", "Practitioner/9", "patient-view", (b"the input",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    log = AuditLog(tmp_path)
    for patient in ("kari", "ola", "kari"):
        log.append(evaluation(patient))
    log.close()
    return tmp_path


def change(folder: Path, *statements: str) -> None:
    """What somebody could do who may write the file."""
    database = sqlite3.connect(folder / "audit.sqlite")
    for each in ("DROP TRIGGER records_stay", "DROP TRIGGER records_are_kept", *statements):
        database.execute(each)
    database.commit()
    database.close()


def bytes_of(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.glob("audit.sqlite*"))


def test_what_was_recorded_can_be_read_again(folder: Path) -> None:
    one, other = AuditLog(folder).of_patient("kari")
    assert (1, 3) == (one["number"], other["number"])
    assert ("https://epj.example.org", "Practitioner/9", "patient-view") == (one["caller"], one["user"], one["service"])
    head = RULES.heads[0]
    assert [[head.id, head.version, head.hash]] == one["rulesets"]
    assert [[each.id, each.status, each.colour] for each in result_of("kari").findings] == one["findings"]
    assert AT == one["at"]
    assert one["input"] == other["input"]
    assert [] == list(AuditLog(folder).of_patient("nobody"))


def test_the_same_input_of_two_patients_cannot_be_told(folder: Path) -> None:
    (kari, *_), (ola,) = AuditLog(folder).of_patient("kari"), AuditLog(folder).of_patient("ola")
    assert kari["input"] != ola["input"]


def test_a_sound_log_verifies(folder: Path) -> None:
    verdict = AuditLog(folder).verify()
    assert (3, 0, ()) == (verdict.records, verdict.erased, verdict.faults)
    assert () == AuditLog(folder).verify(verdict.head).faults


def test_no_patient_and_no_value_stands_in_the_files(folder: Path) -> None:
    raw = bytes_of(folder)
    assert b"heart-failure-weight" in raw
    for each in (b"kari", b"ola", b"Practitioner", b"83.125", b"the input", b"weight_gain", b"not_fired"):
        assert each not in raw


def test_only_the_owner_may_read(folder: Path) -> None:
    assert {0o600} == {each.stat().st_mode & 0o777 for each in folder.iterdir()}
    (folder / "audit.key").chmod(0o640)
    with pytest.raises(CdsError, match="chmod 600"):
        AuditLog(folder)


def test_records_cannot_be_changed_in_passing(folder: Path) -> None:
    database = sqlite3.connect(folder / "audit.sqlite")
    for statement in ("UPDATE records SET body = '{}'", "DELETE FROM records"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            database.execute(statement)
    database.close()


CHANGES = {
    "a record changed": (
        "UPDATE records SET body = replace(body, 'patient-view', 'order-sign') WHERE number = 2",
        "record 2",
    ),
    "a record taken out": ("DELETE FROM records WHERE number = 2", "record 2 is missing"),
    "two records swapped": ("UPDATE records SET number = 7 - number WHERE number > 1", "record 2 is missing"),
    "the first taken out": ("DELETE FROM records WHERE number = 1", "record 1 is missing"),
    "a hash changed": ("UPDATE records SET hash = 'x' WHERE number = 3", "record 3"),
    "a key lost": ("DELETE FROM keys", "no erasure was recorded"),
    "a key changed": ("UPDATE keys SET key = randomblob(32)", "cannot be read with its key"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_changed_log_does_not_verify(folder: Path, name: str) -> None:
    statement, says = CHANGES[name]
    change(folder, statement)
    assert says in " ".join(AuditLog(folder).verify().faults)


def test_records_taken_from_the_end_are_missed_by_who_noted_the_head(folder: Path) -> None:
    head = AuditLog(folder).verify().head
    change(folder, "DELETE FROM records WHERE number = 3")
    assert () == AuditLog(folder).verify().faults
    assert "taken away" in AuditLog(folder).verify(head).faults[0]


def test_another_key_does_not_verify(folder: Path) -> None:
    (folder / "audit.key").write_bytes(bytes(32))
    assert AuditLog(folder).verify().faults


def test_an_erased_patient_is_gone_and_the_log_verifies(folder: Path) -> None:
    log = AuditLog(folder)
    keys = dict(log._database.execute("SELECT name, key FROM keys"))
    (one, _) = log.of_patient("kari")
    head = log.verify().head
    assert log.erase("kari", AT)
    assert not log.erase("kari", AT)
    assert [] == list(log.of_patient("kari"))
    assert 1 == len(list(log.of_patient("ola")))
    verdict = log.verify(head)
    assert (4, 2, ()) == (verdict.records, verdict.erased, verdict.faults)
    log.close()
    assert keys[one["key"]] not in bytes_of(folder)


def test_who_was_erased_may_come_again(folder: Path) -> None:
    log = AuditLog(folder)
    log.erase("kari", AT)
    log.append(evaluation("kari"))
    assert [5] == [each["number"] for each in log.of_patient("kari")]
    assert () == log.verify().faults


def test_threads_and_processes_write_one_chain(folder: Path) -> None:
    code = (
        "from tests.audit.test_log import *\n"
        "log = AuditLog(Path(sys.argv[1]))\n"
        "for number in range(10): log.append(evaluation('kari'))"
    )
    top = Path(cds.__file__).parents[1]
    processes = [subprocess.Popen([sys.executable, "-c", code, str(folder)], cwd=top) for _ in "12"]
    log = AuditLog(folder)
    threads = [threading.Thread(target=lambda: [log.append(evaluation("ola")) for _ in range(10)]) for _ in "12"]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [0, 0] == [each.wait(60) for each in processes]
    verdict = log.verify()
    assert (43, ()) == (verdict.records, verdict.faults)


def test_the_command_verifies_lists_and_erases(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state = ["--state", str(folder)]
    assert 0 == main(["audit", "verify", *state])
    said = capsys.readouterr().out
    assert said.startswith("3 records, 0 of them erased")
    head = said.split()[-1]
    assert 0 == main(["audit", "list", *state, "--patient", "kari"])
    assert [1, 3] == [json.loads(each)["number"] for each in capsys.readouterr().out.splitlines()]
    assert 0 == main(["audit", "erase", *state, "--patient", "kari", "--at", AT])
    assert 1 == main(["audit", "erase", *state, "--patient", "kari", "--at", AT])
    assert 0 == main(["audit", "verify", *state, "--head", head])
    change(folder, "DELETE FROM records WHERE number > 1")
    assert 1 == main(["audit", "verify", *state, "--head", head])


MISUSE = {
    "no patient": (["list"], "--patient"),
    "no moment": (["erase", "--patient", "kari"], "--at"),
    "no such moment": (["erase", "--patient", "kari", "--at", "soon"], "no moment"),
}


@pytest.mark.parametrize("name", MISUSE)
def test_misuse_is_said(folder: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments, says = MISUSE[name]
    assert 2 == main(["audit", *arguments, "--state", str(folder)])
    assert says in capsys.readouterr().err


def test_verifying_makes_no_log(tmp_path: Path) -> None:
    assert 2 == main(["audit", "verify", "--state", str(tmp_path)])
    assert [] == list(tmp_path.iterdir())
