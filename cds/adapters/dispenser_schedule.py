"""Which medicines lie in which pouch of a dispenser, and when pouches are due.

A pouch has no drug on it. What it holds follows from the medicines that are stated to lie in the roll, and from when
each is to be taken: at a clock time, or in a part of the day that has none; only clock times tell when a pouch is due.
A medicine of which it cannot be told whether it lies in a pouch leaves its classes open.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from cds.adapters.fhir_dosing import Dosing
from cds.adapters.fhir_medication_use import Prescribed
from cds.codes import Attribute
from cds.operators.reasons import KNOWN
from cds.operators.series import MICROSECONDS_PER_DAY
from cds.periods import Zone, civil_date, instant

Codes = tuple[str, ...]


class Contents(NamedTuple):
    """What a pouch holds.

    atc: of the medicines that surely lie in it; told: their codes, () among them where one has none; maybe: the codes
    of medicines of which that is not known.
    """

    atc: Codes
    told: tuple[Codes, ...]
    maybe: tuple[Codes, ...] = ()


class Slot(NamedTuple):
    """A moment at which a pouch is due."""

    time: int
    name: str


NOT_KNOWN: Final = Contents((), ((),))


class Schedule:
    """The medicines of a multidose roll."""

    def __init__(self, prescribed: Iterable[Prescribed], where: Zone) -> None:
        self._medicines = [each for each in prescribed if not each.attribute & Attribute.AS_NEEDED]
        self._where = where

    def contents(self, time: int, slot: str | None) -> Contents:
        """What the pouch of a slot holds, or one of any slot of that moment's day; NOT_KNOWN when nobody says."""
        names = self._names(time)
        judged = [(each, self._holds(each, time, slot, names)) for each in self._medicines]
        sure = [each.medicine for each, holds in judged if holds is True]
        maybe = tuple(codes for each, holds in judged if holds is None for codes in each.medicine.told)
        if not sure and not maybe:
            return NOT_KNOWN
        atc = tuple(sorted({code for each in sure for code in each.atc}))
        return Contents(atc, tuple(codes for each in sure for codes in each.told), maybe)

    def slots(self, first: int, last: int) -> list[Slot]:
        """When pouches are due on the civil days from one moment to another, in order."""
        day, end = civil_date(first, self._where), civil_date(last, self._where)
        found: set[Slot] = set()
        while day <= end:
            found.update(self._slots_of(day))
            day += timedelta(days=1)
        return sorted(found)

    def _slots_of(self, day: date) -> Iterator[Slot]:
        names = {name for each in self._medicines for way in each.ways for name in way.slots if _is_clock(name)}
        for name in names:
            read = instant(f"{day}T{name}", self._where)
            if read and any(self._holds(each, read[0], name, names) for each in self._medicines):
                yield Slot(read[0], name)

    def _names(self, time: int) -> set[str]:
        """Every slot that some medicine of the roll has at a moment."""
        ways = [way for each in self._medicines if _quality_at(each, time) is not None for way in _running(each, time)]
        return {name for way in ways for name in way.slots}

    def _holds(self, each: Prescribed, time: int, slot: str | None, names: set[str]) -> bool | None:
        """Whether a medicine lies in the pouch; None when that cannot be told."""
        quality = _quality_at(each, time)
        ways = _running(each, time)
        if quality is None or (each.ways and not ways):
            return False
        weekday = civil_date(time, self._where).weekday()
        answers = [_is_taken(way, slot, weekday, names) for way in ways] or [None]
        if quality == KNOWN and True in answers:
            return True
        return None if None in answers or True in answers else False


def _quality_at(each: Prescribed, time: int) -> int | None:
    """KNOWN when it is in use, another quality when that is not certain, None when it is not."""
    found = [quality for start, end, quality in each.spans if start <= time < end]
    return min(found, default=None)


def _running(each: Prescribed, time: int) -> list[Dosing]:
    return [way for way in each.ways if way.start <= time < way.end]


def _is_taken(way: Dosing, slot: str | None, weekday: int, names: set[str]) -> bool | None:
    """Whether a way of taking is for a slot, None when that cannot be told; without a slot, for whichever it is."""
    if not way.slots:
        return None
    if way.weekdays and weekday not in way.weekdays:
        return False
    wanted = names if slot is None else {slot}
    if any(_is_clock(one) != _is_clock(other) for one in wanted for other in way.slots):
        return None
    held = wanted & set(way.slots)
    if not held:
        return False
    return True if held == wanted and way.weekdays else None


def _is_clock(name: str) -> bool:
    return ":" in name


def joined(slots: Sequence[Slot], times: Iterable[int]) -> dict[int, Slot]:
    """The slot of each time at which a pouch came out: the nearest pairs first, each once, the earlier slot on a tie.

    Only the last slot before a time and the first after it, less than a day away, can be its slot.
    """
    starts = [each.time for each in slots]
    pairs: list[tuple[int, int, int]] = []
    for time in times:
        place = bisect_right(starts, time)
        near = [each for each in (place - 1, place) if 0 <= each < len(slots)]
        pairs += [(abs(time - starts[each]), each, time) for each in near]
    found: dict[int, Slot] = {}
    used: set[int] = set()
    for distance, place, time in sorted(pairs):
        if distance < MICROSECONDS_PER_DAY and time not in found and place not in used:
            found[time] = slots[place]
            used.add(place)
    return found


def due_before(slots: Sequence[Slot], time: int) -> Slot | None:
    """The last slot at or before a time, less than a day earlier."""
    place = bisect_right(slots, time, key=lambda each: each.time) - 1
    return slots[place] if place >= 0 and time - slots[place].time < MICROSECONDS_PER_DAY else None
