"""Loops that write packed rows in runs as the columns of each key, the parts of a panel joined into readings.

In the same subset and with the same rows as `packing`.
"""

from typing import Final, NamedTuple

from cds.adapters.layout import MOST_AT_ONCE
from cds.adapters.tables.clocks import Zones, change_before, uncounted_zones
from cds.adapters.tables.columns import bits_of
from cds.adapters.tables.kernels import ABSENT, QUALITY_BIT, QUALITY_MASK, UNIT_BIT, Shape
from cds.adapters.tables.ordering import in_order
from cds.adapters.tables.packing import KEY, RAW, VALUE, Packing
from cds.adapters.tables.panels import VALUES, join_by_time
from cds.adapters.tables.sorting import sort_run
from cds.execute.kernels import uncounted
from cds.operators.reasons import NO_DATA
from cds.operators.series import FIRST_TIME, LAST_TIME, Column

CROWD: Final = -1  # so many readings bear one time that they need another look
PARTED: Final = Shape(width=8, joins=2, recorded=ABSENT, value=4, unit=5, raw=6, quality=7, attribute=2)
_PART: Final = PARTED.joins + 1


class Details(NamedTuple):
    """Of each detail of a packed row: unit and quality."""

    unit: Column
    quality: Column


class Slots(NamedTuple):
    """Of each slot: how many parts it has (1 = a reading of one number), and where it stands in `Laid`.

    reading: of its first reading; value: of the first one's first value; room: from there to that of the next part.
    """

    parts: Column
    reading: Column
    value: Column
    room: Column


class Laid(NamedTuple):
    """The columns of all keys end to end. values, raw: as bits; raw of no length: it is the value.

    quality: zeros; is_told: of each slot, whether some of its quality is not 0.
    """

    times: Column
    utc_offset: Column
    group: Column
    values: Column
    raw: Column
    unit: Column
    quality: Column
    is_told: Column


class Room(NamedTuple):
    """Memory in which parts of one instant are joined: as rows of PARTED and as joined ones, each also as floats."""

    rows: Column
    reals: Column
    joined: Column
    joined_reals: Column
    order: Column
    spare: Column


def count_readings(
    rows: Column,
    runs: Column,
    packing: Packing,
    details: Details,
    parts: Column,
    first: int,
    room: Room,
    counts: Column,
    totals: Column,
) -> None:
    """How many readings each run has, by slot and patient, and each slot of the block; CROWD there: see `CROWD`.

    rows, runs: as `ordering.order_block` leaves them. first: the block's first patient.
    """
    rows, runs, counts, totals = uncounted(rows), uncounted(runs), uncounted(counts), uncounted(totals)
    details, room, parts = uncounted_details(details), uncounted_room(room), uncounted(parts)
    slot_mask = (1 << (packing.patient - packing.slot)) - 1
    start = 0
    for run in range(len(runs)):
        end, slot = runs[run], run & slot_mask
        if end > start:
            if has_crowd(rows, start, end, packing.time):
                totals[slot] = CROWD
                return
            count = end - start
            if parts[slot] > 1:
                count = count_joined(rows, start, end, packing, details, parts[slot], room)
            counts[slot, first + (run >> (packing.patient - packing.slot))] = count
            totals[slot] += count
        start = end


def has_crowd(rows: Column, start: int, end: int, time: int) -> bool:
    """Whether more than MOST_AT_ONCE rows bear one time."""
    for row in range(start + MOST_AT_ONCE, end):
        if rows[row, KEY] >> time == rows[row - MOST_AT_ONCE, KEY] >> time:
            return True
    return False


def count_joined(rows: Column, start: int, end: int, packing: Packing, details: Details, parts: int, room: Room) -> int:
    """How many readings the rows of a run are."""
    count = 0
    while start < end:
        until, is_simple = instant_of(rows, start, end, packing)
        count += 1 if is_simple else join_instant(rows, start, until, packing, details, parts, room)
        start = until
    return count


def instant_of(rows: Column, start: int, end: int, packing: Packing) -> tuple[int, bool]:
    """Where the rows of one time end, and whether each part is told once among them."""
    until, is_simple, time = start + 1, True, rows[start, KEY] >> packing.time
    while until < end and rows[until, KEY] >> packing.time == time:
        if rows[until, KEY] >> packing.part == rows[until - 1, KEY] >> packing.part:
            is_simple = False
        until += 1
    return until, is_simple


def join_instant(rows: Column, start: int, end: int, packing: Packing, details: Details, parts: int, room: Room) -> int:
    """Join rows of one time, of which some tell the same part, as those of other shapes are; `room.order` tells where
    they then stand, `room.joined` what they say. Returns how many readings they are."""
    part_mask, detail_mask = (1 << (packing.time - packing.part)) - 1, (1 << packing.part) - 1
    for i in range(end - start):
        key, value = rows[start + i, KEY], rows[start + i, VALUE]
        raw = rows[start + i, RAW] if rows.shape[1] > RAW else value
        for word in range(PARTED.width):
            room.rows[i, word] = 0
        room.rows[i, _PART] = (key >> packing.part) & part_mask
        room.rows[i, PARTED.value] = in_order(value)
        room.rows[i, PARTED.unit] = details.unit[key & detail_mask] << UNIT_BIT
        room.rows[i, PARTED.raw] = in_order(raw)
        room.rows[i, PARTED.quality] = details.quality[key & detail_mask] << QUALITY_BIT
    given = room.rows, room.reals, PARTED
    count = join_by_time(*given, parts, 0, end - start, room.joined, room.joined_reals, 0)
    sort_run(room.joined, 0, count, room.order, room.spare)
    return count


def write_block(
    rows: Column,
    runs: Column,
    packing: Packing,
    details: Details,
    slots: Slots,
    first: int,
    last: int,
    starts: Column,
    counts: Column,
    zones: Zones,
    room: Room,
    out: Laid,
) -> None:
    """Write the readings of patients first to last (exclusive); starts: of each slot, how many come before them.

    counts: how many readings each run has, by slot and patient.
    """
    rows, runs, zones, out = uncounted(rows), uncounted(runs), uncounted_zones(zones), uncounted_laid(out)
    details, slots, room = uncounted_details(details), uncounted_slots(slots), uncounted_room(room)
    counts = uncounted(counts)
    for slot in range(len(slots.parts)):
        if slots.parts[slot] == 1:
            write_single(rows, runs, packing, details, slots, slot, last - first, starts[slot], out)
        else:
            write_panel(rows, runs, packing, details, slots, slot, last - first, starts[slot], room, out)
        write_clocks(counts, slot, first, last, slots.reading[slot] + starts[slot], zones, out)


def write_clocks(counts: Column, slot: int, first: int, last: int, place: int, zones: Zones, out: Laid) -> None:
    """The zone's offset at each time from `place` on, and the number of each patient's reading."""
    before, until, since, minutes = -1, FIRST_TIME, FIRST_TIME, 0
    for patient in range(first, last):
        zone = zones.zone[patient]
        if zone != before:
            before, until, since = zone, FIRST_TIME, FIRST_TIME
        for i in range(counts[slot, patient]):
            time = out.times[place]
            if time >= until or time < since:
                change = change_before(zones, zone, time)
                minutes, since = zones.minutes[change], zones.transitions[change]
                until = zones.transitions[change + 1] if change + 1 < zones.starts[zone + 1] else LAST_TIME
            out.utc_offset[place] = minutes
            out.group[place] = i
            place += 1


def write_single(
    rows: Column,
    runs: Column,
    packing: Packing,
    details: Details,
    slots: Slots,
    slot: int,
    people: int,
    to: int,
    out: Laid,
) -> None:
    """Write readings of one number; to: how many the slot has before them."""
    slot_bits, time_mask = packing.patient - packing.slot, (1 << (packing.slot - packing.time)) - 1
    detail_mask, has_raw, is_told = (1 << packing.part) - 1, len(out.raw) > 0, False
    reading, value = slots.reading[slot] + to, slots.value[slot] + to
    for patient in range(people):
        run = patient << slot_bits | slot
        for row in range(runs[run - 1] if run else 0, runs[run]):
            key = rows[row, KEY]
            detail = key & detail_mask
            out.times[reading] = ((key >> packing.time) & time_mask) + packing.lowest
            out.values[value] = rows[row, VALUE]
            out.unit[value] = details.unit[detail]
            if has_raw:
                out.raw[value] = rows[row, RAW]
            if details.quality[detail]:
                out.quality[value] = details.quality[detail]
                is_told = True
            reading += 1
            value += 1
    if is_told:
        out.is_told[slot] = 1


def write_panel(
    rows: Column,
    runs: Column,
    packing: Packing,
    details: Details,
    slots: Slots,
    slot: int,
    people: int,
    to: int,
    room: Room,
    out: Laid,
) -> None:
    """Write the readings that the rows of a panel or form are; to: how many the slot has before them."""
    parts, space = slots.parts[slot], slots.room[slot]
    slot_bits, time_mask = packing.patient - packing.slot, (1 << (packing.slot - packing.time)) - 1
    detail_mask, part_mask = (1 << packing.part) - 1, (1 << (packing.time - packing.part)) - 1
    has_raw, is_told = len(out.raw) > 0, False
    reading, value = slots.reading[slot] + to, slots.value[slot] + to
    for patient in range(people):
        run = patient << slot_bits | slot
        start, end = runs[run - 1] if run else 0, runs[run]
        while start < end:
            until, is_simple = instant_of(rows, start, end, packing)
            time = ((rows[start, KEY] >> packing.time) & time_mask) + packing.lowest
            count = 1
            if is_simple:
                if until - start < parts:
                    write_nothing(out, parts, value, space)
                    is_told = True
                for row in range(start, until):
                    key = rows[row, KEY]
                    detail, place = key & detail_mask, value + ((key >> packing.part) & part_mask) * space
                    out.values[place] = rows[row, VALUE]
                    out.unit[place] = details.unit[detail]
                    if has_raw:
                        out.raw[place] = rows[row, RAW]
                    if details.quality[detail] or until - start < parts:
                        out.quality[place] = details.quality[detail]
                        is_told = True
            else:
                count = join_instant(rows, start, until, packing, details, parts, room)
                for i in range(count):
                    write_joined(room, room.order[i], out, parts, value + i, space)
                is_told = True
            for i in range(count):
                out.times[reading + i] = time
            reading, value, start = reading + count, value + count, until
    if is_told:
        out.is_told[slot] = 1


def write_nothing(out: Laid, parts: int, value: int, space: int) -> None:
    """Write a reading of which no part is told."""
    for part in range(parts):
        out.values[value + part * space] = 0
        out.unit[value + part * space] = 0
        out.quality[value + part * space] = NO_DATA
        if len(out.raw):
            out.raw[value + part * space] = 0


def write_joined(room: Room, row: int, out: Laid, parts: int, value: int, space: int) -> None:
    """Write a joined reading."""
    for part in range(parts):
        place, word = value + part * space, VALUES + part
        out.values[place] = bits_of(room.joined[row, word])
        out.unit[place] = room.joined[row, word + parts] >> UNIT_BIT
        if len(out.raw):
            out.raw[place] = bits_of(room.joined[row, word + 2 * parts])
        out.quality[place] = (room.joined[row, word + 3 * parts] >> QUALITY_BIT) & QUALITY_MASK


def uncounted_details(details: Details) -> Details:
    """The same columns; compiled, without counting who holds them."""
    return Details(uncounted(details.unit), uncounted(details.quality))


def uncounted_slots(slots: Slots) -> Slots:
    """The same columns; compiled, without counting who holds them."""
    return Slots(uncounted(slots.parts), uncounted(slots.reading), uncounted(slots.value), uncounted(slots.room))


def uncounted_room(room: Room) -> Room:
    """The same columns; compiled, without counting who holds them."""
    return Room(
        uncounted(room.rows),
        uncounted(room.reals),
        uncounted(room.joined),
        uncounted(room.joined_reals),
        uncounted(room.order),
        uncounted(room.spare),
    )


def uncounted_laid(out: Laid) -> Laid:
    """The same columns; compiled, without counting who holds them."""
    return Laid(
        uncounted(out.times),
        uncounted(out.utc_offset),
        uncounted(out.group),
        uncounted(out.values),
        uncounted(out.raw),
        uncounted(out.unit),
        uncounted(out.quality),
        uncounted(out.is_told),
    )
