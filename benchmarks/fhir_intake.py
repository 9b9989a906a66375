"""What reading FHIR costs beyond reading JSON: resources per second of `json.loads` and of `Patient.from_fhir`.

Both get the same bytes in turn, in one process, so that whatever else the machine does falls on both alike. Medians of
processor time are printed; the ratio is the share of the parser's speed that is left when the patient is ready.
Bundles: the synthetic records of Synthea under CDS_SHARED, and two thousand home measurements as the Norwegian
exchange of home measurements (VKP) shapes them, made here from a seed.
"""

import gc
import gzip
import json
import os
import statistics
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

from cds import Patient

RUNS = 25
SEED = 20260108
HOME_READINGS = 2_000
SHARED = Path(os.environ.get("CDS_SHARED", Path(__file__).parents[2] / "shared"))
NUMBER = {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "01019012345"}
PRESSURE_PARTS = (  # LOINC, SNOMED CT, display, usual value, spread
    ("8480-6", "271649006", "Systolic blood pressure", 135, 8),
    ("8462-4", "271650006", "Diastolic blood pressure", 82, 5),
)
MEASURED = (  # and decimals that devices show, UCUM
    ("29463-7", "27113001", "Body weight", 83.0, 0.8, 1, "kg"),
    ("2708-6", "431314004", "Oxygen saturation", 94, 2, 0, "%"),
    ("8867-4", "364075005", "Heart rate", 72, 6, 0, "/min"),
    ("8310-5", "276885007", "Body temperature", 37.0, 0.3, 1, "Cel"),
    ("15074-8", "434912009", "Glucose", 6.5, 1.2, 1, "mmol/L"),
)


def concept(loinc: str, snomed: str, display: str) -> dict[str, Any]:
    """A CodeableConcept with both codes."""
    codings = (("http://loinc.org", loinc), ("http://snomed.info/sct", snomed))
    return {"coding": [{"system": system, "code": code, "display": display} for system, code in codings]}


def quantity(random: Random, usual: float, spread: float, decimals: int, unit: str) -> dict[str, Any]:
    """A Quantity in UCUM, a whole number where a device shows no decimals."""
    value = round(random.gauss(usual, spread), decimals or None)
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def home_reading(random: Random, number: int, time: datetime) -> dict[str, Any]:
    """One Observation from a patient's home: a third of them blood pressures."""
    content = {
        "resourceType": "Observation",
        "id": f"home-{number}",
        "meta": {"versionId": "1", "lastUpdated": (time + timedelta(seconds=40)).isoformat()},
        "status": "final",
        "category": [{"coding": [{"code": "vital-signs", "display": "Vital Signs"}]}],
        "subject": {"reference": "Patient/1", "identifier": NUMBER},
        "effectiveDateTime": time.isoformat(),
        "performer": [{"identifier": NUMBER}],
    }
    if number % 3 == 0:
        content["code"] = concept("85354-9", "75367002", "Blood pressure panel")
        content["component"] = [
            {"code": concept(*codes), "valueQuantity": quantity(random, usual, spread, 0, "mm[Hg]")}
            for *codes, usual, spread in PRESSURE_PARTS
        ]
    else:
        *codes, usual, spread, decimals, unit = random.choice(MEASURED)
        content |= {"code": concept(*codes), "valueQuantity": quantity(random, usual, spread, decimals, unit)}
    return content


def home_bundle() -> bytes:
    """A patient with the readings of about a year."""
    random = Random(SEED)
    time = datetime(2025, 1, 8, 7, 30, tzinfo=UTC)
    contents: list[dict[str, Any]] = [{"resourceType": "Patient", "id": "1", "identifier": [NUMBER]}]
    for number in range(HOME_READINGS):
        time += timedelta(minutes=random.randint(5, 500))
        contents.append(home_reading(random, number, time))
    entries = [{"resource": each} for each in contents]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def seconds(read: Callable[[bytes], object], texts: list[bytes]) -> float:
    """Processor time of reading these bundles, each let go before the next, from a heap that holds no garbage."""
    gc.collect()
    start = process_time()
    for text in texts:
        read(text)
    return process_time() - start


def compare(name: str, texts: list[bytes]) -> None:
    """Read the bundles RUNS times in both ways, interleaved, and print the medians."""
    count = sum(len(json.loads(text)["entry"]) for text in texts)
    parsing: list[float] = []
    reading: list[float] = []
    seconds(Patient.from_fhir, texts)
    for _ in range(RUNS):
        parsing.append(seconds(json.loads, texts))
        reading.append(seconds(Patient.from_fhir, texts))
    alone, whole = statistics.median(parsing), statistics.median(reading)
    size = sum(map(len, texts)) / 1e6
    print(f"{name:14} {size:5.1f} {count:9} {count / alone:14,.0f} {count / whole:18,.0f} {alone / whole:6.2f}")


def main() -> None:
    """Compare on each set of bundles."""
    print(f"{'bundles':14} {'MB':>5} {'resources':>9} {'json.loads /s':>14} {'Patient.from_fhir/s':>18} {'ratio':>6}")
    files = sorted((SHARED / "data" / "synthea").glob("*.json.gz"))
    if files:
        compare(f"Synthea ({len(files)})", [gzip.decompress(file.read_bytes()) for file in files])
    else:
        print(f"no synthetic records under {SHARED}; CDS_SHARED names the folder")
    compare("home readings", [home_bundle()])


if __name__ == "__main__":
    main()
