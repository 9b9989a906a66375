"""Inputs → the columns that an operator reads."""

from cds import model
from cds.codes import Attribute
from cds.compile.scope import Scope
from cds.operators.ask import parameter_vector
from cds.plan import Input, Measure

_ATTRIBUTES = {each.name.lower(): each for each in Attribute if each.name}


def input_of(scope: Scope, name: str, part: str = "") -> Input:
    """What `name` (or PANEL.PART) reads."""
    head, _, own_part = name.partition(".")
    part = own_part or part
    source = scope.model.inputs[head]
    key = _key(source)
    keep, drop = _filter(source)
    if not part:
        return Input(name, key, "", keep, drop)
    parts = list(scope.concepts.by_name[key].parts)
    partner = next((each for each in parts if each != part), part)
    return Input(name, f"{key}.{part}", f"{key}.{partner}", keep, drop)


def parts_of(scope: Scope, name: str) -> tuple[str, ...]:
    """The parts of a panel input; nothing for other inputs and for PANEL.PART."""
    concept = scope.concept(name)
    return tuple(concept.parts) if concept and concept.kind == "panel" else ()


def active_measure(scope: Scope, name: str) -> int:
    """The measure behind `has NAME`: whether a diagnosis or device is there at the moment."""
    key = f"has {name}"
    if key not in scope.points:
        source = Input(name, _key(scope.model.inputs[name]))
        scope.points[key] = scope.builder.add(Measure(name, "active", source, tuple(parameter_vector({}))))
    return scope.points[key]


def _key(source: model.Input) -> str:
    if source.diagnosis:
        return f"conditions.{source.diagnosis}"
    if source.device:
        return f"devices.{source.device}"
    if source.dispenser_events:
        return f"events.{source.dispenser_events}"
    if source.dispenser_doses:
        return f"doses.{source.dispenser_doses}"
    return source.concept or ""


def _filter(source: model.Input) -> tuple[int, int]:
    """Attribute bits that rows must have, and bits that leave them out."""
    wanted = (source.position, source.arm, source.meal, {"typed": "typed"}.get(source.entered or "", source.entered))
    keep = sum(int(_ATTRIBUTES[each]) for each in wanted if each)
    return keep, sum(int(_ATTRIBUTES[each]) for each in source.leave_out)
