"""Published cases of scores: what went in, as a patient of ours, and what should come out.

A case holds coded text: `31,kg/m2`, `2|local::at0013|…|` (an ordinal, a code and words) or `local::at0013|…|`. A
mapping says which element is which concept and which finding of ours; elements are known by their number alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from typing import Any, Final

import cds
from cds import source
from cds.catalogue import concepts_from, shared_concepts
from cds.codes import Concepts
from cds.units import ucum_code
from tests.conformance.truth import PLACE, absent, manifest

FAMILY: Final = "home"
SCORES: Final = Path(__file__).parent / "scores"
NAMES: Final = sorted(each.stem for each in (SCORES / "mappings").glob("*.yaml"))
UNKNOWN: Final = "unknown"

Elements = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """One published case. given, expected: element → coded text."""

    guideline: str
    name: str
    given: Elements
    expected: Elements

    @property
    def id(self) -> str:
        return f"{self.guideline}: {self.name}"


def missing() -> str:
    """Why there are no cases, "" when there are."""
    named = manifest(FAMILY) or {}
    return absent(FAMILY, named["scores"]["cases"] if "scores" in named else "MANIFEST.json, scores")


@cache
def cases() -> tuple[Case, ...]:
    """Every case of the file that the MANIFEST names; none when it is not there."""
    if missing():
        return ()
    written = json.loads((PLACE / FAMILY / manifest(FAMILY)["scores"]["cases"]).read_text("utf-8"))
    return tuple(
        Case(each["guideline"], each["case"], _elements(each["input"]), _elements(each["expected"])) for each in written
    )


def _elements(events: Mapping[str, Elements]) -> Elements:
    (only,) = events.values()
    return {element.partition("|")[0]: text for element, text in only.items()}


@cache
def mapping(name: str) -> Mapping[str, Any]:
    """A mapping as it is written, every scalar as text."""
    file = SCORES / "mappings" / f"{name}.yaml"
    node, found = source.read(file.read_bytes(), file.name)
    assert node is not None and not found, found
    return source.plain(node)


@cache
def name_of(guideline: str) -> str:
    """The name under which a guideline's mapping, ruleset and concepts stand; "" when it has none."""
    return next((each for each in NAMES if mapping(each)["guideline"] == guideline), "")


@cache
def concepts(name: str) -> Concepts:
    """The shared concepts, with those that the score brings along."""
    own = SCORES / "concepts" / f"{name}.yaml"
    return concepts_from([own]) if own.exists() else shared_concepts()


def patient(case: Case, without: str = "") -> cds.Patient:
    """The patient of a case, or the same one when nobody handed over the element `without`."""
    rules = mapping(name_of(case.guideline))
    told = {element: text for element, text in case.given.items() if element in rules["inputs"] and element != without}
    records: dict[str, Any] = {"id": f"{case.id} {without}", "readings": {}, "forms": {}}
    for element, text in told.items():
        _add(records, rules["inputs"][element], text, rules["at"])
    return cds.Patient.from_dict(records, concepts=concepts(name_of(case.guideline)))


def _add(records: dict[str, Any], rule: Mapping[str, Any], text: str, at: str) -> None:
    match rule:
        case {"condition": name}:
            records.setdefault("conditions", []).extend([name] if _answer(rule, text) == "yes" else [])
            records.setdefault("supplied", {"conditions": False})[name] = True
        case {"fact": "age"}:
            today = datetime.fromisoformat(at)
            records["birth_date"] = today.replace(year=today.year - int(_amount(text)[0])).date().isoformat()
        case {"fact": "birth_date"}:
            records["birth_date"] = text.partition("T")[0]
        case {"fact": fact}:
            records[fact] = _answer(rule, text)
        case {"form": item}:
            form, _, part = item.partition(".")
            records["forms"].setdefault(form, [{"time": at}])[0][part] = _answer(rule, text)
        case {"reading": name}:
            concept, _, part = name.partition(".")
            row = {part or "value": _answer(rule, text)} if "answers" in rule else _measured(rule, part, text)
            records["readings"][concept] = [{"time": at, **row}]
        case _:
            raise AssertionError(f"nothing is known of {rule}")


def _answer(rule: Mapping[str, Any], text: str) -> str | int:
    """Our word for a coded answer, found by its code or by its ordinal."""
    if rule["answers"] == "as numbers":
        return int(text.partition("|")[0])
    (word,) = {rule["answers"][label] for label in labels(text) if label in rule["answers"]}
    return word


def _measured(rule: Mapping[str, Any], part: str, text: str) -> dict[str, Any]:
    number, unit = _amount(text)
    return {part or "value": float(number), "unit": rule["units"][unit] if "units" in rule else unit}


def _amount(text: str) -> tuple[Decimal, str]:
    number, _, unit = text.partition(",")
    return Decimal(number), unit


def labels(text: Any) -> set[str]:
    """What a coded text may be known by: its ordinal and its code; any other text is its own label."""
    before_words = str(text).split("|")[:-2] or [str(text)]
    return {each.removeprefix("local::") for each in before_words}


def agrees(expected: Any, found: Any, unit: str, codes: Mapping[str, str] | None) -> bool:
    """Whether a number or word of ours is what was published: by its code, or to the last digit that is stated."""
    if codes is not None:
        return codes.get(f"{found:g}" if isinstance(found, float) else found) in labels(expected)
    if not isinstance(found, float):
        return False
    number, stated = _amount(str(expected).partition("|")[0])
    same = number == Decimal(repr(found)).quantize(number, ROUND_HALF_UP)
    return same and (not stated or ucum_code(stated) == ucum_code(unit))
