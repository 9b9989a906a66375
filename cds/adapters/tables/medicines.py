"""The tables `medications`, `dispenses` and `doses` → columns of all medicines and of each class."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cds.adapters.amounts import MOST_DAYS
from cds.adapters.layout import MOST_AT_ONCE
from cds.adapters.rows import SAME_DAY, is_of, may_be_of
from cds.adapters.tables.cells import Cells, Medicine, cells_of
from cds.adapters.tables.encoding import given
from cds.adapters.tables.kernels import DATE, MISSING, UNREADABLE
from cds.adapters.tables.loops import loop
from cds.adapters.tables.notes import Notes
from cds.adapters.tables.people import People
from cds.adapters.tables.runs import Rows, in_order, place_within, rank_within, rows_of, starts_new
from cds.adapters.tables.source import Opened
from cds.adapters.tables.spans import span_rows
from cds.adapters.tables.supply import Supplied
from cds.codes import Attribute, Concept, Concepts
from cds.operators.reasons import DAYS_NOT_KNOWN, IMPLAUSIBLE_ONLY, KNOWN, NOT_JUDGED
from cds.operators.series import FIRST_TIME, MICROSECONDS_PER_MINUTE
from cds.population import Array

Held = dict[str, Array]  # columns of rows by name; `medicine` is a position among all code tuples of the table
_FATES: Final = {"taken": 0, "missed": 1, "unknown": 2}
_NO_FATE: Final = -1
FOLDERS: Final[Mapping[str, str]] = {"medications": "medicines", "dispenses": "supply", "doses": "doses"}


@dataclass(frozen=True)
class Taken:
    """The rows of a table that can be used. medicines: what `medicine` stands for, sorted."""

    rows: Held
    medicines: Sequence[Medicine]

    def of(self, concept: Concept | None) -> Held:
        """The rows of a class; None = all."""
        if concept is None:
            return self.rows
        held = np.array([is_of(concept, each) for each in self.medicines], np.bool_)
        return self.rows if held.all() else taken(self.rows, np.flatnonzero(held[self.rows["medicine"]]))


def taken(rows: Held, places: Array) -> Held:
    """Some of the rows."""
    return {name: each.take(places) for name, each in rows.items()}


def medicine_columns(
    opened: Opened,
    concepts: Concepts,
    wanted: Collection[str] | None,
    people: People,
    notes: Notes,
    supplied: Supplied,
) -> dict[str, Rows]:
    """The rows of all medicines and of each class in a table of them."""
    folder = FOLDERS[opened.name]
    classes: dict[str, Concept | None] = {"all": None, **{each.name: each for each in concepts.of_kind("medicine")}}
    keys = {f"{folder}.{name}": each for name, each in classes.items()}
    asked = {key: each for key, each in keys.items() if wanted is None or key in wanted}
    if not asked:
        return {}
    used = _taken(opened, folder, concepts, people, notes, supplied)
    if not len(used.rows["patient"]):
        return {}
    if opened.name == "doses":
        used = replace(used, rows=_apart(used.rows))
    elif opened.name == "dispenses":
        used = replace(used, rows=_once(used.rows, notes))
    return {key: _WRITERS[opened.name](people, used.of(concept)) for key, concept in asked.items()}


def _taken(opened: Opened, folder: str, concepts: Concepts, people: People, notes: Notes, supplied: Supplied) -> Taken:
    pieces: list[Held] = []
    codes: list[tuple[Array, Sequence[Medicine]]] = []
    unread: list[Array] = []
    for cells in cells_of(opened, people, notes):
        rows, kept = _READERS[opened.name](cells)
        used = cells.keep(kept)
        unread.append(cells.patient[~kept])
        pieces.append({"patient": used.patient, **rows})
        codes.append(used.atc())
    if not pieces:
        return Taken({"patient": np.zeros(0, np.int32), "medicine": np.zeros(0, np.int32)}, ())
    known = sorted({each for _, medicines in codes for each in medicines})
    place = {each: number for number, each in enumerate(known)}
    joined = {name: np.concatenate([each[name] for each in pieces]) for name in pieces[0]}
    joined["medicine"] = np.concatenate(
        [np.array([place[each] for each in medicines], np.int32)[numbers] for numbers, medicines in codes]
    )
    used = Taken(joined, known)
    _state(used, np.concatenate(unread), opened.name, folder, concepts, notes, supplied)
    return used


def _state(
    used: Taken, unread: Array, table: str, folder: str, concepts: Concepts, notes: Notes, supplied: Supplied
) -> None:
    """A medicine without a code, or with the beginning of one only, may be of a class; it is then not supplied.

    unread: whose rows could not be read; each may have been any medicine.
    """
    supplied.lose(f"{folder}.all", set(unread.tolist()))
    classes = concepts.of_kind("medicine")
    for number, medicine in enumerate(used.medicines):
        vague = [each.name for each in classes if not medicine or any(may_be_of(each, code) for code in medicine)]
        if not vague:
            continue
        patients = used.rows["patient"][used.rows["medicine"] == number]
        held = np.unique(patients if medicine else np.append(patients, unread))
        for name in vague:
            supplied.lose(f"{folder}.{name}", set(held.tolist()))
        if not medicine:
            notes.add_patients(table, "atc", held, "medicine_not_stated")


def _uses(cells: Cells) -> tuple[Held, Array]:
    start, recorded, end, quality = cells.span()
    held = {"start": start, "recorded": recorded, "end": end, "quality": quality, "attribute": cells.attribute("use")}
    return held, np.ones(cells.count, np.bool_)


def _dispenses(cells: Cells) -> tuple[Held, Array]:
    time, when = cells.times("time")
    cells.note(when == MISSING, "", "time_missing")
    is_timed = (when != MISSING) & (when != UNREADABLE)
    timed = cells.keep(is_timed)
    recorded = timed.recorded()
    is_future = (recorded != FIRST_TIME) & (time[is_timed] - recorded > SAME_DAY)
    timed.note(is_future, "", "future_dated")
    kept = is_timed.copy()
    kept[is_timed] = ~is_future
    used = timed.keep(~is_future)
    days, quality = _days(used)
    is_date = when[kept] == DATE
    return {
        "row": used.rows,
        "time": time[kept],
        "recorded": recorded[~is_future],
        "days": days,
        "quantity": used.numbers("quantity")[0],
        "quality": quality,
        "attribute": used.attribute("use") | np.where(is_date, int(Attribute.DATE_ONLY), 0).astype(np.int32),
    }, kept


def _days(cells: Cells) -> tuple[Array, Array]:
    """How long each dispense lasts, and what is wrong with that, as `cds.adapters.amounts.days_supply` tells."""
    days, absent, strange = cells.numbers("days")
    is_impossible = ~absent & ~strange & ~((days > 0.0) & (days <= MOST_DAYS))
    cells.note(absent, "days", "days_not_stated")
    cells.note(strange, "days", "days_not_understood")
    cells.note(is_impossible, "days", "days_not_possible")
    quality = np.where(absent | strange, DAYS_NOT_KNOWN, np.where(is_impossible, IMPLAUSIBLE_ONLY, KNOWN))
    return np.where(is_impossible, 0.0, days), quality.astype(np.int16)


def _doses(cells: Cells) -> tuple[Held, Array]:
    planned, when = cells.times("planned")
    cells.note(when == MISSING, "", "time_missing")
    kept = (when != MISSING) & (when != UNREADABLE)
    cells, planned, when = cells.keep(kept), planned[kept], when[kept]
    taken, taken_when = cells.times("taken")
    recorded = cells.recorded()
    fate = cells.words("status", lambda text: _FATES.get(text, _NO_FATE), _NO_FATE)
    is_taken = fate == _FATES["taken"]
    is_judged = is_taken | (fate == _FATES["missed"]) & (taken_when == MISSING)
    cells.note(~is_judged & (fate != _FATES["unknown"]), "", "fate_not_understood")
    has_time = is_taken & (taken_when != MISSING) & (taken_when != UNREADABLE)
    is_timed = has_time & (taken_when != DATE) & (when != DATE)
    cells.note(is_taken & ~is_timed, "", "delay_not_known")
    attribute = cells.attribute("reason") | np.where(when == DATE, int(Attribute.DATE_ONLY), 0).astype(np.int32)
    unknown = np.where(is_taken & ~is_timed, int(Attribute.DELAY_UNKNOWN), 0).astype(np.int32)
    return {
        "planned": planned,
        "recorded": np.where(has_time, np.maximum(recorded, taken), recorded),
        "taken": is_taken.astype(np.float64),
        "delay": np.where(is_timed, (taken - planned) / MICROSECONDS_PER_MINUTE, 0.0),
        "quality": np.where(is_judged, KNOWN, NOT_JUDGED).astype(np.int16),
        "attribute": attribute | unknown,
    }, kept


def _apart(rows: Held) -> Held:
    """Doses of different medicines planned for one instant, a microsecond apart: neither corrects the other."""
    names = ("planned", "medicine", "recorded", "taken", "delay", "quality", "attribute")
    order = in_order(rows["patient"], [rows[name] for name in names])
    held = taken(rows, order)
    instant = starts_new(held["patient"], held["planned"])
    same = instant | starts_new(held["medicine"])
    sizes = np.diff(np.append(np.flatnonzero(same), len(same)))
    held["planned"] = held["planned"] + rank_within(instant, same)
    if sizes.max() <= MOST_AT_ONCE:
        return held
    is_crowd = np.repeat(sizes > MOST_AT_ONCE, sizes)
    held["quality"] = np.where(is_crowd, NOT_JUDGED, held["quality"])
    return taken(held, np.flatnonzero(~is_crowd | same))


def _write_doses(people: People, rows: Held) -> Rows:
    held = {"times": rows["planned"], "recorded": rows["recorded"], "values": rows["taken"], "raw": rows["delay"]}
    return rows_of(people, rows["patient"], {**held, "quality": rows["quality"], "attribute": rows["attribute"]})


def _write_uses(people: People, rows: Held) -> Rows:
    names = ("patient", "start", "recorded", "end", "quality", "attribute")
    patient, start, recorded, end, quality, attribute = (rows[name] for name in names)
    return span_rows(people, (patient, start, recorded, end, quality, attribute))


_OF_DISPENSE: Final = ("time", "recorded", "medicine", "days", "quantity", "quality", "attribute")


def _once(rows: Held, notes: Notes) -> Held:
    """Dispenses in total order, each once; the others are noted."""
    order = in_order(rows["patient"], [rows[name] for name in _OF_DISPENSE])
    held = taken(rows, order)
    new = starts_new(held["patient"], *(held[name] for name in _OF_DISPENSE))
    notes.add_rows("dispenses", held["row"][~new], "", held["patient"][~new], "dispense_twice")
    return held if new.all() else taken(held, np.flatnonzero(new))


def _write_supply(people: People, held: Held) -> Rows:
    """Dispenses; those of one instant are set a microsecond apart; `group` numbers the medicines."""
    group = np.empty(len(held["patient"]), np.int64)
    room = np.empty(int(held["medicine"].max(initial=0)) + 1, np.int64)
    loop("number_medicines")(given(held["patient"]), given(held["medicine"]), room, group)
    columns = {
        "times": held["time"] + place_within(starts_new(held["patient"], held["time"])),
        "recorded": held["recorded"],
        "values": held["days"],
        "raw": held["quantity"],
        "group": group,
        "attribute": held["attribute"],
        "quality": held["quality"],
    }
    return rows_of(people, held["patient"], columns)


_READERS: Final[Mapping[str, Callable[[Cells], tuple[Held, Array]]]] = {
    "medications": _uses,
    "dispenses": _dispenses,
    "doses": _doses,
}
_WRITERS: Final[Mapping[str, Callable[[People, Held], Rows]]] = {
    "medications": _write_uses,
    "dispenses": _write_supply,
    "doses": _write_doses,
}
