"""One row of plain records: its place, times, texts and words, with an issue for what cannot be read."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from cds.adapters.issues import place_word
from cds.adapters.rows import Intake, Span
from cds.adapters.shapes import as_object, as_text
from cds.codes import ATTRIBUTE_WORDS
from cds.diagnostics import closest
from cds.operators.reasons import KNOWN, NOT_CERTAIN
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.periods import end_of_day, instant

Record = Mapping[str, Any]

UNREADABLE: Final = Span(FIRST_TIME, FIRST_TIME, LAST_TIME, NOT_CERTAIN, "")


def check_names(intake: Intake, written: Record, known: frozenset[str] | list[str], place: str) -> None:
    """Note every field that is not known, with the one it is likely meant to be."""
    for name in written:
        if name not in known:
            near = closest(as_text(name)[:60], sorted(known))
            cure = f"; did you mean `{near}`?" if near else ""
            intake.note("name_not_known", f"{place}{place_word(name)}", cure=cure)


def text_of(intake: Intake, row: Record, field: str, place: str) -> str:
    """The text in a field; "" when there is none, after an issue when it is something else."""
    value = row.get(field)
    if value is not None and not isinstance(value, str):
        intake.note("wrong_shape", f"{place}{field}", expected="a text")
    return as_text(value)


def each_row(intake: Intake, rows: list[Any], place: str, known: frozenset[str]) -> Iterator[tuple[Record, str]]:
    """Each row with its place; a row that is no object is an empty one, after an issue."""
    for number, written in enumerate(rows):
        row = as_object(written)
        if row is None:
            intake.note("wrong_shape", f"{place}[{number}]", expected="an object")
        else:
            if not row.keys() <= known:
                check_names(intake, row, known, f"{place}[{number}].")
            yield row, f"{place}[{number}]"


def time_of(intake: Intake, row: Record, field: str, place: str, missing: str = "") -> tuple[int, bool] | None:
    """The instant in a field; None after an issue, and without one when it is absent and may be."""
    written = row.get(field)
    if written is None:
        if missing:
            intake.note(missing, place)
        return None
    read = instant(as_text(written), intake.zone)
    if read is None:
        intake.note("time_not_understood", f"{place}.{field}")
    return read


def recorded_of(intake: Intake, row: Record, place: str) -> int:
    """When the row became known; FIRST_TIME when that is not stated."""
    read = time_of(intake, row, "recorded", place)
    return read[0] if read else FIRST_TIME


def attributes_of(intake: Intake, row: Record, fields: tuple[str, ...], place: str) -> int:
    """The attribute bits that the words in some fields stand for."""
    bits = 0
    for field in fields:
        word = row.get(field)
        if word is not None:
            known = ATTRIBUTE_WORDS[field]
            bits |= known.get(as_text(word), 0)
            if as_text(word) not in known:
                intake.note("word_not_known", f"{place}.{field}", cure=f"; write one of {', '.join(known)}")
    return bits


def span_of(intake: Intake, row: Record, place: str) -> Span:
    """A span that cannot be read in full stays, not certain: what somebody has must not vanish for a wrong date."""
    certain = row.get("certain", True)
    start, end = time_of(intake, row, "from", place), time_of(intake, row, "to", place)
    is_read = (start is not None or row.get("from") is None) and (end is not None or row.get("to") is None)
    first = start[0] if start else FIRST_TIME
    last = LAST_TIME if end is None else end_of_day(end[0], intake.zone) if end[1] else end[0]
    if not isinstance(certain, bool):
        intake.note("certainty_not_understood", f"{place}.certain")
    elif not certain:
        intake.note("not_certain", place)
    if last < first or (last == first and end is not None and end[1]):
        intake.note("period_reversed", place)
        last, is_read = LAST_TIME, False
    quality = KNOWN if certain is True and is_read else NOT_CERTAIN
    return Span(first, recorded_of(intake, row, place), last, quality, text_of(intake, row, "id", f"{place}."))
