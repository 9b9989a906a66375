"""The tables `medications`, `dispenses` and `doses` → columns of all medicines and of each class."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cds.adapters.amounts import MOST_DAYS
from cds.adapters.layout import MOST_AT_ONCE
from cds.adapters.rows import SAME_DAY, is_of, may_be_of
from cds.adapters.tables.cells import Cells, cells_of
from cds.adapters.tables.kernels import DATE, MISSING, UNREADABLE
from cds.adapters.tables.notes import WHOLE_TABLE, Notes
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
FOLDERS: Final[Mapping[str, str]] = {"medications": "medicines", "dispenses": "supply", "doses": "doses"}


@dataclass(frozen=True)
class Taken:
    """The rows of a table that can be used. medicines: what `medicine` stands for, sorted."""

    rows: Held
    medicines: Sequence[tuple[str, ...]]

    def of(self, concept: Concept | None) -> Held:
        """The rows of a class; None = all."""
        if concept is None:
            return self.rows
        is_held = np.array([is_of(concept, each) for each in self.medicines], np.bool_)
        return {name: each[is_held[self.rows["medicine"]]] for name, each in self.rows.items()}


def medicine_columns(
    tables: Mapping[str, Opened],
    concepts: Concepts,
    wanted: Collection[str] | None,
    people: People,
    notes: Notes,
    supplied: Supplied,
) -> dict[str, Rows]:
    """The rows of all medicines and of each class, for each table that is there."""
    found: dict[str, Rows] = {}
    classes: dict[str, Concept | None] = {"all": None, **{each.name: each for each in concepts.of_kind("medicine")}}
    for table, folder in FOLDERS.items():
        keys = {f"{folder}.{name}": each for name, each in classes.items()}
        asked = {key: each for key, each in keys.items() if wanted is None or key in wanted}
        if table not in tables or not asked:
            continue
        taken = _taken(tables[table], folder, concepts, people, notes, supplied)
        if table == "doses":
            taken = Taken(_apart(taken.rows), taken.medicines)
        elif table == "dispenses":
            _note_repeats(taken.rows, notes)
        for key, concept in asked.items():
            rows = taken.of(concept)
            if len(taken.rows["patient"]):
                found[key] = _WRITERS[table](people, rows)
    return found


def _taken(opened: Opened, folder: str, concepts: Concepts, people: People, notes: Notes, supplied: Supplied) -> Taken:
    pieces: list[Held] = []
    codes: list[list[tuple[str, ...]]] = []
    told: dict[int, set[tuple[str, ...]]] = {}
    for cells in cells_of(opened, people, notes):
        rows, kept = _READERS[opened.name](cells)
        medicines = cells.keep(kept).atc()
        unread: list[int] = np.unique(cells.patient[~kept]).tolist()
        supplied.lose(f"{folder}.all", set(unread))  # a row that could not be read may have been any of them
        for patient in unread:
            told.setdefault(patient, set()).add(())
        for patient, each in zip(cells.patient[kept].tolist(), medicines, strict=True):
            told.setdefault(patient, set()).add(each)
        pieces.append({"patient": cells.patient[kept], "row": cells.rows[kept], **rows})
        codes.append(medicines)
    for patient, each in told.items():
        _state(patient, each, opened.name, folder, concepts, notes, supplied)
    known = sorted({each for piece in codes for each in piece})
    place = {each: number for number, each in enumerate(known)}
    if not pieces:
        return Taken({"patient": np.zeros(0, np.int32), "medicine": np.zeros(0, np.int64)}, ())
    joined = {name: np.concatenate([each[name] for each in pieces]) for name in pieces[0]}
    joined["medicine"] = np.array([place[each] for piece in codes for each in piece], np.int64)
    return Taken(joined, known)


def _state(
    patient: int,
    told: set[tuple[str, ...]],
    table: str,
    folder: str,
    concepts: Concepts,
    notes: Notes,
    supplied: Supplied,
) -> None:
    """A medicine without a code, or with the beginning of one only, may be of a class; it is then not supplied."""
    if () in told:
        notes.add(table, WHOLE_TABLE, "atc", patient, "medicine_not_stated")
    for concept in concepts.of_kind("medicine"):
        if () in told or any(may_be_of(concept, code) for each in told for code in each):
            supplied.lose(f"{folder}.{concept.name}", {patient})


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
    return np.where(is_impossible, 0.0, days), quality


def _doses(cells: Cells) -> tuple[Held, Array]:
    planned, when = cells.times("planned")
    cells.note(when == MISSING, "", "time_missing")
    kept = (when != MISSING) & (when != UNREADABLE)
    cells, planned, when = cells.keep(kept), planned[kept], when[kept]
    taken, taken_when = cells.times("taken")
    recorded = cells.recorded()
    codes, texts = cells.texts("status")
    status = np.array([*texts, ""], np.object_)[codes]
    is_taken = status == "taken"
    is_judged = is_taken | (status == "missed") & (taken_when == MISSING)
    cells.note(~is_judged & (status != "unknown"), "", "fate_not_understood")
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
        "quality": np.where(is_judged, KNOWN, NOT_JUDGED),
        "attribute": attribute | unknown,
    }, kept


def _apart(rows: Held) -> Held:
    """Doses of different medicines planned for one instant, a microsecond apart: neither corrects the other."""
    names = ("planned", "medicine", "recorded", "taken", "delay", "quality", "attribute")
    if not len(rows["patient"]):
        return rows
    order = in_order(rows["patient"], [rows[name] for name in names])
    held = {name: each[order] for name, each in rows.items()}
    instant = starts_new(held["patient"], held["planned"])
    same = instant | starts_new(held["medicine"])
    sizes = np.diff(np.append(np.flatnonzero(same), len(same)))
    is_crowd = np.repeat(sizes > MOST_AT_ONCE, sizes)
    held["planned"] = held["planned"] + rank_within(instant, same)
    held["quality"] = np.where(is_crowd, NOT_JUDGED, held["quality"])
    return {name: each[~is_crowd | same] for name, each in held.items()}


def _write_doses(people: People, rows: Held) -> Rows:
    held = {"times": rows["planned"], "recorded": rows["recorded"], "values": rows["taken"], "raw": rows["delay"]}
    return rows_of(people, rows["patient"], {**held, "quality": rows["quality"], "attribute": rows["attribute"]})


def _write_uses(people: People, rows: Held) -> Rows:
    names = ("patient", "start", "recorded", "end", "quality", "attribute")
    patient, start, recorded, end, quality, attribute = (rows[name] for name in names)
    return span_rows(people, (patient, start, recorded, end, quality, attribute))


_OF_DISPENSE: Final = ("patient", "time", "recorded", "medicine", "days", "quantity", "quality", "attribute")


def _dispenses_in_order(rows: Held) -> tuple[Array, Array]:
    """Positions in total order, and which of them are not the one before once more."""
    order = in_order(rows["patient"], [rows[name] for name in _OF_DISPENSE[1:]])
    return order, starts_new(*(rows[name][order] for name in _OF_DISPENSE))


def _note_repeats(rows: Held, notes: Notes) -> None:
    if len(rows["patient"]):
        order, new = _dispenses_in_order(rows)
        for place in order[~new].tolist():
            notes.add("dispenses", int(rows["row"][place]), "", int(rows["patient"][place]), "dispense_twice")


def _write_supply(people: People, rows: Held) -> Rows:
    """Dispenses, each once; those of one instant are set a microsecond apart; `group` numbers the medicines."""
    order, new = _dispenses_in_order(rows)
    held = {name: rows[name][order][new] for name in _OF_DISPENSE}
    by_medicine = in_order(held["patient"], [held["medicine"]])
    patient, medicine = held["patient"][by_medicine], held["medicine"][by_medicine]
    group = np.empty(len(patient), np.int64)
    group[by_medicine] = rank_within(starts_new(patient), starts_new(patient, medicine))
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
