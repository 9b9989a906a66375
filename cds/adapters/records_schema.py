"""JSON Schema of the plain records that `cds.adapters.records` reads."""

from collections.abc import Mapping
from typing import Any, Final

from cds.adapters.amounts import accepted_units
from cds.adapters.medicine_quantity import AMOUNTS
from cds.adapters.records import STATUS_USED
from cds.catalogue import shared_concepts
from cds.codes import ATTRIBUTE_WORDS, Concept, Concepts, Kind
from cds.patient import SEX
from cds.periods import NORWAY

Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_TIME: Final[Schema] = {
    "type": "string",
    "description": "ISO 8601; without an offset, clock time in the patient's zone; a date alone has no clock time.",
    "examples": ["2026-01-08T07:30", "2026-01-08T07:30:00+01:00", "2026-01-08"],
}
_DATE: Final[Schema] = {"type": "string", "format": "date"}
_RECORDED: Final[Schema] = _TIME | {"description": "When it became known; not used in questions about earlier times."}
_ID: Final[Schema] = {"type": "string", "description": "Where it came from, shown in explanations."}
_NUMBER: Final[Schema] = {
    "anyOf": [{"type": "number"}, {"enum": ["HI", "LO"]}],
    "description": "A number, or a meter's HI or LO.",
}


def records_schema(concepts: Concepts | None = None) -> Schema:
    """The shape of one patient for `patient_from_dict`; what a key's absence means is said in the descriptions.

    >>> sorted(records_schema()["properties"])[:3]
    ['birth_date', 'conditions', 'devices']
    """
    known = concepts or shared_concepts()
    measured = {each.name: _list(_reading(each)) for each in known.of_kind("measurement", "panel")}
    forms = {each.name: _list(_reading(each)) for each in known.of_kind("form")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cds patient",
        "description": "A key that is there was handed over in full; one that is absent is unknown, never empty.",
        **_object(
            {
                "id": _TEXT,
                "birth_date": _DATE,
                "sex": {"enum": [*SEX, "unknown"]},
                "zone": {"type": "string", "default": NORWAY, "description": "IANA time zone of the patient."},
                "readings": _object(measured, says="Measurement -> readings; an empty list says that there are none."),
                "forms": _object(forms, says="Form -> answers by item; an empty list says that there are none."),
                "conditions": _spans(known, "diagnosis"),
                "devices": _spans(known, "device"),
                "stays": _spans(known, "stay"),
                "events": _events(known),
                "doses": _list(_dose()) | {"description": "Doses of a dispenser, planned ones included."},
                "medicines": _list(_use()) | {"description": "All medicines in use, over time."},
                "dispenses": _list(_supply()) | {"description": "All medicines that were handed out."},
                "limits": _list(_limit()) | {"description": "The patient's own limits."},
                "supplied": _supplied(),
            }
        ),
    }


def _object(properties: Mapping[str, Schema], required: tuple[str, ...] = (), says: str = "") -> Schema:
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return made | ({"required": list(required)} if required else {}) | ({"description": says} if says else {})


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _words(field: str) -> Schema:
    return {"enum": list(ATTRIBUTE_WORDS[field])}


def _reading(concept: Concept) -> Schema:
    """One reading of a measurement, or one with every part of a panel."""
    parts = concept.parts or {"value": concept}
    units = {"type": "string", "description": f"One of {accepted_units(next(iter(parts.values())))}."}
    fields = {
        "time": _TIME,
        **{name: _number(each) for name, each in parts.items()},
        "unit": units,
        "comparator": {"enum": ["<", "<=", ">=", ">"], "description": "The value is only a bound."},
        "recorded": _RECORDED,
        "status": {"enum": [*sorted(STATUS_USED), "entered-in-error"], "default": "final"},
        "id": _ID,
        **{field: _words(field) for field in ("entered", "position", "arm", "meal")},
    }
    is_in_points = all(each.unit == "points" for each in parts.values())
    return _object(fields, ("time",) if is_in_points else ("time", "unit"), concept.label.get("en", ""))


def _number(concept: Concept) -> Schema:
    words: list[object] = [{"enum": list(concept.answers)}] if concept.answers else []
    return {**_NUMBER, "anyOf": [*_NUMBER["anyOf"], *words]}


def _spans(concepts: Concepts, kind: Kind) -> Schema:
    names = [each.name for each in concepts.of_kind(kind)]
    certain: Schema = {"type": "boolean", "default": True, "description": "false: provisional."}
    span = _object({"from": _TIME, "to": _TIME, "certain": certain, "recorded": _RECORDED, "id": _ID})
    either = [_list({"enum": names}), _object({name: _list(span) for name in names})]
    return {"anyOf": either, "description": "All that the patient has, as names or with their times; [] says none."}


def _events(concepts: Concepts) -> Schema:
    event = _object({"time": _TIME, "recorded": _RECORDED, "id": _ID}, ("time",))
    return _object({each.name: _list(event) for each in concepts.of_kind("event")}, says="All events; {} says none.")


_ATC: Final[Schema] = {"type": "string", "description": "ATC code", "examples": ["C09AA05"]}
_ATC_CODES: Final[Schema] = {"anyOf": [_ATC, {"type": "array", "items": _ATC}]}
_USE: Final[Schema] = {"enum": list(ATTRIBUTE_WORDS["use"]), "description": "Every day, for a time, or when needed."}


def _use() -> Schema:
    certain: Schema = {"type": "boolean", "default": True, "description": "false: not known whether it is in use."}
    span = {"from": _TIME, "to": _TIME, "certain": certain}
    return _object({"atc": _ATC_CODES, **span, "use": _USE, "recorded": _RECORDED, "id": _ID})


def _supply() -> Schema:
    days = {
        "type": "number",
        "exclusiveMinimum": 0,
        "description": "How many days it lasts; absent = the quantity by the daily dose, else not known.",
    }
    amounts = {
        name: {"type": "number", "description": meaning, "exclusiveMinimum": 0} for name, meaning in AMOUNTS.items()
    }
    units = {f"{name}_unit": {**_TEXT, "examples": ["tablets", "mg", "mL"]} for name in AMOUNTS}
    row = {"time": _TIME, "atc": _ATC_CODES, "days": days, **amounts, **units, "use": _USE}
    return _object({**row, "recorded": _RECORDED, "id": _ID}, ("time",))


def _dose() -> Schema:
    fields = {
        "planned": _TIME,
        "status": {"enum": ["taken", "missed", "unknown"]},
        "taken": _TIME,
        "atc": _ATC_CODES,
        "use": _USE | {"description": "A dose as needed is never planned and never missed."},
        "reason": _words("reason") | {"description": "What was missed on a journey is not known."},
        "recorded": _RECORDED,
        "id": _ID,
    }
    return _object(fields, ("planned", "status"))


def _limit() -> Schema:
    fields = {
        "limit": _TEXT | {"description": "Its name in the ruleset."},
        "value": {"type": "number"},
        "unit": _TEXT,
        "ruleset": _TEXT | {"description": "The ruleset's id, needed when several have a limit of that name."},
        "author": _TEXT,
        "from": _DATE,
        "until": _DATE | {"description": "Last day on which it holds."},
    }
    return _object(fields, ("limit", "value", "unit"))


def _supplied() -> Schema:
    since = _object({"from": _TIME}, ("from",))
    return {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "boolean"}, _TIME, since]},
        "description": "Key -> whether all of it was handed over: true, false, or the time from which on.",
    }
