"""The shared concept files, and an author's own on top of them: YAML read into `Concepts`."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, ValidationError

from cds import source
from cds.codes import SYSTEMS, Concept, Concepts, Kind, system_url
from cds.diagnostics import CdsError, Diagnostic, Place, RulesetError, closest, in_order
from cds.diagnostics.amounts import UnitMismatch, UnknownUnit
from cds.diagnostics.limits import ReversedSpan
from cds.diagnostics.names import UnknownName
from cds.diagnostics.notation import NotAQuantity
from cds.diagnostics.shape import Empty, MissingField, NotAChoice, NotALanguage, UnknownField, WrongShape
from cds.grammar import Misread, Span
from cds.model import NameText, Plain, SpanText, Strict, Texts
from cds.model.scalars import QuantityText
from cds.units import UNITS, Conversion, conversion, dimension, ucum_code, unit_of

Steps = tuple[str | int, ...]

_PLAIN_NUMBER: Final = "1"
_AS_IT_STANDS: Final = Conversion(1.0, 1.0, 0.0)
_NEEDED: Final[Mapping[Kind, str]] = {"measurement": "unit", "panel": "parts", "form": "parts", "medicine": "atc"}
_DOSED: Final = ("mass", "volume", "number of tablets")
_SUBSTANCE: Final = re.compile(r"[A-Z]\d\d[A-Z][A-Z]\d\d", re.ASCII)  # a whole ATC code
_MOST_SHOWN: Final = 50
_CONCEPTS_AT_MARGIN: Final = re.compile(rb"^concepts\s*:", re.MULTILINE)
_RULESET_AT_MARGIN: Final = re.compile(rb"^(ruleset|adaptation)\s*:", re.MULTILINE)
_DECIMAL = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
_SIGNED = re.compile(r"-?\d{1,9}(\.\d{1,9})?", re.ASCII)


def _decimals(text: Any) -> int:
    if text not in tuple("0123456"):
        raise Misread(NotAQuantity, str(text)[:_MOST_SHOWN], expected="a whole number")
    return int(text)


def _number(text: Any) -> float:
    if not isinstance(text, str) or not _SIGNED.fullmatch(text):
        raise Misread(NotAQuantity, str(text)[:_MOST_SHOWN], expected="a number")
    return float(text)


def _positive(text: Any) -> Fraction:
    """An exact decimal above 0."""
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text) or not Fraction(text):
        raise Misread(NotAQuantity, str(text)[:_MOST_SHOWN], expected="a number")
    return Fraction(text)


class AnswerEntry(Strict):
    """One answer to a question, or one coded value."""

    value: Annotated[float, BeforeValidator(_number)] = Field(description="The number that it counts as.")
    codes: Mapping[Plain, tuple[Plain, ...]] = Field({}, description="Code system -> codes.")


class Measured(Strict):
    """What is measured or answered: a measurement, a part of a panel, or an item of a form."""

    label: Texts = Field(description="What people call it.")
    unit: Plain | None = Field(None, description="Field unit in which rules see it.")
    accepts: tuple[Plain, ...] = Field((), description="Units that may arrive; `1` for a number without a unit.")
    answers: Mapping[NameText, AnswerEntry] = Field({}, description="Words that may arrive in place of a number.")
    molar_mass: Annotated[Fraction, BeforeValidator(_positive)] | None = Field(
        None, description="g/mol, where both mg/dL and mmol/L arrive."
    )
    decimals: Annotated[int, BeforeValidator(_decimals)] = Field(0, description="Decimals when displayed.")
    plausible: SpanText | None = Field(None, description="A value outside is no value of a living person.")
    codes: Mapping[Plain, tuple[Plain, ...]] = Field({}, description="Code system -> codes.")
    source: Plain = Field(description="Where codes and spans come from.")
    to_confirm: tuple[Plain, ...] = Field((), description="What a clinician must still confirm.")


class ConceptEntry(Measured):
    """One concept."""

    kind: Kind
    parts: Mapping[NameText, Measured] = Field({}, description="The parts of a panel, or the items of a form.")
    atc: tuple[Plain, ...] = Field((), description="Beginnings of the ATC codes of a medicine class.")
    ddd: Mapping[Plain, QuantityText] = Field(
        {},
        description="ATC code -> defined daily dose, by which the days of a dispense are reckoned where neither they "
        "nor a dose are stated; without it nobody knows them.",
    )


class ConceptFile(Strict):
    """A concept file."""

    concepts: Mapping[NameText, ConceptEntry]


@cache
def shared_concepts() -> Concepts:
    """The concepts that come with cds."""
    folder = files("cds").joinpath("concepts")
    texts = [(each.name, each.read_bytes()) for each in folder.iterdir() if each.name.endswith(".yaml")]
    return Concepts(*_read(sorted(texts)))


def concepts_from(paths: Iterable[str | Path]) -> Concepts:
    """The shared concepts with an author's own added; a concept of the same name takes the shared one's place.

    RulesetError holds everything that is wrong with the files.
    """
    shared = shared_concepts()
    own, digest = _read([(str(path), _bytes(Path(path))) for path in paths])
    return Concepts({**shared.by_name, **own}, hashlib.sha256((shared.hash + digest).encode()).hexdigest())


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise CdsError(f"the concept file `{path}` cannot be read: {wrong.strerror}") from wrong


def _read(texts: Iterable[tuple[str, bytes]]) -> tuple[dict[str, Concept], str]:
    """Concepts by name, a later file's in place of an earlier's, and the hash of the files."""
    found: dict[str, Concept] = {}
    diagnostics: list[Diagnostic] = []
    digest = hashlib.sha256()
    for file, text in texts:
        digest.update(hashlib.sha256(text).digest())
        concepts, wrong = read_concepts(text, file)
        found.update(concepts)
        diagnostics += wrong
    if diagnostics:
        raise RulesetError(in_order(diagnostics))
    return found, digest.hexdigest()


def is_concept_file(text: str | bytes) -> bool:
    """Whether a file is about concepts, which the names at its margin tell."""
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return bool(_CONCEPTS_AT_MARGIN.search(raw)) and not _RULESET_AT_MARGIN.search(raw)


def read_concepts(text: str | bytes, file: str) -> tuple[dict[str, Concept], list[Diagnostic]]:
    """The concepts of one file by name, and everything that is wrong with it."""
    node, found = source.read(text, file)
    if node is None or found:
        return {}, found
    try:
        model = ConceptFile.model_validate(source.plain(node))
    except ValidationError as errors:
        return {}, list(_misshapen(errors, node))
    wrong = [each for name, one in model.concepts.items() for each in _Checked(node, name, one).findings()]
    return ({} if wrong else {name: _concept(name, one) for name, one in model.concepts.items()}), wrong


def _misshapen(errors: ValidationError, node: source.Mapping) -> Iterator[Diagnostic]:
    for error in errors.errors(include_url=False):
        path = tuple(each for each in error["loc"] if each != "[key]")
        is_key = error["loc"][-1:] == ("[key]",) or error["type"] == "extra_forbidden"
        place = source.place_of(node, path, key=is_key)
        where, last = _where(path), str(path[-1]) if path else ""
        inner = error.get("ctx", {}).get("error")
        if isinstance(inner, Misread):
            values: dict[str, Any] = {"where": where, "field": f"`{last}`", **inner.values}
            yield inner.kind.at(place, **values)
        elif error["type"] == "extra_forbidden":
            near = closest(last, ConceptEntry.model_fields)
            fields = ", ".join(f"`{each}`" for each in ConceptEntry.model_fields)
            yield UnknownField.at(place, near=near, field=last, where=_where(path[:-1]), fields=fields)
        elif error["type"] == "missing":
            yield MissingField.at(source.place_of(node, path[:-1]), field=last, where=_where(path[:-1]))
        elif path[-2:-1] == ("label",) and error["type"] == "literal_error":
            yield NotALanguage.at(source.place_of(node, path, key=True), key=last)
        elif error["type"] == "literal_error":
            found = source.node_at(node, path)
            allowed = str(error.get("ctx", {}).get("expected", "")).replace("'", "`").replace(" or ", ", ")
            text = found.text if isinstance(found, source.Scalar) else last
            yield NotAChoice.at(place, text=text, allowed=allowed)
        else:
            yield WrongShape.at(place, where=where, expected=_expected(error["type"]), found=_found(node, path))


def _expected(kind: str) -> str:
    return "a list" if kind.startswith(("tuple", "list")) else "words" if kind.startswith("string") else "a block"


def _found(node: source.Mapping, path: Steps) -> str:
    found = source.node_at(node, path)
    if isinstance(found, source.Scalar):
        return f"`{found.text[:_MOST_SHOWN]}`" if found.text else "nothing"
    return "a list" if isinstance(found, source.Sequence) else "a block"


def _where(path: Steps) -> str:
    names = [each for each in path if isinstance(each, str)]
    if len(names) < 2:
        return f"`{names[0]}`" if names else "the file"
    under = f" under `{names[-1]}`" if len(names) > 2 else ""
    return f"the concept `{names[1]}`{under}"


@dataclass(frozen=True, slots=True)
class _Checked:
    """What is well formed but wrong in one concept."""

    node: source.Mapping
    name: str
    entry: ConceptEntry

    def findings(self) -> Iterator[Diagnostic]:
        path: Steps = ("concepts", self.name)
        needed = _NEEDED.get(self.entry.kind)
        if needed and not getattr(self.entry, needed):
            yield MissingField.at(self._place(*path), field=needed, where=_where(path))
        yield from self._measured(path, self.entry)
        yield from self._defined_doses(path)
        for part, one in self.entry.parts.items():
            if one.unit is None:
                yield MissingField.at(self._place(*path, "parts", part), field="unit", where=_where((*path, part)))
            yield from self._measured((*path, "parts", part), one)

    def _defined_doses(self, path: Steps) -> Iterator[Diagnostic]:
        for code, dose in self.entry.ddd.items():
            place = source.place_of(self.node, (*path, "ddd", code), key=True)
            if not _SUBSTANCE.fullmatch(code) or not code.startswith(self.entry.atc):
                yield UnknownName.at(place, near="", kind="ATC code of a substance of the class", name=code)
            elif unit_of(dose.unit) is None:
                yield self._unknown_unit(dose.unit, *path, "ddd", code)
            elif dimension(dose.unit) not in _DOSED or not dose.number > 0.0:
                expected = "a number above 0 in mg, mL or tablets"
                yield NotAQuantity.at(self._place(*path, "ddd", code), text=dose.text, field="`ddd`", expected=expected)

    def _place(self, *path: str | int) -> Place:
        return source.place_of(self.node, path)

    def _measured(self, path: Steps, one: Measured) -> Iterator[Diagnostic]:
        yield from self._systems(path, one.codes)
        for name, answer in one.answers.items():
            yield from self._systems((*path, "answers", name), answer.codes)
        if one.unit is None:
            for field in ("accepts", "plausible", "answers"):
                if getattr(one, field):
                    yield MissingField.at(self._place(*path), field="unit", where=_where(path))
            return
        if unit_of(one.unit) is None:
            yield self._unknown_unit(one.unit, *path, "unit")
            return
        for number, unit in enumerate(one.accepts):
            yield from self._unit(one, unit, *path, "accepts", number)
        if one.plausible:
            yield from self._unit(one, one.plausible.unit, *path, "plausible")
            if one.plausible.low >= one.plausible.high:
                place = self._place(*path, "plausible")
                yield ReversedSpan.at(place, text=f"{one.plausible.low:g} to {one.plausible.high:g}")

    def _systems(self, path: Steps, written: Mapping[str, tuple[str, ...]]) -> Iterator[Diagnostic]:
        known = [each.name for each in SYSTEMS]
        for system, codes in written.items():
            place = source.place_of(self.node, (*path, "codes", system), key=True)
            if system not in known:
                yield UnknownName.at(place, near=closest(system, known), kind="code system", name=system)
            elif not codes:
                yield Empty.at(place, field=f"`{system}`")

    def _unit(self, one: Measured, unit: str, *path: str | int) -> Iterator[Diagnostic]:
        if unit_of(unit) is None:
            yield self._unknown_unit(unit, *path)
        elif _step(one, unit) is None:
            own = one.unit or ""
            yield UnitMismatch.at(
                self._place(*path),
                left=f"`{unit}`",
                left_is=dimension(unit),
                left_is_nb=dimension(unit, "nb"),
                right=f"`{own}`",
                right_is=dimension(own),
                right_is_nb=dimension(own, "nb"),
            )

    def _unknown_unit(self, unit: str, *path: str | int) -> Diagnostic:
        near = closest(unit, [each.field for each in UNITS])
        return UnknownUnit.at(self._place(*path), near=near, unit=unit)


def _step(one: Measured, unit: str) -> Conversion | None:
    """A plain number is taken as it stands where the concept says that it may come without a unit."""
    if unit == _PLAIN_NUMBER:
        return _AS_IT_STANDS
    return conversion(unit, one.unit or "", one.molar_mass)


def _concept(name: str, entry: ConceptEntry) -> Concept:
    parts = {part: _measured(part, "measurement", one) for part, one in entry.parts.items()}
    ddd = tuple((code, dose.number, dose.unit) for code, dose in entry.ddd.items())
    return replace(_measured(name, entry.kind, entry, parts, entry.atc), ddd=ddd)


def _measured(
    name: str, kind: Kind, one: Measured, parts: Mapping[str, Concept] | None = None, atc: tuple[str, ...] = ()
) -> Concept:
    own = unit_of(one.unit or "")
    accepted = one.accepts or ((one.unit,) if one.unit else ())
    steps = {ucum_code(unit): _step(one, unit) for unit in accepted}
    return Concept(
        name,
        kind,
        own.field if own else "",
        one.decimals,
        _span(one.plausible, one) if one.plausible else None,
        {unit: step for unit, step in steps.items() if step},
        tuple((system_url(system), code) for system, codes in one.codes.items() for code in codes),
        dict(parts or {}),
        {str(language): text for language, text in one.label.items()},
        one.source,
        atc,
        float(one.molar_mass) if one.molar_mass else None,
        one.to_confirm,
        {name: answer.value for name, answer in one.answers.items()},
        tuple(
            ((system_url(system), code), answer.value)
            for answer in one.answers.values()
            for system, codes in answer.codes.items()
            for code in codes
        ),
    )


def _span(span: Span, one: Measured) -> tuple[float, float]:
    """The span in the concept's unit."""
    step = _step(one, span.unit) or _AS_IT_STANDS
    low, high = ((end + step.shift) * step.numerator / step.denominator for end in (span.low, span.high))
    return low, high
