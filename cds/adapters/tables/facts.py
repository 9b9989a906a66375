"""The tables `observations` and `answers` → rows of small whole numbers, with what was wrong in single cells noted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from cds.adapters.records import STATUS_USED
from cds.adapters.tables import meaning
from cds.adapters.tables.arrow import ArrowArray, ArrowBatch
from cds.adapters.tables.encoding import (
    Coded,
    Moments,
    all_texts,
    coded,
    given,
    is_textual,
    moments,
    numbers,
    positions,
    stated,
)
from cds.adapters.tables.kernels import NOTHING, NUMBER, UNREADABLE, Facts
from cds.adapters.tables.loops import loop
from cds.adapters.tables.meaning import FIRST_WORD, NO_MANNER, Vocabulary
from cds.adapters.tables.opened import Opened
from cds.adapters.tables.people import People
from cds.adapters.tables.specification import TEXT
from cds.codes import ATTRIBUTE_WORDS
from cds.population import Array

ATTRIBUTES: Final = ("entered", "position", "arm", "meal")
_NONE: Final[Mapping[str, Array]] = {
    "word": np.zeros(0, np.int16),
    "when": np.zeros(0, np.int8),
    "recorded": np.zeros(0, np.int64),
    "attribute": np.zeros(0, np.int32),
    "reading": np.zeros(0, np.int64),
}


class Bad(NamedTuple):
    """Cells of one column of a batch that could not be read. rows: within the batch."""

    column: str
    code: str
    rows: Array


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch of readings. named: its column `patient`; facts: its rows once for each thing that a code can mean."""

    table: str
    first: int
    named: ArrowArray
    facts: Sequence[Facts]
    bad: Sequence[Bad]


def settled(time: Moments, patient: Array, people: People) -> Array:
    """Instants of a column of times, those of clocks on the wall read where the patient lives."""
    if time.is_clock is False or (time.is_clock is not True and not np.any(time.is_clock)):
        return time.time
    found = np.zeros(len(time.time), np.int64)
    loop("read_clocks")(given(time.time), given(patient), people.zones, found)
    return found if time.is_clock is True else np.where(time.is_clock, found, time.time)


def column_of(batch: ArrowBatch, name: str) -> ArrowArray | None:
    """A column, None when the table has none of that name."""
    return batch[name] if name in batch.schema.names else None


def facts_of(
    table: str,
    first: int,
    batch: ArrowBatch,
    patient: Array,
    meanings: Sequence[Array],
    people: People,
    vocabulary: Vocabulary,
    readings: ArrowArray,
) -> Batch:
    """The rows of a batch. meanings: what each row's code stands for, and what it stands for too."""
    measured = moments(batch["time"])
    columns: dict[str, Array] = {
        **_NONE,
        "patient": patient,
        "time": settled(measured, patient, people),
        "when": measured.when,
        "manner": _manner(batch),
    }
    bad: list[Bad] = []
    columns |= _value(batch, vocabulary)
    columns |= _recorded(batch, patient, people, bad)
    columns |= _attribute(batch, bad)
    columns |= _reading(batch, readings)
    trouble = _status(batch)
    made = [
        Facts(
            **{name: given(each) for name, each in columns.items()},
            meaning=given(meant),
            trouble=trouble.copy() if place else trouble,
        )
        for place, meant in enumerate(meanings)
    ]
    return Batch(table, first, batch["patient"], made, bad)


def _manner(batch: ArrowBatch) -> Array:
    unit, sign = column_of(batch, "unit"), column_of(batch, "comparator")
    if unit is None:
        found = np.full(batch.num_rows, NO_MANNER, np.int16)
    else:
        found = coded(unit).looked_up(lambda text: meaning.manner(meaning.unit_number(text), 0), NO_MANNER)
    if sign is not None and sign.null_count < len(sign):
        found = found + coded(sign).looked_up(meaning.sign_number, 0)
    return found.astype(np.int16, copy=False)


def _value(batch: ArrowBatch, vocabulary: Vocabulary) -> dict[str, Array]:
    held, words = column_of(batch, "value"), column_of(batch, "value" + TEXT)
    if held is None:
        value, absent = np.zeros(batch.num_rows, np.float64), np.ones(batch.num_rows, np.bool_)
    else:
        value, absent = numbers(held)
    if not len(absent):
        return {"value": value}
    word = np.where(absent, NOTHING, NUMBER).astype(np.int16)
    if words is not None:
        place = {text: number for number, text in enumerate(vocabulary.words, FIRST_WORD)}
        told = coded(words).looked_up(lambda text: place.get(text, FIRST_WORD), NOTHING)
        word = np.where(absent, told, NUMBER).astype(np.int16)
    return {"value": value, "word": word}


def _recorded(batch: ArrowBatch, patient: Array, people: People, bad: list[Bad]) -> dict[str, Array]:
    held = column_of(batch, "recorded")
    if held is None or held.null_count == len(held):
        return {}
    read = moments(held)
    unreadable = np.flatnonzero(read.when == UNREADABLE)
    if len(unreadable):
        bad.append(Bad("recorded", "time_not_understood", unreadable))
    return {"recorded": stated(read._replace(time=settled(read, patient, people)))}


def _attribute(batch: ArrowBatch, bad: list[Bad]) -> dict[str, Array]:
    found = np.zeros(0, np.int32)
    for name in ATTRIBUTES:
        held = column_of(batch, name)
        if held is not None and held.null_count < len(held):
            bits = attribute_bits(name, coded(held), bad)
            found = found | bits if len(found) else bits
    return {"attribute": found} if len(found) else {}


def attribute_bits(name: str, held: Coded, bad: list[Bad]) -> Array:
    """The attribute bits of a column of words; words that are not known are noted."""
    known = ATTRIBUTE_WORDS[name]
    bits = held.looked_up(lambda text: int(known.get(text, -1)), 0, np.int32)
    strange = np.flatnonzero(bits == -1)
    if len(strange):
        bad.append(Bad(name, "word_not_known", strange))
        bits[strange] = 0
    return bits


def _reading(batch: ArrowBatch, readings: ArrowArray) -> dict[str, Array]:
    held = column_of(batch, "reading")
    if held is None or held.null_count == len(held):
        return {}
    return {"reading": positions(held, readings).astype(np.int64)}


def reading_names(tables: Sequence[Opened]) -> ArrowArray:
    """Every name of a reading in some tables, once."""
    return all_texts([each for table in tables for each in table.column("reading")])


def words_in(tables: Sequence[Opened]) -> set[str]:
    """Every word in place of a number."""
    held = [each for table in tables for each in table.column("value" + TEXT)]
    return {text for each in held if is_textual(each.type) for text in coded(each).texts}


def _status(batch: ArrowBatch) -> Array:
    """What each row's status makes wrong with it."""
    held = column_of(batch, "status")
    if held is None or held.null_count == len(held):
        return np.zeros(int(batch.num_rows), np.uint8)
    return coded(held).looked_up(_status_trouble, 0, np.uint8)


def _status_trouble(text: str) -> int:
    if text == "entered-in-error":
        return meaning.ENTERED_IN_ERROR
    return 0 if not text or text in STATUS_USED else meaning.STATUS_NOT_USED
