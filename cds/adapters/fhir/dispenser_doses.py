"""What a dispenser reported, joined to when pouches are due → planned doses.

======================================= ==================================================================
what was reported                       the dose
======================================= ==================================================================
a pouch came out                        taken, at the slot that it belongs to, with its delay; without a
                                        clock time in the schedule at its own time, its delay not known
not dispensed                           missed, at the last slot before it, or else at its own time
nobody knows; a status that is not one  not judged
not dispensed while dispensing had      not judged: a fault is not a missed dose
stopped, or on a journey
taken out for a journey                 not judged, on a journey: from the first dose to the last, or until
                                        the next pouch comes out
no contact, dispensing has stopped      not judged: every slot that is not reported; without clock times one
                                        dose at that moment, so that what came before is not the newest
nothing, for a slot                     not judged, never missed: from the first message on, and for a month
                                        after the last one, so that a silent dispenser is not forgotten. It
                                        becomes known when the next pouch is due
======================================= ==================================================================

A dose that was reported missed and came out later is taken, from the moment at which that was reported.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from cds.adapters.fhir.dispenser_schedule import Contents, Schedule, Slot, due_before, joined
from cds.adapters.fhir.vkp import DOUBTFUL, MISSED, NO_CONTACT, SIGN_OF_LIFE, STOPPED, TAKEN, TRAVEL, Message
from cds.adapters.rows import Dose
from cds.codes import Attribute
from cds.operators.reasons import KNOWN, NOT_JUDGED
from cds.operators.series import LAST_TIME, MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE

SILENCE: Final = 31 * MICROSECONDS_PER_DAY  # how long after the last message slots are laid out

Times = tuple[int, int]


class Planned(NamedTuple):
    """A planned dose, and what its pouch holds."""

    dose: Dose
    contents: Contents


class Dispenser:
    """The messages of a dispenser, each once."""

    def __init__(self, messages: Sequence[Message], schedule: Schedule) -> None:
        once = {each._replace(place=""): each for each in sorted(messages, key=_order, reverse=True)}
        self._messages = sorted(once.values(), key=_order)
        self._schedule = schedule
        first, last = self._messages[0].time, max(each.told for each in self._messages)
        self.slots = schedule.slots(first - MICROSECONDS_PER_DAY, last + SILENCE)
        self._begins = first
        self._pouches = [each.time for each in self._messages if each.kind == TAKEN]
        stops = [(each.time, self._next_pouch(each.time)) for each in self._messages if each.kind == STOPPED]
        self._stops = _joined_up(stops)
        self._journeys = _joined_up([self._journey(each) for each in self._messages if each.kind == TRAVEL])
        self._has_slot_on_journey = any(self._is_on_journey(each.time) for each in self.slots)

    def doses(self) -> Iterator[Planned]:
        """Every planned dose of which something is known, or is known to be unknown."""
        exact = [each.time for each in self._messages if each.kind == TAKEN and not each.is_date_only]
        pouches = joined(self.slots, exact)
        reported: set[Slot] = set()
        for message in self._messages:
            if message.kind != SIGN_OF_LIFE:
                slot = self._slot(message, pouches)
                reported.update({slot} if slot else set())
                yield from self._told(message, slot)
        yield from self._untold(reported)

    def _next_pouch(self, time: int) -> int:
        place = bisect_right(self._pouches, time)
        return self._pouches[place] if place < len(self._pouches) else LAST_TIME

    def _journey(self, message: Message) -> Times:
        if message.first is None or message.last is None:
            return message.time, self._next_pouch(message.time)
        return message.first, message.last + 1

    def _slot(self, message: Message, pouches: dict[int, Slot]) -> Slot | None:
        if message.is_date_only or message.kind not in (TAKEN, MISSED, DOUBTFUL):
            return None
        return pouches.get(message.time) if message.kind == TAKEN else due_before(self.slots, message.time)

    def _told(self, message: Message, slot: Slot | None) -> Iterator[Planned]:
        """The doses that a message tells of."""
        if message.kind in (STOPPED, NO_CONTACT):
            if not self.slots:
                yield self._dose(message, message.time, NOT_JUDGED)
        elif message.kind == TRAVEL:
            ends = {message.first or message.time, message.last or message.time}
            if not self._has_slot_on_journey:
                yield from (self._dose(message, each, NOT_JUDGED) for each in sorted(ends))
        elif message.kind == TAKEN:
            yield self._pouch(message, slot)
        else:
            time = slot.time if slot else message.time
            is_judged = message.kind == MISSED and not self._is_on_journey(time) and not _holds(self._stops, time)
            yield self._dose(message, time, KNOWN if is_judged else NOT_JUDGED, slot)

    def _pouch(self, message: Message, slot: Slot | None) -> Planned:
        """The dose of a pouch that came out."""
        planned = self._dose(message, slot.time if slot else message.time, KNOWN, slot)
        delay = (message.time - slot.time) / MICROSECONDS_PER_MINUTE if slot else 0.0
        bits = planned.dose.attribute & ~Attribute.TRAVEL_DOSE | (0 if slot else Attribute.DELAY_UNKNOWN)
        return planned._replace(dose=planned.dose._replace(taken=1.0, delay=delay, attribute=int(bits)))

    def _dose(self, message: Message, time: int, quality: int, slot: Slot | None = None) -> Planned:
        if message.atc is None:
            contents = self._schedule.contents(time, slot.name if slot else None)
        else:
            contents = Contents(
                tuple(sorted({code for codes in message.atc for code in codes})), frozenset(message.atc)
            )
        bits = int(Attribute.DATE_ONLY) if message.is_date_only else 0
        bits |= int(Attribute.TRAVEL_DOSE) if message.kind == TRAVEL or self._is_on_journey(time) else 0
        return Planned(Dose(time, contents.atc, message.told, 0.0, 0.0, quality, bits, message.place), contents)

    def _untold(self, reported: set[Slot]) -> Iterator[Planned]:
        """The slots of which nothing was reported."""
        for place, slot in enumerate(self.slots):
            if slot not in reported and slot.time >= self._begins:
                next_due = self.slots[place + 1].time if place + 1 < len(self.slots) else LAST_TIME
                known_from = min(next_due, slot.time + MICROSECONDS_PER_DAY)
                contents = self._schedule.contents(slot.time, slot.name)
                bits = int(Attribute.TRAVEL_DOSE) if self._is_on_journey(slot.time) else 0
                dose = Dose(slot.time, contents.atc, known_from, 0.0, 0.0, NOT_JUDGED, bits, "")
                yield Planned(dose, contents)

    def _is_on_journey(self, time: int) -> bool:
        return _holds(self._journeys, time)


def _order(message: Message) -> tuple[int, int, str, str]:
    return message.time, message.told, message.kind, repr(message)


def _joined_up(stretches: Sequence[Times]) -> list[Times]:
    """Stretches of time in order, those that touch made one."""
    found: list[Times] = []
    for start, end in sorted(stretches):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def _holds(stretches: Sequence[Times], time: int) -> bool:
    place = bisect_right(stretches, time, key=lambda each: each[0]) - 1
    return place >= 0 and time < stretches[place][1]
