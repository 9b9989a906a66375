"""The table `limits` → each patient's own limits in columns; they say what those of plain records say."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np

from cds.adapters.limits import limits_from_dicts
from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, pa
from cds.adapters.tables.cells import Cells, cells_of
from cds.adapters.tables.encoding import coded, is_textual, looked_up
from cds.adapters.tables.facts import column_of
from cds.adapters.tables.notes import Notes
from cds.adapters.tables.opened import Opened
from cds.adapters.tables.people import People
from cds.adapters.tables.specification import TEXT
from cds.periods import FIRST_YEAR, LAST_YEAR, calendar_date
from cds.population import FIRST_DAY, LAST_DAY, Array, LimitsInColumns, OwnEntries

_UNREADABLE: Final = FIRST_DAY - 1
_UNIX_EPOCH: Final = date(1970, 1, 1).toordinal()
_FIRST_READ: Final = date(FIRST_YEAR, 1, 1).toordinal()
_LAST_READ: Final = date(LAST_YEAR, 12, 31).toordinal()


class _Rows(NamedTuple):
    """Rows of the table. name, unit, ruleset, author: positions among all texts; since, until: proleptic days."""

    patient: Array
    name: Array
    value: Array
    unit: Array
    ruleset: Array
    author: Array
    since: Array
    until: Array


_NOTHING: Final = _Rows(*(np.zeros(0, kind) for kind in ("i8", "i4", "f8", "i4", "i4", "i4", "i8", "i8")))


def limits_of(opened: Opened, people: People, notes: Notes) -> LimitsInColumns:
    """The limits of each patient that has some, by position; their order does not depend on that of the rows."""
    places = {"": 0}
    read = [_read(cells, places, notes) for cells in cells_of(opened, people, notes)]
    rows = _Rows(*map(np.concatenate, zip(_NOTHING, *read, strict=True)))
    texts = list(places)
    order = _order(rows, texts)
    rows = _Rows(*(each[order] for each in rows))
    kind, first = _kinds(rows, len(texts))
    names: list[int] = rows.name[first].tolist()
    units: list[int] = rows.unit[first].tolist()
    rulesets: list[int] = rows.ruleset[first].tolist()
    return LimitsInColumns(
        OwnEntries(
            patient=rows.patient,
            value=rows.value,
            since=rows.since,
            until=rows.until,
            kind=kind,
            named=[
                (texts[name], texts[unit], texts[ruleset])
                for name, unit, ruleset in zip(names, units, rulesets, strict=True)
            ],
            author=rows.author,
            authors=texts,
        )
    )


def _order(rows: _Rows, texts: Sequence[str]) -> Array:
    """The rows by patient, then as what they hold is written in Python."""

    def text(place: int) -> str:
        return repr(texts[place])

    written = {"name": text, "value": repr, "unit": text, "ruleset": text, "author": text, "since": _day, "until": _day}
    keys = [_ranks(getattr(rows, name), write) for name, write in written.items()]
    return np.lexsort((*reversed(keys), rows.patient))


def _kinds(rows: _Rows, texts: int) -> tuple[Array, Array]:
    """A number for each name, unit and ruleset that occur together, in the order of their first rows; and these."""
    sort = np.zeros(len(rows.patient), np.int64)
    for each in (rows.name, rows.unit, rows.ruleset):
        sort = np.unique(sort * texts + each, return_inverse=True)[1]
    _, first = np.unique(sort, return_index=True)
    number = np.empty(len(first), np.int32)
    number[np.argsort(first)] = np.arange(len(first))
    return number[sort], np.sort(first)


def _day(day: int) -> str:
    return "None" if day in (FIRST_DAY, LAST_DAY) else repr(date.fromordinal(day))


def _ranks(column: Array, write: Callable[[Any], str]) -> Array:
    """The place of each row's cell in the order of what the cells are when written, with the comma that follows."""
    held, number = np.unique(column, return_inverse=True)
    written = [f"{write(each)}," for each in held.tolist()]
    rank = np.empty(len(written), np.int64)
    rank[sorted(range(len(written)), key=written.__getitem__)] = np.arange(len(written))
    return rank[number]


def _read(cells: Cells, places: dict[str, int], notes: Notes) -> _Rows:
    """A batch. places: of the texts so far; what occurs here is added. What cannot be read is noted by row."""
    name, unit, ruleset, author = (_texts(cells, each, places) for each in ("limit", "unit", "ruleset", "author"))
    value, is_missing, is_strange = cells.numbers("value")
    since, until = _days(cells, "from", FIRST_DAY), _days(cells, "until", LAST_DAY)
    rows = _Rows(cells.patient, name, value + 0.0, unit, ruleset, author, since, until)
    is_odd = is_missing | is_strange | (since == _UNREADABLE) | (until == _UNREADABLE) | (until < since)
    held = column_of(cells.batch, "value")
    if held is not None and pa.types.is_decimal(held.type):
        is_odd = np.ones(cells.count, np.bool_)  # read digit by digit, they are the nearest numbers
    odd = np.flatnonzero(is_odd)
    for row, written in zip(odd.tolist(), _records(cells.batch.take(pa.array(odd))), strict=True):
        limits, issues = limits_from_dicts([written])
        since, until = limits[0].since, limits[0].until
        rows.value[row] = limits[0].value
        rows.since[row] = since.toordinal() if since else FIRST_DAY
        rows.until[row] = until.toordinal() if until else LAST_DAY
        notes.take(cells.table, issues, int(cells.rows[row]), int(cells.patient[row]))
    return rows


def _texts(cells: Cells, name: str, places: dict[str, int]) -> Array:
    held = column_of(cells.batch, name)
    if held is None:
        return np.zeros(cells.count, np.int32)
    codes, texts = coded(held)
    return looked_up(codes, np.array([0, *(places.setdefault(each, len(places)) for each in texts)], np.int32))


def _days(cells: Cells, name: str, absent: int) -> Array:
    """Proleptic days of a column of dates, `absent` where there is none."""
    held = column_of(cells.batch, name)
    if held is None:
        return np.full(cells.count, absent, np.int64)
    if is_textual(held.type):
        codes, texts = coded(held)
        read = [calendar_date(each) for each in texts]
        return looked_up(codes, np.array([absent, *(each.toordinal() if each else _UNREADABLE for each in read)]))
    return _stored_days(held, absent)


def _stored_days(held: ArrowArray, absent: int) -> Array:
    is_absent = held.is_null().to_numpy(zero_copy_only=False)
    days = held.cast(pa.date32()).cast(pa.int32()).fill_null(0).to_numpy(zero_copy_only=False) + np.int64(_UNIX_EPOCH)
    return np.where(is_absent, absent, np.where((days < _FIRST_READ) | (days > _LAST_READ), _UNREADABLE, days))


def _records(batch: ArrowBatch) -> list[dict[str, Any]]:
    """The rows as plain records: dates as text, and words where a number should be as they came."""
    records: list[dict[str, Any]] = []
    for row in batch.to_pylist():
        word = row.pop("value" + TEXT, None)
        held = {name: each for name, each in row.items() if each is not None and name != "patient"}
        if word is not None and "value" not in held:
            held["value"] = word
        for name in ("from", "until"):
            if name in held:
                held[name] = str(held[name])
        records.append(held)
    return records
