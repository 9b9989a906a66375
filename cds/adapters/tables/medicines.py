"""The tables `medications`, `dispenses` and `doses` → columns of all medicines and of each class."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from cds.adapters.amounts import MOST_DAYS
from cds.adapters.layout import MOST_AT_ONCE
from cds.adapters.medicine_quantity import AMOUNTS, PIECES, UNIT_IDS, defined_daily_dose
from cds.adapters.rows import SAME_DAY, is_of, may_be_of
from cds.adapters.tables.cells import Cells, Medicine, cells_of
from cds.adapters.tables.encoding import given, looked_up
from cds.adapters.tables.kernels import DATE, MISSING, UNREADABLE
from cds.adapters.tables.loops import loop
from cds.adapters.tables.notes import Notes
from cds.adapters.tables.opened import Opened
from cds.adapters.tables.people import People
from cds.adapters.tables.runs import Rows, in_order, number_instants, picked, rows_of, same_in_all
from cds.adapters.tables.spans import span_rows
from cds.adapters.tables.supply import Supplied
from cds.codes import Attribute, Concept, Concepts
from cds.operators.reasons import DAYS_NOT_KNOWN, IMPLAUSIBLE_ONLY, KNOWN, NOT_JUDGED
from cds.operators.series import FIRST_TIME, MICROSECONDS_PER_MINUTE
from cds.population import Array
from cds.units import NOT_UNDERSTOOD

Held = dict[str, Array]  # columns of rows by name; `medicine` is a position among all code tuples of the table
_FATES: Final = {"taken": 0, "missed": 1, "unknown": 2}
_NO_FATE: Final = -1
FOLDERS: Final[Mapping[str, str]] = {"medications": "medicines", "dispenses": "supply", "doses": "doses"}


@dataclass(frozen=True)
class Taken:
    """The rows of a table that can be used. medicines: what `medicine` stands for, sorted. places: of the rows that
    count, in order; None = all as they stand.
    """

    rows: Held
    medicines: Sequence[Medicine]
    places: Array | None = None

    def of(self, concept: Concept | None) -> Held:
        """The rows of a class; None = all."""
        places = self.places
        held = [concept is None or is_of(concept, each) for each in self.medicines]
        if not all(held):
            where = np.flatnonzero(looked_up(self._medicine, np.array([False, *held], np.bool_)))
            places = where if places is None else places[where]
        return self.rows if places is None else taken(self.rows, places)

    @cached_property
    def _medicine(self) -> Array:
        """The medicine of each row that counts."""
        return given(self.rows["medicine"] if self.places is None else picked(self.rows["medicine"], self.places))


def taken(rows: Held, places: Array) -> Held:
    """Some of the rows."""
    return {name: picked(each, places) for name, each in rows.items()}


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
        used = replace(used, places=_once(used.rows, notes))
    return {key: _WRITERS[opened.name](people, used.of(concept)) for key, concept in asked.items()}


def _taken(opened: Opened, folder: str, concepts: Concepts, people: People, notes: Notes, supplied: Supplied) -> Taken:
    pieces: list[Held] = []
    codes: list[tuple[Array, Sequence[Medicine]]] = []
    unread: list[Array] = []
    for cells in cells_of(opened, people, notes):
        rows, kept = _READERS[opened.name](cells, concepts)
        used = cells.keep(kept)
        unread.append(cells.patient[~kept])
        pieces.append({"patient": used.patient, **rows})
        codes.append(used.atc())
    if not pieces:
        return Taken({"patient": np.zeros(0, np.int32), "medicine": np.zeros(0, np.int32)}, ())
    known = sorted({each for _, medicines in codes for each in medicines})
    place = {each: number for number, each in enumerate(known)}
    joined = {name: _joined([each[name] for each in pieces]) for name in pieces[0]}
    joined["medicine"] = _joined(
        [
            looked_up(given(numbers), np.array([0, *(place[each] for each in medicines)], np.int32))
            for numbers, medicines in codes
        ]
    )
    used = Taken(joined, known)
    _state(used, np.concatenate(unread), opened.name, folder, concepts, notes, supplied)
    return used


def _joined(pieces: Sequence[Array]) -> Array:
    """The pieces of a column end to end."""
    filled = [each for each in pieces if len(each)]
    if filled and all((each == filled[0][0]).all() for each in filled):
        return same_in_all(filled[0][0], filled[0].dtype, sum(map(len, filled)))
    return np.concatenate(pieces)


def _state(
    used: Taken, unread: Array, table: str, folder: str, concepts: Concepts, notes: Notes, supplied: Supplied
) -> None:
    """A medicine without a code, or with the beginning of one only, may be of a class; it is then not supplied.

    unread: whose rows could not be read; each may have been any medicine.
    """
    supplied.lose(f"{folder}.all", unread)
    classes = concepts.of_kind("medicine")
    for number, medicine in enumerate(used.medicines):
        vague = [each.name for each in classes if not medicine or any(may_be_of(each, code) for code in medicine)]
        if not vague:
            continue
        has_some = np.zeros(supplied.people.population.n, np.bool_)
        has_some[used.rows["patient"][used.rows["medicine"] == number]] = True
        if not medicine:
            has_some[unread] = True
        held = np.flatnonzero(has_some)
        for name in vague:
            supplied.lose(f"{folder}.{name}", held)
        if not medicine:
            notes.add_patients(table, "atc", held, "medicine_not_stated")


def _uses(cells: Cells, concepts: Concepts) -> tuple[Held, Array]:
    start, recorded, end, quality = cells.span()
    held = {"start": start, "recorded": recorded, "end": end, "quality": quality, "attribute": cells.attribute("use")}
    return held, np.ones(cells.count, np.bool_)


def _dispenses(cells: Cells, concepts: Concepts) -> tuple[Held, Array]:
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
    use = used.attribute("use")
    amount, unit, derived, by_defined = _amounts(used, concepts)
    days, quality, is_derived = _days(used, derived, (use & Attribute.AS_NEEDED) != 0)
    is_date = when[kept] == DATE
    bits = np.where(is_date, int(Attribute.DATE_ONLY), 0) | np.where(is_derived, int(Attribute.DERIVED), 0)
    bits |= np.where(is_derived & by_defined, int(Attribute.BY_DEFINED_DOSE), 0)
    return {
        "row": used.rows,
        "time": time[kept],
        "recorded": recorded[~is_future],
        "days": days,
        "quantity": amount,
        "unit": unit,
        "quality": quality,
        "attribute": use | bits.astype(np.int32),
    }, kept


def _days(cells: Cells, derived: Array, is_as_needed: Array) -> tuple[Array, Array, Array]:
    """How long each dispense lasts, what is wrong with that, and whether it was derived, as in records."""
    days, absent, strange = cells.numbers("days")
    is_derived = absent & ~np.isnan(derived)
    days = np.where(is_derived, derived, days)
    strange = (strange | is_derived & ~np.isfinite(days)) & ~is_as_needed
    absent = absent & ~is_derived & ~is_as_needed
    is_told = ~absent & ~strange & ~is_as_needed
    is_impossible = is_told & ~((days > 0.0) & (days <= MOST_DAYS))
    cells.note(absent, "days", "days_not_stated")
    cells.note(strange, "days", "days_not_understood")
    cells.note(is_impossible, "days", "days_not_possible")
    cells.note(is_as_needed, "days", "days_as_needed")
    is_known = is_told & ~is_impossible
    quality = np.where(is_known, KNOWN, np.where(is_impossible, IMPLAUSIBLE_ONLY, DAYS_NOT_KNOWN)).astype(np.int16)
    return np.where(is_known, days, 0.0), quality, is_derived & is_known


def _amounts(cells: Cells, concepts: Concepts) -> tuple[Array, Array, Array, Array]:
    """Quantities, their unit ids, the days by the daily dose, NaN where they cannot be derived, and whether by the
    defined daily dose; as `cds.adapters.medicine_quantity.days_by_dose` tells.
    """
    kinds = {unit: number for number, unit in enumerate(UNIT_IDS, 1)}
    (amount, counted), (dose, taken), (strength, held) = (cells.amount(each, kinds) for each in AMOUNTS)
    pieces, by_defined = kinds[PIECES], cells.numbers("daily_dose")[1]
    if not counted.any():  # nothing can be derived
        return amount, np.full(cells.count, NOT_UNDERSTOOD, np.int16), np.full(cells.count, np.nan), by_defined
    numbers, medicines = replace(cells, notes=Notes()).atc()  # what cannot be read is noted once, elsewhere
    defined = [defined_daily_dose(concepts, each) for each in medicines]
    dose = np.where(by_defined, np.array([each.value if each else np.nan for each in defined])[numbers], dose)
    taken = np.where(by_defined, np.array([kinds[each.unit] if each else 0 for each in defined])[numbers], taken)
    with np.errstate(all="ignore"):
        days = np.select(
            [
                (counted == 0) | (taken == 0),
                counted == taken,
                (counted == pieces) & (held == taken),
                (taken == pieces) & (held == counted),
            ],
            [np.nan, amount / dose, amount * strength / dose, amount / (dose * strength)],
            np.nan,
        )
    ids = np.array([NOT_UNDERSTOOD, *UNIT_IDS.values()], np.int16)
    unit = np.where(counted < len(ids), ids[np.minimum(counted, len(ids) - 1)], NOT_UNDERSTOOD)
    return amount, unit, days, by_defined


def _doses(cells: Cells, concepts: Concepts) -> tuple[Held, Array]:
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
    known = cells.attribute("reason") | cells.attribute("use")
    is_judged &= is_taken | ((known & Attribute.TRAVEL_DOSE) == 0)  # taken along, and nobody saw it
    has_time = is_taken & (taken_when != MISSING) & (taken_when != UNREADABLE)
    is_timed = has_time & (taken_when != DATE) & (when != DATE)
    cells.note(is_taken & ~is_timed, "", "delay_not_known")
    attribute = known | np.where(when == DATE, int(Attribute.DATE_ONLY), 0).astype(np.int32)
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
    found = in_order(rows["patient"], [rows[name] for name in names])
    sorted_by = ("patient", "planned")
    held = taken({name: each for name, each in rows.items() if name not in sorted_by}, found.places)
    number, size = number_instants(found.patient, found.first, held["medicine"])
    held |= {"patient": found.patient, "planned": found.first + number}
    if size.max() <= MOST_AT_ONCE:
        return held
    sizes = np.diff(np.append(np.flatnonzero(size == 1), len(size)))
    is_crowd = np.repeat(sizes > MOST_AT_ONCE, sizes)
    held["quality"] = np.where(is_crowd, NOT_JUDGED, held["quality"])
    return taken(held, np.flatnonzero(~is_crowd | (size == 1)))


def _write_doses(people: People, rows: Held) -> Rows:
    held = {"times": rows["planned"], "recorded": rows["recorded"], "values": rows["taken"], "raw": rows["delay"]}
    return rows_of(people, rows["patient"], {**held, "quality": rows["quality"], "attribute": rows["attribute"]})


def _write_uses(people: People, rows: Held) -> Rows:
    names = ("patient", "start", "recorded", "end", "quality", "attribute")
    patient, start, recorded, end, quality, attribute = (rows[name] for name in names)
    return span_rows(people, (patient, start, recorded, end, quality, attribute))


_OF_DISPENSE: Final = ("time", "recorded", "medicine", "days", "quantity", "unit", "quality", "attribute")


def _once(rows: Held, notes: Notes) -> Array:
    """Where dispenses stand, in total order, each once; the others are noted."""
    found = in_order(rows["patient"], [rows[name] for name in _OF_DISPENSE])
    again = found.places[~found.is_new]
    notes.add_rows("dispenses", rows["row"][again], "", rows["patient"][again], "dispense_twice")
    return found.places[found.is_new]


def _write_supply(people: People, held: Held) -> Rows:
    """Dispenses; those of one instant are set a microsecond apart; `group` numbers the medicines."""
    group = np.empty(len(held["patient"]), np.int64)
    room = np.empty(int(held["medicine"].max(initial=0)) + 1, np.int64)
    loop("number_medicines")(given(held["patient"]), given(held["medicine"]), room, group)
    columns = {
        "times": held["time"] + number_instants(held["patient"], held["time"])[0],
        "recorded": held["recorded"],
        "values": held["days"],
        "raw": held["quantity"],
        "unit": held["unit"],
        "group": group,
        "attribute": held["attribute"],
        "quality": held["quality"],
    }
    return rows_of(people, held["patient"], columns)


_READERS: Final[Mapping[str, Callable[[Cells, Concepts], tuple[Held, Array]]]] = {
    "medications": _uses,
    "dispenses": _dispenses,
    "doses": _doses,
}
_WRITERS: Final[Mapping[str, Callable[[People, Held], Rows]]] = {
    "medications": _write_uses,
    "dispenses": _write_supply,
    "doses": _write_doses,
}
