"""A report as FHIR R4: one MeasureReport of the type `summary` for each indicator and rule, in a Bundle.

http://hl7.org/fhir/R4/measurereport.html. A count that is held back has no number but the extension
data-absent-reason `masked`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from cds.adapters.fhir_out.building import Json, coding, entry, resource, trimmed
from cds.diagnostics import Language
from cds.escaping import plain
from cds.identity import RULE_SYSTEM, stable_uuid
from cds.report.making import Report, Row, What
from cds.report.words import at_text, value_words, what_words
from cds.result import text_in

_POPULATION: Final = "http://terminology.hl7.org/CodeSystem/measure-population"
_CODES: Final[Mapping[What, str]] = {
    "applicable": "initial-population",
    "denominator": "denominator",
    "numerator": "numerator",
    "left_out": "denominator-exclusion",
}
_OWN: Final = "urn:cds:count"  # what is counted, by our own word; with a detail after a colon
_INDICATOR: Final = "urn:cds:indicator:"
_MASKED: Final[Json] = {
    "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]
}


def measure_reports_of(report: Report, language: Language) -> Json:
    """A Bundle of the type `collection`, ready for `json.dumps`; the same report gives the same bytes."""
    made = [
        _measure_report(list(rows), report, language)
        for _, rows in groupby(report.rows, key=lambda row: (row.indicator.id, row.rule))
    ]
    uuid = stable_uuid("Bundle", *(each["id"] for each in made))
    content = {
        "language": language,
        "type": "collection",
        "timestamp": at_text(report),
        "entry": list(map(entry, made)),
    }
    return resource("Bundle", uuid, content)


def _measure_report(rows: Sequence[Row], report: Report, language: Language) -> Json:
    first, at = rows[0], at_text(report)
    everybody = [row for row in rows if not row.groups]
    head = next(each for each in report.heads if first.rule.startswith(f"{each.id}/"))
    group = {
        "code": {
            "coding": [coding(RULE_SYSTEM, first.rule, head.version)],
            "text": plain(text_in(first.indicator.title, language)[0]),
        },
        "population": _populations(everybody, language),
        "measureScore": _score(everybody),
        "stratifier": list(_stratifiers(rows, language)),
    }
    content = {
        "language": language,
        "status": "complete",
        "type": "summary",
        "measure": _INDICATOR + first.indicator.id,
        "date": at,
        "period": {"start": at, "end": at},
        "group": [trimmed(group)],
    }
    said = [[*row.groups.items(), row.what, row.detail, row.count] for row in rows]
    uuid = stable_uuid("MeasureReport", report.hash, at, first.indicator.id, first.rule, json.dumps(said))
    return resource("MeasureReport", uuid, content)


def _stratifiers(rows: Sequence[Row], language: Language) -> Iterator[Json]:
    """One for each grouping, with a stratum for each of its groups."""
    for names, members in groupby((row for row in rows if row.groups), key=lambda row: tuple(row.groups)):
        strata = [list(each) for _, each in groupby(members, key=lambda row: tuple(row.groups.items()))]
        yield {
            "code": [{"text": plain(name)} for name in names],
            "stratum": [trimmed(_stratum(each, language)) for each in strata],
        }


def _stratum(rows: Sequence[Row], language: Language) -> Json:
    values = {name: {"text": plain(value_words(name, value, language))} for name, value in rows[0].groups.items()}
    if len(values) == 1:
        named: Json = {"value": next(iter(values.values()))}
    else:
        named = {"component": [{"code": {"text": plain(name)}, "value": value} for name, value in values.items()]}
    return {**named, "population": _populations(rows, language), "measureScore": _score(rows)}


def _populations(rows: Sequence[Row], language: Language) -> list[Json]:
    return [{"code": _code(row, language), **_number("count", row.count)} for row in rows]


def _code(row: Row, language: Language) -> Json:
    own = coding(_OWN, f"{row.what}:{row.detail}" if row.detail else row.what)
    standard = [coding(_POPULATION, _CODES[row.what])] if row.what in _CODES else []
    return {"coding": [*standard, own], "text": plain(what_words(row, language))}


def _number(name: str, value: int | None) -> dict[str, Any]:
    return {f"_{name}": _MASKED} if value is None else {name: value}


def _score(rows: Sequence[Row]) -> Json:
    """The share of the numerator; masked when one of its counts is held back, absent when there is nobody."""
    numerator = next(row for row in rows if row.what == "numerator")
    denominator = next(row for row in rows if row.what == "denominator")
    if numerator.share is not None:
        return {
            "value": round(100 * numerator.share, 4),
            "unit": "%",
            "system": "http://unitsofmeasure.org",
            "code": "%",
        }
    return _MASKED if numerator.is_suppressed or denominator.is_suppressed else {}
