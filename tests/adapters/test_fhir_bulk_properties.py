"""Whatever is changed in an Observation, an export says of it what a Bundle says, also where it takes the short way."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.building import LOINC, SNOMED, UCUM, Json
from tests.adapters.exported import assert_same, bundle_of, write_export

CODES = [(LOINC, "29463-7"), (LOINC, "8867-4"), (LOINC, "85354-9"), (LOINC, "8480-6"), (LOINC, "8462-4")]
CODES += [
    (LOINC, "29463-8"),
    (LOINC, "0"),
    ("urn:oid:2.16.840.1.113883.6.1", "29463-7"),
    (SNOMED, "27113001"),
    ("", "x"),
]
TIMES = ["2026-01-08T07:30:00+01:00", "2026-01-08T06:30:00Z", "2026-01-08T07:30:00.250+01:00", "2026-01-08T07:30"]
TIMES += ["2026-01-08", "2026-01", "2026-02-30T07:30:00Z", "2026-01-09T24:00:00+01:00", "1899-01-01T00:00:00Z", "", "x"]
VALUES = [81.5, 81, 0, -0.0, 0.0, 1e300, 10**400, 70.3, 635.0, 634.9999999999, True, None, "81", "HI", [81]]
UNITS = ["kg", "g", "mm[Hg]", "/min", "mmHg", "stone", "", None, 7]
SECURITY = [[{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": code}] for code in "NRV"]
BOUND = [
    {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "code": c}]}
    for c in ">H"
]
BODY_SITE = {"coding": [{"system": SNOMED, "code": "368208006"}]}
POSITION = {
    "url": "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition",
    "valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "33586001"}]},
}
CHANGES: dict[str, list[Any]] = {
    "id": [None, 7, "a b", "same"],
    "status": ["amended", "preliminary", "entered-in-error", None, 1],
    "meta": [{"lastUpdated": "2026-01-09T00:00:00Z"}, *({"security": each} for each in SECURITY), 3, {"security": 4}],
    "issued": [*TIMES, None, 5],
    "effectiveDateTime": [*TIMES, None, 5],
    "effectivePeriod": [{"end": TIMES[0]}],
    "component": [[], None, [{}], [7], "x"],
    "interpretation": [[each] for each in BOUND] + [None, 3],
    "dataAbsentReason": [{"coding": [{"code": "masked"}]}],
    "valueString": ["HI"],
    "focus": [[], [{"reference": "Patient/z"}]],
    "modifierExtension": [[], [{"url": "urn:x"}]],
    "implicitRules": [None, "urn:x"],
    "bodySite": [BODY_SITE, None, 3],
    "extension": [[POSITION], [], 3],
    "device": [{}, {"reference": "Device/1"}, None, 3],
    "performer": [
        [{"reference": "Practitioner/1"}],
        [{"reference": "RelatedPerson/1"}],
        [{"type": "RelatedPerson"}],
        3,
    ],
    "note": [[{"text": 'skrevet "slik" \\ [{'}], {"a": [[[[]]]]}],
    "subject": [{"reference": "Patient/p", "type": "Patient", "display": "\ud800"}],
}


def codeable(codes: list[tuple[str, str]]) -> Json:
    return {"coding": [{"system": system, "code": code, "display": "?"} for system, code in codes], "text": "?"}


concepts = st.lists(st.sampled_from(CODES), min_size=1, max_size=2).map(codeable)
quantities = st.builds(
    lambda value, unit, code, more: {"value": value, "unit": unit, "system": UCUM, "code": code, **more},
    st.sampled_from(VALUES) | st.floats(0, 700) | st.integers(0, 700),
    st.sampled_from(UNITS),
    st.sampled_from(UNITS),
    st.sampled_from([{}, {}, {}, {"comparator": "<"}, {"comparator": None}, {"extension": []}]),
)
usual = st.builds(
    lambda value, unit: {"value": value, "unit": unit, "system": UCUM, "code": unit},
    st.integers(60, 120) | st.floats(60, 120),
    st.sampled_from(["kg", "mm[Hg]", "/min"]),
)
measured = st.fixed_dictionaries({"valueQuantity": usual | quantities})
components = st.lists(st.builds(lambda code, more: {"code": code, **more}, concepts, measured), min_size=1, max_size=3)
PRESSURE = codeable([(LOINC, "85354-9")])
pressures = st.tuples(usual, usual).map(
    lambda both: [
        {"code": codeable([(LOINC, code)]), "valueQuantity": {**each, "unit": "mm[Hg]", "code": "mm[Hg]"}}
        for code, each in zip(("8462-4", "8480-6"), both, strict=True)
    ]
)
contents = (
    st.builds(lambda code, value: {"code": code, **value}, concepts, measured)
    | st.builds(lambda parts: {"code": PRESSURE, "component": parts}, pressures | components)
    | st.builds(lambda code, parts: {"code": code, "component": parts}, concepts, components)
)


@st.composite
def observations(draw: st.DrawFn) -> list[Json]:
    """Some Observations of one patient, most of them as they usually are."""
    made: list[Json] = []
    for number in range(draw(st.integers(1, 6))):
        content = {
            "resourceType": "Observation",
            "id": f"o{number}",
            "status": "final",
            "subject": {"reference": "Patient/p"},
            "effectiveDateTime": draw(st.sampled_from(TIMES[:3])),
            **draw(contents),
        }
        for name in draw(st.lists(st.sampled_from(sorted(CHANGES)), max_size=2)):
            content[name] = draw(st.sampled_from(CHANGES[name]))
        made.append(content)
    return made


@given(observations())
def test_an_export_says_what_a_bundle_says(made: list[Json]) -> None:
    person = {"resourceType": "Patient", "id": "p"}
    with tempfile.TemporaryDirectory() as folder:
        write_export(Path(folder), [person])
        (Path(folder) / "Observation.ndjson").write_text("\n".join(map(json.dumps, made)), "ascii")
        assert_same(Path(folder), [json.dumps(bundle_of([*made, person]))])
