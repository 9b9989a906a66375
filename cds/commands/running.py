"""`cds run` and `cds demo`."""

import argparse
import gzip
import io
import json
import sys
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from cds.adapters.shapes import as_list, as_object
from cds.api import Patient, load
from cds.diagnostics import PatientError
from cds.document import document
from cds.render import report, why
from cds.result import Result
from cds.shipped import DEMO_AT, DEMO_PATIENT, DEMO_RULE, shipped_rulesets

MOST_BYTES: Final = 100_000_000
_GZIP: Final = b"\x1f\x8b"


def run(given: argparse.Namespace) -> int:
    """Print every rule's finding; 0 whatever was found, for a finding is no failure of the command."""
    ruleset = load(given.rules)
    patient = read_patient(given.patient)
    limits = read_limits(given.limits) if given.limits else ()
    result = ruleset.evaluate(patient, at=given.at, limits=limits, allow_draft=given.draft)
    if given.format == "json":
        made = document(result, given.lang, explain=given.explain)
        sys.stdout.write(json.dumps(made, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
    else:
        _print(result, given)
    return 0


def demo(given: argparse.Namespace) -> int:
    """Print what the rulesets that come with cds say of a made-up patient, why, and the command that says more."""
    rules = shipped_rulesets()
    result = load(rules).evaluate(read_patient(str(DEMO_PATIENT)), at=DEMO_AT, allow_draft=True)
    _print(result, given)
    sys.stdout.write(f"\n{why(result, DEMO_RULE, given.lang)}")
    command = f"cds run --rules {_near(rules)} --patient {_near(DEMO_PATIENT)} --at {DEMO_AT} --draft --explain"
    sys.stdout.write(f"\n$ {command}\n")
    return 0


def _print(result: Result, given: argparse.Namespace) -> None:
    sys.stdout.write(report(result, given.lang, explain=given.explain, everything=given.all))


def _near(path: Path) -> str:
    """The path as seen from here, where that is shorter."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def read_patient(file: str) -> Patient:
    """The patient in a file of records or a FHIR Bundle, plain or compressed; `-` is standard input."""
    data = as_object(_json(file))
    if data is None:
        raise PatientError(f"{file}: a patient is a JSON object; `cds schema patient` shows its shape")
    return Patient.from_fhir(data) if "resourceType" in data else Patient.from_dict(data)


def read_limits(file: str) -> Sequence[Mapping[str, Any]]:
    """The patient's own limits in a JSON list."""
    rows = as_list(_json(file))
    if rows is None:
        raise PatientError(f'{file}: limits are a JSON list such as [{{"limit": "gain", "value": 1.5, "unit": "kg"}}]')
    return rows


def _json(file: str) -> object:
    raw = _bytes(file)
    try:
        return json.loads(raw.removeprefix(b"\xef\xbb\xbf").decode("utf-8"), object_pairs_hook=_each_once)
    except json.JSONDecodeError as wrong:
        raise PatientError(f"{file}: not JSON: line {wrong.lineno}, column {wrong.colno}: {wrong.msg}") from None
    except RecursionError:
        raise PatientError(f"{file}: nested too deeply to be read") from None
    except ValueError:
        raise PatientError(f"{file}: not JSON in UTF-8, or a number that is too long") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object without a field that stands twice: of two, JSON readers would silently keep the last."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise PatientError("a field stands twice in one object of the file; nobody can tell which one is meant")
    return made


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
