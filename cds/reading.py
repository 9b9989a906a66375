"""Text of a ruleset file → its model, or every finding about its shape, each at its place."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from cds import source
from cds.diagnostics import Code, Diagnostic, Place
from cds.diagnostics.findings import ActiveNeedsReview, ReviewVoid
from cds.diagnostics.near import in_english, near_word
from cds.diagnostics.notation import NotACondition
from cds.diagnostics.shape import (
    Empty,
    MissingField,
    NotAChoice,
    NotAColour,
    NotALanguage,
    NotAName,
    UnknownField,
    WrongShape,
)
from cds.diagnostics.words import in_words
from cds.diagnostics.writing import NoColon
from cds.grammar import Misread
from cds.model import (
    AUTHOR_OPERATORS,
    AdaptationFile,
    AdaptedLimit,
    AdaptedRule,
    Alarm,
    BandTable,
    Case,
    Check,
    Input,
    Limit,
    Missing,
    Review,
    Rule,
    RulesetFile,
    Score,
    Source,
    Value,
    Zone,
)

Path = tuple[str | int, ...]

_BLOCKS: Final[Mapping[str, tuple[str, type[BaseModel]]]] = {
    "inputs": ("the input", Input),
    "limits": ("the limit", Limit),
    "values": ("the value", Value),
    "bands": ("the bands", BandTable),
    "scores": ("the score", Score),
    "checks": ("the check", Check),
    "zones": ("the zone", Zone),
    "rules": ("the rule", Rule),
    "missing": ("the missing-data rule", Missing),
    "sources": ("the source", Source),
}


_ADAPTED: Final[Mapping[str, type[BaseModel]]] = {"limits": AdaptedLimit, "rules": AdaptedRule}


def _written(model: type[BaseModel]) -> list[str]:
    """The fields of a model as authors write them."""
    return [each.alias or name for name, each in model.model_fields.items()]


_EVERY_FIELD: Final = AUTHOR_OPERATORS.union(
    RulesetFile.model_fields, *(_written(model) for _, model in _BLOCKS.values())
)


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """One ruleset file: its model, the tree with places, and the hash of its text.

    has_cases: a case file stands beside it. adapted: limits whose default comes from a local adaptation, whose
    id and version are `adaptation`.
    """

    file: str
    model: RulesetFile
    node: source.Node
    lines: tuple[str, ...]
    hash: str
    has_cases: bool = False
    adapted: frozenset[str] = frozenset()
    adaptation: str = ""

    @property
    def review_hash(self) -> str:
        """What a review approves of this file."""
        return review_hash(self.lines)

    def place(self, *path: str | int) -> Place:
        """The place of what stands at a path of author's keys."""
        return source.place_of(self.node, path)

    def part(self, start: int, end: int, *path: str | int) -> Place:
        """The place of a stretch of the scalar at a path."""
        return narrowed(self.node, path, start, end)


@dataclass(frozen=True, slots=True)
class LoadedAdaptation:
    """One adaptation file: its model, the tree with places, and the hash of its text."""

    file: str
    model: AdaptationFile
    node: source.Node
    lines: tuple[str, ...]
    hash: str

    @property
    def review_hash(self) -> str:
        """What a review approves of this file."""
        return review_hash(self.lines)

    def place(self, *path: str | int) -> Place:
        """The place of what stands at a path of author's keys."""
        return source.place_of(self.node, path)


def check_review(file: LoadedFile | LoadedAdaptation) -> Iterator[Diagnostic]:
    """A file in use that nobody has approved, or that is no longer what was approved."""
    reviewed = file.model.reviewed
    if file.model.status == "active" and reviewed is None:
        yield ActiveNeedsReview.at(file.place("status"))
    if reviewed is not None and reviewed.hash != file.review_hash:
        yield ReviewVoid.at(file.place("reviewed", "hash"), hash=file.review_hash)


def review_hash(lines: Iterable[str]) -> str:
    """What a review approves: the SHA-256 of a file's lines, without the `reviewed` block."""
    kept: list[str] = []
    in_review = False
    for line in lines:
        if line[:1].strip() and not line.startswith("#"):
            in_review = line.startswith("reviewed:")
        if not in_review:
            kept.append(line.rstrip())
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


def read_file(
    text: str | bytes, file: str, has_cases: bool = False
) -> tuple[LoadedFile | LoadedAdaptation | None, list[Diagnostic]]:
    """The file's model, or None, and everything found about its shape. A file with `adaptation:` is an adaptation."""
    node, noted = source.read(text, file)
    found = [_with_its_field(each) for each in noted]
    if node is None:
        return None, found
    kind = AdaptationFile if _is_adaptation(node) else RulesetFile
    try:
        model = kind.model_validate(source.plain(node))
    except ValidationError as errors:
        return None, [*found, *_diagnostics(errors, node)]
    if any(each.is_error for each in found):
        return None, found
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    lines, digest = tuple(source.lines_of(raw)), hashlib.sha256(raw).hexdigest()
    if isinstance(model, AdaptationFile):
        return LoadedAdaptation(file, model, node, lines, digest), found
    return LoadedFile(file, model, node, lines, digest, has_cases), found


def _is_adaptation(node: source.Node | None) -> bool:
    return isinstance(node, source.Mapping) and "adaptation" in node.entries


def _with_its_field(found: Diagnostic) -> Diagnostic:
    """Of a line without a colon such as `within 3 days`, the first word is the field."""
    first, _, rest = found.values.get("text", "").partition(" ")
    if found.kind is not NoColon or not rest or first not in _EVERY_FIELD:
        return found
    return replace(found, values={"text": first, "right": f"{first}: {rest.strip()}"})


def narrowed(node: source.Node, path: Sequence[str | int], start: int, end: int) -> Place:
    """The place of characters start … end of a text; the whole text where that cannot be told."""
    scalar = _at(node, path)
    if not isinstance(scalar, source.Scalar) or start >= end:
        return source.place_of(node, tuple(path))
    return source.place_within(scalar, start, end)


def _at(node: source.Node, path: Sequence[str | int]) -> source.Node | None:
    found: source.Node | None = node
    for step in path:
        if isinstance(found, source.Mapping) and step in found.entries:
            found = found.entries[str(step)].value
        elif isinstance(found, source.Sequence) and isinstance(step, int) and step < len(found.items):
            found = found.items[step]
        else:
            return None
    return found


def _diagnostics(errors: ValidationError, node: source.Node, before: Path = ()) -> Iterator[Diagnostic]:
    for error in errors.errors(include_url=False):
        path = _author_path((*before, *error["loc"]), node)
        inner = error.get("ctx", {}).get("error")
        if isinstance(inner, ValidationError):
            yield from _diagnostics(inner, node, path)
        elif isinstance(inner, Misread):
            is_key = error["loc"][-1] == "[key]"
            place = _key_place(node, path) if is_key else narrowed(node, path, inner.start, inner.end)
            yield inner.kind.at(place, **_values(path, inner, is_key))
        else:
            yield _plain_error(error["type"], path, node, error.get("ctx", {}))


def _values(path: Path, misread: Misread, is_key: bool) -> dict[str, Any]:
    return {"where": _where(path), **_field(path), **_fitting(path, misread, is_key), **misread.values}


def _fitting(path: Path, misread: Misread, is_key: bool) -> dict[str, str]:
    """What the cure says in this place, where the usual one would lead astray."""
    text = misread.values["text"]
    if misread.kind is NotACondition and (path[0] == "zones" or path[-1] == "that_are"):
        tests = "`above gain_yellow`", "`from low to high`"
        return {"example": " or ".join(tests), "example_nb": " eller ".join(tests)}
    if misread.kind is NotACondition and path[0] == "applies_to" and _BARE_NAME.fullmatch(text):
        return {"example": f"`has {text}`", "example_nb": f"`has {text}`"}
    if misread.kind is NotAName and not is_key and path[-1] in _NAME_LIMITS and text[:1].isdigit():
        return {
            "rule": "give the number a name under `limits`, and write that name here",
            "rule_nb": "gi tallet et navn under `limits`, og skriv navnet her",
        }
    return {}


_BARE_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_NAME_LIMITS: Final = frozenset(
    "after every grace late_after on_time_within holiday_from stopped_after needed medicines_at_least beyond "
    "below".split()
)


def _field(path: Path) -> dict[str, Any]:
    """The innermost field of a path and where it stands, in English and Norwegian."""
    names = [each for each in path if isinstance(each, str)]
    if len(names) < 2:
        return {"field": f"`{names[0]}`" if names else "the file"}
    last, where = names[-1], _where(tuple(names[:-1]))
    return {"field": f"`{last}` in {where}", "field_nb": f"`{last}` i {in_words(where, 'nb')}"}


def _author_path(path: Path, node: source.Node) -> Path:
    """Without pydantic's marks; `of` and `operator` of a value stand at its operator's key."""
    steps = tuple(each for each in path if each != "[key]")
    if len(steps) >= 3 and steps[0] == "values" and steps[2] in ("of", "operator"):
        written = _at(node, steps[:2])
        if isinstance(written, source.Mapping):
            operator = next((each for each in written.entries if each in AUTHOR_OPERATORS), "")
            steps = (*steps[:2], operator)
    while steps and _at(node, steps) is None and steps[-1] not in ("", None) and _at(node, steps[:-1]) is None:
        steps = steps[:-1]
    return steps


def _plain_error(kind: str, path: Path, node: source.Node, context: Mapping[str, Any]) -> Diagnostic:
    where = _where(path[:-1], node) if path else "the file"
    last = str(path[-1]) if path else ""
    if kind == "extra_forbidden":
        known = _fields(path[:-1], node)
        near = near_word(last, known)
        return UnknownField.at(_key_place(node, path), near=near, field=last, where=where, **_listed(known))
    if kind == "missing":
        return MissingField.at(source.place_of(node, path[:-1]), field=last, where=where)
    if kind == "literal_error":
        found = _at(node, path)
        text = found.text if isinstance(found, source.Scalar) and last not in _TEXT_KEYS else last
        code, allowed = _choice(last, path), str(context.get("expected", "")).replace("'", "`").replace(" or ", ", ")
        place = _key_place(node, path) if code is NotALanguage else source.place_of(node, path)
        near = in_english(text, str(context.get("expected", "")).split("'"))
        return code.at(place, near=near, text=text, key=last, allowed=allowed)
    place = source.place_of(node, path)
    if kind in ("string_too_short", "too_short"):
        return Empty.at(place, **_field(path))
    expected = "a list" if kind in ("tuple_type", "list_type") else "an indented block"
    if kind.startswith("string"):
        expected = "at most 2000 characters"
    return WrongShape.at(place, where=_where(path), expected=expected, found=_found(_at(node, path)))


_TEXT_KEYS: Final = frozenset({"nb", "nn", "en"})
_TEXT_FIELDS: Final = frozenset(
    {"title", "intended_use", "label", "summary", "detail", "patient", "suggest", "unconfirmed"}
)


def _choice(last: str, path: Path) -> type[Code]:
    if (len(path) > 1 and path[-2] in _TEXT_FIELDS) or "override_reasons" in path:
        return NotALanguage
    return NotAColour if last == "colour" else NotAChoice


def _found(node: source.Node | None) -> str:
    if isinstance(node, source.Mapping):
        return "an indented block"
    if isinstance(node, source.Sequence):
        return "a list"
    return f"`{node.text[:40]}`" if node and node.text else "nothing"


def _key_place(node: source.Node, path: Path) -> Place:
    parent = _at(node, path[:-1])
    if isinstance(parent, source.Mapping) and path[-1] in parent.entries:
        return parent.entries[str(path[-1])].key.place
    return source.place_of(node, path)


def _where(path: Path, node: source.Node | None = None) -> str:
    if not path:
        return "an adaptation" if _is_adaptation(node) else "a ruleset"
    word, _ = _BLOCKS.get(str(path[0]), (f"`{path[0]}`", RulesetFile))
    if len(path) == 1 or str(path[0]) not in _BLOCKS:
        return f"`{path[0]}`"
    inside = "".join(f" under `{each}`" for each in path[2:3] if isinstance(each, str))
    return f"{word} `{path[1]}`{inside}"


def _fields(path: Path, node: source.Node) -> list[str]:
    """The fields that may stand at a path."""
    if not path:
        return list((AdaptationFile if _is_adaptation(node) else RulesetFile).model_fields)
    if _is_adaptation(node) and path[0] in _ADAPTED:
        return list(_ADAPTED[str(path[0])].model_fields)
    if path[0] == "reviewed":
        return list(Review.model_fields)
    _, model = _BLOCKS.get(str(path[0]), ("", Alarm))
    names = _written(model)
    if model is Value:
        names = [each for each in names if each not in ("operator", "of")] + sorted(AUTHOR_OPERATORS)
    return list(Case.model_fields) if len(path) > 2 and path[0] == "limits" and path[2] == "default" else names


def _listed(fields: Sequence[str]) -> dict[str, Any]:
    """The fields of a block in words; the operators of a value are too many to name."""
    listed = ", ".join(f"`{each}`" for each in fields if each not in AUTHOR_OPERATORS)
    if AUTHOR_OPERATORS.isdisjoint(fields):
        return {"fields": listed}
    one, one_nb = "an operator such as `last_reading`", "en operator som `last_reading`"
    return {"fields": f"{one}, {listed}", "fields_nb": f"{one_nb}, {listed}"}
