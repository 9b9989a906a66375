"""A patient's own limits from plain records; what they mean for a ruleset is settled in `cds.execute.limits`."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from cds.adapters.amounts import finite
from cds.adapters.issues import issue, place_word
from cds.adapters.shapes import as_object, as_text
from cds.diagnostics import Issue, closest
from cds.patient import PatientLimit
from cds.periods import calendar_date

LIMIT_FIELDS: Final = frozenset({"limit", "value", "unit", "ruleset", "author", "from", "until"})

_UNREADABLE: Final = PatientLimit("", math.nan, "")


def limits_from_dicts(rows: Sequence[object]) -> tuple[tuple[PatientLimit, ...], tuple[Issue, ...]]:
    """The limits in a list of {limit, value, unit, ruleset, author, from, until}, and what was wrong with them.

    A limit that cannot be read keeps its name and gets no number (NaN): it must make its rules unknown, and never
    give way to the ruleset's own number.

    >>> row = {"limit": "gain_yellow", "value": 1.5, "unit": "kg", "until": "2026-12-31"}
    >>> limits, issues = limits_from_dicts([row])
    >>> limits[0].value, str(limits[0].until), issues
    (1.5, '2026-12-31', ())
    """
    issues: list[Issue] = []
    found: list[PatientLimit] = []
    for number, row in enumerate(rows):
        written = as_object(row)
        if written is None:
            cure = "write an object with `limit`, `value` and `unit`"
            issues.append(issue("limit_not_read", f"limits[{number}]", cure=cure))
            found.append(_UNREADABLE)
        else:
            found.append(_limit(written, f"limits[{number}]", issues))
    return tuple(found), tuple(issues)


def _limit(row: Mapping[str, Any], place: str, issues: list[Issue]) -> PatientLimit:
    for field in row:
        if field not in LIMIT_FIELDS:
            near = closest(as_text(field)[:60], sorted(LIMIT_FIELDS))
            cure = f"; did you mean `{near}`?" if near else ""
            issues.append(issue("name_not_known", f"{place}.{place_word(field)}", cure=cure))
    value = finite(row.get("value"))
    since, until = _date(row, "from"), _date(row, "until")
    cure = _cure(row, value, since, until)
    if cure or value is None:
        issues.append(issue("limit_not_read", place, cure=cure))
        value, since, until = math.nan, None, None
    name, unit, ruleset, author = (as_text(row.get(field)) for field in ("limit", "unit", "ruleset", "author"))
    return PatientLimit(name, value, unit, ruleset, author, since, until)


def _date(row: Mapping[str, Any], field: str) -> date | None:
    return calendar_date(as_text(row.get(field)))


def _cure(row: Mapping[str, Any], value: float | None, since: date | None, until: date | None) -> str:
    if value is None:
        return "send `value` as a number"
    for field, read in (("from", since), ("until", until)):
        if row.get(field) is not None and read is None:
            return f"write `{field}` as year-month-day"
    if since and until and until < since:
        return "let `until` be no earlier than `from`"
    wrong = [each for each in ("limit", "unit", "ruleset", "author") if not isinstance(row.get(each) or "", str)]
    return f"write `{wrong[0]}` as a text" if wrong else ""
