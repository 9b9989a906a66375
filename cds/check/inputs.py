"""Inputs: one thing each, of the concept files, with filters that have an effect."""

from collections.abc import Iterator
from typing import Any, Final

from cds.check.names import Names
from cds.codes import Kind
from cds.diagnostics import Diagnostic, closest
from cds.diagnostics.names import UnknownName, WrongKind
from cds.diagnostics.values import FilterNotTaken, InputKind
from cds.model import Input
from cds.operators import Reads

_KINDS: Final[dict[str, tuple[Kind, ...]]] = {
    "concept": ("measurement", "panel"),
    "diagnosis": ("diagnosis",),
    "device": ("device",),
    "dispenser_doses": ("medicine",),
    "dispenser_events": ("event",),
}
_KIND_WORDS: Final = {
    "measurement": "a measurement",
    "panel": "a panel",
    "diagnosis": "a diagnosis",
    "device": "a device",
    "medicine": "a medicine class",
    "event": "an event",
}
_FILTERS: Final = {
    "concept": ("kind", "position", "arm", "meal", "entered"),
    "dispenser_doses": ("day_starts", "leave_out"),
}
_ALL_FILTERS: Final = tuple(name for names in _FILTERS.values() for name in names)
READS_WORDS: Final[dict[Reads, str]] = {
    "readings": "readings",
    "panel": "readings",
    "doses": "dispenser doses",
    "events": "dispenser events",
    "spans": "a diagnosis or device",
}


def check_inputs(names: Names) -> Iterator[Diagnostic]:
    """Everything wrong with the inputs of a file."""
    for name, given in names.model.inputs.items():
        said = [field for field in _KINDS if getattr(given, field)]
        if len(said) != 1:
            found, found_nb = (f" {word} ".join(f"`{each}`" for each in said) for word in ("and", "og"))
            nothing: dict[str, Any] = {"found": found or "nothing", "found_nb": found_nb or "ingenting"}
            yield InputKind.at(names.key("inputs", name), name=name, **nothing)
        else:
            yield from _concept(names, name, said[0], getattr(given, said[0]))
            yield from _filters(names, name, given, said[0])


def _concept(names: Names, name: str, field: str, concept: str) -> Iterator[Diagnostic]:
    if field == "dispenser_doses" and concept == "all":
        return
    known = names.concepts.by_name
    place = names.file.place("inputs", name, field)
    if concept not in known:
        fitting = [each.name for each in names.concepts.of_kind(*_KINDS[field])]
        yield UnknownName.at(place, near=closest(concept, fitting), name=concept, kind="concept")
    elif known[concept].kind not in _KINDS[field]:
        found, needed = _KIND_WORDS[known[concept].kind], _KIND_WORDS[_KINDS[field][0]]
        yield WrongKind.at(place, name=concept, found=found, needed=needed)


def _filters(names: Names, name: str, given: Input, field: str) -> Iterator[Diagnostic]:
    for option in _ALL_FILTERS:
        is_given = getattr(given, option) not in (None, ())
        if is_given and option not in _FILTERS.get(field, ()):
            yield FilterNotTaken.at(names.key("inputs", name, option), field=option, kind=f"`{field}`")


def reads_of(names: Names, name: str) -> Reads | None:
    """What kind of rows an input gives; None when that cannot be told."""
    head, _, part = name.partition(".")
    given = names.model.inputs.get(head)
    if given is None:
        return None
    if given.concept:
        concept = names.concept(head)
        return None if concept is None else "readings" if part or concept.kind != "panel" else "panel"
    if given.dispenser_doses:
        return "doses"
    if given.dispenser_events:
        return "events"
    return "spans" if given.diagnosis or given.device else None
