"""One row set into a table, or taken out of it: what reading everything again would give, without doing so."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from cds.adapters.layout import MOST_AT_ONCE
from cds.operators.reasons import NO_DATA
from cds.operators.series import LAST_TIME
from cds.patient import Patient, Table

Tables = Mapping[str, Table]

_COLUMNS: Final = ("times", "recorded", "utc_offset", "values", "raw", "unit", "attribute", "quality")


def spliced(facts: Patient, taken: Patient | None, added: Patient | None) -> dict[str, Table] | None:
    """The tables of a patient without one row and with another; None when that is not told by the rows alone.

    taken, added: the patient as read from the one row, by the same intake.
    """
    tables = dict(facts.tables)
    if taken and not _change(tables, taken.tables, _without):
        return None
    if added and not _change(tables, added.tables, _with):
        return None
    return {key: tables[key] for key in sorted(tables)}


def _change(tables: dict[str, Table], one: Tables, change: Any) -> bool:
    """Whether every table could be changed by its own part of the row."""
    kinds = {key.partition(".")[0] for key, table in one.items() if table.times}
    for kind in kinds:
        parts = [key for key in one if key.partition(".")[0] == kind]
        if any(len(one[key].times) > 1 for key in parts):
            return False
        changed = change(tables, [(key, one[key]) for key in parts], kind == "doses")
        if changed is None:
            return False
        tables.update(changed)
    return bool(kinds)


def _with(tables: Tables, parts: Sequence[tuple[str, Table]], is_dose: bool) -> dict[str, Table] | None:
    found: dict[str, Table] = {}
    place = _place(tables, parts, is_dose)
    for key, one in parts:
        before = tables.get(key)
        if before is None or one.supplied_from == LAST_TIME != before.supplied_from:
            return None
        if not one.times:
            continue
        where = bisect_left(before.times, one.times[0]) if is_dose else place
        if where is None or (is_dose and _is_crowded(before, one.times[0])):
            return None
        found[key] = _cut(before, where, where, one)
    return found


def _without(tables: Tables, parts: Sequence[tuple[str, Table]], is_dose: bool) -> dict[str, Table] | None:
    found: dict[str, Table] = {}
    place = _place(tables, parts, is_dose)
    for key, one in parts:
        before = tables.get(key)
        if before is None:
            return None
        if not one.times:
            continue
        where = bisect_left(before.times, one.times[0]) if is_dose else place
        if where is None or not _is_at(before, where, one) or (is_dose and _is_crowded(before, one.times[0], 1)):
            return None
        found[key] = _cut(before, where, where + 1, None)
    return found


def _place(tables: Tables, parts: Sequence[tuple[str, Table]], is_dose: bool) -> int | None:
    """Where the row stands, or belongs; None when its time alone does not tell."""
    for key, one in () if is_dose else parts:
        before = tables.get(key)
        if before is None or not one.times or one.quality[0] == NO_DATA:
            return None
        time, recorded = one.times[0], one.recorded[0]
        low, high = bisect_left(before.times, time), bisect_left(before.times, time + 1)
        together = before.recorded[low:high]
        is_plain = len(together) < MOST_AT_ONCE and NO_DATA not in before.quality[low:high]
        if not is_plain or together.count(recorded) > (
            1 if _is_at(before, low + bisect_left(together, recorded), one) else 0
        ):
            return None
        place = low + bisect_left(together, recorded)
        if key == parts[-1][0]:
            return place
    return None


def _is_crowded(table: Table, time: int, own: int = 0) -> bool:
    """Whether a row for the same planned time stands there, or one that was set a little apart from such a one."""
    return bisect_left(table.times, time + MOST_AT_ONCE) - bisect_left(table.times, time - MOST_AT_ONCE) > own


def _is_at(table: Table, row: int, one: Table) -> bool:
    return row < len(table.times) and all(
        getattr(table, name)[row] == getattr(one, name)[0] for name in _COLUMNS if name != "utc_offset"
    )


def _cut(before: Table, first: int, end: int, one: Table | None) -> Table:
    """The table with a row in the place of rows first to end."""

    def column(name: str) -> list[Any]:
        held: list[Any] = getattr(before, name)
        return [*held[:first], *(getattr(one, name) if one else ()), *held[end:]]

    columns = {name: column(name) for name in _COLUMNS}
    stated = before.references or [""] * len(before.times)
    references = [*stated[:first], *((one.references or [""]) if one else ()), *stated[end:]]
    group = list(range(len(references)))
    return replace(before, **columns, group=group, references=references if any(references) else [])
