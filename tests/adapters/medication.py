"""Synthetic medicines of FHIR: short ways to write the resources of the tests, by the profiles of e-resept and VKP."""

from typing import Any

from cds.adapters.fhir import patient_from_fhir
from cds.codes import Attribute
from cds.operators.series import MICROSECONDS_PER_DAY
from cds.patient import Patient
from tests.adapters.building import Json, at, bundle, codes, concept

ATC, FEST = "http://www.whocc.no/atc", "http://ehelse.no/fhir/CodeSystem/FEST"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
STATIN, OTHER_STATIN, BETA_BLOCKER, METFORMIN = "C10AA05", "C10AA01", "C07AB02", "A10BA02"
SUBJECT = {"reference": "Patient/1"}
SFM = "http://ehelse.no/fhir/StructureDefinition/sfm-"
NATIONAL = "urn:oid:2.16.578.1.12.4.1.1."
VKP = "http://ehelse.no/fhir/CodeSystem/vkp-"
DATED = int(Attribute.DATE_ONLY)
TRAVEL, LATE = int(Attribute.TRAVEL_DOSE), int(Attribute.DELAY_UNKNOWN)
MASKED = {"meta": {"security": [{"code": "R"}]}}


def read(*resources: Json, **fields: Any) -> Patient:
    return patient_from_fhir(bundle(*resources), **fields)


def kept(made: Json, fields: Json) -> Json:
    """The resource with some fields changed; a field that is None is left out."""
    return {name: each for name, each in {**made, **fields}.items() if each is not None}


def coded(atc: str) -> Json:
    return {"medicationCodeableConcept": concept(ATC, atc)}


def statement(atc: str = STATIN, name: str = "s", **fields: Any) -> Json:
    """An active MedicationStatement of a statin."""
    made = {"resourceType": "MedicationStatement", "id": name, "status": "active", "subject": SUBJECT, **coded(atc)}
    return kept(made, fields)


def request(atc: str = STATIN, name: str = "r", **fields: Any) -> Json:
    """An active order of a statin."""
    made = {"resourceType": "MedicationRequest", "id": name, "status": "active", "intent": "order", "subject": SUBJECT}
    return kept({**made, **coded(atc)}, fields)


def dispense(atc: str = STATIN, name: str = "d", **fields: Any) -> Json:
    """A dispense of a statin, handed over on 8 January."""
    made = {"resourceType": "MedicationDispense", "id": name, "status": "completed", "subject": SUBJECT, **coded(atc)}
    return kept({**made, "whenHandedOver": "2026-01-08"}, fields)


def administration(atc: str = STATIN, name: str = "a", **fields: Any) -> Json:
    """A dose of a statin given on 8 January at 8."""
    made = {"resourceType": "MedicationAdministration", "id": name, "status": "completed", "subject": SUBJECT}
    return kept({**made, **coded(atc), "effectiveDateTime": "2026-01-08T08:00:00+01:00"}, fields)


def medication(*codings: Json, name: str = "m", **fields: Any) -> Json:
    return kept({"resourceType": "Medication", "id": name, "code": {"coding": list(codings)}}, fields)


def dosage(dose: Json | None = None, **repeat: Any) -> Json:
    """A Dosage with a timing, and a dose where one is given."""
    written: Json = {"timing": {"repeat": repeat}}
    return {**written, "doseAndRate": [{"doseQuantity": dose}]} if dose else written


def amount(value: Any, unit: str = "") -> Json:
    return {"value": value, "unit": unit} if unit else {"value": value}


def extension(url: str, *inner: Json, **value: Any) -> Json:
    return {"url": url, **({"extension": list(inner)} if inner else value)}


def sfm(name: str, *inner: Json, **value: Any) -> Json:
    """An extension of the national medication list."""
    return extension(f"{SFM}{name}", *inner, **value)


def repeating(value: Any, unit: str, part: str = "1", every: Json | None = None) -> Json:
    """So much once a day, in a part of the day."""
    return extension(
        "repeatingdosage",
        extension("amount", valueQuantity=amount(value, unit)),
        extension("interval", valueQuantity=every or amount(1, "Døgn")),
        extension("accurate", valueBoolean=False),
        extension("timerange", valueCodeableConcept=concept(f"{NATIONAL}8325", part)),
    )


def eresept(*repeatings: Json, start: str = "2026-01-01", end: str = "") -> Json:
    """A period of taking."""
    ends = [extension("endtime", valueDate=end)] if end else []
    return extension("ereseptdosing", extension("starttime", valueDate=start), *ends, *repeatings)


def in_roll(*periods: Json, **fields: Any) -> Json:
    """The extensions of a statement whose medicine is packed in a multidose roll."""
    packed = sfm("administration", extension("mddispensed", valueBoolean=True))
    return {"extension": [sfm("reseptamendment", *periods), packed] if periods else [packed], **fields}


def used(code: str) -> Json:
    """A dosage with a use: 1 fast, 2 kur, 3 ved behov."""
    return {"extension": [sfm("use", valueCodeableConcept=concept(f"{NATIONAL}9101", code))], "sequence": 1}


def report(time: str = "2026-01-08T08:05:00+01:00", event: str = "1.1", name: str = "", **fields: Any) -> Json:
    """What a dispenser says of a pouch."""
    made = {
        "resourceType": "MedicationDispense",
        "id": name or f"v{time[5:16].translate(str.maketrans('T:', '--'))}",
        "meta": {"profile": ["http://ehelse.no/fhir/StructureDefinition/vkp-MedicationDispense-v090"]},
        "status": "completed",
        "category": concept(f"{VKP}medicationdispense-events-v090", event),
        "medicationCodeableConcept": {"text": "Ukjent medisin"},
        "subject": SUBJECT,
        "whenHandedOver": time,
    }
    return kept(made, fields)


def alert(time: str = "2026-01-08T09:00:00+01:00", code: Any = "1.1", name: str = "", **fields: Any) -> Json:
    """What a dispenser warns of, by a code of its alerts or a CodeableConcept."""
    made = {
        "resourceType": "DetectedIssue",
        "id": name or f"i{time[5:16].translate(str.maketrans('T:', '--'))}-{code}",
        "status": "final",
        "code": concept(f"{VKP}alert-code-v090", code) if isinstance(code, str) else code,
        "patient": SUBJECT,
        "identifiedDateTime": time,
    }
    return kept(made, fields)


ALIVE = alert("2026-01-01T12:00:00+01:00", "1.17", name="alive")  # it tells of no dose
TWICE = {"dosage": [dosage(amount(1, "tablett"), timeOfDay=["08:00:00", "20:00:00"])]}


def clocked(atc: str = STATIN, **fields: Any) -> Json:
    """A medicine of the roll with clock times, twice a day when nothing is said."""
    return statement(atc, atc, **in_roll(**{**TWICE, **fields}))


Row = tuple[str, float, float, int, int]


def rows(patient: Patient, key: str = "doses.all", until: str = "2026-01-10") -> list[Row]:
    """(planned, taken, delay, quality, attribute) of each dose planned before a day, in Norwegian clock time."""
    table = patient.tables[key]
    columns = zip(table.times, table.utc_offset, table.values, table.raw, table.quality, table.attribute, strict=True)
    return [(clock(time, offset), *rest) for time, offset, *rest in columns if time < at(until)]


def clock(time: int, offset: int) -> str:
    """`8 07:30` for half past seven on 8 January 2026."""
    minutes = time // 60_000_000 + offset
    day = minutes // 1440 - at("2025-12-31T00:00:00Z") // MICROSECONDS_PER_DAY
    return f"{day} {minutes // 60 % 24:02}:{minutes % 60:02}"


def known_by(patient: Patient, time: str, key: str = "doses.all") -> list[Row]:
    """The rows that were known at a time."""
    table = patient.tables[key]
    known = [recorded <= at(time) for recorded in table.recorded]
    return [each for each, is_known in zip(rows(patient, key, "2030-01-01"), known, strict=True) if is_known]


def row(patient: Patient, key: str = "supply.statins") -> tuple[float, int, int]:
    """(days, quality, attribute) of the only dispense."""
    table = patient.tables[key]
    assert len(table.times) == 1
    return table.values[0], table.quality[0], table.attribute[0]


def said(patient: Patient) -> list[str]:
    """The issues; those of the dispense without its place."""
    return [each.removesuffix(" MedicationDispense/d") for each in codes(patient.issues)]
