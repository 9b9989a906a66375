"""What becomes of each day in many patients: how many took their doses, and how many had medicine to take.

A day of doses is a dose day, from 03:00 unless said; a day of supply is a civil day. Both are days where the patient
lives, and only those are counted that are over.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal

from cds.adherence.output import Answer, handed_out
from cds.adherence.windows import EPOCH
from cds.api import Moment, Patient, microseconds
from cds.codes import Attribute
from cds.diagnostics import CdsError
from cds.operators.ask import parameter_vector
from cds.operators.doses import is_dose
from cds.operators.dosing import dose_day, is_told
from cds.operators.reasons import KNOWN
from cds.operators.series import DATE_ONLY, FIRST_TIME, MICROSECONDS_PER_DAY, SCRATCH_PER_ROW, Now, Series
from cds.operators.stays import LOOK_BACK
from cds.operators.supply import lay_out_since
from cds.operators.windows import day_of, instant_of
from cds.patient import Patient as Facts
from cds.patient import moment, rows_known_at, series_of, table_of
from cds.periods import NORWAY, zone

if TYPE_CHECKING:
    from cds.population import Population

DoseFate = Literal["every", "some", "none", "unknown"]
SupplyFate = Literal["covered", "without", "unknown"]
USUAL_DAYS: Final = 28
DAY_STARTS: Final = 180
"""Minutes after 00:00 at which a dose day begins."""
_ASIDE: Final = Attribute.HOSPITAL_STAY | Attribute.PAUSED | Attribute.AS_NEEDED | Attribute.AS_NEEDED
_MINUTE: Final = 60_000_000


@dataclass(frozen=True, slots=True)
class DoseDay:
    """How many patients took their doses of one day.

    asked: patients with a planned dose. every, some, none: who took every dose, some and not others, or none; unknown:
    of whom that cannot be told. share: of every among those of whom it can; None when there is nobody.
    """

    day: date
    asked: int
    every: int
    some: int
    none: int
    unknown: int
    share: float | None


@dataclass(frozen=True, slots=True)
class SupplyDay:
    """How many patients had medicine to take on one day.

    asked: patients to whom some was handed out in the year up to the day. covered, without: who had some left, or had
    none; unknown: of whom that cannot be told. share: of covered among those of whom it can; None when there is nobody.
    """

    day: date
    asked: int
    covered: int
    without: int
    unknown: int
    share: float | None


def daily_doses(
    patients: "Population | Iterable[Patient]",
    *,
    at: Moment,
    days: int = USUAL_DAYS,
    medicines: str = "all",
    day_starts: int = DAY_STARTS,
) -> Answer:
    """A row of `DoseDay` for each of so many dose days, the last one the newest that is over at `at`.

    patients: a population from tables, or patients. medicines: a class of the concepts (`statins`), or `all`. Doses
    during a stay or a pause, and doses as needed, do not count. A day with a dose taken and another missed is `some`
    whatever else is not known of it. Counts are as they are; those that are published need small ones held back.
    CdsError when there is no day.
    """
    return Answer(_rows(DoseDay, dose_counts(patients, at, days, medicines, day_starts)), ())


def daily_supply(
    patients: "Population | Iterable[Patient]", *, at: Moment, days: int = USUAL_DAYS, medicines: str = "all"
) -> Answer:
    """A row of `SupplyDay` for each of so many civil days, the last one the newest that is over at `at`.

    patients, medicines: as in `daily_doses`. A day without counts as unknown while a dispense of the year before lasts
    nobody knows how long, or while that year was not handed over. CdsError when there is no day.
    """
    return Answer(_rows(SupplyDay, supply_counts(patients, at, days, medicines)), ())


Counts = Mapping[int, dict[str, int]]  # day from 1970-01-01 -> fate -> patients


def dose_counts(
    patients: "Population | Iterable[Patient]", at: Moment, days: int, medicines: str, day_starts: int = DAY_STARTS
) -> Counts:
    """How many patients had each fate on each dose day."""
    instant, span = _span(at, days, day_starts)
    counts: dict[int, dict[str, int]] = {day: dict.fromkeys(fates_of(DoseDay), 0) for day in span}
    for facts in _facts(patients):
        for day, fate in _dose_fates(facts, f"doses.{medicines}", instant, span, day_starts):
            counts[day][fate] += 1
    return counts


def supply_counts(patients: "Population | Iterable[Patient]", at: Moment, days: int, medicines: str) -> Counts:
    """How many patients had each fate on each civil day."""
    instant, span = _span(at, days, 0)
    counts: dict[int, dict[str, int]] = {day: dict.fromkeys(fates_of(SupplyDay), 0) for day in span}
    for facts in _facts(patients):
        for day, fate in _supply_fates(facts, f"supply.{medicines}", instant, span):
            counts[day][fate] += 1
    return counts


def fates_of(kind: type[DoseDay] | type[SupplyDay]) -> tuple[str, ...]:
    """The fates that a day has, the good one first and the unknown last.

    >>> fates_of(SupplyDay)
    ('covered', 'without', 'unknown')
    """
    return tuple(each.name for each in fields(kind) if each.name not in ("day", "asked", "share"))


def _rows(kind: type[DoseDay] | type[SupplyDay], counts: Counts) -> Any:
    days = sorted(counts)
    found: dict[str, list[Any]] = {each: [counts[day][each] for day in days] for each in fates_of(kind)}
    asked = [sum(counts[day].values()) for day in days]
    judged = [whole - unknown for whole, unknown in zip(asked, found["unknown"], strict=True)]
    good = found[fates_of(kind)[0]]
    share = [part / whole if whole else float("nan") for part, whole in zip(good, judged, strict=True)]
    return handed_out(kind, {"day": days, "asked": asked, **found, "share": share}, ("day",), {})


def _span(at: Moment, days: int, day_starts: int) -> tuple[int, range]:
    """The moment, and the days up to the newest one that is over."""
    where = zone(NORWAY)
    instant = microseconds(at, where)
    last = _day(instant, where.offset_at(instant), day_starts) - 1
    if not 0 < days <= last + EPOCH:
        raise CdsError("days are counted for at least one day; say how many")
    return instant, range(last - days + 1, last + 1)


def _day(time: int, offset: int, day_starts: int) -> int:
    return (time + (offset - day_starts) * _MINUTE) // MICROSECONDS_PER_DAY


def _facts(patients: "Population | Iterable[Patient]") -> Iterator[Facts]:
    if isinstance(patients, Iterable):
        yield from (each.facts for each in patients)
        return
    from cds.population import patient_at  # noqa: PLC0415 – optional

    yield from (patient_at(patients, place) for place in range(patients.n))


def _known(facts: Facts, key: str, at: int) -> tuple[Series, Now]:
    """The rows that are known at a moment, and the moment."""
    table = table_of(facts, key)
    return series_of(table, rows_known_at(table, table, at)), moment(facts.zone, at, table.supplied_from)


def _over(now: Now, span: range, day_starts: int) -> range:
    """The days that are over where the patient lives."""
    return range(span.start, min(span.stop, _day(now.at, now.utc_offset, day_starts)))


def _dose_fates(facts: Facts, key: str, at: int, span: range, day_starts: int) -> Iterator[tuple[int, DoseFate]]:
    series, now = _known(facts, key, at)
    over = _over(now, span, day_starts)
    told: dict[int, set[str]] = {}
    for row in range(len(series.times)):
        if is_dose(series, row, True) and not series.attribute[row] & _ASIDE:
            is_dated = bool(series.attribute[row] & DATE_ONLY)
            day = day_of(series.times[row], series.utc_offset[row]) if is_dated else dose_day(series, row, day_starts)
            taken = "taken" if series.values[row] != 0.0 else "missed"
            told.setdefault(day, set()).add(taken if is_told(series, True, row) else "unknown")
    for day in sorted(each for each in told if each in over):
        starts = instant_of(now, day * MICROSECONDS_PER_DAY + day_starts * _MINUTE)
        yield day, "unknown" if starts < now.supplied_from else _fate(told[day])


def _fate(told: set[str]) -> DoseFate:
    if told >= {"taken", "missed"}:
        return "some"
    if "unknown" in told:
        return "unknown"
    return "every" if "taken" in told else "none"


def _supply_fates(facts: Facts, key: str, at: int, span: range) -> Iterator[tuple[int, SupplyFate]]:
    series, now = _known(facts, key, at)
    over = _over(now, span, 0)
    n = len(series.times)
    if n == 0 or not over:
        return
    handed = [day_of(*each) for each in zip(series.times, series.utc_offset, strict=True)]
    open_ended = [day for row, day in enumerate(handed) if series.quality[row] != KNOWN or not series.values[row] > 0.0]
    scratch = [0.0] * (SCRATCH_PER_ROW * n)
    count, *_ = lay_out_since(series, series, now, parameter_vector({}), over.start, FIRST_TIME, [], scratch)
    stretches = list(zip(scratch[:count], scratch[n : n + count], strict=True))
    for day in over:
        if not _within_a_year(handed, day):
            continue
        if any(start < day + 1 and end > day for start, end in stretches):
            yield day, "covered"
        else:
            history = instant_of(now, (day - LOOK_BACK) * MICROSECONDS_PER_DAY)
            is_open = _within_a_year(open_ended, day) or history < now.supplied_from
            yield day, "unknown" if is_open else "without"


def _within_a_year(handed: Sequence[int], day: int) -> bool:
    return any(day - LOOK_BACK < each <= day for each in handed)
