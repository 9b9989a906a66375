"""Ways in which bad data could have looked good: each must be unknown, or leave what it was meant for unknown."""

from pathlib import Path
from typing import Any

import pytest

import cds
from cds.commands.running import read_patient
from cds.operators.series import LAST_TIME
from cds.render import report

RULESETS = cds.load(Path(cds.__file__).parents[1] / "rulesets")
AT = "2026-01-08 09:00"
RISE = [
    {"time": "2026-01-05 07:30", "value": 81, "unit": "kg"},
    {"time": "2026-01-08 07:30", "value": 83.1, "unit": "kg"},
]
MISSED = [{"planned": f"2026-01-0{day} 08:00", "status": "missed"} for day in (6, 7)]
BASE: dict[str, Any] = {
    "id": "p",
    "birth_date": "1950-01-01",
    "readings": {"body_weight": RISE},
    "conditions": ["heart_failure"],
    "devices": ["medicine_dispenser"],
    "events": {},
    "doses": MISSED,
}


def status(rule: str, **changes: Any) -> str:
    patient = cds.Patient.from_dict({**BASE, **changes})
    return RULESETS.evaluate(patient, at=AT, allow_draft=True)[rule].status


def test_the_case_itself_fires() -> None:
    assert ("fired", "fired", "not_fired") == (status("weight_gain"), status("doses_missed"), status("fault"))


@pytest.mark.parametrize(
    "limits",
    [
        [
            {"limit": "gain_yellow", "value": "1,5", "unit": "kg", "from": "2026-01-02"},
            {"limit": "gain_yellow", "value": 3, "unit": "kg", "from": "2025-01-01"},
        ],
        [{"limit": "gain_yellow", "value": 3, "unit": "kg", "ruleset": "heart-failure-wieght"}],
        [{"limit": "adult_age", "value": 16, "unit": "years"}],
    ],
    ids=["newer one unreadable", "ruleset misspelt", "fixed in two rulesets"],
)
def test_a_patients_limit_never_gives_way_in_silence(limits: list[dict[str, Any]]) -> None:
    assert "unknown" == status("weight_gain", limits=limits)


@pytest.mark.parametrize(
    "events",
    [
        ["technical_fault"],
        {"technical_fault": [{"time": "8.1.2026 07:00"}]},
        {"technical_fault": [None]},
        {"techncal_fault": [{"time": "2026-01-08 07:00"}]},
    ],
)
def test_a_fault_that_cannot_be_read_is_not_no_fault(events: object) -> None:
    assert ("unknown", "unknown") == (status("fault", events=events), status("doses_missed", events=events))


@pytest.mark.parametrize("conditions", [{"heart_failure": ["2020"]}, ["hart_failure"]])
def test_a_diagnosis_that_cannot_be_read_is_not_no_diagnosis(conditions: object) -> None:
    assert "unknown" == status("weight_gain", conditions=conditions)


@pytest.mark.parametrize(
    "supplied", [{"events": None}, {"events": "no"}, {"event": False}, ["events"]], ids=["null", "no", "near", "list"]
)
def test_a_word_on_supply_that_cannot_be_read_means_not_supplied(supplied: object) -> None:
    assert "unknown" == status("fault", supplied=supplied)


@pytest.mark.parametrize(
    "taken", [{"taken": "2026-01-08T12:00"}, {"taken": "2026-01-08T12:00", "recorded": "2026-01-08T07:00"}]
)
def test_a_dose_taken_later_breaks_no_run_of_missed_ones(taken: dict[str, str]) -> None:
    later = {"planned": "2026-01-08T08:00", "status": "taken", **taken}
    assert "fired" == status("doses_missed", doses=[*MISSED, later])


def test_a_status_sent_as_null_is_no_status() -> None:
    rows = [{**row, "status": None} for row in RISE]
    assert "fired" == status("weight_gain", readings={"body_weight": rows})


def bundle(*observations: dict[str, Any]) -> dict[str, Any]:
    coding = {"coding": [{"system": "http://snomed.info/sct", "code": "84114007"}]}
    resources = [
        {"resourceType": "Patient", "id": "1", "birthDate": "1950-01-01"},
        {"resourceType": "Condition", "subject": {"reference": "Patient/1"}, "code": coding},
        *observations,
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": each} for each in resources]}


def weight(name: str, time: str, value: float, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "subject": {"reference": "Patient/1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "effectiveDateTime": time,
        "valueQuantity": {"value": value, "code": "kg", "system": "http://unitsofmeasure.org"},
        **more,
    }


FIRST, RISEN = weight("a", "2026-01-05T07:30:00Z", 81), weight("b", "2026-01-08T06:30:00Z", 83.1)


@pytest.mark.parametrize(
    ("observations", "expected"),
    [
        ([FIRST, RISEN], "fired"),
        ([FIRST, RISEN, weight("c", "2026-01-08T07:00:00Z", 81, focus=[{"reference": "Patient/baby"}])], "fired"),
        ([FIRST, RISEN, {**RISEN, "status": "entered-in-error"}], "unknown"),
        (
            [FIRST, {k: v for k, v in RISEN.items() if k != "status"} | {"meta": {"security": [{"code": "R"}]}}],
            "unknown",
        ),
    ],
    ids=["as it is", "about somebody else", "retracted", "withheld, without a status"],
)
def test_observations(observations: list[dict[str, Any]], expected: str) -> None:
    patient = cds.Patient.from_fhir(bundle(*observations))
    assert expected == RULESETS.evaluate(patient, at=AT, allow_draft=True)["weight_gain"].status


def test_no_name_in_the_data_forges_a_line_of_the_report() -> None:
    patient = cds.Patient.from_dict({**BASE, "id": "1\x1b[2J\nRED fake"})
    written = report(RULESETS.evaluate(patient, at=AT, allow_draft=True))
    assert "\x1b" not in written
    assert "\nRED fake" not in written


def test_a_field_that_stands_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    file.write_text('{"id": "1", "readings": {}, "id": "2"}', "utf-8")
    with pytest.raises(cds.PatientError, match="stands twice"):
        read_patient(str(file))


def test_no_moment_is_a_sentence() -> None:
    with pytest.raises(cds.CdsError, match="is no moment"):
        RULESETS.evaluate(cds.Patient.from_dict(BASE), at=None, allow_draft=True)  # type: ignore[arg-type]


GLUCOSE = """\
language: 1
ruleset: sugar
version: 1.0.0
status: draft
title:
  en: Sugar
sources:
  ada:
    cite: ADA
inputs:
  glucose: glucose
limits:
  low:
    default:
      mmol/L: 3.9
      mg/dL: 70
    source: ada
  heavy_rise:
    default: 3 kg
    beyond: rise_limit
    source: ada
  rise_limit:
    default: 2 kg
    source: ada
values:
  current:
    last_reading: glucose
  gain:
    rise_in: weight
    within: 3 days
    show: 1 decimal
zones:
  sugar:
    value: current
    red: below low
    summary:
      en: "Glucose {current}, the limit is {limit}"
  gained:
    value: gain
    red: at least heavy_rise
    yellow: at least rise_limit
    summary:
      en: "Gain {gain}, limit {limit}"
""".replace("  glucose: glucose\n", "  glucose: glucose\n  weight: body_weight\n")


def written(tmp_path: Path, readings: dict[str, Any]) -> Any:
    file = tmp_path / "sugar.yaml"
    file.write_text(GLUCOSE, "utf-8")
    ruleset = cds.load(file)
    patient = cds.Patient.from_dict({"id": "p", "readings": readings})
    return ruleset.evaluate(patient, at=AT, allow_draft=True), ruleset.score([patient], at=AT, allow_draft=True)


@pytest.mark.parametrize(("value", "colour"), [(69, "red"), (70, "green")])
def test_a_reading_is_shown_in_the_unit_in_which_it_was_compared(tmp_path: Path, value: int, colour: str) -> None:
    result, findings = written(tmp_path, {"glucose": [{"time": "2026-01-08 07:30", "value": value, "unit": "mg/dL"}]})
    finding = result["sugar"]
    assert (colour, value, 70.0) == (finding.colour, finding.value, finding.limit)
    if colour == "red":
        (row,) = [each for each in findings.table().to_pylist() if each["rule"] == "sugar"]
        assert (value, "mg/dL", 70.0, "default") == (row["value"], row["unit"], row["limit"], row["limit_origin"])
        assert "Glucose 69 mg/dL, the limit is 70 mg/dL" in report(result)


def test_a_number_is_not_shown_at_a_worse_limit_that_it_did_not_reach(tmp_path: Path) -> None:
    rows = [{**RISE[0], "value": 80.0}, {**RISE[1], "value": 82.96}]
    result, _ = written(tmp_path, {"body_weight": rows})
    assert "Gain 2.96 kg, limit 2 kg" in report(result)


def test_a_misspelt_ruleset_of_a_limit_is_said_with_the_one_that_is_near() -> None:
    limits = [{"limit": "gain_yellow", "value": 3, "unit": "kg", "ruleset": "heart-failure-wieght"}]
    patient = cds.Patient.from_dict({**BASE, "limits": limits})
    (issue,) = [
        each
        for each in RULESETS.evaluate(patient, at=AT, allow_draft=True).issues
        if each.code == "limit_of_other_ruleset"
    ]
    assert "Did you mean `heart-failure-weight`?" in issue.text("en")
    assert "Mente du `heart-failure-weight`?" in issue.text("nb")


def test_a_limit_of_a_ruleset_that_is_not_loaded_names_it() -> None:
    limits = [{"limit": "gain_yellow", "value": 3, "unit": "kg", "ruleset": "q" * 200}]
    patient = cds.Patient.from_dict({**BASE, "limits": limits})
    issues = RULESETS.evaluate(patient, at=AT, allow_draft=True).issues
    (issue,) = [each for each in issues if each.code == "limit_of_other_ruleset"]
    assert f"belongs to the ruleset `{'q' * 60}`, which is not loaded" in issue.text("en")
    assert f"hører til regelsettet `{'q' * 60}`, som ikke er lastet" in issue.text("nb")


def test_a_medicine_handed_out_later_covers_no_earlier_day() -> None:
    """Two medicines of a class side by side last half as long as one after the other."""
    uses = [{"atc": "C10AA05"}, {"atc": "C10AA07"}]
    both = [{"time": f"2025-09-0{day}", "atc": f"C10AA0{code}", "days": 65} for day, code in ((1, 5), (2, 7))]
    later = [{"time": f"2026-02-0{code}", "atc": f"C10AA0{code}", "days": 65} for code in (1, 2)]
    assert "fired" == status("statin_rarely_fetched", medicines=uses, dispenses=both)
    assert "fired" == status("statin_rarely_fetched", medicines=uses, dispenses=both + later)


@pytest.mark.parametrize("unread", [{"planned": "8.1.2026 08:00", "status": "missed"}, {"status": "missed"}, None, "x"])
def test_a_dose_that_cannot_be_placed_is_not_no_dose(unread: object) -> None:
    taken = {"planned": "2026-01-07 20:00", "status": "taken"}
    assert ("not_fired", "unknown") == (
        status("doses_missed", doses=[taken]),
        status("doses_missed", doses=[taken, unread]),
    )


def test_a_dispense_that_cannot_be_placed_is_not_no_dispense() -> None:
    patient = cds.Patient.from_dict({**BASE, "dispenses": [{"time": "8.1.2026", "atc": "C10AA05", "days": 30}]})
    assert LAST_TIME == patient.facts.tables["supply.all"].supplied_from


@pytest.mark.parametrize("subject", [None, {"display": "Kari Nordmann"}])
def test_a_diagnosis_of_nobody_knows_whom_is_not_no_diagnosis(subject: object) -> None:
    """Beside another diagnosis, for which all diagnoses count as handed over."""
    of_patient = {"reference": "Patient/1"}
    weight = {"code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}, "status": "final"}
    readings = [
        {"resourceType": "Observation", "id": f"w{number}", "subject": of_patient, **weight}
        | {"effectiveDateTime": f"{each['time'].replace(' ', 'T')}:00+01:00"}
        | {"valueQuantity": {"value": each["value"], "code": "kg"}}
        for number, each in enumerate(RISE)
    ]
    system = "http://hl7.org/fhir/sid/icd-10-no"
    diagnoses = [
        {
            "resourceType": "Condition",
            "id": code,
            "subject": about,
            "code": {"coding": [{"system": system, "code": code}]},
        }
        for code, about in (("I10", of_patient), ("I50", subject))
    ]
    person = {"resourceType": "Patient", "id": "1", "birthDate": "1950-01-01"}
    entries = [{"resource": each} for each in (person, *readings, *diagnoses)]
    patient = cds.Patient.from_fhir({"resourceType": "Bundle", "type": "collection", "entry": entries})
    assert "unknown" == RULESETS.evaluate(patient, at=AT, allow_draft=True)["weight_gain"].status


@pytest.mark.parametrize(
    ("birth_date", "expected"), [("2050-01-01", "unknown"), ("2026-01-09", "unknown"), ("2026-01-08", "not_applicable")]
)
def test_who_is_not_born_yet_is_no_child(birth_date: str, expected: str) -> None:
    assert expected == status("weight_gain", birth_date=birth_date)
    patient = cds.Patient.from_dict({**BASE, "birth_date": birth_date})
    rows = RULESETS.score([patient], at=AT, allow_draft=True).table(everything=True).to_pylist()
    told = [each["status"] for each in rows if each["rule"] == "weight_gain"]
    assert ([expected] if expected == "unknown" else []) == told


@pytest.mark.parametrize("time", [None, "8.1.2026", "2026-01-08T25:00", {}])
def test_a_reading_that_nobody_can_place_in_time_may_be_the_newest(time: object) -> None:
    """Records and FHIR alike: the readings that can be placed do not stand in for it."""
    heavy = {"value": 95.0, "unit": "kg"} | ({} if time is None else {"time": time})
    assert "unknown" == status("weight_gain", readings={"body_weight": [*LIGHT, heavy]})
    code = {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}
    common = {"resourceType": "Observation", "status": "final", "subject": {"reference": "Patient/1"}, "code": code}
    readings = [
        {**common, "id": f"w{number}", "effectiveDateTime": f"{each['time'].replace(' ', 'T')}:00+01:00"}
        | {"valueQuantity": {"value": each["value"], "code": "kg"}}
        for number, each in enumerate(LIGHT)
    ]
    lost = {**common, "id": "lost", "valueQuantity": {"value": 95.0, "code": "kg"}}
    lost |= {} if time is None else {"effectiveDateTime": time}
    person = {"resourceType": "Patient", "id": "1", "birthDate": "1950-01-01"}
    failure = {"resourceType": "Condition", "subject": {"reference": "Patient/1"}} | {
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-no", "code": "I50"}]}
    }
    entries = [{"resource": each} for each in (person, failure, *readings)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    quiet = RULESETS.evaluate(cds.Patient.from_fhir(bundle), at=AT, allow_draft=True)
    assert "not_fired" == quiet["weight_gain"].status
    more = {**bundle, "entry": [*entries, {"resource": lost}]}
    open_now = RULESETS.evaluate(cds.Patient.from_fhir(more), at=AT, allow_draft=True)
    assert "unknown" == open_now["weight_gain"].status


LIGHT = [
    {"time": "2026-01-06 07:30", "value": 80.0, "unit": "kg"},
    {"time": "2026-01-08 07:30", "value": 80.1, "unit": "kg"},
]
