"""Loops that write rows in runs as the columns of a key; in the same subset and with the same rows as `kernels`."""

from typing import NamedTuple

from cds.adapters.tables.clocks import Zones, change_before, uncounted_zones
from cds.adapters.tables.kernels import ATTRIBUTE_MASK, FLIP, QUALITY_BIT, QUALITY_MASK, TIME, UNIT_BIT, Shape
from cds.execute.kernels import uncounted
from cds.operators.series import FIRST_TIME, LAST_TIME, Column


class Written(NamedTuple):
    """The columns of a key, to be filled; one of no length is left out. values, raw: as the bits of the numbers."""

    times: Column
    recorded: Column
    utc_offset: Column
    values: Column
    raw: Column
    unit: Column
    group: Column
    attribute: Column
    quality: Column


def write_columns(
    rows: Column,
    shape: Shape,
    first: int,
    last: int,
    run_starts: Column,
    run_counts: Column,
    offsets: Column,
    zones: Zones,
    out: Written,
) -> None:
    """Rows of patients first to last (exclusive) as columns; those of patient i from offsets[i] on."""
    rows, zones, out = uncounted(rows), uncounted_zones(zones), uncounted_columns(out)
    for patient in range(first, last):
        start, place = run_starts[patient], offsets[patient]
        if len(out.times):
            write_times(rows, start, place, run_counts[patient], zones, zones.zone[patient], out)
        for i in range(run_counts[patient]):
            row = start + i
            out.values[place + i] = bits_of(rows[row, shape.value])
            out.unit[place + i] = rows[row, shape.unit] >> UNIT_BIT
            out.quality[place + i] = (rows[row, shape.quality] >> QUALITY_BIT) & QUALITY_MASK
            if len(out.raw):
                out.raw[place + i] = bits_of(rows[row, shape.raw])
            if len(out.recorded):
                out.recorded[place + i] = rows[row, shape.recorded]
            if len(out.attribute):
                out.attribute[place + i] = rows[row, shape.attribute] & ATTRIBUTE_MASK


def uncounted_columns(out: Written) -> Written:
    """The same columns; compiled, without counting who holds them."""
    return Written(
        uncounted(out.times),
        uncounted(out.recorded),
        uncounted(out.utc_offset),
        uncounted(out.values),
        uncounted(out.raw),
        uncounted(out.unit),
        uncounted(out.group),
        uncounted(out.attribute),
        uncounted(out.quality),
    )


def write_times(rows: Column, start: int, place: int, count: int, zones: Zones, zone: int, out: Written) -> None:
    """One patient's times, the zone's offset at each, and the number of the reading."""
    until, since, minutes = FIRST_TIME, FIRST_TIME, 0
    for i in range(count):
        time = rows[start + i, TIME]
        if time >= until or time < since:
            change = change_before(zones, zone, time)
            minutes, since = zones.minutes[change], zones.transitions[change]
            until = zones.transitions[change + 1] if change + 1 < zones.starts[zone + 1] else LAST_TIME
        out.times[place + i] = time
        out.utc_offset[place + i] = minutes
        out.group[place + i] = i


def bits_of(word: int) -> int:
    """The bits of a number that `put_number` wrote."""
    return word if word >= 0 else word ^ FLIP
