"""Resources of several patients as a Bulk Data export, beside the same resources bundle by bundle."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cds.adapters.fhir import patient_from_fhir
from cds.adapters.fhir_bulk.reading import population_from_export
from cds.population import ROW_TYPES, Population, population_of
from tests.adapters.building import Json

OF_THE_EXPORT = "kind_not_read"
"""The one issue that an export has as a whole, where each Bundle has its own."""


def write_export(folder: Path, resources: Iterable[Json], most: int = 10**9, manifest: Json | None = None) -> Path:
    """A folder with one file for each kind, or several with at most so many lines each."""
    folder.mkdir(parents=True, exist_ok=True)
    lines: dict[str, list[str]] = {}
    for each in resources:
        lines.setdefault(each["resourceType"], []).append(json.dumps(each, ensure_ascii=False))
    for kind, listed in lines.items():
        for number, first in enumerate(range(0, len(listed), most)):
            name = f"{kind}.{number:03}.ndjson" if len(listed) > most else f"{kind}.ndjson"
            (folder / name).write_text("".join(f"{line}\n" for line in listed[first : first + most]), "utf-8")
    if manifest is not None:
        (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def bundle_of(resources: Iterable[Json]) -> Json:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}


def facts(population: Population) -> dict[str, Any]:
    """Everything that a population says, in values that compare."""
    tables = {
        f"{key}.{name}": getattr(columns, name).tolist()
        for key, columns in population.tables.items()
        for name in (*ROW_TYPES, "offsets", "supplied_from")
    }
    people = {name: getattr(population, name).tolist() for name in ("zone", "birth_day", "sex")}
    return {"ids": list(population.ids), **people, **tables, "limits": repr(dict(population.limits))}


def issues_of(population: Population) -> list[Counter[tuple[str, str, str, str]]]:
    listed = (population.issues.get(place, ()) for place in range(population.n))
    return [
        Counter((each.code, each.place, each.message, each.norwegian) for each in found if each.code != OF_THE_EXPORT)
        for found in listed
    ]


def assert_same(folder: Path, bundles: Sequence[Any], supplied: Mapping[str, bool | str] | None = None) -> Population:
    """Both ways give the same facts and issues; gives what the export holds."""
    found, _ = population_from_export(folder, supplied=supplied)
    patients = sorted((patient_from_fhir(each, supplied=supplied) for each in bundles), key=lambda each: each.id)
    expected = population_of(patients)
    assert facts(expected) == facts(found)
    assert issues_of(expected) == issues_of(found)
    assert all(np.all(columns.offsets[-1] == len(columns.times)) for columns in found.tables.values())
    return found
