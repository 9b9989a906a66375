"""Inputs: one thing each, of the concept files, with filters that have an effect."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, Final

from cds.check.names import Names
from cds.codes import Concept
from cds.diagnostics import Diagnostic, closest
from cds.diagnostics.names import UnknownName, WrongKind
from cds.diagnostics.values import FilterNotTaken, InputKind
from cds.model import ALL, AS_NEEDED, INPUT_KINDS, Input
from cds.operators import Reads

KIND_WORDS: Final = {
    "measurement": "a measurement",
    "panel": "a panel",
    "diagnosis": "a diagnosis",
    "device": "a device",
    "medicine": "a medicine class",
    "event": "an event",
    "form": "a form",
    "stay": "a stay",
}
_FILTERS: Final = {
    "concept": ("kind", "position", "arm", "meal", "entered", "time_of_day"),
    "form": ("entered", "time_of_day"),
    "medicine": ("use",),
    "dispenses": ("use",),
    "dispenser_doses": ("day_starts", "leave_out", "use"),
}
_ALL_FILTERS: Final = tuple(dict.fromkeys(name for names in _FILTERS.values() for name in names))
_READS: Final[dict[str, Reads]] = {"dispenses": "supply", "dispenser_doses": "doses", "dispenser_events": "events"}
READS_WORDS: Final[dict[Reads, str]] = {
    "readings": "readings",
    "panel": "readings",
    "doses": "dispenser doses",
    "as_needed": "doses taken as needed",
    "events": "dispenser events",
    "supply": "dispenses",
    "spans": "a diagnosis, device, medicine or stay",
}


def check_inputs(names: Names) -> Iterator[Diagnostic]:
    """Everything wrong with the inputs of a file."""
    for name, given in names.model.inputs.items():
        said = [field for field in INPUT_KINDS if getattr(given, field)]
        if len(said) != 1:
            found, found_nb = (f" {word} ".join(f"`{each}`" for each in said) for word in ("and", "og"))
            nothing: dict[str, Any] = {"found": found or "nothing", "found_nb": found_nb or "ingenting"}
            yield InputKind.at(names.key("inputs", name), name=name, **nothing)
        else:
            yield from _concept(names, name, said[0], getattr(given, said[0]))
            yield from _filters(names, name, given, said[0])


def _concept(names: Names, name: str, field: str, concept: str) -> Iterator[Diagnostic]:
    kinds = INPUT_KINDS[field].kinds
    if concept == ALL and INPUT_KINDS[field].takes_all:
        return
    known = names.concepts.by_name
    place = names.file.place("inputs", name, field)
    if concept not in known:
        near = near_concept(concept, names.concepts.of_kind(*kinds))
        yield UnknownName.at(place, near=near, name=concept, kind="concept")
    elif known[concept].kind not in kinds:
        found, needed = KIND_WORDS[known[concept].kind], KIND_WORDS[kinds[0]]
        yield WrongKind.at(place, name=concept, found=found, needed=needed)


def near_concept(word: str, concepts: Iterable[Concept]) -> str:
    """The concept that an author most likely meant, by what people call it in any language, then by its name.

    A word that is a part of several concepts' labels suggests none, nor do letters then: it could be another disease.
    """
    fitting = list(concepts)
    asked = _as_words(word).casefold()
    called = {label.casefold(): each.name for each in fitting for label in (*each.label.values(), _as_words(each.name))}
    slip = next(iter(get_close_matches(asked, called, n=1, cutoff=_ALIKE)), "")
    if slip:
        return called[slip]
    for fits in (_is_a_word_of, _ends_a_word_of):
        found = {name for label, name in called.items() if fits(asked, label)}
        if found:
            return found.pop() if len(found) == 1 else ""
    return closest(word, [each.name for each in fitting])


def _as_words(name: str) -> str:
    return name.replace("_", " ")


def _is_a_word_of(asked: str, label: str) -> bool:
    return asked in re.findall(r"\w+", label)


def _ends_a_word_of(asked: str, label: str) -> bool:
    """As `vekt` ends `kroppsvekt`."""
    return len(asked) >= _SHORTEST and any(each.endswith(asked) for each in re.findall(r"\w+", label))


_ALIKE: Final = 0.85  # the share of letters in common from which a label is taken as misspelt
_SHORTEST: Final = 4


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
    if given.concept or given.form:
        concept = names.concept(head)
        return None if concept is None else "panel" if concept.parts and not part else "readings"
    if given.dispenser_doses and given.use == AS_NEEDED:
        return "as_needed"
    return "spans" if given.is_span else _READS.get(given.named[0])
