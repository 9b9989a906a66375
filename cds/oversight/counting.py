"""What there is to oversee of one patient with a dispenser, in a period and in the one of the same length before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from cds.api import Patient
from cds.codes import Attribute
from cds.operators.doses import is_dose, is_late
from cds.operators.dosing import dose_day, is_told
from cds.operators.series import DATE_ONLY, LAST_TIME, Series
from cds.operators.windows import day_of
from cds.patient import Patient as Facts
from cds.patient import rows_known_at, series_of, table_of
from cds.periods import Zone, civil_date, end_of_day, instant

DOSES: Final = "doses.all"
DISPENSER: Final = "devices.medicine_dispenser"
FAULTS: Final = ("events.technical_fault", "events.roll_fault", "events.pouch_not_read")
NO_CONTACT: Final = ("events.no_contact",)
PAUSES: Final = ("stays.hospital_stay", "stays.follow_up_pause")
KEYS: Final = frozenset((DOSES, DISPENSER, *FAULTS, *NO_CONTACT, *PAUSES))
DAY_STARTS: Final = 180.0
"""Minutes after 00:00 at which a dose day begins."""
_ASIDE: Final = Attribute.HOSPITAL_STAY | Attribute.PAUSED | Attribute.AS_NEEDED
_EPOCH: Final = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Share:
    """Doses of a period. planned: without those during a stay or a pause and those as needed. unknown: of which nobody
    knows the fate. late: None when it was not said what is late.
    """

    planned: int
    missed: int
    unknown: int
    late: int | None

    @property
    def missed_share(self) -> float | None:
        """Missed among those of which the fate is known; None when there are none."""
        known = self.planned - self.unknown
        return self.missed / known if known else None

    @property
    def late_share(self) -> float | None:
        """Late among those taken; None when there are none, or it was not said what is late."""
        taken = self.planned - self.unknown - self.missed
        return self.late / taken if taken and self.late is not None else None


@dataclass(frozen=True, slots=True)
class Overseen:
    """One patient. now, before: doses of the period and of the one before it; None = not handed over for all of it.

    faults, no_contact, pauses: civil days in the period with one; None = not handed over. unanswered: alarms that
    nobody has answered; evaluation: when the service is to be evaluated; None = not known.
    """

    patient: str
    now: Share | None
    before: Share | None
    faults: int | None
    no_contact: int | None
    pauses: int | None
    unanswered: int | None
    evaluation: date | None
    is_overdue: bool

    @property
    def missed_change(self) -> float | None:
        """Share missed in the period less that before it; None when one of them is not known."""
        return _change(self.now and self.now.missed_share, self.before and self.before.missed_share)

    @property
    def late_change(self) -> float | None:
        """As `missed_change`, of what was late."""
        return _change(self.now and self.now.late_share, self.before and self.before.late_share)


def _change(now: float | None, before: float | None) -> float | None:
    return None if now is None or before is None else now - before


def oversee(
    patients: Iterable[Patient],
    *,
    start: date,
    end: date,
    late_after: int | None = None,
    unanswered: Mapping[str, int] | None = None,
    evaluations: Mapping[str, date] | None = None,
) -> tuple[Overseen, ...]:
    """Everybody with a dispenser or planned doses from `start` to `end`, both counted: most missed first, then by id.

    late_after: minutes after which a dose is late. unanswered: patient -> alarms without an answer, of everybody who
    has any. evaluations: patient -> the day by which the service is to be evaluated.
    """
    days = (end - start).days + 1
    found: list[Overseen] = []
    for facts in (each.facts for each in patients):
        at = _instant(end + timedelta(days=1), facts.zone) - 1
        now, before = (_share(facts, at, first, days, late_after) for first in (start, start - timedelta(days=days)))
        if not _has_dispenser(facts, at, start) and not (now and now.planned):
            continue
        due = evaluations.get(facts.id) if evaluations else None
        found.append(
            Overseen(
                patient=facts.id,
                now=now,
                before=before,
                faults=_event_days(facts, FAULTS, at, start),
                no_contact=_event_days(facts, NO_CONTACT, at, start),
                pauses=_stay_days(facts, at, start, end),
                unanswered=None if unanswered is None else unanswered.get(facts.id, 0),
                evaluation=due,
                is_overdue=due is not None and due < end,
            )
        )
    return tuple(sorted(found, key=lambda each: (-((each.now and each.now.missed_share) or 0.0), each.patient)))


def _instant(day: date, where: Zone) -> int:
    found = instant(day.isoformat(), where)
    assert found is not None
    return found[0]


def _rows(facts: Facts, key: str, at: int) -> Series:
    table = table_of(facts, key)
    return series_of(table, rows_known_at(table, table, at))


def _share(facts: Facts, at: int, start: date, days: int, late_after: int | None) -> Share | None:
    if table_of(facts, DOSES).supplied_from > _instant(start, facts.zone):
        return None
    series = _rows(facts, DOSES, at)
    first, away = start.toordinal() - _EPOCH, _away(facts, at)
    planned = missed = unknown = late = 0
    for row in range(len(series.times)):
        if not is_dose(series, row, True) or series.attribute[row] & _ASIDE:
            continue
        is_dated = bool(series.attribute[row] & DATE_ONLY)
        day = day_of(series.times[row], series.utc_offset[row]) if is_dated else dose_day(series, row, DAY_STARTS)
        if not first <= day < first + days or any(begins <= series.times[row] < ends for begins, ends in away):
            continue
        planned += 1
        if not is_told(series, True, row):
            unknown += 1
        elif series.values[row] == 0.0:
            missed += 1
        elif late_after is not None and not series.attribute[row] & Attribute.DELAY_UNKNOWN:
            late += is_late(series.raw[row], late_after)
    return Share(planned, missed, unknown, None if late_after is None else late)


def _away(facts: Facts, at: int) -> list[tuple[int, float]]:
    """First moment and end of each stay and pause that is known of."""
    stays = [_rows(facts, key, at) for key in PAUSES]
    return [each for series in stays for each in zip(series.times, series.values, strict=True)]


def _has_dispenser(facts: Facts, at: int, start: date) -> bool:
    series = _rows(facts, DISPENSER, at)
    since = _instant(start, facts.zone)
    return any(begins <= at and ends > since for begins, ends in zip(series.times, series.values, strict=True))


def _event_days(facts: Facts, keys: Iterable[str], at: int, start: date) -> int | None:
    since = _instant(start, facts.zone)
    days: set[date] = set()
    for key in keys:
        if table_of(facts, key).supplied_from > since:
            return None
        days |= {civil_date(time, facts.zone) for time in _rows(facts, key, at).times if time >= since}
    return len(days)


def _stay_days(facts: Facts, at: int, start: date, end: date) -> int | None:
    """Days that lie at least in part in a stay or a pause."""
    since = _instant(start, facts.zone)
    days: set[date] = set()
    for key in PAUSES:
        if table_of(facts, key).supplied_from > since:
            return None
    for begins, ends in _away(facts, at):
        days |= _days_between(max(begins, since), min(ends, at + 1), facts.zone)
    return len({each for each in days if start <= each <= end})


def _days_between(begins: int, ends: float, where: Zone) -> set[date]:
    days: set[date] = set()
    time = begins
    while time < min(ends, LAST_TIME):
        days.add(civil_date(time, where))
        time = end_of_day(time, where)
    return days
