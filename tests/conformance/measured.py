"""Published answers about measurements at home: the rows that went in, as patients of ours, and what came out.

What a file holds and every setting stand in the MANIFEST of the family; a ruleset is written from the settings.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import cds
from cds.diagnostics import render
from cds.execute.batch import score
from cds.execute.single import Evaluation
from cds.loading import check_texts
from cds.operators.reasons import KNOWN
from cds.patient import Patient
from cds.plan import Measure, Plan
from cds.population import population_of
from tests.conformance.truth import PLACE, absent, manifest

FAMILY: Final = "home"
RULESETS: Final = Path(__file__).parent / "home"
HEAD: Final = "language: 1\nruleset: held-against\nversion: 1.0.0\nstatus: draft\ntitle:\n  en: Held against\n"

Row = Mapping[str, str]
Numbers = Mapping[str, tuple[float, int]]  # name of a value -> value, reason


def settings(part: str) -> Any:
    """What the MANIFEST says of one part of the family, {} when it says nothing."""
    return (manifest(FAMILY) or {}).get(part, {})


def missing(part: str, *files: str) -> str:
    """Why a part cannot be compared, "" when it can."""
    if not settings(part):
        return absent(FAMILY, f"MANIFEST.json, {part}") or f"the MANIFEST says nothing of `{part}`"
    return next((why for each in files if (why := absent(FAMILY, settings(part).get(each, each)))), "")


@cache
def rows_of(file: str) -> tuple[Row, ...]:
    """A table as it is written."""
    with (PLACE / FAMILY / file).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def grouped(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    """Rows by what stands in a column, in their order."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row[column], []).append(row)
    return found


@cache
def plan_of(text: str) -> Plan:
    """The plan of a ruleset's text, whose head is added when it has none."""
    checked = check_texts([(text if "\nlanguage: " in text else HEAD + text, "held-against.yaml", True)])
    wrong = [each for each in checked.diagnostics if each.is_error]
    assert not wrong, "\n".join(render(each) for each in wrong)
    assert checked.plan
    return checked.plan


def patient(name: str, concept: str, readings: Sequence[Mapping[str, Any]], zone: str = "UTC") -> Patient:
    """A patient with the readings of one concept, everything handed over."""
    facts = cds.Patient.from_dict({"id": name, "zone": zone, "readings": {concept: list(readings)}}).facts
    assert facts.issues == ()
    return facts


def alone(plan: Plan, patient: Patient, at: int) -> Numbers:
    """Every value of a plan for one patient."""
    evaluation = Evaluation(plan, patient, at)
    return {number.name: evaluation.number(index) for index, number in _values(plan)}


def together(plan: Plan, patients: Sequence[Patient], at: int) -> dict[str, Numbers]:
    """Every value of a plan for several patients as one population, by the patient's id."""
    found = score(plan, population_of(list(patients)), at, watch=True).numbers
    assert found
    return {
        each.id: {
            number.name: (float(found.value[index, place]), int(found.reason[index, place]))
            for index, number in _values(plan)
        }
        for place, each in enumerate(patients)
    }


def _values(plan: Plan) -> Iterator[tuple[int, Measure]]:
    for index, number in enumerate(plan.numbers):
        if isinstance(number, Measure) and number.input.column == "values":
            yield index, number


def known(numbers: Numbers, name: str) -> float:
    """A value that must be known."""
    value, reason = numbers[name]
    assert reason == KNOWN, f"{name}: reason {reason}"
    return value
