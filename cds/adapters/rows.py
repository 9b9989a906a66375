"""Facts of one patient as they are accepted, and what was handed over in full; `layout` makes tables of them.

Every intake of one patient uses these, so that the same fact gives the same row from whatever format it came.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from cds.adapters.issues import issue, place_word
from cds.adapters.shapes import as_object, as_text
from cds.codes import MEDICINE_FOLDERS, Concept, Concepts
from cds.diagnostics import Issue, closest
from cds.operators.series import FIRST_TIME, LAST_TIME, MICROSECONDS_PER_DAY
from cds.patient import PatientLimit, PlanAction
from cds.periods import Zone, instant

FOLDERS: Final = ("conditions", "devices", "events", "stays", *MEDICINE_FOLDERS)
_ATC: Final = re.compile(r"[A-Z](\d\d([A-Z]([A-Z](\d\d)?)?)?)?", re.ASCII)
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
    """A diagnosis, device or stay from `start` to `end` (microseconds UTC); an event lasts no time."""

    start: int
    recorded: int
    end: int
    quality: int
    reference: str


class Use(NamedTuple):
    """A medicine in use from `start` to `end`. atc: its codes, sorted, () = not known. attribute: how it is used."""

    start: int
    recorded: int
    end: int
    quality: int
    attribute: int
    atc: tuple[str, ...]
    reference: str


class Supply(NamedTuple):
    """A medicine handed out. days: how long it lasts; quality: DAYS_NOT_KNOWN or IMPLAUSIBLE_ONLY = nobody knows.

    quantity: how much, 0 when that is not stated. unit: what the quantity counts, as an id of `cds.units`: tablets, mg
    or mL, NOT_UNDERSTOOD for anything else.
    """

    time: int
    recorded: int
    atc: tuple[str, ...]
    days: float
    quantity: float
    unit: int
    quality: int
    attribute: int
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
    open: keys of which a fact may be that cannot be read, placed in time or told; nobody's word makes them complete.
    limits, plan_actions: of the patient's own plan.
    """

    concepts: Concepts
    zone: Zone
    readings: dict[str, list[Reading]] = field(default_factory=dict[str, list[Reading]])
    spans: dict[str, list[Span]] = field(default_factory=dict[str, list[Span]])
    doses: list[Dose] = field(default_factory=list[Dose])
    uses: list[Use] = field(default_factory=list[Use])
    supplies: list[Supply] = field(default_factory=list[Supply])
    supplied: dict[str, int] = field(default_factory=dict[str, int])
    withheld: set[str] = field(default_factory=set[str])
    open: set[str] = field(default_factory=set[str])
    limits: list[PatientLimit] = field(default_factory=list[PatientLimit])
    plan_actions: list[PlanAction] = field(default_factory=list[PlanAction])
    issues: list[Issue] = field(default_factory=list[Issue])

    def note(self, code: str, place: str, **words: object) -> None:
        """Say what could not be used, or not as it stood."""
        self.issues.append(issue(code, place, **words))


def state_supply(intake: Intake, stated: object, place: str = "supplied") -> None:
    """Take the caller's word for what was handed over: key -> true, false, a time, or {"from": time}.

    A key is a column key, a concept's name, or one of FOLDERS for all of that kind.
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
            intake.supplied.update({key: LAST_TIME if key in intake.open else since for key in keys})


def keys_meant(concepts: Concepts, name: object) -> list[str]:
    """The column keys that a name in `supplied` stands for; none when it is not known."""
    if not isinstance(name, str):
        return []
    if name in concepts.by_name:
        concept = concepts.by_name[name]
        if concept.kind == "medicine":
            return [f"{folder}.{name}" for folder in MEDICINE_FOLDERS]
        return [concepts.key(name, part) for part in concept.parts] or [concepts.key(name)]
    return sorted(key for key in concepts.keys if key == name or key.startswith(f"{name}."))


def _names(concepts: Concepts) -> list[str]:
    return sorted({*concepts.keys, *concepts.by_name, *FOLDERS})


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


def state_medicines(intake: Intake, folder: str, codes: Iterable[tuple[str, ...]], place: str) -> None:
    """Count the medicines of a folder as handed over in full: all of them, and the classes where every code is told.

    A medicine without a code, or with the beginning of one only, may be of a class; the class is then not supplied.
    """
    intake.supplied[f"{folder}.all"] = FIRST_TIME
    told = set(codes)
    if () in told:
        intake.note("medicine_not_stated", place)
    for concept in intake.concepts.of_kind("medicine"):
        is_told = () not in told and not any(may_be_of(concept, code) for each in told for code in each)
        intake.supplied[f"{folder}.{concept.name}"] = FIRST_TIME if is_told else LAST_TIME
        if not is_told:
            intake.open.add(f"{folder}.{concept.name}")


def is_of(concept: Concept, atc: tuple[str, ...]) -> bool:
    """Whether one of the codes is of the medicine class."""
    return any(code.startswith(concept.atc) for code in atc)


def may_be_of(concept: Concept, code: str) -> bool:
    """Whether a code is too short to tell if it is of the class."""
    return not code.startswith(concept.atc) and any(each.startswith(code) for each in concept.atc)


def read_atc(written: Iterable[object]) -> tuple[str, ...] | None:
    """ATC codes, sorted and in capitals; None when one of them cannot be one."""
    read = {each.strip().upper() if isinstance(each, str) else "" for each in written}
    return tuple(sorted(read)) if all(map(_ATC.fullmatch, read)) else None
