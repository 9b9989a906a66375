"""Daily implementation from the openings of electronic pill bottles, as CleanADHdata defines it.

Openings are counted per day, with days from 03:00; what the patient told of doses taken otherwise is added, and
openings without a dose are taken away. A medicine was implemented on a day when the corrected openings are at least as
many as expected. A day on which a bottle was not used, or on which nobody says how many openings to expect, is unknown,
never missed; a patient's day is unknown as soon as one of the medicines is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Final, Literal, NamedTuple

from cds.diagnostics import CdsError

Implementation = Literal["implemented", "not_implemented", "unknown"]
DAY_STARTS: Final = 180
"""Minutes after 00:00 at which a dose day begins."""


class Opening(NamedTuple):
    """A bottle was opened. time: clock time where the patient was, without an offset."""

    patient: str
    monitor: str
    time: datetime


class AddedOpenings(NamedTuple):
    """Doses taken without an opening (more than 0), or openings without a dose (less), on a day."""

    patient: str
    monitor: str
    day: date
    openings: int


class MonitoredPeriod(NamedTuple):
    """Days on which a bottle was, or was not, used; both ends included."""

    patient: str
    monitor: str
    first: date
    last: date


class ExpectedOpenings(NamedTuple):
    """Openings that are expected on each day of a period, both ends included.

    on, off: of a medicine that is taken in cycles, days with and days without it, from the first day on; off 0 = none.
    """

    patient: str
    monitor: str
    first: date
    last: date
    openings: int
    on: int = 0
    off: int = 0


@dataclass(frozen=True, slots=True)
class MonitorDay:
    """One bottle on one day. expected: None = nobody says, or two say different things."""

    patient: str
    monitor: str
    day: date
    recorded: int
    added: int
    expected: int | None
    is_monitored: bool

    @property
    def corrected(self) -> int:
        """Openings recorded, and those that were added or taken away."""
        return self.recorded + self.added

    @property
    def implementation(self) -> Implementation:
        """Whether the medicine was taken as often as expected, or more."""
        if self.expected is None or not self.is_monitored:
            return "unknown"
        return "implemented" if self.corrected >= self.expected else "not_implemented"


@dataclass(frozen=True, slots=True)
class PatientDay:
    """All bottles of a patient on one day."""

    patient: str
    day: date
    monitors: int
    implementation: Implementation


@dataclass(frozen=True, slots=True)
class Record:
    """Every monitored day of every bottle, and what lies on no such day and was not counted."""

    days: tuple[MonitorDay, ...]
    outside: tuple[Opening | AddedOpenings, ...]


def daily_implementation(
    openings: Iterable[Opening],
    *,
    monitored: Sequence[MonitoredPeriod],
    expected: Sequence[ExpectedOpenings],
    added: Iterable[AddedOpenings] = (),
    unmonitored: Sequence[MonitoredPeriod] = (),
    day_starts: int = DAY_STARTS,
) -> Record:
    """Each day of each bottle, by patient, bottle and day. CdsError when a period ends before it begins.

    monitored: the days that are looked at. unmonitored: days within them on which the bottle was not used, such as
    a stay in hospital. day_starts: minutes after 00:00; an opening before it belongs to the day before.

    >>> bottle, night = ("a", "x"), datetime(2026, 1, 9, 2, 59)
    >>> record = daily_implementation(
    ...     [Opening(*bottle, datetime(2026, 1, 7, 8)), Opening(*bottle, night)],
    ...     monitored=[MonitoredPeriod(*bottle, date(2026, 1, 7), date(2026, 1, 9))],
    ...     expected=[ExpectedOpenings(*bottle, date(2026, 1, 7), date(2026, 1, 9), 1)],
    ... )
    >>> [day.implementation for day in record.days]
    ['implemented', 'implemented', 'not_implemented']
    """
    opened, given = list(openings), list(added)
    starts = timedelta(minutes=day_starts)
    recorded = Counter((each.patient, each.monitor, (each.time - starts).date()) for each in opened)
    told: Counter[tuple[str, str, date]] = Counter()
    for each in given:
        told[each.patient, each.monitor, each.day] += each.openings
    unused = {key for each in unmonitored for key in _days_of(each)}
    plan = _planned(expected)
    keys = sorted({key for each in monitored for key in _days_of(each)})
    days = tuple(MonitorDay(*key, recorded[key], told[key], plan.get(key), key not in unused) for key in keys)
    known = set(keys)
    outside: list[Opening | AddedOpenings] = [
        each for each in opened if (each.patient, each.monitor, (each.time - starts).date()) not in known
    ]
    outside += [each for each in given if (each.patient, each.monitor, each.day) not in known]
    return Record(days, tuple(outside))


def _days_of(period: MonitoredPeriod | ExpectedOpenings) -> Iterator[tuple[str, str, date]]:
    if period.last < period.first:
        raise CdsError("a period ends before it begins; correct its dates")
    for place in range((period.last - period.first).days + 1):
        yield period.patient, period.monitor, period.first + timedelta(days=place)


def _planned(expected: Iterable[ExpectedOpenings]) -> Mapping[tuple[str, str, date], int | None]:
    plan: dict[tuple[str, str, date], int | None] = {}
    for each in expected:
        for place, key in enumerate(_days_of(each)):
            is_off = each.off > 0 and place % (each.on + each.off) >= each.on
            openings = 0 if is_off else each.openings
            plan[key] = openings if plan.get(key, openings) == openings else None
    return plan


def patient_days(days: Iterable[MonitorDay]) -> tuple[PatientDay, ...]:
    """Each patient's days: unknown as soon as one medicine is, implemented when all of them are."""
    held: dict[tuple[str, date], list[Implementation]] = {}
    for each in days:
        held.setdefault((each.patient, each.day), []).append(each.implementation)
    return tuple(PatientDay(*key, len(held[key]), _of_all(held[key])) for key in sorted(held))


def _of_all(found: Sequence[Implementation]) -> Implementation:
    if "unknown" in found:
        return "unknown"
    return "not_implemented" if "not_implemented" in found else "implemented"


def mean_implementation(days: Iterable[MonitorDay | PatientDay]) -> float | None:
    """Share of the days that were implemented, of those of which it is known; None when it is of none."""
    known = [each.implementation == "implemented" for each in days if each.implementation != "unknown"]
    return sum(known) / len(known) if known else None


def taking_adherence(days: Iterable[MonitorDay]) -> float | None:
    """Doses taken of doses expected, on the days of which both are known; None when none was expected."""
    known = [each for each in days if each.implementation != "unknown"]
    expected = sum(each.expected or 0 for each in known)
    return float(Fraction(sum(each.corrected for each in known), expected)) if expected else None


def correct_dosing(days: Iterable[MonitorDay]) -> float | None:
    """Share of days with exactly the expected number of doses, of those of which it is known; None when of none."""
    known = [each.corrected == each.expected for each in days if each.implementation != "unknown"]
    return sum(known) / len(known) if known else None
