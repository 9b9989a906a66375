"""A search that a server answered in pages: joined, and incomplete where one of them is missing."""

from typing import Any

import pytest

import cds
from cds.diagnostics import PatientError
from cds.operators.series import FIRST_TIME, LAST_TIME
from tests.adapters.building import LOINC, UCUM, Json

ADDRESS = "https://fhir.example.org/fhir?page="


def weight(number: int) -> Json:
    return {
        "resourceType": "Observation",
        "id": f"w{number}",
        "status": "final",
        "subject": {"reference": "Patient/1"},
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
        "effectiveDateTime": f"2026-01-0{number}T07:30:00+01:00",
        "valueQuantity": {"value": 80 + number, "unit": "kg", "system": UCUM, "code": "kg"},
    }


def page(number: int, *, last: int, has_address: bool = True, **fields: Any) -> Json:
    """One of the pages 1 to `last`, each with one weight; the first also has the patient."""
    links = [{"relation": "self", "url": f"{ADDRESS}{number}"}] if has_address else []
    links += [{"relation": "next", "url": f"{ADDRESS}{number + 1}"}] if number < last else []
    patient = (
        [{"resource": {"resourceType": "Patient", "id": "1"}, "search": {"mode": "include"}}] if number == 1 else []
    )
    entries = [*patient, {"resource": weight(number), "search": {"mode": "match"}}]
    return {"resourceType": "Bundle", "type": "searchset", "total": last, "link": links, "entry": entries, **fields}


PAGES = [page(number, last=3) for number in (1, 2, 3)]
UNNAMED = [page(number, last=3, has_address=False) for number in (1, 2, 3)]


def said(pages: list[Json]) -> tuple[list[float], bool, list[str]]:
    patient = cds.Patient.from_fhir(pages)
    table = patient.facts.tables["body_weight"]
    assert table.supplied_from in (FIRST_TIME, LAST_TIME)
    return table.values, table.supplied_from == FIRST_TIME, [each.code for each in patient.issues]


@pytest.mark.parametrize("pages", [PAGES, PAGES[::-1], UNNAMED, [PAGES[1], PAGES[0], PAGES[2]]])
def test_pages_are_one_answer_in_any_order(pages: list[Json]) -> None:
    assert said(pages) == ([81.0, 82.0, 83.0], True, [])


@pytest.mark.parametrize(
    "pages",
    [
        PAGES[:2],
        [PAGES[0], PAGES[2]],
        UNNAMED[:1],
        [UNNAMED[0], UNNAMED[2]],  # only the total tells
        [{**each, "total": None} for each in PAGES[:2]],
        [{**each, "total": None} for each in (PAGES[0], PAGES[2])],
        [{**each, "total": None} for each in UNNAMED[:2]],
    ],
)
def test_a_missing_page_leaves_all_of_it_not_supplied(pages: list[Json]) -> None:
    assert said(pages)[1:] == (False, ["incomplete"])


def test_a_page_of_somebody_else_is_refused() -> None:
    other = {"resourceType": "Patient", "id": "2"}
    with pytest.raises(PatientError, match="more than one patient"):
        cds.Patient.from_fhir([*PAGES, page(3, last=3, entry=[{"resource": other}])])
