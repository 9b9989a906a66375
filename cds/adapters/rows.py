"""From accepted facts to a patient's tables: rows in their total order, supply stated.

Every intake of one patient ends here, so that the same fact gives the same row from whatever format it came.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, NamedTuple

from cds.adapters.issues import issue, place_word
from cds.adapters.shapes import as_object, as_text
from cds.codes import Concept, Concepts
from cds.diagnostics import Issue, closest
from cds.operators.reasons import CONFLICT, NOT_JUDGED
from cds.operators.series import FIRST_TIME, LAST_TIME, MICROSECONDS_PER_DAY
from cds.patient import Table
from cds.periods import Zone, instant

MOST_AT_ONCE: Final = 100  # readings of one kind at one instant
SAME_DAY: Final = MICROSECONDS_PER_DAY  # how far a clock may run ahead of the one that records


class Reading(NamedTuple):
    """One accepted reading; the tuples hold one item, or one per part of a panel. Sorting gives the total order."""

    time: int
    recorded: int
    values: tuple[float, ...]
    units: tuple[int, ...]
    raws: tuple[float, ...]
    qualities: tuple[int, ...]
    attribute: int
    reference: str


class Span(NamedTuple):
    """A diagnosis or device from `start` to `end` (microseconds UTC); an event lasts no time."""

    start: int
    recorded: int
    end: int
    quality: int
    reference: str


class Dose(NamedTuple):
    """A planned dose. taken: 1.0 or 0.0; delay: minutes from planned to taken; quality: NOT_JUDGED = fate unknown."""

    planned: int
    atc: tuple[str, ...]
    recorded: int
    taken: float
    delay: float
    quality: int
    attribute: int
    reference: str


@dataclass(slots=True)
class Intake:
    """What has been accepted so far.

    supplied: column key -> from when it was handed over in full. withheld: keys of which masked facts may be a part.
    """

    concepts: Concepts
    zone: Zone
    readings: dict[str, list[Reading]] = field(default_factory=dict[str, list[Reading]])
    spans: dict[str, list[Span]] = field(default_factory=dict[str, list[Span]])
    doses: list[Dose] = field(default_factory=list[Dose])
    supplied: dict[str, int] = field(default_factory=dict[str, int])
    withheld: set[str] = field(default_factory=set[str])
    issues: list[Issue] = field(default_factory=list[Issue])

    def note(self, code: str, place: str, **words: object) -> None:
        """Say what could not be used, or not as it stood."""
        self.issues.append(issue(code, place, **words))


def state_supply(intake: Intake, stated: object, place: str = "supplied") -> None:
    """Take the caller's word for what was handed over: key -> true, false, a time, or {"from": time}.

    A key is a column key, a concept's name, or `conditions`, `devices`, `events`, `doses` for all of that kind.
    """
    words = as_object(stated)
    if words is None:
        intake.note("wrong_shape", place, expected="an object")
        intake.supplied.update(dict.fromkeys(intake.concepts.keys, LAST_TIME))
    for key, word in (words or {}).items():
        keys = keys_meant(intake.concepts, key)
        since = _supplied_from(word, intake.zone)
        if not keys:
            near = closest(as_text(key)[:60], _names(intake.concepts))
            intake.supplied.update(dict.fromkeys(keys_meant(intake.concepts, near), LAST_TIME))
            cure = f"; did you mean `{near}`?" if near else ""
            intake.note("name_not_known", f"{place}.{place_word(key)}", cure=cure)
        elif since is None:
            intake.note("wrong_shape", f"{place}.{place_word(key)}", expected="true, false or a time")
            intake.supplied.update(dict.fromkeys(keys, LAST_TIME))
        else:
            intake.supplied.update(dict.fromkeys(keys, since))


def keys_meant(concepts: Concepts, name: object) -> list[str]:
    """The column keys that a name in `supplied` stands for; none when it is not known."""
    if not isinstance(name, str):
        return []
    if name in concepts.by_name:
        concept = concepts.by_name[name]
        return [concepts.key(name, part) for part in concept.parts] or [concepts.key(name)]
    return sorted(key for key in concepts.keys if key == name or key.startswith(f"{name}."))


def _names(concepts: Concepts) -> list[str]:
    return sorted({*concepts.keys, *concepts.by_name, "conditions", "devices", "events", "doses"})


def _supplied_from(word: object, where: Zone) -> int | None:
    since = as_object(word)
    if since is not None:
        word = since.get("from") if len(since) == 1 else None
    if isinstance(word, bool):
        return FIRST_TIME if word else LAST_TIME
    read = instant(as_text(word), where)
    return read[0] if read else None


def is_future_dated(time: int, recorded: int) -> bool:
    """Whether a fact claims to be of a later day than the one on which it was written down."""
    return recorded != FIRST_TIME and time - recorded > SAME_DAY


def tables(intake: Intake) -> dict[str, Table]:
    """Every table that was supplied or has rows, by column key in alphabetical order."""
    found: dict[str, Table] = {}
    for concept in intake.concepts.of_kind("measurement", "panel"):
        found.update(_reading_tables(intake, concept))
    for concept in intake.concepts.of_kind("diagnosis", "device", "event"):
        key = intake.concepts.key(concept.name)
        if key in intake.supplied or key in intake.spans:
            found[key] = _span_table(intake, key)
    found.update(_dose_tables(intake))
    return {key: found[key] for key in sorted(found)}


def _reading_tables(intake: Intake, concept: Concept) -> dict[str, Table]:
    keys = keys_meant(intake.concepts, concept.name)
    if concept.name not in intake.readings and intake.supplied.keys().isdisjoint(keys):
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


def _references(rows: Iterable[Reading | Span | Dose]) -> list[str]:
    stated = [row.reference for row in rows]
    return stated if any(stated) else []


def _span_table(intake: Intake, key: str) -> Table:
    """Spans that begin together are set a microsecond apart: none of them is a correction of another."""
    rows: list[Span] = []
    for start, together in groupby(sorted(set(intake.spans.get(key, ()))), key=lambda row: row.start):
        rows += [row._replace(start=start + place) for place, row in enumerate(together)]
    return Table(
        [row.start for row in rows],
        [row.recorded for row in rows],
        [intake.zone.offset_at(row.start) for row in rows],
        [float(row.end) for row in rows],
        [0.0] * len(rows),
        [0] * len(rows),
        list(range(len(rows))),
        [0] * len(rows),
        [row.quality for row in rows],
        _references(rows),
        _since(intake, key),
    )


def _dose_tables(intake: Intake) -> dict[str, Table]:
    found: dict[str, Table] = {}
    if "doses.all" in intake.supplied:
        doses = _apart(intake.doses)
        found["doses.all"] = _dose_table(intake, "doses.all", doses)
        for concept in intake.concepts.of_kind("medicine"):
            key = intake.concepts.key(concept.name)
            if key in intake.supplied:
                held = [row for row in doses if any(code.startswith(concept.atc) for code in row.atc)]
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
