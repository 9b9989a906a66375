"""Accepted facts → a patient's tables: rows in their total order, each thing once."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from cds.adapters.rows import Dose, Intake, Reading, Span, Supply, Use, is_of, keys_meant
from cds.codes import RECORDED, Concept
from cds.operators.reasons import CONFLICT, NOT_JUDGED
from cds.operators.series import LAST_TIME
from cds.patient import Table

_ALL_SUPPLY: Final = "supply.all"
MOST_AT_ONCE: Final = 100  # readings of one kind at one instant


def tables(intake: Intake) -> dict[str, Table]:
    """Every table that was supplied or has rows, by column key in alphabetical order."""
    found: dict[str, Table] = {}
    for concept in intake.concepts.of_kind(*RECORDED):
        found.update(_reading_tables(intake, concept))
    for concept in intake.concepts.of_kind("diagnosis", "device", "event", "stay"):
        key = intake.concepts.key(concept.name)
        if key in intake.supplied or key in intake.spans:
            found[key] = _span_table(intake, key, [(row, 0) for row in intake.spans.get(key, ())])
    found.update(_dose_tables(intake))
    for key, concept in _medicine_keys(intake, "medicines", has_rows=bool(intake.uses)):
        held = [each for each in intake.uses if concept is None or is_of(concept, each.atc)]
        found[key] = _use_table(intake, key, held)
    for key, concept in _medicine_keys(intake, "supply", has_rows=bool(intake.supplies)):
        held = [each for each in intake.supplies if concept is None or is_of(concept, each.atc)]
        found[key] = _supply_table(intake, key, held)
    return {key: found[key] for key in sorted(found)}


def _reading_tables(intake: Intake, concept: Concept) -> dict[str, Table]:
    keys = keys_meant(intake.concepts, concept.name)
    if concept.name not in intake.readings and not any(each in intake.supplied for each in keys):
        return {}
    rows = _uncrowded(intake, concept)
    times = [row.time for row in rows]
    recorded = [row.recorded for row in rows]
    offsets = list(map(intake.zone.offset_at, times))
    groups = list(range(len(rows)))
    attributes = [row.attribute for row in rows]
    references = _references(rows)
    return {
        key: Table(
            times,
            recorded,
            offsets,
            [row.values[part] for row in rows],
            [row.raws[part] for row in rows],
            [row.units[part] for row in rows],
            groups,
            attributes,
            [row.qualities[part] for row in rows],
            references,
            _since(intake, key),
        )
        for part, key in enumerate(keys)
    }


def _uncrowded(intake: Intake, concept: Concept) -> list[Reading]:
    """The concept's readings in their total order; so many at one instant that none can be right become one conflict.

    Without a bound, what a program sends over and over would cost the square of its number at every evaluation.
    """
    rows: list[Reading] = []
    for _, group in groupby(sorted(intake.readings.get(concept.name, ())), key=lambda row: row.time):
        together = list(group)
        if len(together) > MOST_AT_ONCE:
            together = list({row._replace(reference=""): row for row in together}.values())
        if len(together) > MOST_AT_ONCE:
            intake.note("too_many_at_once", f"readings.{concept.name}", count=len(together))
            nothing = tuple(0.0 for _ in together[0].values)
            spoiled = tuple(CONFLICT for _ in together[0].values)
            together = [together[0]._replace(values=nothing, raws=nothing, qualities=spoiled)]
        rows += together
    return rows


def _since(intake: Intake, key: str) -> int:
    return LAST_TIME if key in intake.withheld else intake.supplied.get(key, LAST_TIME)


def _references(rows: Iterable[Reading | Span | Supply | Dose]) -> list[str]:
    stated = [row.reference for row in rows]
    return stated if any(stated) else []


def _medicine_keys(intake: Intake, folder: str, has_rows: bool) -> Iterator[tuple[str, Concept | None]]:
    """The keys of a folder that get a table, each with its class; None for all medicines."""
    classes = {f"{folder}.{each.name}": each for each in intake.concepts.of_kind("medicine")}
    for key, concept in {f"{folder}.all": None, **classes}.items():
        if has_rows or key in intake.supplied:
            yield key, concept


def _use_table(intake: Intake, key: str, uses: Iterable[Use]) -> Table:
    rows = [(Span(each.start, each.recorded, each.end, each.quality, each.reference), each.attribute) for each in uses]
    return _span_table(intake, key, rows)


def _span_table(intake: Intake, key: str, spans: Iterable[tuple[Span, int]]) -> Table:
    """Spans with their attributes; those that begin together are set a microsecond apart: none corrects another."""
    spans = set(spans)
    if not spans:
        return Table([], [], [], [], [], [], [], [], [], [], _since(intake, key))
    rows: list[tuple[Span, int]] = []
    for start, together in groupby(sorted(spans), key=lambda row: row[0].start):
        rows += [(row._replace(start=start + place), bits) for place, (row, bits) in enumerate(together)]
    return Table(
        [row.start for row, _ in rows],
        [row.recorded for row, _ in rows],
        [intake.zone.offset_at(row.start) for row, _ in rows],
        [float(row.end) for row, _ in rows],
        [0.0] * len(rows),
        [0] * len(rows),
        list(range(len(rows))),
        [bits for _, bits in rows],
        [row.quality for row, _ in rows],
        _references([row for row, _ in rows]),
        _since(intake, key),
    )


def _supply_table(intake: Intake, key: str, supplies: Iterable[Supply]) -> Table:
    """Dispenses, each once; those of one instant are set a microsecond apart: none corrects another."""
    once: dict[Supply, Supply] = {}
    for each in sorted(supplies):
        if once.setdefault(each._replace(reference=""), each) is not each and key == _ALL_SUPPLY:
            intake.note("dispense_twice", each.reference or "dispenses")
    rows: list[Supply] = []
    for time, together in groupby(sorted(once.values()), key=lambda row: row.time):
        rows += [row._replace(time=time + place) for place, row in enumerate(together)]
    numbers = {atc: number for number, atc in enumerate(sorted({row.atc for row in rows}))}
    return Table(
        [row.time for row in rows],
        [row.recorded for row in rows],
        [intake.zone.offset_at(row.time) for row in rows],
        [row.days for row in rows],
        [row.quantity for row in rows],
        [row.unit for row in rows],
        [numbers[row.atc] for row in rows],
        [row.attribute for row in rows],
        [row.quality for row in rows],
        _references(rows),
        _since(intake, key),
        tuple(numbers),
    )


def _dose_tables(intake: Intake) -> dict[str, Table]:
    found: dict[str, Table] = {}
    if "doses.all" in intake.supplied:
        doses = _apart(intake.doses)
        found["doses.all"] = _dose_table(intake, "doses.all", doses)
        for concept in intake.concepts.of_kind("medicine"):
            key = f"doses.{concept.name}"
            if key in intake.supplied:
                held = [row for row in doses if is_of(concept, row.atc)]
                found[key] = _dose_table(intake, key, held)
    return found


def _apart(doses: Iterable[Dose]) -> list[Dose]:
    """Doses of different medicines planned for one instant, a microsecond apart: neither corrects the other."""
    rows: list[Dose] = []
    for planned, together in groupby(sorted(doses), key=lambda row: row.planned):
        for place, (_, group) in enumerate(groupby(together, key=lambda row: row.atc)):
            same = list(group)
            if len(same) > MOST_AT_ONCE:
                same = [same[0]._replace(quality=NOT_JUDGED)]
            rows += [row._replace(planned=planned + place) for row in same]
    return rows


def _dose_table(intake: Intake, key: str, rows: list[Dose]) -> Table:
    return Table(
        [row.planned for row in rows],
        [row.recorded for row in rows],
        [intake.zone.offset_at(row.planned) for row in rows],
        [row.taken for row in rows],
        [row.delay for row in rows],
        [0] * len(rows),
        list(range(len(rows))),
        [row.attribute for row in rows],
        [row.quality for row in rows],
        _references(rows),
        _since(intake, key),
    )
