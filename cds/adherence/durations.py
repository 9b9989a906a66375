"""How long dispenses last, from prescriptions, dispenses and stays in hospital; and how long until the first one."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal

from cds.adherence.duration_loops import Dispenses, Medications, lay_out_durations
from cds.adherence.events import Table, civil_day_of, rows_of
from cds.adherence.executors import Executor, ExecutorName
from cds.adherence.executors import executor as executor_for
from cds.adherence.issues import RowIssue
from cds.adherence.loops import NO_DAY, UNREAD_DAY
from cds.adherence.output import Answer, handed_out
from cds.diagnostics import CdsError
from cds.operators.durations import (
    CARRY_OVER,
    CONTINUE,
    DISCARD,
    OPEN,
    Course,
    Handling,
    Pieces,
    Prescriptions,
    Stays,
    merge_stays,
)

Kept = Literal["continue", "discard", "carry over"]
_KEPT: Final[Mapping[str, int]] = {"continue": CONTINUE, "discard": DISCARD, "carry over": CARRY_OVER}
_NOTHING: Final = float("nan")


@dataclass(frozen=True, slots=True)
class SupplyColumns:
    """What the columns of the three tables are called.

    medication: one column, or several that say together what counts as one medication. total_dose: units handed out;
    daily_dose: units a day, 0 = stopped; prescribed_days: for how long, "" = never stated, nothing in a row = until
    something else is prescribed. stay_start, stay_end: the day of arrival, and that of leaving, which is no day of it.
    """

    patient: str = "patient"
    medication: str | tuple[str, ...] = "medication"
    dispensed: str = "date"
    total_dose: str = "total_dose"
    prescribed: str = "date"
    daily_dose: str = "daily_dose"
    prescribed_days: str = ""
    stay_start: str = "start"
    stay_end: str = "end"

    @property
    def medications(self) -> tuple[str, ...]:
        """The columns that name the medication."""
        return (self.medication,) if isinstance(self.medication, str) else self.medication


@dataclass(frozen=True, slots=True)
class SupplyRules:
    """What happens to supply that the patient does not need.

    in_interruption: while the treatment is interrupted; in_stay: while the patient is in hospital; both `continue`
    (used on), `discard` (the rest is lost) or `carry over` (the rest waits). first_dispense_starts: treatment begins
    with the first dispense when that is before the first prescription. visits_renew: a day on which something was
    prescribed, but not this medication, interrupts it.
    """

    in_interruption: Kept = "continue"
    in_stay: Kept = "continue"
    first_dispense_starts: bool = True
    visits_renew: bool = True

    def handling(self) -> Handling:
        """For the computing functions."""
        for each in (self.in_interruption, self.in_stay):
            if each not in _KEPT:
                raise CdsError(f"`{each}` does not say what happens to supply; write {', '.join(_KEPT)}")
        flags = int(self.first_dispense_starts), int(self.visits_renew)
        return Handling(_KEPT[self.in_interruption], _KEPT[self.in_stay], *flags)


@dataclass(frozen=True, slots=True)
class EventDuration:
    """A part of a dispense that has one dose, or a medication that was prescribed and never dispensed (row: None).

    row: number in the table of dispenses. part: 1 for its first. start: first day. days_supply: how long it lasts, None
    where no prescription tells. segment_start, segment_end: how long that dose was prescribed. days_in_stay: days of it
    in hospital. days_waiting: days in hospital after it for which the rest was kept. interruptions, dose_changes: of
    the patient's medication.
    """

    patient: Any
    medication: Any
    row: int | None
    part: int | None
    dispensed: date | None
    total_dose: float | None
    daily_dose: float | None
    start: date | None
    days_supply: float | None
    segment_start: date | None
    segment_end: date | None
    days_in_stay: float | None
    days_waiting: float | None
    interruptions: int | None
    dose_changes: int | None


@dataclass(frozen=True, slots=True)
class Initiation:
    """A prescription and the first dispense of the medication from that day on (ABC taxonomy: initiation)."""

    patient: Any
    medication: Any
    prescribed: date
    first_dispense: date | None
    days_to_initiation: float | None


_FAULTS: Final[Mapping[str, tuple[str, str]]] = {
    "patient": ("patient_not_stated", "it is not stated whose row it is, and it was not used; state it"),
    "date": (
        "date_not_understood",
        "the date cannot be read, and nothing that depends on the row is told; write year-month-day, `2026-01-08`",
    ),
    "number": (
        "amount_not_possible",
        "the amount is no number, or less than it can be, and nothing that depends on it is told; correct it",
    ),
    "order": ("end_before_start", "the stay ends before it starts, and nothing that depends on it is told; correct it"),
}


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that can be used. number: its amount, NaN where that is unknown; other: the second day or amount."""

    row: int
    patient: Any
    medication: Any
    day: int
    number: float
    other: float


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a table is read. least: the least amount. keeps: a row without its amount still counts."""

    name: str
    day: str
    number: str = ""
    other: str = ""
    least: float = 0.0
    keeps: bool = False
    other_day: str = ""


class _Reader:
    """Reads tables row by row; collects what is wrong, and of whom that leaves nothing to tell."""

    def __init__(self, columns: SupplyColumns) -> None:
        self._columns = columns
        self.issues: list[RowIssue] = []
        self.spoilt: set[Any] = set()

    def rows(self, table: Table, kind: _Kind) -> list[_Row]:
        """The rows that can be used, by day; those of one day in their given order."""
        names = () if kind.other_day else self._columns.medications
        wanted = [each for each in (kind.day, kind.number, kind.other, kind.other_day) if each]
        held = rows_of(table, [self._columns.patient, *names, *wanted])
        patients = _words(held, self._columns.patient)
        medications = _together([_words(held, each) for each in names], held.count)
        days, others = _days(held, kind.day), _days(held, kind.other_day)
        numbers, lasts = _numbers(held, kind.number), _numbers(held, kind.other)
        found: list[_Row] = []
        for row in range(held.count):
            other = float(others[row]) if kind.other_day else OPEN if lasts[row] != lasts[row] else lasts[row]
            read = _Row(row, patients[row], medications[row], days[row], numbers[row], other)
            fault = _fault(read, kind)
            if fault:
                self._note(read, kind, fault)
            if not fault or (fault == "number" and kind.keeps):
                found.append(read)
        return sorted(found, key=lambda each: each.day)

    def _note(self, read: _Row, kind: _Kind, fault: str) -> None:
        column = {
            "patient": self._columns.patient,
            "date": kind.day,
            "number": kind.number,
            "order": kind.other_day,
        }[fault]
        self.issues.append(RowIssue(read.row, column, read.patient, *_FAULTS[fault], table=kind.name))
        if not (fault == "number" and kind.keeps):
            self.spoilt.add(read.patient if kind.other_day else (read.patient, read.medication))


def _fault(read: _Row, kind: _Kind) -> str:
    if read.patient is None:
        return "patient"
    if read.day in (NO_DAY, UNREAD_DAY):
        return "date"
    if kind.other_day:
        if int(read.other) in (NO_DAY, UNREAD_DAY):
            return "date"
        return "order" if read.other < read.day else ""
    is_amount = read.number > 0.0 if kind.least > 0.0 else read.number >= 0.0
    return "" if is_amount and read.other > 0.0 else "number"


def _words(held: Any, name: str) -> list[Any]:
    codes, words = held.codes(name)
    return [words[each] if each >= 0 else None for each in codes]


def _together(words: list[list[Any]], count: int) -> list[Any]:
    if not words:
        return [None] * count
    return words[0] if len(words) == 1 else list(zip(*words, strict=True))


def _days(held: Any, name: str) -> list[int]:
    return [int(each) for each in held.days(name, civil_day_of)] if name else []


def _numbers(held: Any, name: str) -> list[float]:
    return [float(each) for each in held.numbers(name)] if name else [_NOTHING] * held.count


@dataclass
class _Group:
    """One medication of one patient."""

    dispenses: list[_Row] = field(default_factory=list[_Row])
    prescriptions: list[_Row] = field(default_factory=list[_Row])


DEFAULT_COLUMNS: Final = SupplyColumns()
DEFAULT_RULES: Final = SupplyRules()


def event_durations(
    dispenses: Table,
    prescriptions: Table,
    stays: Table | None = None,
    *,
    rules: SupplyRules = DEFAULT_RULES,
    columns: SupplyColumns = DEFAULT_COLUMNS,
    executor: ExecutorName | None = None,
) -> Answer:
    """A row of `EventDuration` for every part of a dispense: its total dose at the doses prescribed, around the stays.

    >>> dispensed = [{"patient": 1, "medication": "A", "date": "2026-01-01", "total_dose": 60}]
    >>> prescribed = [{"patient": 1, "medication": "A", "date": "2026-01-01", "daily_dose": 2},
    ...               {"patient": 1, "medication": "A", "date": "2026-01-11", "daily_dose": 4}]
    >>> event_durations(dispensed, prescribed).rows.column("days_supply").to_pylist()
    [10.0, 10.0]
    """
    reader = _Reader(columns)
    handed = reader.rows(dispenses, _Kind("dispenses", columns.dispensed, columns.total_dose, least=1.0, keeps=True))
    kind = _Kind("prescriptions", columns.prescribed, columns.daily_dose, columns.prescribed_days)
    prescribed = reader.rows(prescriptions, kind)
    stay_kind = _Kind("stays", columns.stay_start, other_day=columns.stay_end)
    stayed = reader.rows(stays, stay_kind) if stays is not None else []
    groups = _grouped(handed, prescribed)
    runs = executor_for(executor, len(handed) + len(prescribed))
    columns_made, words = _Laid(runs, groups, stayed, reader.spoilt).columns(rules.handling())
    return Answer(handed_out(EventDuration, columns_made, _DAYS, words), tuple(reader.issues))


_DAYS: Final = ("dispensed", "start", "segment_start", "segment_end")


def _grouped(handed: Iterable[_Row], prescribed: Iterable[_Row]) -> dict[tuple[Any, Any], _Group]:
    groups: dict[tuple[Any, Any], _Group] = {}
    for each in handed:
        groups.setdefault((each.patient, each.medication), _Group()).dispenses.append(each)
    for each in prescribed:
        groups.setdefault((each.patient, each.medication), _Group()).prescriptions.append(each)
    return groups


class _Laid:
    """The groups laid end to end, and what the loops make of them."""

    def __init__(
        self, runs: Executor, groups: Mapping[tuple[Any, Any], _Group], stayed: list[_Row], spoilt: set[Any]
    ) -> None:
        self._runs = runs
        self._keys = list(groups)
        self._groups = list(groups.values())
        self._patients = list(dict.fromkeys(patient for patient, _ in groups))
        self._handed = [each for group in self._groups for each in group.dispenses]
        self._prescribed = [each for group in self._groups for each in group.prescriptions]
        self._stayed, self._spoilt = stayed, spoilt

    def columns(self, handling: Handling) -> tuple[dict[str, Any], dict[str, Sequence[Any]]]:
        """The columns of the answer, and the words of those that hold codes."""
        runs = self._runs
        visits = self._by_patient({(each.patient, each.day) for each in self._prescribed})
        stays, stay_offsets, most_stays = self._stays()
        dispenses = Dispenses(*self._pair(self._handed, [each.number for each in self._handed]))
        days, doses = self._pair(self._prescribed, [each.number for each in self._prescribed])
        prescriptions = Prescriptions(days, doses, runs.numbers([each.other for each in self._prescribed]))
        number = {patient: place for place, patient in enumerate(self._patients)}
        medications = Medications(
            runs.integers([number[patient] for patient, _ in self._keys]),
            runs.integers(_offsets([len(each.dispenses) for each in self._groups])),
            runs.integers(_offsets([len(each.prescriptions) for each in self._groups])),
            runs.integers([int(bool(self._spoilt & {key, key[0]})) for key in self._keys]),
            runs.integers(_offsets([len(each) for each in visits])),
            stay_offsets,
        )
        visit = runs.integers([day for each in visits for day in each])
        segments = 2 * (len(self._prescribed) + max((len(each) for each in visits), default=0)) + 2
        course = Course(*(runs.numbers(segments) for _ in Course._fields))
        offsets = runs.integers(len(self._handed) + 1)
        breaks, changes = runs.integers(len(self._groups)), runs.integers(len(self._groups))
        room = self._pieces(segments + 2 * most_stays + 2)
        given = medications, dispenses, prescriptions, visit, stays, handling, course
        total = runs.run(lay_out_durations, *given, room, 1, offsets, breaks, changes)
        pieces = self._pieces(int(total))
        runs.run(lay_out_durations, *given, pieces, 0, offsets, breaks, changes)
        return self._shown(pieces, offsets, breaks, changes)

    def _pair(self, rows: Sequence[_Row], numbers: Sequence[float]) -> tuple[Any, Any]:
        return self._runs.integers([each.day for each in rows]), self._runs.numbers(numbers)

    def _pieces(self, count: int) -> Pieces:
        return Pieces(*(self._runs.numbers(count) for _ in Pieces._fields))

    def _by_patient(self, found: Iterable[tuple[Any, int]]) -> list[list[int]]:
        held: dict[Any, list[int]] = {patient: [] for patient in self._patients}
        for patient, day in found:
            held[patient].append(day)
        return [sorted(days) for days in held.values()]

    def _stays(self) -> tuple[Stays, Any, int]:
        starts: list[int] = []
        ends: list[int] = []
        counts: list[int] = []
        held: dict[Any, list[_Row]] = {}
        for each in self._stayed:
            held.setdefault(each.patient, []).append(each)
        for patient in self._patients:
            mine = held.get(patient, [])
            start, end = [each.day for each in mine], [int(each.other) for each in mine]
            count = merge_stays(start, end, 0, len(mine))
            starts, ends = starts + start[:count], ends + end[:count]
            counts.append(count)
        runs = self._runs
        stays = Stays(runs.integers(starts), runs.integers(ends))
        return stays, runs.integers(_offsets(counts)), max(counts, default=0)

    def _shown(
        self, pieces: Pieces, offsets: Any, breaks: Any, changes: Any
    ) -> tuple[dict[str, Any], dict[str, Sequence[Any]]]:
        made: list[tuple[float, ...]] = []
        owner = [number for number, group in enumerate(self._groups) for _ in group.dispenses]
        for place, each in enumerate(self._handed):
            number = owner[place]
            for part, piece in enumerate(range(int(offsets[place]), int(offsets[place + 1])), 1):
                counts = (_NOTHING, _NOTHING)
                if self._groups[number].prescriptions:
                    counts = (float(breaks[number]), float(changes[number]))
                made.append((number, each.row, part, each.day, each.number, *_piece(pieces, piece), *counts))
        for number, group in enumerate(self._groups):
            for each in group.prescriptions if not group.dispenses else ():
                made.append((number, _NOTHING, _NOTHING, _NOTHING, _NOTHING, each.number, *[_NOTHING] * 8))
        names = [name for name in EventDuration.__slots__ if name not in ("patient", "medication")]
        columns = {name: [float(row[place]) for row in made] for place, name in enumerate(names, 1)}
        patients = {patient: place for place, patient in enumerate(self._patients)}
        medications = {medication: place for place, medication in enumerate(dict.fromkeys(m for _, m in self._keys))}
        keys: list[tuple[Any, Any]] = [self._keys[int(row[0])] for row in made]
        whole = {
            "patient": [patients[patient] for patient, _ in keys],
            "medication": [medications[medication] for _, medication in keys],
            **columns,
        }
        return whole, {"patient": self._patients, "medication": list(medications)}


def _offsets(counts: Iterable[int]) -> list[int]:
    found = [0]
    for each in counts:
        found.append(found[-1] + each)
    return found


def _piece(pieces: Pieces, place: int) -> tuple[float, ...]:
    """Dose, start, days, segment and stays of a part; NaN where there is none."""
    lasts = float(pieces.lasts[place])
    known = lasts >= 0.0
    dose = float(pieces.dose[place])
    from_day, to_day = float(pieces.from_day[place]), float(pieces.to_day[place])
    return (
        dose if known and dose > 0.0 else _NOTHING,
        float(pieces.start[place]),
        lasts if known else _NOTHING,
        from_day if from_day > -OPEN else _NOTHING,
        to_day if to_day < OPEN else _NOTHING,
        float(pieces.inside[place]) if known else _NOTHING,
        float(pieces.waits[place]) if known else _NOTHING,
    )


def time_to_initiation(prescriptions: Table, dispenses: Table, *, columns: SupplyColumns = DEFAULT_COLUMNS) -> Answer:
    """A row of `Initiation` for every prescription: days until the first dispense of the medication from that day on.

    >>> prescribed = [{"patient": 1, "medication": "A", "date": "2026-01-01", "daily_dose": 2}]
    >>> dispensed = [{"patient": 1, "medication": "A", "date": "2026-01-04", "total_dose": 60}]
    >>> time_to_initiation(prescribed, dispensed).rows.column("days_to_initiation").to_pylist()
    [3.0]
    """
    reader = _Reader(columns)
    asked = reader.rows(prescriptions, _Kind("prescriptions", columns.prescribed, columns.daily_dose))
    handed = reader.rows(dispenses, _Kind("dispenses", columns.dispensed, columns.total_dose, least=1.0, keeps=True))
    days: dict[tuple[Any, Any], list[int]] = {}
    for each in handed:
        days.setdefault((each.patient, each.medication), []).append(each.day)
    first = [float(_first_from(days.get((each.patient, each.medication), []), each.day)) for each in asked]
    patients, medications = _codes([each.patient for each in asked]), _codes([each.medication for each in asked])
    made = {
        "patient": patients[0],
        "medication": medications[0],
        "prescribed": [float(each.day) for each in asked],
        "first_dispense": first,
        "days_to_initiation": [found - each.day for found, each in zip(first, asked, strict=True)],
    }
    words = {"patient": patients[1], "medication": medications[1]}
    return Answer(handed_out(Initiation, made, ("prescribed", "first_dispense"), words), tuple(reader.issues))


def _first_from(days: list[int], day: int) -> float:
    place = bisect_left(days, day)
    return float(days[place]) if place < len(days) else _NOTHING


def _codes(values: Iterable[Any]) -> tuple[list[int], list[Any]]:
    found: dict[Any, int] = {}
    return [found.setdefault(each, len(found)) for each in values], list(found)
