"""The shared concept files, and an author's own on top of them: YAML read into `Concepts`."""

import hashlib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict

from cds.codes import Concept, Concepts, Kind, system_url
from cds.units import Conversion, conversion, ucum_code


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Quantity(_Strict):
    label: Mapping[str, str]
    unit: str = ""
    accepts: tuple[str, ...] = ()
    molar_mass: str | None = None
    decimals: str = "0"
    plausible: str = ""
    codes: Mapping[str, tuple[str, ...]] = {}
    source: str = ""
    to_confirm: tuple[str, ...] = ()


class _Concept(_Quantity):
    kind: Kind
    parts: Mapping[str, _Quantity] = {}
    atc: tuple[str, ...] = ()


class _File(_Strict):
    concepts: Mapping[str, _Concept]


@cache
def shared_concepts() -> Concepts:
    """The concepts that come with cds."""
    folder = files("cds").joinpath("concepts")
    return _read((each.name, each.read_text("utf-8")) for each in folder.iterdir() if each.name.endswith(".yaml"))


def concepts_from(paths: Iterable[str | Path]) -> Concepts:
    """The shared concepts with an author's own added; a concept of the same name takes the shared one's place."""
    shared = shared_concepts()
    own = _read((str(path), Path(path).read_text("utf-8")) for path in paths)
    return Concepts({**shared.by_name, **own.by_name}, hashlib.sha256((shared.hash + own.hash).encode()).hexdigest())


def _read(texts: Iterable[tuple[str, str]]) -> Concepts:
    found: dict[str, Concept] = {}
    digest = hashlib.sha256()
    for _, text in sorted(texts):
        digest.update(text.encode())
        document: Any = yaml.load(text, yaml.CBaseLoader)
        for name, each in _File.model_validate(document).concepts.items():
            found[name] = _concept(name, each.kind, each, each.parts, each.atc)
    return Concepts(found, digest.hexdigest())


def _concept(
    name: str, kind: Kind, each: _Quantity, parts: Mapping[str, _Quantity] | None = None, atc: tuple[str, ...] = ()
) -> Concept:
    mass = float(each.molar_mass) if each.molar_mass else None
    return Concept(
        name,
        kind,
        each.unit,
        int(each.decimals),
        _span(each.plausible),
        _conversions(each, mass),
        tuple((system_url(system), code) for system, codes in each.codes.items() for code in codes),
        {part: _concept(part, "measurement", one) for part, one in (parts or {}).items()},
        dict(each.label),
        each.source,
        atc,
        mass,
        each.to_confirm,
    )


def _span(text: str) -> tuple[float, float] | None:
    if not text:
        return None
    low, _, high = text.rpartition(" ")[0].partition(" to ")
    return float(low), float(high)


def _conversions(each: _Quantity, molar_mass: float | None) -> dict[str, Conversion]:
    found: dict[str, Conversion] = {}
    for unit in each.accepts:
        # A plain number is taken as it stands where the concept says that it may come without a unit.
        step = Conversion(1.0, 1.0, 0.0) if unit == "1" else conversion(unit, each.unit, molar_mass)
        assert step, f"{unit} → {each.unit}"
        found[ucum_code(unit)] = step
    return found
