"""`cds audit`: verify the log of a service, list one patient's records, erase one patient."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cds.api import microseconds
from cds.diagnostics import CdsError, MissingExtra
from cds.periods import NORWAY, zone

if TYPE_CHECKING:
    from cds.audit import AuditLog


def audit(given: argparse.Namespace) -> int:
    """Do what was asked; 1 when the log does not verify, or when nobody was there to be erased."""
    if given.task != "verify" and not given.patient:
        raise CdsError("name the patient with --patient, by the id that the service was called with")
    log = _open(Path(given.state))
    try:
        match given.task:
            case "verify":
                return _verify(log, given.head)
            case "list":
                return _list(log, given.patient)
            case _:
                return _erase(log, given.patient, given.at)
    finally:
        log.close()


def _open(folder: Path) -> "AuditLog":
    try:
        from cds.audit import AuditLog  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(f"the audit log needs {missing.name}: pip install 'cds-engine[server]'") from missing
    return AuditLog(folder, must_exist=True)


def _verify(log: "AuditLog", head: str) -> int:
    verdict = log.verify(head or "")
    for fault in verdict.faults:
        sys.stdout.write(f"{fault}\n")
    if verdict.faults:
        sys.stdout.write("the log does not verify\n")
        return 1
    sys.stdout.write(f"{verdict.records} records, {verdict.erased} of them erased; every one is as it was written\n")
    sys.stdout.write(f"head {verdict.head}\n")
    return 0


def _list(log: "AuditLog", patient: str) -> int:
    for record in log.of_patient(patient):
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    return 0


def _erase(log: "AuditLog", patient: str, at: str | None) -> int:
    if at is None:
        raise CdsError("say when with --at, for instance 2026-01-08T08:00; no clock is read")
    microseconds(at, zone(NORWAY))
    if log.erase(patient, at):
        sys.stdout.write("erased; nobody can read this patient's records any more, and the log verifies as before\n")
        return 0
    sys.stdout.write("nothing is recorded of this patient\n")
    return 1
