"""`cds run` and `cds demo`."""

import argparse
import gzip
import io
import json
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cds.adapters.cards import cards
from cds.adapters.fhir_out import bundle
from cds.adapters.shapes import as_list, as_object
from cds.adapters.strict_json import read_json
from cds.api import Patient, load
from cds.codes import Concepts
from cds.diagnostics import CdsError, PatientError
from cds.document import document
from cds.messages import Audience, messages_document, messages_text
from cds.render import report, why
from cds.result import Result
from cds.shipped import DEMO_AT, DEMO_PATIENT, DEMO_RULE, demo_rulesets

MOST_BYTES: Final = 100_000_000
_GZIP: Final = b"\x1f\x8b"


def run(given: argparse.Namespace) -> int:
    """Print every rule's finding; 0 whatever was found, for a finding is no failure of the command."""
    if given.patient is None or given.at is None:
        raise CdsError("name the patient and the moment with --patient and --at, or answer requests with --stream")
    if (given.explain or given.all) and (given.audience == "patient" or given.format not in ("text", "json")):
        raise CdsError(
            "--explain and --all say more to clinicians, as text or JSON; leave them out with --audience patient, "
            "--format cards and --format fhir"
        )
    ruleset = load(given.rules, concepts=given.concepts)
    patient = read_patient(given.patient, ruleset.concepts)
    limits = read_limits(given.limits) if given.limits else ()
    result = ruleset.evaluate(patient, at=given.at, limits=limits, allow_draft=given.draft)
    sys.stdout.write(FORMATS[given.audience][given.format](result, given, ruleset.concepts))
    return 0


def demo(given: argparse.Namespace) -> int:
    """Print what some rulesets that come with cds say of a made-up patient, why, and the command that says more."""
    rules = demo_rulesets()
    result = load(rules).evaluate(read_patient(str(DEMO_PATIENT)), at=DEMO_AT, allow_draft=True)
    sys.stdout.write(_report(result, given))
    sys.stdout.write(f"\n{why(result, DEMO_RULE, given.lang)}")
    files = " ".join(map(_near, rules))
    command = f"cds run --rules {files} --patient {_near(DEMO_PATIENT)} --at {DEMO_AT} --draft --explain"
    sys.stdout.write(f"\n$ {command}\n")
    return 0


def _report(result: Result, given: argparse.Namespace) -> str:
    return report(result, given.lang, explain=given.explain, everything=given.all)


def _as_json(made: Mapping[str, Any]) -> str:
    return json.dumps(made, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


_Written = Callable[[Result, argparse.Namespace, Concepts], str]
FORMATS: Final[Mapping[Audience, Mapping[str, _Written]]] = {
    "clinician": {
        "text": lambda result, given, concepts: _report(result, given),
        "json": lambda result, given, concepts: _as_json(document(result, given.lang, explain=given.explain)),
        "cards": lambda result, given, concepts: _as_json(cards(result, given.lang)),
        "fhir": lambda result, given, concepts: _as_json(bundle(result, given.lang, concepts=concepts)),
    },
    "patient": {
        "text": lambda result, given, concepts: messages_text(result, given.lang),
        "json": lambda result, given, concepts: _as_json(messages_document(result, given.lang)),
        "cards": lambda result, given, concepts: _as_json(cards(result, given.lang, audience="patient")),
        "fhir": lambda result, given, concepts: _as_json(bundle(result, given.lang, audience="patient")),
    },
}
"""Audience -> format -> how a result is written."""


def _near(path: Path) -> str:
    """The path as seen from here, where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def read_patient(file: str, concepts: Concepts | None = None) -> Patient:
    """The patient in a file of records or a FHIR Bundle, plain or compressed; `-` is standard input."""
    data = as_object(_json(file))
    if data is None:
        raise PatientError(f"{file}: a patient is a JSON object; `cds schema patient` shows its shape")
    is_fhir = "resourceType" in data
    return Patient.from_fhir(data, concepts=concepts) if is_fhir else Patient.from_dict(data, concepts=concepts)


def read_limits(file: str) -> Sequence[Mapping[str, Any]]:
    """The patient's own limits in a JSON list."""
    rows = as_list(_json(file))
    if rows is None:
        raise PatientError(f'{file}: limits are a JSON list such as [{{"limit": "gain", "value": 1.5, "unit": "kg"}}]')
    return rows


def _json(file: str) -> object:
    value, fault = read_json(_bytes(file))
    if fault:
        raise PatientError(f"{file}: {fault}")
    return value


def _bytes(file: str) -> bytes:
    """The file's bytes, unpacked when they are compressed; refused when they are too many."""
    if file == "-":
        raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    else:
        with Path(file).open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    if raw.startswith(_GZIP):
        raw = _unpacked(file, raw)
    if len(raw) > MOST_BYTES:
        raise PatientError(f"{file}: larger than {MOST_BYTES // 1_000_000} MB; one patient is expected")
    return raw


def _unpacked(file: str, raw: bytes) -> bytes:
    """At most one byte more than is accepted, however much is packed."""
    try:
        return gzip.GzipFile(fileobj=io.BytesIO(raw)).read(MOST_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise PatientError(f"{file}: begins like a gzip file and cannot be unpacked") from None
