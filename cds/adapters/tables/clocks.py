"""Loops between instants and what clocks show where the patients live, in the same subset as `kernels`."""

from typing import NamedTuple

from cds.execute.kernels import uncounted
from cds.operators.series import FIRST_TIME, LAST_TIME, MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE, Column


class Zones(NamedTuple):
    """Zone of each patient, and the zones' changes of clock end to end as in `Population.clocks`."""

    zone: Column
    starts: Column
    transitions: Column
    minutes: Column


def uncounted_zones(zones: Zones) -> Zones:
    """The same columns; compiled, without counting who holds them."""
    return Zones(uncounted(zones.zone), uncounted(zones.starts), uncounted(zones.transitions), uncounted(zones.minutes))


def change_before(zones: Zones, zone: int, time: int) -> int:
    """Position of the zone's newest change of clock at an instant."""
    low, high = zones.starts[zone], zones.starts[zone + 1]
    while high - low > 1:
        middle = (low + high) // 2
        if zones.transitions[middle] <= time:
            low = middle
        else:
            high = middle
    return low


def offset_at(zones: Zones, zone: int, time: int) -> int:
    """Microseconds that clocks of a zone are ahead of UTC."""
    return zones.minutes[change_before(zones, zone, time)] * MICROSECONDS_PER_MINUTE


def read_clocks(clock: Column, patient: Column, zones: Zones, time: Column) -> None:
    """The instants at which clocks where the patients live show these times, as `cds.periods.instant` reads them."""
    zones = uncounted_zones(zones)
    for row in range(len(clock)):
        if patient[row] >= 0:
            time[row] = instant_of_clock(zones, zones.zone[patient[row]], clock[row])


def end_days(time: Column, patient: Column, zones: Zones, end: Column) -> None:
    """00:00 of the civil day after the one that holds each instant, where the patient lives."""
    zones = uncounted_zones(zones)
    for row in range(len(time)):
        zone = zones.zone[patient[row]]
        day = (time[row] + offset_at(zones, zone, time[row])) // MICROSECONDS_PER_DAY + 1
        end[row] = instant_of_clock(zones, zone, day * MICROSECONDS_PER_DAY)


def find_offsets(time: Column, patient: Column, zones: Zones, minutes: Column) -> None:
    """Minutes that clocks where the patients live are ahead of UTC at each instant."""
    zones, time, patient, minutes = uncounted_zones(zones), uncounted(time), uncounted(patient), uncounted(minutes)
    before, until, since, ahead = -1, FIRST_TIME, FIRST_TIME, 0
    for row in range(len(time)):
        zone = zones.zone[patient[row]]
        if zone != before or time[row] >= until or time[row] < since:
            change = change_before(zones, zone, time[row])
            before, ahead, since = zone, zones.minutes[change], zones.transitions[change]
            until = zones.transitions[change + 1] if change + 1 < zones.starts[zone + 1] else LAST_TIME
        minutes[row] = ahead


def instant_of_clock(zones: Zones, zone: int, shown: int) -> int:
    """The instant at which clocks show this time: the first of two; after the jump where they skip it."""
    before = offset_at(zones, zone, shown - MICROSECONDS_PER_DAY)
    after = offset_at(zones, zone, shown + MICROSECONDS_PER_DAY)
    early = shown - (before if before > after else after)
    late = shown - (after if before > after else before)
    if early + offset_at(zones, zone, early) == shown:
        return early
    if late + offset_at(zones, zone, late) == shown:
        return late
    return shown - before
