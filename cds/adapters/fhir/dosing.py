"""How a medicine is to be taken (https://hl7.org/fhir/R4/dosage.html, https://hl7.org/fhir/R4/datatypes.html#Timing).

================================== =====================================================================
field                              how it is read
================================== =====================================================================
``timing.repeat``                  frequency / period (a missing frequency is 1), `timeOfDay`, `when` and
                                   `dayOfWeek`; what says two different things says nothing
``frequencyMax`` and other ranges  doses a day not known
``timing.code``                    where there is no `repeat`: QD, BID, TID, QID, QOD, AM, PM
``timing.repeat.bounds[x]``        from when to when; a range of lengths: to its longest
``doseAndRate.doseQuantity``       the dose; several must agree; a range is not known
``asNeeded[x]``                    taken as needed: the amount a day is not known
``sequence``                       different numbers follow each other: known only with `boundsPeriod`
``text``, ``maxDose…``             not read
``modifierExtension``              the amount a day is not known
================================== =====================================================================
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from cds.adapters.amounts import finite
from cds.adapters.fhir.resource import Json, codings, has_other_meaning
from cds.adapters.fhir.times import civil_day, open_between
from cds.adapters.medicine_quantity import Quantity, days_in, days_of, quantity
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import Attribute
from cds.operators.logic import without_noise
from cds.operators.series import FIRST_TIME, LAST_TIME, MICROSECONDS_PER_DAY
from cds.periods import Zone

_CLOCK: Final = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)(?::[0-5]\d(?:\.\d+)?)?", re.ASCII)
_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_PER_DAY: Final[Mapping[str, float]] = {  # https://hl7.org/fhir/R4/valueset-timing-abbreviation.html
    "QD": 1.0,
    "BID": 2.0,
    "TID": 3.0,
    "QID": 4.0,
    "QOD": 0.5,
    "AM": 1.0,
    "PM": 1.0,
}
_RANGES: Final = ("frequencyMax", "periodMax", "countMax")
_UNKNOWN: Final = 0.0
_FOR_EVER: Final = 36_525.0  # days; nobody is asked to take a medicine for a hundred years


class Dosing(NamedTuple):
    """One way in which a medicine is to be taken from `start` to `end`.

    daily: the amount of a day in `unit`; 0.0 = not known. slots: the moments of the day at which it is taken, as a
    clock time (`08:00`) or another word for a part of the day; () = not known. weekdays: 0 Monday … 6 Sunday; () = not
    known which days.
    """

    start: int
    end: int
    daily: float
    unit: str
    slots: tuple[str, ...]
    weekdays: tuple[int, ...]


EVERY_DAY: Final = tuple(range(7))


def dosings(listed: object, begins: int, where: Zone) -> tuple[Dosing, ...]:
    """The ways of taking a medicine in a list of Dosage; `begins`: when it is first taken, where they do not say."""
    found = [as_object(each) or {} for each in as_list(listed) or ()]
    in_order = any(each.get("sequence") != found[0].get("sequence") for each in found)
    return tuple(_dosing(each, begins, where, in_order) for each in found)


def use_of(listed: object) -> int:
    """Attribute.AS_NEEDED where one of a list of Dosage says so, else no bit."""
    found = [as_object(each) or {} for each in as_list(listed) or ()]
    return int(Attribute.AS_NEEDED) if any(map(is_as_needed, found)) else 0


def is_as_needed(dosage: Json) -> bool:
    """Whether a Dosage is taken as needed."""
    return dosage.get("asNeededBoolean") is True or dosage.get("asNeededCodeableConcept") is not None


def _dosing(dosage: Json, begins: int, where: Zone, in_order: bool) -> Dosing:
    timing = as_object(dosage.get("timing")) or {}
    repeat = as_object(timing.get("repeat")) or {}
    start, end = _bounds(repeat, begins, where)
    dose = _dose(dosage)
    is_known = dose is not None and not (is_as_needed(dosage) or _changes_meaning(dosage, timing))
    if in_order and as_object(repeat.get("boundsPeriod")) is None:
        is_known = False
    per_day = doses_a_day(timing)
    slots = tuple(_slots(repeat)) if per_day and not is_as_needed(dosage) else ()
    amount, unit = dose if dose and is_known else Quantity(_UNKNOWN, "")
    return Dosing(start, end, amount * per_day, unit, slots, _days(repeat) if slots else ())


def _changes_meaning(*elements: Json) -> bool:
    return any(has_other_meaning(each) for each in elements)


def _dose(dosage: Json) -> Quantity | None:
    """The one amount that every doseAndRate states; None when they state none, several, or less than something."""
    stated = [as_object(each) or {} for each in as_list(dosage.get("doseAndRate")) or ()]
    amounts = {quantity(each.get("doseQuantity")) for each in stated}
    amount = amounts.pop() if len(amounts) == 1 else None
    return amount if amount and amount.value > 0.0 else None


def doses_a_day(timing: Json) -> float:
    """How many doses a Timing plans on an average day; 0.0 when that is not known.

    >>> doses_a_day({"repeat": {"frequency": 1, "period": 8, "periodUnit": "h"}})
    3.0
    """
    repeat = as_object(timing.get("repeat"))
    if repeat is None:
        return next((_PER_DAY[code] for _, code in codings(timing.get("code")) if code in _PER_DAY), _UNKNOWN)
    moments = len(_clocks(repeat)) or len(as_list(repeat.get("when")) or ())
    days = len(_days(repeat)) if repeat.get("dayOfWeek") is not None else 7
    named = moments * days / 7
    counted = _counted(repeat, days)
    if any(each in repeat for each in _RANGES) or not days or (repeat.get("timeOfDay") and not _clocks(repeat)):
        return _UNKNOWN
    if moments and counted and without_noise(named) != without_noise(counted):
        return _UNKNOWN
    return named or counted


def _counted(repeat: Json, days: int) -> float:
    """Frequency per period, on the days of the week that are named."""
    size = days_in(repeat.get("periodUnit"))
    period, frequency = finite(repeat.get("period")), finite(repeat.get("frequency", 1))
    if size is None or not period or not frequency or period <= 0.0 or frequency <= 0.0:
        return _UNKNOWN
    length = period * size
    return frequency / length * (days / 7 if length <= 1.0 else 1.0)


def _clocks(repeat: Json) -> list[str]:
    """The clock times `07:30`; none when one of them cannot be read."""
    matches = [_CLOCK.fullmatch(as_text(each)) for each in as_list(repeat.get("timeOfDay")) or ()]
    return sorted({match[1] for match in matches if match}) if all(matches) else []


def _slots(repeat: Json) -> Iterator[str]:
    yield from _clocks(repeat)
    if not repeat.get("timeOfDay"):
        yield from sorted({as_text(each) for each in as_list(repeat.get("when")) or ()} - {""})


def _days(repeat: Json) -> tuple[int, ...]:
    """The days of the week on which it is taken; () when only a program that counts from a start could tell."""
    named = repeat.get("dayOfWeek")
    if named is not None:
        words = [as_text(each) for each in as_list(named) or ()]
        return tuple(sorted({_WEEKDAYS.index(each) for each in words})) if set(words) <= set(_WEEKDAYS) else ()
    length = (finite(repeat.get("period", 1)) or _UNKNOWN) * (days_in(repeat.get("periodUnit", "d")) or _UNKNOWN)
    return EVERY_DAY if length == 1.0 else ()


def _bounds(repeat: Json, begins: int, where: Zone) -> tuple[int, int]:
    """From when to when: a boundsPeriod, or a length that counts from `begins`."""
    period = as_object(repeat.get("boundsPeriod"))
    if period is not None:
        start, end = open_between(period.get("start"), where, "start"), open_between(period.get("end"), where, "end")
        return start[0] if start else begins, end[1] if end else LAST_TIME
    longest = repeat.get("boundsDuration", (as_object(repeat.get("boundsRange")) or {}).get("high"))
    days = days_of(longest)
    if days is None or begins == FIRST_TIME or not 0.0 < days < _FOR_EVER:
        return begins, LAST_TIME
    return begins, begins + round(days * MICROSECONDS_PER_DAY)


def days_lasting(ways: Sequence[Dosing], amount: Quantity, given: int, where: Zone) -> float | None:
    """How many days an amount lasts that is handed out at `given`; None when that cannot be told.

    Ways of taking that run side by side add up; where one set ends, the next must begin.
    """
    day, left, lasted = civil_day(given, where), amount.value, 0.0
    while True:
        running = [each for each in ways if civil_day(each.start, where) <= day < _after(each, where)]
        daily = sum(each.daily for each in running)
        if not running or not all(each.daily > 0.0 and amount.is_like(each.unit) for each in running):
            return None
        until = min([*(_after(each, where) for each in running), *_later_starts(ways, day, where)])
        if left <= daily * (until - day):
            return lasted + left / daily
        left, lasted, day = left - daily * (until - day), lasted + until - day, until


def _later_starts(ways: Sequence[Dosing], day: int, where: Zone) -> Iterator[int]:
    return (start for start in (civil_day(each.start, where) for each in ways) if start > day)


def _after(way: Dosing, where: Zone) -> int:
    """The civil day after the last one on which it is taken."""
    return civil_day(way.end - 1, where) + 1
