"""What reading a FHIR Bulk Data export costs beyond parsing it: megabytes a second of JSON decoders and of
`population_from_export`, which lays the same lines out as a population.

    python benchmarks/bulk_fhir.py [--patients 400] [--readings 500] [--visits 2] [--runs 5] [--folder FOLDER]

Every reader gets the same files in turn, in one process on one core, so that whatever else the machine does falls on
all alike; medians of processor time are printed. The export is made from a seed: Observations as Synthea writes them
(a sixth of them blood pressures, a third of codes that no concept uses), and a few diagnoses, encounters and
prescriptions, which are read resource by resource and cost about thirty times as much each. `--folder` measures an
export that is there.
"""

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import process_time
from typing import Any
from uuid import UUID

import msgspec
import orjson

from cds.adapters.fhir_bulk.lines import portions
from cds.adapters.fhir_bulk.reading import population_from_export

SEED = 20260108
MEASURED = (  # LOINC, display, usual value, spread, decimals, UCUM
    ("29463-7", "Body Weight", 83.0, 8.0, 1, "kg"),
    ("8302-2", "Body Height", 172.0, 9.0, 1, "cm"),
    ("8867-4", "Heart rate", 72.0, 8.0, 0, "/min"),
    ("9279-1", "Respiratory rate", 14.0, 2.0, 0, "/min"),
    ("2708-6", "Oxygen saturation in Arterial blood", 96.0, 1.5, 0, "%"),
    ("39156-5", "Body mass index (BMI) [Ratio]", 28.0, 3.0, 2, "kg/m2"),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", 1.0, 0.2, 4, "mg/dL"),
    ("2571-8", "Triglycerides", 130.0, 20.0, 4, "mg/dL"),
)
DIAGNOSES = ("59621000", "44054006", "195967001", "444814009", "271737000")
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"


def export(folder: Path, patients: int, readings: int, visits: int) -> None:
    """Write an export of so many patients, each with so many Observations and visits."""
    random = Random(SEED)
    kinds = ("Patient", "Observation", "Condition", "Encounter", "MedicationRequest")
    opened = {kind: (folder / f"{kind}.ndjson").open("w", encoding="utf-8") for kind in kinds}
    for _ in range(patients):
        for resource in record(random, readings, visits):
            opened[resource["resourceType"]].write(json.dumps(resource, separators=(",", ":")) + "\n")
    for file in opened.values():
        file.close()


def record(random: Random, readings: int, visits: int) -> Iterator[dict[str, Any]]:
    """The resources of one patient."""
    patient, encounter = new_id(random), new_id(random)
    her = {"subject": {"reference": f"Patient/{patient}"}, "encounter": {"reference": f"Encounter/{encounter}"}}
    born = f"{random.randint(1935, 2000)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"
    yield {"resourceType": "Patient", "id": patient, "gender": random.choice(("female", "male")), "birthDate": born}
    start = datetime(2015, 1, 1, 7, 30, tzinfo=UTC) + timedelta(minutes=random.randrange(500_000))
    for number in range(readings):
        time = start + timedelta(hours=12 * number, minutes=random.randrange(300))
        yield observation(random, time, her)
    for code in DIAGNOSES:
        status = {
            "clinicalStatus": coded("http://terminology.hl7.org/CodeSystem/condition-clinical", "active", "Active")
        }
        code = coded("http://snomed.info/sct", code, "Diagnosis")
        yield {"resourceType": "Condition", "id": new_id(random), **status, "code": code, **her, "onsetDateTime": born}
    for number in range(visits):
        time = (start + timedelta(days=25 * number)).isoformat()
        where = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}
        visit = {"status": "finished", "class": where, "period": {"start": time, "end": time}}
        yield {"resourceType": "Encounter", "id": new_id(random), **visit, "subject": her["subject"]}
        medicine = coded("http://www.whocc.no/atc", random.choice(("C10AA05", "C09AA05", "A10BA02")), "Medicine")
        order = {"status": "active", "intent": "order", "medicationCodeableConcept": medicine, "authoredOn": time}
        yield {"resourceType": "MedicationRequest", "id": new_id(random), **order, **her}


def observation(random: Random, time: datetime, her: dict[str, Any]) -> dict[str, Any]:
    """An Observation as Synthea writes them."""
    content: dict[str, Any] = {"resourceType": "Observation", "id": new_id(random), "status": "final"}
    content["category"] = [coded(CATEGORY, "vital-signs", "Vital signs")]
    written = time.isoformat()
    at = {"effectiveDateTime": written, "issued": written.replace("+", ".395+")}
    if random.random() < 1 / 6:
        code = coded("http://loinc.org", "85354-9", "Blood pressure panel with all children optional")
        parts = (("8462-4", "Diastolic Blood Pressure", 82.0), ("8480-6", "Systolic Blood Pressure", 135.0))
        return {**content, "code": code, **her, **at, "component": [part(random, *each) for each in parts]}
    loinc, display, usual, spread, decimals, unit = random.choice(MEASURED)
    value = round(random.gauss(usual, spread), decimals or None)
    code = coded("http://loinc.org", loinc, display)
    return {**content, "code": code, **her, **at, "valueQuantity": quantity(value, unit)}


def part(random: Random, loinc: str, display: str, usual: float) -> dict[str, Any]:
    """A component of a blood pressure."""
    return {
        "code": coded("http://loinc.org", loinc, display),
        "valueQuantity": quantity(round(random.gauss(usual, 8)), "mm[Hg]"),
    }


def coded(system: str, code: str, display: str) -> dict[str, Any]:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}


def quantity(value: float, unit: str) -> dict[str, Any]:
    """A Quantity in UCUM."""
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def new_id(random: Random) -> str:
    """An id as servers give them."""
    return str(UUID(int=random.getrandbits(128)))


def parse_with(decode: Callable[[bytes], object]) -> Callable[[Path], object]:
    """Decodes every line and keeps nothing."""

    def parse(folder: Path) -> None:
        for file in sorted(folder.glob("*.ndjson")):
            for portion in portions(file):
                for line in portion.text.splitlines():
                    decode(line)

    return parse


READERS: dict[str, Callable[[Path], object]] = {
    "json": parse_with(json.loads),
    "orjson": parse_with(orjson.loads),
    "msgspec": parse_with(msgspec.json.Decoder().decode),
    "cds": population_from_export,
}


def measure(folder: Path, runs: int) -> dict[str, float]:
    """Median seconds of each reader, taken in turn."""
    population_from_export(folder)
    seconds: dict[str, list[float]] = {name: [] for name in READERS}
    for _ in range(runs):
        for name, read in READERS.items():
            gc.collect()
            start = process_time()
            read(folder)
            seconds[name].append(process_time() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}


def main() -> None:
    """Print the table."""
    if hasattr(os, "sched_setaffinity"):  # also threads of libraries then share the one core
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    options = argparse.ArgumentParser(description="What reading an export costs beyond parsing it.")
    options.add_argument("--patients", type=int, default=400)
    options.add_argument("--readings", type=int, default=500)
    options.add_argument("--visits", type=int, default=2, help="of each patient: an encounter and a prescription each")
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        if given.folder is None:
            export(folder, given.patients, given.readings, given.visits)
        size = sum(each.stat().st_size for each in folder.glob("*.ndjson")) / 1e6
        found = measure(folder, given.runs)
    fastest = min(seconds for name, seconds in found.items() if name != "cds")
    print(f"{size:.0f} MB, Python {sys.version.split()[0]}, one core")
    print(f"{'reader':10} {'MB/s':>7} {'of the fastest parser':>23}")
    for name, seconds in found.items():
        print(f"{name:10} {size / seconds:7.0f} {fastest / seconds:23.2f}")


if __name__ == "__main__":
    main()
