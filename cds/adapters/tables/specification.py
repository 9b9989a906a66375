"""The tables of a population: their columns, what each holds, in which type and unit.

This is the one place that says so; what reads tables, and the reference printed for people, are made from it.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from cds.adapters.medicine_quantity import AMOUNTS

Type = Literal["id", "text", "number", "time", "date", "boolean", "codes"]

TYPES: Final[Mapping[Type, str]] = {
    "id": "text or a whole number",
    "text": "text",
    "number": "a number; where the format allows it, also a word in place of one",
    "time": "a timestamp of any unit; one with a zone is an instant, one without is clock time in the patient's zone. "
    "A date is a day of which the clock time is not known. As text: ISO 8601",
    "date": "a date, or text like 2026-01-08",
    "boolean": "true or false",
    "codes": "text, or a list of texts",
}


class Column(NamedTuple):
    """One column. meaning: what it holds, with its unit. is_required: whether the table is no table without it."""

    name: str
    type: Type
    meaning: str
    is_required: bool = False


def _needs(name: str, kind: Type, meaning: str) -> Column:
    return Column(name, kind, meaning, is_required=True)


_PATIENT: Final = _needs("patient", "id", "Whose row it is: an id of the table `patients`.")
_RECORDED: Final = Column("recorded", "time", "When it became known; not used in questions about earlier times.")
_SYSTEM: Final = Column("system", "text", "The code's system, such as LOINC or its address; empty = a concept's name.")
_CODE: Final = _needs("code", "text", "A concept's name, or a code of `system`.")
_ATC: Final = Column("atc", "codes", "ATC code, or all of them; empty = not known.")
_USE: Final = Column("use", "text", "regular, course or as_needed.")
_CERTAIN: Final = Column("certain", "boolean", "false: provisional. Empty = true.")
_SPAN: Final = (
    Column("from", "time", "First moment; empty = since always."),
    Column("to", "time", "First moment at which it no longer holds, or its last day; empty = still so."),
    _CERTAIN,
    _RECORDED,
)
_MEASURED: Final = (
    _needs("time", "time", "When it was measured."),
    _needs("value", "number", "The number, in `unit`."),
    Column("word", "text", "What stood in place of a number, where `value` cannot hold it: HI, LO, a form's answer."),
    Column("unit", "text", "Unit of the value, in UCUM or as people write it. Only points need none."),
    _RECORDED,
    Column("comparator", "text", "<, <=, > or >=: the value is only a bound."),
    Column("status", "text", "final, amended or corrected; others are not used. Empty = final."),
    Column("entered", "text", "typed, device or relative."),
    Column("position", "text", "sitting, standing or lying."),
    Column("arm", "text", "left or right."),
    Column("meal", "text", "fasting, before_meal or after_meal."),
    Column(
        "reading", "id", "What the parts of one reading share; without it, the parts of one instant belong together."
    ),
)
_CODED_SPAN: Final = (_PATIENT, _CODE, _SYSTEM, *_SPAN)

_AMOUNTS: Final = tuple(
    column
    for name, meaning in AMOUNTS.items()
    for column in (
        Column(name, "number", meaning),
        Column(f"{name}_unit", "text", f"Unit of `{name}`: tablets, mg, mL or another. Without one it says nothing."),
    )
)

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "patients": (
        _needs("id", "id", "The patient."),
        Column("birth_date", "date", "Date of birth."),
        Column("sex", "text", "female, male, other or unknown."),
        Column("zone", "text", "IANA time zone; empty = that of the manifest, else Europe/Oslo."),
    ),
    "observations": (
        _PATIENT,
        _needs("code", "text", "Such as `body_weight` or `blood_pressure.systolic`, or a code of `system`."),
        _SYSTEM,
        *_MEASURED,
    ),
    "answers": (
        _PATIENT,
        _needs("form", "text", "The form, such as `phq9`."),
        _needs("item", "text", "The item, such as `item9`."),
        *_MEASURED,
    ),
    "conditions": _CODED_SPAN,
    "devices": _CODED_SPAN,
    "stays": _CODED_SPAN,
    "events": (_PATIENT, _CODE, _SYSTEM, _needs("time", "time", "When it happened."), _RECORDED),
    "medications": (_PATIENT, _ATC, *_SPAN, _USE),
    "dispenses": (
        _PATIENT,
        _needs("time", "time", "When it was handed out."),
        _ATC,
        Column("days", "number", "How many days it lasts; empty = the quantity by the daily dose, else not known."),
        *_AMOUNTS,
        _USE,
        _RECORDED,
    ),
    "doses": (
        _PATIENT,
        _needs("planned", "time", "When it was to be taken."),
        _needs("status", "text", "taken, missed or unknown."),
        Column("taken", "time", "When it was taken."),
        _ATC,
        Column("use", "text", "regular, course or as_needed; a dose as needed is never planned and never missed."),
        Column("reason", "text", "hospital_stay, travel_dose or paused; what was missed on a journey is not known."),
        _RECORDED,
    ),
    "limits": (
        _PATIENT,
        _needs("limit", "text", "The limit's name in the ruleset."),
        _needs("value", "number", "The limit, in `unit`."),
        _needs("unit", "text", "Its unit."),
        Column("ruleset", "text", "The ruleset's id, needed where several have a limit of that name."),
        Column("author", "text", "Who set it."),
        Column("from", "date", "First day on which it holds."),
        Column("until", "date", "Last day on which it holds."),
    ),
}
"""Table -> its columns, in the order in which they are read and shown."""

FILE_TYPES: Final = (".parquet", ".csv", ".ndjson")
MANIFEST: Final = "manifest.json"
TEXT: Final = ".text"
"""Behind a column's name, once a table is opened: what stands in a column of numbers and is none."""


def columns(table: str) -> Mapping[str, Column]:
    """The columns of a table by name."""
    return {each.name: each for each in TABLES[table]}
