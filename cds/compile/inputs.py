"""Inputs → the columns that an operator reads."""

from cds import model
from cds.codes import Attribute
from cds.compile.scope import Scope
from cds.operators.ask import parameter_vector
from cds.operators.rows import EVERY_ROW, Wanted
from cds.plan import Input, Measure, Texts

_ATTRIBUTES = {each.name.lower(): each for each in Attribute if each.name}


def input_of(scope: Scope, name: str, part: str = "") -> Input:
    """What `name` (or PANEL.PART) reads."""
    head, _, own_part = name.partition(".")
    part = own_part or part
    source = scope.model.inputs[head]
    key = source.key
    wanted = _wanted(source)
    label = _label(scope, head, part, is_filtered=wanted != EVERY_ROW)
    if source.dispenser_doses and source.use != model.AS_NEEDED:
        wanted = wanted._replace(unwanted=wanted.unwanted | int(Attribute.AS_NEEDED))
    if not part:
        return Input(name, key, "", wanted, label=label)
    parts = list(scope.concepts.by_name[source.named[1]].parts)
    partner = next((each for each in parts if each != part), part)
    return Input(name, f"{key}.{part}", f"{key}.{partner}", wanted, label=label)


def parts_of(scope: Scope, name: str) -> tuple[str, ...]:
    """The parts of a panel or form; nothing for other inputs and for PANEL.PART."""
    concept = scope.concept(name)
    return tuple(concept.parts) if concept else ()


def active_measure(scope: Scope, name: str) -> int:
    """The measure behind `has NAME`: whether a diagnosis, device, medicine or stay is there at the moment."""
    key = f"has {name}"
    if key not in scope.points:
        source = input_of(scope, name)
        scope.points[key] = scope.builder.add(Measure(name, "active", source, tuple(parameter_vector({}))))
    return scope.points[key]


def _label(scope: Scope, head: str, part: str, *, is_filtered: bool) -> dict[str, str]:
    """What people call an input: its concept, with the author's name where only some of the rows are read.

    The item of a form goes with the form's name.
    """
    whole, concept = scope.concept(head), scope.concept(f"{head}.{part}" if part else head)
    if whole is None or concept is None:
        return {}
    form: Texts = whole.label if part and whole.kind == "form" else {}
    named = {each: f"{form[each]}: {text}" if each in form else text for each, text in concept.label.items()}
    return {each: f"{text} ({head})" for each, text in named.items()} if is_filtered else named


def _wanted(source: model.Input) -> Wanted:
    """What the author asks of a row."""
    ways = (source.position, source.arm, source.meal, source.entered, source.use)
    keep = sum(int(_ATTRIBUTES[each]) for each in ways if each)
    drop = sum(int(_ATTRIBUTES[each]) for each in source.leave_out)
    clock = source.time_of_day
    return Wanted(keep, drop, clock.start, clock.end) if clock else Wanted(keep, drop)
