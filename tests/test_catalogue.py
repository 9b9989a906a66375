"""The shared concepts, how data's codes find them, and what is said about an author's concept file that is wrong."""

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.catalogue import concepts_from, read_concepts, shared_concepts
from cds.codes import ATTRIBUTE_WORDS, SYSTEMS, Attribute, Concept, Concepts, system_url
from cds.diagnostics import CdsError, RulesetError
from cds.operators.series import DATE_ONLY, DELAY_UNKNOWN
from cds.units import Conversion, conversion, convert, unit_of

SHARED = shared_concepts()
MEASURED = [
    each
    for concept in SHARED.of_kind("measurement", "panel")
    for each in (concept.parts.values() if concept.parts else (concept,))
]


@pytest.mark.parametrize("concept", SHARED.by_name.values(), ids=lambda each: each.name)
def test_every_concept_is_labelled_and_sourced(concept: Concept) -> None:
    for each in (concept, *concept.parts.values()):
        assert {"nb", "nn", "en"} == each.label.keys()
        assert each.source
    assert concept.name == SHARED.by_name[concept.name].name


@pytest.mark.parametrize("concept", MEASURED, ids=lambda each: each.name)
def test_every_measurement_has_units_and_a_span(concept: Concept) -> None:
    own = unit_of(concept.unit)
    assert own and concept.units[own.ucum] == Conversion(1.0, 1.0, 0.0)
    assert concept.plausible and concept.plausible[0] < concept.plausible[1]
    assert concept.codes or "codes" in concept.to_confirm
    for unit, step in concept.units.items():
        if unit != "1":
            assert step == conversion(unit, concept.unit, concept.molar_mass)


def test_codes_belong_to_known_systems_and_one_concept() -> None:
    urls = {each.url for each in SYSTEMS}
    codes = [code for each in SHARED.by_name.values() for one in (each, *each.parts.values()) for code in one.codes]
    assert {system for system, _ in codes} <= urls
    assert len(codes) == len(set(codes))


def test_a_loinc_code_ends_in_its_check_digit() -> None:
    """Luhn, as LOINC describes it: every second digit from the right is doubled."""
    for concept in MEASURED:
        for system, code in concept.codes:
            if system == system_url("LOINC"):
                body, _, check = code.partition("-")
                doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body))]
                assert int(check) == -sum(each // 10 + each % 10 for each in doubled) % 10, code


def is_snomed(code: str) -> bool:
    """Verhoeff's check digit."""
    table = [
        "0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
        "5987604321", "6598710432", "7659821043", "8765932104", "9876543210",
    ]  # fmt: skip
    turn = [
        "0123456789",
        "1576283094",
        "5803796142",
        "8916043527",
        "9453126870",
        "4286573901",
        "2793806415",
        "7046913258",
    ]
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(table[check][int(turn[place % 8][int(digit)])])
    return check == 0


def test_a_snomed_code_ends_in_its_check_digit() -> None:
    for concept in SHARED.by_name.values():
        for one in (concept, *concept.parts.values()):
            for system, code in one.codes:
                assert system != system_url("SNOMED CT") or is_snomed(code), code


LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (LOINC, "29463-7", ("body_weight", "")),
        ("LOINC", "29463-7", ("body_weight", "")),
        ("urn:oid:2.16.840.1.113883.6.1", "29463-7", ("body_weight", "")),
        (LOINC, "85354-9", ("blood_pressure", "")),
        (LOINC, "8480-6", ("blood_pressure", "systolic")),
        (SNOMED, "4481000202108", ("blood_pressure", "diastolic")),
        (SNOMED, "27113001", ("body_weight", "")),
        ("urn:oid:2.16.578.1.12.4.1.1.7280", "NPU02187", ("glucose", "")),
        ("http://helsedir.no/fhir/CodeSystem/no-kodeverk-7280-nlk", "NPU02187", ("glucose", "")),
        ("http://hl7.org/fhir/sid/icd-10-no", "I50.9", ("heart_failure", "")),
        ("http://hl7.org/fhir/sid/icd-10", "I509", ("heart_failure", "")),
        ("urn:oid:2.16.578.1.12.4.1.1.7110", "i50", ("heart_failure", "")),
        ("urn:oid:2.16.578.1.12.4.1.1.7110", "I5", None),
        ("urn:oid:2.16.578.1.12.4.1.1.7170", "K77", ("heart_failure", "")),
        ("urn:oid:2.16.840.1.113883.6.139", "K77", ("heart_failure", "")),
        ("http://hl7.org/fhir/sid/icpc-2", "T90", ("diabetes", "")),
        (SNOMED, "88805009", ("heart_failure", "")),
        (SNOMED, "59621000", ("hypertension", "")),
        (SNOMED, "72892002", ("pregnancy", "")),
        (SNOMED, "44054006", ("diabetes", "")),
        ("http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", "1.5", ("technical_fault", "")),
        ("http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", "1.20", ("no_contact", "")),
        ("http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", "1.2", ("dispensing_prevented", "")),
        ("http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090", "1", None),
        (LOINC, "29563-7", None),
        (LOINC, "27113001", None),
        ("", "29463-7", None),
        ("http://hl7.org/fhir/sid/icd-10-cm", "I50.9", None),
    ],
)
def test_codes_find_concepts(system: str, code: str, expected: tuple[str, str] | None) -> None:
    assert expected == SHARED.find(system, code)


def test_one_code_may_mean_two_diagnoses() -> None:
    """Hypertensive heart disease with heart failure."""
    assert (("heart_failure", ""), ("hypertension", "")) == SHARED.find_all("ICD-10", "I11.0")
    assert (("hypertension", ""),) == SHARED.find_all("ICD-10", "I11.9")


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_code_may_be_asked_for(system: str, code: str) -> None:
    for each in (system, *(known.url for known in SYSTEMS)):
        assert SHARED.find(each, code) == next(iter(SHARED.find_all(each, code)), None)
        assert SHARED.one_digit_off(each, code) in {(), SHARED.one_digit_off(each, code)}


@pytest.mark.parametrize(
    ("system", "code", "expected"),
    [
        (LOINC, "29563-7", ("body_weight", "29463-7")),
        (LOINC, "8481-6", ("blood_pressure", "8480-6")),
        (SNOMED, "27113002", ("body_weight", "27113001")),
        (LOINC, "29463-7", ()),
        (LOINC, "4548-4", ()),
        ("NPU", "NPU02188", ()),  # no check digit: a code of its own
        ("ICD-10", "I51", ()),
    ],
)
def test_slips_of_the_pen(system: str, code: str, expected: tuple[str, ...]) -> None:
    assert expected == SHARED.one_digit_off(system, code)


@pytest.mark.parametrize(
    ("atc", "expected"),
    [
        ("C09AA05", ("antihypertensives", "ras_antagonists")),
        ("c07ab02", ("antihypertensives",)),
        ("C10AA01", ("statins",)),
        ("C10AX09", ()),
        ("B01AF02", ("anticoagulants", "direct_oral_anticoagulants")),
        ("A10BA02", ("diabetes_medicines", "diabetes_medicines_but_insulin")),
        ("A10AB05", ("diabetes_medicines", "insulins", "insulins_and_sulfonylureas")),
        ("J05AR06", ("antiretrovirals",)),
        ("J05AB01", ()),
        ("", ()),
    ],
)
def test_medicine_classes(atc: str, expected: tuple[str, ...]) -> None:
    assert expected == SHARED.classes(atc)


@pytest.mark.parametrize(
    ("name", "part", "key"),
    [
        ("body_weight", "", "body_weight"),
        ("blood_pressure", "systolic", "blood_pressure.systolic"),
        ("heart_failure", "", "conditions.heart_failure"),
        ("medicine_dispenser", "", "devices.medicine_dispenser"),
        ("technical_fault", "", "events.technical_fault"),
        ("statins", "", "doses.statins"),
    ],
)
def test_keys(name: str, part: str, key: str) -> None:
    assert key == SHARED.key(name, part)
    assert key in SHARED.keys


def test_keys_of_panels_are_those_of_their_parts() -> None:
    assert "blood_pressure" not in SHARED.keys
    assert "doses.all" in SHARED.keys


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        ("body_weight", 83100, "g", 83.1),
        ("body_temperature", 98.6, "[degF]", 37.0),
        ("glucose", 180.156, "mg/dL", 10.0),
        ("peak_expiratory_flow", 5.5, "L/s", 330.0),
        ("inr", 2.5, "1", 2.5),
    ],
)
def test_units_that_arrive(name: str, value: float, unit: str, expected: float) -> None:
    assert expected == convert(value, SHARED.by_name[name].units[unit])


def test_attributes_never_change_their_numbers() -> None:
    """They stand in stored columns and compiled plans."""
    expected = """DATE_ONLY TYPED DEVICE RELATIVE SITTING STANDING LYING LEFT RIGHT FASTING BEFORE_MEAL AFTER_MEAL
        HOSPITAL_STAY TRAVEL_DOSE PAUSED DELAY_UNKNOWN REGULAR COURSE AS_NEEDED DERIVED BY_DEFINED_DOSE BY_DATES"""
    assert {name: 2**place for place, name in enumerate(expected.split())} == {
        each.name: each.value for each in Attribute
    }
    assert (DATE_ONLY, DELAY_UNKNOWN) == (Attribute.DATE_ONLY, Attribute.DELAY_UNKNOWN)
    for words in ATTRIBUTE_WORDS.values():
        assert {word.upper() for word in words} == {bit.name for bit in words.values()}


def test_concepts_are_plain_values() -> None:
    again = pickle.loads(pickle.dumps(SHARED))
    assert (SHARED.by_name, SHARED.hash) == (again.by_name, again.hash)
    assert again.find("LOINC", "29463-7")


def test_the_hash_is_of_the_content() -> None:
    weight = SHARED.by_name["body_weight"]
    assert Concepts({"body_weight": weight}).hash == Concepts({"body_weight": weight}).hash
    assert Concepts({"body_weight": weight}).hash != Concepts({"weight": Concept("weight", "measurement")}).hash


OWN = """\
concepts:
  waist:
    kind: measurement
    label:
      nb: Livvidde
      en: Waist
    unit: cm
    accepts: [cm, m]
    plausible: 0.2 to 3 m
    codes:
      LOINC: [8280-0]
    source: our own
  heart_rate:
    kind: measurement
    label:
      en: Pulse
    unit: /min
    plausible: 20 to 250 /min
    source: our own
"""


def test_an_own_file_stands_on_top(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(OWN, "utf-8")
    found = concepts_from([path])
    assert (20.0, 300.0) == found.by_name["waist"].plausible
    assert (20.0, 250.0) == found.by_name["heart_rate"].plausible
    assert {"/min"} == found.by_name["heart_rate"].units.keys()
    assert found.find("LOINC", "8280-0") == ("waist", "")
    assert found.find("LOINC", "8867-4") is None
    assert found.by_name["body_weight"] == SHARED.by_name["body_weight"]
    assert found.hash != SHARED.hash
    assert found.hash == concepts_from([path]).hash
    path.write_text(OWN.replace("0.2 to 3 m", "0.3 to 3 m"), "utf-8")
    assert found.hash != concepts_from([path]).hash


@pytest.mark.parametrize(("written", "expected"), [('"1"', ""), ("mm[Hg]", "mmHg"), ("kg", "kg")])
def test_the_unit_of_an_own_concept_is_the_one_that_authors_write(written: str, expected: str) -> None:
    label = "label:\n      en: Own"
    text = f"concepts:\n  own:\n    kind: measurement\n    {label}\n    unit: {written}\n    source: none\n"
    concepts, found = read_concepts(text, "own.yaml")
    assert [] == found
    assert expected == concepts["own"].unit
    assert conversion(written.strip('"'), expected) in concepts["own"].units.values()


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CdsError, match="cannot be read"):
        concepts_from([tmp_path / "missing.yaml"])


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text(OWN.replace("unit: cm", "unit: cmm"), "utf-8")
    second.write_text(OWN.replace("LOINC:", "LOINK:"), "utf-8")
    with pytest.raises(RulesetError) as raised:
        concepts_from([first, second])
    assert ["CDS221", "CDS201"] == [each.code for each in raised.value.diagnostics]


def entry(lines: str) -> str:
    head = "concepts:\n  x:\n    label:\n      en: X\n    source: own\n"
    return head + "".join(f"    {line}\n" for line in lines.split("\n"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "CDS136"),
        ("concepts:\n", "CDS104"),
        ("concept:\n  a: b\n", "CDS102 CDS103"),
        ("concepts: [a]\n", "CDS104"),
        (entry("kind: measured\nunit: kg"), "CDS112"),
        (entry("kind: measurement"), "CDS103"),
        (entry("kind: panel"), "CDS103"),
        (entry("kind: medicine"), "CDS103"),
        (entry("kind: measurement\nunit: kg\ncolour: red"), "CDS102"),
        (entry("kind: measurement\nunit: kgg"), "CDS221"),
        (entry("kind: measurement\nunit: kg\naccepts: [kg, cm]"), "CDS220"),
        (entry("kind: measurement\nunit: kg\naccepts: [kg, stones]"), "CDS221"),
        (entry("kind: measurement\nunit: mmol/L\naccepts: [mmol/L, mg/dL]"), "CDS220"),
        (entry("kind: measurement\nunit: kg\nplausible: 1 to 2 cm"), "CDS220"),
        (entry("kind: measurement\nunit: kg\nplausible: 1 to 2"), "CDS220"),
        (entry("kind: measurement\nunit: kg\nplausible: 2 to 1 kg"), "CDS233"),
        (entry("kind: measurement\nunit: kg\nplausible: much"), "CDS117"),
        (entry("kind: measurement\nunit: kg\ndecimals: many"), "CDS107"),
        (entry("kind: measurement\nunit: kg\ndecimals: 9"), "CDS107"),
        (entry("kind: measurement\nunit: kg\nmolar_mass: 1e999999"), "CDS107"),
        (entry("kind: measurement\nunit: kg\nmolar_mass: 0"), "CDS107"),
        (entry("kind: measurement\nunit: kg\ncodes:\n  LOINK: [1-8]"), "CDS201"),
        (entry("kind: measurement\nunit: kg\ncodes:\n  LOINC: 1-8"), "CDS104"),
        (entry("kind: diagnosis\naccepts: [kg]"), "CDS103"),
        (entry("kind: panel\nparts:\n  y:\n    label:\n      en: Y\n    source: own"), "CDS103"),
        (entry("kind: panel\nparts:\n  Y:\n    label:\n      en: Y\n    unit: kg\n    source: own"), "CDS106"),
        (entry("kind: event").replace("en: X", "se: X"), "CDS119"),
        (entry("kind: event").replace("  x:", "  X:"), "CDS106"),
        (entry("kind: event\nkind: device"), "CDS149"),
        (entry("kind: medicine\natc: [C10AA]\nddd:\n  C10AA: 30 mg"), "CDS201"),
        (entry("kind: medicine\natc: [C10AA]\nddd:\n  C09AA05: 30 mg"), "CDS201"),
        (entry("kind: medicine\natc: [C10AA]\nddd:\n  C10AA01: 30 mmHg"), "CDS107"),
        (entry("kind: medicine\natc: [C10AA]\nddd:\n  C10AA01: 0 mg"), "CDS107"),
        (entry("kind: medicine\natc: [C10AA]\nddd:\n  C10AA01: 30 mgg"), "CDS221"),
        (entry("kind: medicine\natc: [C10AA]\nddd:\n  C10AA01: much"), "CDS107"),
    ],
)
def test_what_is_wrong_with_a_concept_file(text: str, expected: str) -> None:
    concepts, found = read_concepts(text, "own.yaml")
    assert {} == concepts
    assert expected == " ".join(each.code for each in sorted(found, key=lambda each: each.code))
    for each in found:
        assert "own.yaml" == each.place.file
        assert each.message("nb") and "{" not in each.message("en") + each.cure("en")


@given(st.text(alphabet="concepts:\n xkindmeasurlab-[]{}#'\"kg0123 ", max_size=120))
def test_any_text_is_concepts_or_diagnostics(text: str) -> None:
    concepts, found = read_concepts(text, "own.yaml")
    assert not concepts or not found
