"""Which medicines lie in which pouch of a dispenser, and when pouches are due.

A pouch has no drug on it. What it holds follows from the medicines that are stated to lie in the roll, and from when
each is to be taken: at a clock time, or in a part of the day that has none; only clock times tell when a pouch is due.
A medicine of which it cannot be told whether it lies in a pouch leaves its classes open.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from cds.adapters.fhir.dosing import Dosing
from cds.adapters.fhir.medication_use import Prescribed
from cds.adapters.fhir.medicine import Medicine
from cds.codes import Attribute
from cds.operators.reasons import KNOWN
from cds.operators.series import MICROSECONDS_PER_DAY
from cds.periods import Zone, civil_date, instant

Codes = tuple[str, ...]


class Contents(NamedTuple):
    """What a pouch holds.

    atc: of the medicines that surely lie in it; told: their codes, () among them where one has none; maybe: the codes
    of medicines of which that is not known. is_sure: whether there is one of the former.
    """

    atc: Codes
    told: frozenset[Codes]
    maybe: frozenset[Codes] = frozenset()
    is_sure: bool = False


class Slot(NamedTuple):
    """A moment at which a pouch is due."""

    time: int
    name: str


NOT_KNOWN: Final = Contents((), frozenset({()}))
_MOST_WORK: Final = 5_000_000  # changes and medicines that are looked at; a hundred, changed often, need 100,000
_MOST_SLOTS: Final = 24  # clock times in a day
_WORK_OF_SLOT: Final = 50  # a clock that was never set puts 24 slots a day over a hundred years


class _Used(NamedTuple):
    """A medicine of the roll that is in use: whether that is certain, and the ways in which it is then taken."""

    medicine: Medicine
    is_certain: bool
    ways: list[Dosing]


class Schedule:
    """The medicines of a multidose roll. is_exhausted: there was too much to look at, and some was left out."""

    def __init__(self, prescribed: Iterable[Prescribed], where: Zone) -> None:
        self._medicines = [each for each in prescribed if not each.attribute & Attribute.AS_NEEDED]
        self._where = where
        self.is_exhausted = False
        self._work = 0
        self._changes = sorted({time for each in self._medicines for time in _changes(each)})
        self._used: dict[int, list[_Used]] = {}
        self._known: dict[tuple[int, int, str | None], Contents] = {}

    def contents(self, time: int, slot: str | None) -> Contents:
        """What the pouch of a slot holds, or one of any slot of that moment's day; NOT_KNOWN when nobody says."""
        weekday = civil_date(time, self._where).weekday()
        asked = bisect_right(self._changes, time), weekday, slot
        if asked not in self._known:
            used = self._used_at(asked[0], time)
            if not self._may_look_at(len(used)):
                return NOT_KNOWN
            self._known[asked] = _contents(used, slot, weekday)
        return self._known[asked]

    def slots(self, first: int, last: int) -> list[Slot]:
        """When pouches are due on the civil days from one moment to another, in order."""
        names = sorted({name for each in self._medicines for way in each.ways for name in way.slots if _is_clock(name)})
        day, end = civil_date(first, self._where), civil_date(last, self._where)
        found: list[Slot] = []
        while names and len(names) <= _MOST_SLOTS and day <= end and self._may_look_at(len(names) * _WORK_OF_SLOT):
            read = ((instant(f"{day}T{name}", self._where), name) for name in names)
            due = [Slot(time[0], name) for time, name in read if time]
            found += [each for each in due if self.contents(*each).is_sure]
            day += timedelta(days=1)
        return sorted(set(found))

    def _used_at(self, stretch: int, time: int) -> list[_Used]:
        """What is in use at a moment, and all the while until the next change."""
        if stretch not in self._used and self._may_look_at(len(self._changes) + len(self._medicines)):
            judged = ((each, _quality_at(each, time), _running(each, time)) for each in self._medicines)
            self._used[stretch] = [
                _Used(each.medicine, quality == KNOWN, ways)
                for each, quality, ways in judged
                if quality is not None and (ways or not each.ways)
            ]
        return self._used.get(stretch, [])

    def _may_look_at(self, number: int) -> bool:
        self._work += 1 + number
        self.is_exhausted = self.is_exhausted or self._work > _MOST_WORK
        return not self.is_exhausted


def _contents(used: Sequence[_Used], slot: str | None, weekday: int) -> Contents:
    wanted = {name for each in used for way in each.ways for name in way.slots} if slot is None else {slot}
    judged = [(each.medicine, _lies_in(each, wanted, weekday)) for each in used]
    sure = [medicine for medicine, is_in in judged if is_in]
    maybe = {codes for medicine, is_in in judged if is_in is None for codes in medicine.told}
    if not sure and not maybe:
        return NOT_KNOWN
    atc = tuple(sorted({code for each in sure for code in each.atc}))
    return Contents(atc, frozenset(codes for each in sure for codes in each.told), frozenset(maybe), bool(sure))


def _changes(each: Prescribed) -> Iterator[int]:
    """The moments at which what holds of a medicine may change."""
    for start, end, _ in each.spans:
        yield from (start, end)
    for way in each.ways:
        yield from (way.start, way.end)


def _lies_in(each: _Used, wanted: set[str], weekday: int) -> bool | None:
    """Whether a medicine lies in the pouches of the wanted slots; None when that cannot be told."""
    answer = _are_held(each.ways, wanted, weekday)
    return answer if each.is_certain or answer is False else None


def _quality_at(each: Prescribed, time: int) -> int | None:
    """KNOWN when it is in use, another quality when that is not certain, None when it is not."""
    found = [quality for start, end, quality in each.spans if start <= time < end]
    return min(found, default=None)


def _running(each: Prescribed, time: int) -> list[Dosing]:
    return [way for way in each.ways if way.start <= time < way.end]


def _are_held(ways: Sequence[Dosing], wanted: set[str], weekday: int) -> bool | None:
    """Whether a medicine that is taken in these ways is taken at every wanted slot of a day, None when nobody knows."""
    surely = {name for way in ways if weekday in way.weekdays for name in way.slots}
    maybe = {name for way in ways if not way.weekdays for name in way.slots}
    if wanted and wanted <= surely:
        return True
    is_told = bool(ways) and all(way.slots for way in ways)
    is_alike = len({_is_clock(name) for name in wanted | surely | maybe}) <= 1
    return False if is_told and is_alike and not wanted & (surely | maybe) else None


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
