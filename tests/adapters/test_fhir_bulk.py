"""A Bulk Data export gives each patient what a Bundle of the same resources gives."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

import cds
from cds.adapters.fhir.observation import Observations
from cds.adapters.fhir.resource import Resource
from cds.adapters.fhir_bulk.reading import BulkReading, population_from_export
from cds.catalogue import shared_concepts
from cds.diagnostics import PatientError
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.periods import zone
from tests.adapters.building import LOINC, UCUM, Json
from tests.adapters.exported import assert_same, bundle_of, facts, write_export
from tests.adapters.test_fhir_norway import NUMBER, diagnosis, measured, quantity
from tests.adapters.test_fhir_norway import coding as coded
from tests.adapters.test_synthea import FILES

RULESETS = Path(__file__).parents[2] / "rulesets"
VKP_SYSTEM = NUMBER["system"]


def resources_of(file: Path) -> list[Json]:
    return [entry["resource"] for entry in json.loads(gzip.decompress(file.read_bytes()))["entry"]]


@pytest.mark.skipif(not FILES, reason="no synthetic records; CDS_SHARED names the folder")
def test_synthetic_records_split_into_files_say_the_same(tmp_path: Path) -> None:
    records = [resources_of(file) for file in FILES]
    folder = write_export(tmp_path, (each for record in records for each in record), most=300)
    population = assert_same(folder, [gzip.decompress(file.read_bytes()) for file in FILES])
    ruleset = cds.load(RULESETS / "home-blood-pressure.yaml")
    patients = sorted((cds.Patient.from_fhir(bundle_of(each)) for each in records), key=lambda each: each.id)
    arguments: Any = {"at": "2022-01-08T08:00", "allow_draft": True}
    assert ruleset.score(patients, **arguments).table(True).equals(ruleset.score(population, **arguments).table(True))


def vkp_patient(number: int) -> list[Json]:
    """A patient of the welfare technology hub, known by a national number only, with home measurements."""
    subject = {"identifier": {"system": VKP_SYSTEM, "value": f"0507350{number:04}"}}
    person = {"resourceType": "Patient", "id": f"p{number}", "identifier": [subject["identifier"]], "gender": "female"}
    pressure = coded(loinc="85354-9")
    parts = [
        {"code": coded(loinc=loinc), **quantity(value, "mm[Hg]")}
        for loinc, value in (("8462-4", 84), ("8480-6", 141 + number))
    ]
    readings = [
        measured(
            f"w{number}", "2026-01-13T07:30:00+01:00", coded(loinc="29463-7", sct="27113001"), **quantity(83.4, "kg")
        ),
        measured(f"b{number}", "2026-01-13T07:31:00+01:00", pressure, component=parts),
        measured(f"s{number}", "2026-01-13T07:32:00+01:00", coded(npu="NPU21692"), **quantity(120 + number, "mm[Hg]")),
        measured(f"g{number}", "2026-01-13T07:33:00.250Z", coded(loinc="15074-8"), **quantity(6, "mmol/L")),
    ]
    alert = {
        "resourceType": "DetectedIssue",
        "id": f"a{number}",
        "status": "final",
        "patient": subject,
        "identifiedDateTime": "2026-01-13T09:00:00+01:00",
        "code": {"coding": [{"system": "http://ehelse.no/fhir/CodeSystem/vkp-alert-code", "code": "1.1"}]},
    }
    return [
        person,
        *({**each, "subject": subject} for each in (*readings, {**diagnosis("A97"), "id": f"d{number}"})),
        alert,
    ]


def test_home_measurements_of_people_known_by_a_number_say_the_same(tmp_path: Path) -> None:
    records = [vkp_patient(number) for number in range(1, 8)]
    folder = write_export(tmp_path, (each for record in reversed(records) for each in reversed(record)), most=5)
    population = assert_same(folder, [bundle_of(each) for each in records])
    assert [141.0 + number for number in range(1, 8)] == population.tables["blood_pressure.systolic"].values.tolist()


def person(name: str, **fields: Any) -> Json:
    return {"resourceType": "Patient", "id": name, **fields}


def weight(name: str, whose: str, value: Any = 81.5, time: str = "2026-01-08T07:30:00+01:00", **fields: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "subject": {"reference": f"Patient/{whose}"},
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]},
        "effectiveDateTime": time,
        "valueQuantity": {"value": value, "unit": "kg", "system": UCUM, "code": "kg"},
        **fields,
    }


def test_copies_are_one_and_a_correction_goes_before_what_it_corrects(tmp_path: Path) -> None:
    record = [
        person("a"),
        weight("w", "a", 80.0, meta={"lastUpdated": "2026-01-08T08:00:00Z"}),
        weight("x", "a", 70.0, "2026-01-09T07:30:00+01:00"),
        weight("x", "a", 70.0, "2026-01-09T07:30:00+01:00"),
        weight("w", "a", 81.0, meta={"lastUpdated": "2026-01-08T09:00:00Z"}),
    ]
    population = assert_same(write_export(tmp_path, record, most=2), [bundle_of(record)])
    assert [81.0, 70.0] == population.tables["body_weight"].values.tolist()


def test_a_medicine_that_stands_in_another_file_is_found(tmp_path: Path) -> None:
    medicine = {
        "resourceType": "Medication",
        "id": "m",
        "code": {"coding": [{"system": "http://www.whocc.no/atc", "code": "C10AA05"}]},
    }
    use = {
        "resourceType": "MedicationStatement",
        "id": "u",
        "status": "active",
        "effectivePeriod": {"start": "2026-01-01"},
        "medicationReference": {"reference": "Medication/m"},
    }
    records = [[person(name), {**use, "subject": {"reference": f"Patient/{name}"}}] for name in ("a", "b")]
    folder = write_export(tmp_path, [medicine, *records[0], *records[1], {**medicine, "id": "n"}])
    population = assert_same(folder, [bundle_of([*each, medicine]) for each in records])
    assert [0, 1, 2] == population.tables["medicines.statins"].offsets.tolist()


HOSTILE = [
    ("not json", "line_not_read", None),
    ('{"resourceType": "Observation", "id": "x", ', "line_not_read", None),
    ('{"id": "x"}', "line_not_read", None),
    (json.dumps({**weight("x", "a"), "resourceType": None}), "line_not_read", None),
    (
        json.dumps({name: value for name, value in weight("x", "a").items() if name != "resourceType"}),
        "line_not_read",
        None,
    ),
    ("[1, 2]", "line_not_read", None),
    (f'{{"resourceType": "Observation", "id": "x", "a": {"[" * 5000}{"]" * 5000}}}', "line_not_read", None),
    (b'{"resourceType": "Observation", "id": "\xff"}', "line_not_read", None),
    (json.dumps({**weight("x", "a"), "subject": None}), "ambiguous_subject", "Observation/x"),
    (json.dumps({**weight("x", "a"), "subject": {"display": "Kari"}}), "ambiguous_subject", "Observation/x"),
    (json.dumps(weight("x", "nobody")), "subject_not_known", "Observation/x"),
    (json.dumps(weight("x y", "nobody")), "subject_not_known", "Observation"),
    (json.dumps({**weight("x", "nobody"), "resourceType": "Condition"}), "subject_not_known", "Condition/x"),
    (json.dumps({"resourceType": "Patient", "name": [{"text": "Kari"}]}), "patient_not_stated", "Patient"),
]


@pytest.mark.parametrize(("line", "code", "resource"), HOSTILE)
def test_a_line_that_is_nobodys_is_told_of_and_touches_nobody(
    tmp_path: Path, line: str | bytes, code: str, resource: str | None
) -> None:
    record = [person("a"), weight("w", "a"), weight("v", "a", 82.0, "2026-01-09T07:30:00+01:00")]
    folder = write_export(tmp_path, record)
    file = folder / "Observation.ndjson"
    lines = file.read_bytes().splitlines()
    raw = line if isinstance(line, bytes) else line.encode()
    file.write_bytes(b"\n".join([lines[0], b"", raw, *lines[1:]]))
    population, issues = population_from_export(folder)
    assert facts(population) == facts(population_from_export(write_export(tmp_path / "whole", record))[0])
    found = [(each["table"], each["row"], each["column"], each["patient"], each["code"]) for each in issues.to_pylist()]
    assert [("Observation.ndjson", 2, resource, None, code)] == found
    assert "Kari" not in str(issues.to_pylist())


@pytest.mark.parametrize("kind", ["Condition", "Observation"])
@pytest.mark.parametrize("more", [f'"note": {"[" * 150}{"]" * 150}', f'"note": {"1" * 5000}'], ids=["deep", "digits"])
def test_a_line_that_only_a_skipping_decoder_can_read_is_told_of(tmp_path: Path, kind: str, more: str) -> None:
    record = [person("a"), weight("w", "a")]
    folder = write_export(tmp_path, record)
    content = json.dumps({**weight("x", "a"), "resourceType": kind, "status": "?"})
    (folder / "Z.ndjson").write_text(f"{content[:-1]}, {more}}}\n")
    population, issues = population_from_export(folder)
    assert [81.5] == population.tables["body_weight"].values.tolist()
    assert [("Z.ndjson", 0, "line_not_read")] == [
        (each["table"], each["row"], each["code"]) for each in issues.to_pylist()
    ]


SPELLINGS = {
    "value last": '{"code": "kg", "system": "http://unitsofmeasure.org", "unit": "kg", "value": 80.25}',
    "a space before the colon": '{"value" : 80.25, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}',
    "a name twice": '{"value": 70.5, "unit": "kg", "system": "http://unitsofmeasure.org", "value": 80.25}',
    "a name twice, escaped": '{"value": 70.5, "unit": "kg", "code": "kg", "\\u0076alue": 80.25}',
    "another number": '{"value": 80.25, "unit": "kg", "extension": [{"url": "x", "valueQuantity": {"value": 3}}]}',
    "a comma in the unit": '{"value": 80.25, "unit": "kg, naken", "system": "http://unitsofmeasure.org", "code": "kg"}',
    "a number alone": "80.25",
    "words": '{"value": "80.25", "unit": "kg", "code": "kg"}',
    "more than a float": '{"value": 1e999, "unit": "kg", "code": "kg"}',
}


@pytest.mark.parametrize("quantity", SPELLINGS.values(), ids=SPELLINGS)
def test_however_a_quantity_is_written_it_is_read_as_in_a_bundle(tmp_path: Path, quantity: str) -> None:
    lines = [json.dumps(weight(f"w{day}", "a", time=f"2026-01-0{day}T07:30:00+01:00")) for day in (1, 2, 3)]
    usual = json.dumps(weight("w1", "a")["valueQuantity"])
    assert usual in lines[1]
    lines[1] = lines[1].replace(usual, quantity)
    folder = write_export(tmp_path, [person("a")])
    (folder / "Observation.ndjson").write_text("\n".join(lines))
    entries = ",".join(f'{{"resource": {each}}}' for each in (json.dumps(person("a")), *lines))
    assert_same(folder, [f'{{"resourceType": "Bundle", "type": "collection", "entry": [{entries}]}}'])


@pytest.mark.parametrize("subject", ["Patient/a", "https://x.example/fhir/Patient/a", "Patient/a/_history/3"])
def test_patients_are_found_by_relative_and_absolute_addresses(tmp_path: Path, subject: str) -> None:
    record = [person("a"), weight("w", "a", subject={"reference": subject})]
    assert_same(write_export(tmp_path, record), [bundle_of(record)])


def test_a_reference_and_a_number_of_different_people_are_of_nobody(tmp_path: Path) -> None:
    numbers = [{"system": "urn:x", "value": each} for each in "12"]
    people = [person(name, identifier=[number]) for name, number in zip("ab", numbers, strict=True)]
    torn = weight("w", "a", subject={"reference": "Patient/a", "identifier": numbers[1]})
    population, issues = population_from_export(write_export(tmp_path, [*people, torn]))
    assert ["other_patient"] == issues["code"].to_pylist()
    assert "body_weight" not in population.tables


def test_a_patient_in_another_file_is_somebody(tmp_path: Path) -> None:
    folder = write_export(tmp_path, [weight("w", "b"), person("a"), weight("v", "a")])
    with (folder / "Observation.ndjson").open("a") as file:
        file.write(json.dumps(person("b")) + "\n")
    assert [81.5, 81.5] == population_from_export(folder)[0].tables["body_weight"].values.tolist()


def test_compressed_files_and_a_byte_order_mark_say_the_same(tmp_path: Path) -> None:
    record = [person("a"), weight("w", "a")]
    folder = write_export(tmp_path, record)
    file = folder / "Observation.ndjson"
    (folder / "Observation.ndjson.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + file.read_bytes()))
    file.unlink()
    assert_same(folder, [bundle_of(record)])
    (folder / "Observation.ndjson.gz").write_bytes(gzip.compress(b"{}\n" * 9)[:-9])
    with pytest.raises(PatientError, match="cannot be read to its end"):
        population_from_export(folder)


def test_what_is_usual_takes_the_short_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what says the same did not simply go the same way."""
    folder = write_export(tmp_path, (each for number in (1, 2) for each in vkp_patient(number)))
    taken: list[str] = []
    take = Observations.take

    def counted(reader: Observations, resource: Resource) -> None:
        taken.append(resource.place)
        take(reader, resource)

    monkeypatch.setattr("cds.adapters.fhir.observation.Observations.take", counted)
    population, _ = population_from_export(folder)
    assert 2 == len(population.tables["body_weight"].times) == len(population.tables["blood_pressure.systolic"].times)
    assert not [place for place in taken if place.startswith("Observation/")]


def test_blocks_give_what_all_at_once_gives(tmp_path: Path) -> None:
    records = [vkp_patient(number) for number in range(1, 8)]
    folder = write_export(tmp_path, (each for record in records for each in record))
    whole, _ = population_from_export(folder)
    reading = BulkReading(folder, shared_concepts(), {}, zone())
    blocks = [each for each, _ in reading.blocks(3)]
    assert [3, 3, 1] == [each.n for each in blocks]
    weights = [value for each in blocks for value in each.tables["body_weight"].values.tolist()]
    assert whole.tables["body_weight"].values.tolist() == weights
    assert facts(blocks[1])["ids"] == ["p4", "p5", "p6"]


REQUEST = "https://x.example/fhir/$export?_type=Patient,Observation"
OUTPUT = [
    {"type": kind, "url": f"https://files.example/{kind}.ndjson"} for kind in ("Patient", "Observation", "Condition")
]


@pytest.mark.parametrize(
    ("manifest", "weight_from", "pulse_from", "codes"),
    [
        (None, FIRST_TIME, None, []),
        ({"request": REQUEST, "output": OUTPUT[:2]}, FIRST_TIME, FIRST_TIME, []),
        ({"request": REQUEST, "output": OUTPUT[:1]}, FIRST_TIME, None, []),
        ({"request": f"{REQUEST}&_since=2026-01-01T00:00:00Z", "output": OUTPUT[:2]}, LAST_TIME, None, ["incomplete"]),
        (
            {"output": [*OUTPUT[:2], {**OUTPUT[1], "url": "x/Observation.2.ndjson"}]},
            LAST_TIME,
            LAST_TIME,
            ["file_not_whole"],
        ),
        ({"output": [OUTPUT[0], {**OUTPUT[1], "count": 2}]}, LAST_TIME, LAST_TIME, ["file_not_whole"]),
        ({"output": OUTPUT[:2], "error": [{"url": "x/gone.ndjson"}]}, LAST_TIME, None, ["incomplete"]),
    ],
)
def test_the_manifest_says_what_was_handed_over(
    tmp_path: Path, manifest: Json | None, weight_from: int, pulse_from: int | None, codes: list[str]
) -> None:
    folder = write_export(tmp_path, [person("a"), weight("w", "a")], manifest=manifest)
    population, issues = population_from_export(folder)
    assert [weight_from] == population.tables["body_weight"].supplied_from.tolist()
    pulse = population.tables.get("heart_rate")
    assert pulse_from == (None if pulse is None else int(pulse.supplied_from[0]))
    assert codes == issues["code"].to_pylist()


def test_the_callers_word_goes_before_what_occurs(tmp_path: Path) -> None:
    record = [person("a"), weight("w", "a")]
    supplied = {"body_weight": False, "heart_rate": True}
    assert_same(write_export(tmp_path, record), [bundle_of(record)], supplied)


def test_an_export_without_patients_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PatientError, match="no Patient"):
        population_from_export(write_export(tmp_path, [weight("w", "a")]))


def test_scoring_a_folder_writes_findings_and_issues(tmp_path: Path) -> None:
    record = [person("a"), weight("w", "a"), weight("x", "nobody")]
    folder = write_export(tmp_path / "export", record)
    ruleset = cds.load(RULESETS / "heart-failure-weight.yaml")
    out, issues = tmp_path / "findings.csv", tmp_path / "issues.csv"
    arguments: Any = {"at": "2026-01-08T08:00", "allow_draft": True}
    scored = cds.score_tables(ruleset, folder, out=out, issues=issues, everything=True, **arguments)
    assert (1, 1, {"subject_not_known": 1}) == (scored.patients, scored.blocks, dict(scored.issues))
    assert out.read_text().count('"a"') == len(scored.rules)
    assert '"Observation.ndjson",1,"Observation/x"' in issues.read_text()
