"""A file of indicators: what is counted of which rules, in which groups. YAML in, definitions or diagnostics out."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Field, ValidationError

from cds import source
from cds.diagnostics import CdsError, Diagnostic, RulesetError, closest, in_order
from cds.diagnostics.names import UnknownName
from cds.diagnostics.notation import NotAQuantity
from cds.diagnostics.shape import Empty, MissingField, NotAChoice, NotALanguage, UnknownField, WrongShape
from cds.grammar import Misread
from cds.model import NameText, Plain, Strict, Texts
from cds.plan import Plan

Told = Literal["fired", "not_fired", "unconfirmed"]
YesNo = Literal["yes", "no"]
Grouping = tuple[str, ...]  # names of groups; () = everybody

BUILT_IN: Final = ("sex", "age")
AGES: Final = (0, 18, 45, 65, 80)
"""Where age bands begin unless a file says otherwise."""
_BY: Final = " by "
_MOST_SHOWN: Final = 50


class GroupEntry(Strict):
    """What people are grouped by."""

    title: Texts = Field(description="What people call it.")
    bands: tuple[Plain, ...] = Field((), description="For `age`: the ages in years at which bands begin.")


class IndicatorEntry(Strict):
    """One indicator: a share of the patients of whom its rules can be told."""

    title: Texts = Field(description="What people call it.")
    rules: tuple[Plain, ...] = Field(min_length=1, description="Rules as `ruleset/rule`; each is counted by itself.")
    numerator: tuple[Told, ...] = Field(min_length=1, description="The rule's statuses that are counted.")
    denominator: tuple[Told, ...] = Field(
        ("fired", "not_fired", "unconfirmed"),
        min_length=1,
        description="The statuses of which the numerator is a share. `unknown` is never among them: the share of all, "
        "the unknown included, stands beside.",
    )
    groups: tuple[Plain, ...] = Field((), description="Groups, also crossed: `municipality by sex`.")
    reasons: YesNo = Field("no", description="Whether those of whom the rule cannot be told are counted by reason.")
    users: YesNo = Field(
        "no", description="Whether only users of the rule's medicines count; others are not applicable."
    )
    limits: YesNo = Field("no", description="Whether it is counted whose limit was used, and how many had expired.")
    source: Plain = Field(description="Where the definition comes from.")
    to_confirm: Plain | None = Field(None, description="What must still be confirmed.")


class IndicatorFile(Strict):
    """A file of indicators."""

    language: Literal["1"] = Field(description="Version of this notation.")
    groups: Mapping[Plain, GroupEntry] = Field({}, description="What the groups are called.")
    indicators: Mapping[NameText, IndicatorEntry] = Field(min_length=1, description="Indicators by name.")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. rules: ids. groupings: the groups in which it is counted, besides everybody.

    is_of_users: the rules do not apply to those who are known not to use their medicines.
    """

    id: str
    title: Mapping[str, str]
    rules: tuple[str, ...]
    numerator: frozenset[str]
    denominator: frozenset[str]
    groupings: tuple[Grouping, ...]
    has_reasons: bool = False
    has_limits: bool = False
    is_of_users: bool = False
    source: str = ""


@dataclass(frozen=True, slots=True)
class Definitions:
    """Indicators, what groups are called, and where age bands begin."""

    indicators: tuple[Indicator, ...]
    titles: Mapping[str, Mapping[str, str]]
    ages: tuple[int, ...] = AGES


def definitions_from(path: str | Path, plan: Plan, columns: Collection[str] = ()) -> Definitions:
    """The definitions of a file. columns: groups that a table gives. RulesetError holds everything wrong with it."""
    try:
        text = Path(path).read_bytes()
    except OSError as wrong:
        raise CdsError(f"the indicators `{path}` cannot be read: {wrong.strerror}") from wrong
    found, diagnostics = read_definitions(text, str(path), plan, columns)
    if found is None:
        raise RulesetError(diagnostics)
    return found


def read_definitions(
    text: str | bytes, file: str, plan: Plan, columns: Collection[str] = ()
) -> tuple[Definitions | None, list[Diagnostic]]:
    """The definitions of a text, or None and everything that is wrong with it."""
    node, found = source.read(text, file)
    if node is None or found:
        return None, found
    try:
        model = IndicatorFile.model_validate(source.plain(node))
    except ValidationError as errors:
        return None, in_order(_misshapen(errors, node))
    names = _wrong_names(model, node, plan, {*BUILT_IN, *columns})
    wrong = in_order([*names, *_at_odds(model, node), *_wrong_ages(model, node)])
    return (None, wrong) if wrong else (_definitions(model), [])


def of_every_rule(plan: Plan, columns: Collection[str] = ()) -> Definitions:
    """One indicator for each rule, the share in which it fires, by sex, age and each of the columns."""
    groupings = tuple((name,) for name in (*BUILT_IN, *columns))
    told = frozenset(("fired", "not_fired", "unconfirmed"))
    titles = {rule.id: plan.head(rule.ruleset).title for rule in plan.rules}
    indicators = [
        Indicator(rule.id, titles[rule.id], (rule.id,), frozenset(("fired",)), told, groupings) for rule in plan.rules
    ]
    return Definitions(tuple(indicators), {})


def indicators_schema() -> dict[str, Any]:
    """JSON Schema of a file of indicators, for editors that complete and mark while typing."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **IndicatorFile.model_json_schema(),
        "title": "cds indicators",
    }


def _definitions(model: IndicatorFile) -> Definitions:
    age = model.groups.get("age")
    indicators = [
        Indicator(
            id=name,
            title={str(language): text for language, text in each.title.items()},
            rules=each.rules,
            numerator=frozenset(each.numerator),
            denominator=frozenset(each.denominator),
            groupings=tuple(tuple(text.split(_BY)) for text in each.groups),
            has_reasons=each.reasons == "yes",
            has_limits=each.limits == "yes",
            is_of_users=each.users == "yes",
            source=each.source,
        )
        for name, each in model.indicators.items()
    ]
    titles = {name: {str(one): text for one, text in each.title.items()} for name, each in model.groups.items()}
    ages = tuple(map(int, age.bands)) if age and age.bands else AGES
    return Definitions(tuple(indicators), titles, ages)


def _wrong_names(
    model: IndicatorFile, node: source.Mapping, plan: Plan, groups: Collection[str]
) -> Iterator[Diagnostic]:
    rules = [rule.id for rule in plan.rules]
    for name, each in model.indicators.items():
        path = ("indicators", name)
        for number, rule in enumerate(each.rules):
            if rule not in rules:
                place = source.place_of(node, (*path, "rules", number))
                yield UnknownName.at(place, near=closest(rule, rules), kind="rule", name=rule)
        for number, status in enumerate(each.numerator):
            if status not in each.denominator:
                place = source.place_of(node, (*path, "numerator", number))
                yield NotAChoice.at(place, text=status, allowed=", ".join(f"`{each}`" for each in each.denominator))
        for number, text in enumerate(each.groups):
            for group in text.split(_BY):
                if group not in groups:
                    place = source.place_of(node, (*path, "groups", number))
                    yield UnknownName.at(place, near=closest(group, groups), kind="group", name=group)


def _at_odds(model: IndicatorFile, node: source.Mapping) -> Iterator[Diagnostic]:
    """A rule that two indicators count, one of them of users only: the counts would not add up to the same."""
    first: dict[str, YesNo] = {}
    for name, each in model.indicators.items():
        for number, rule in enumerate(each.rules):
            if first.setdefault(rule, each.users) != each.users:
                written = "users" in each.model_fields_set
                path = ("indicators", name, "users") if written else ("indicators", name, "rules", number)
                yield NotAChoice.at(source.place_of(node, path), text=each.users, allowed=f"`users: {first[rule]}`")


def _wrong_ages(model: IndicatorFile, node: source.Mapping) -> Iterator[Diagnostic]:
    """Ages that are no whole numbers, or do not rise."""
    for name, group in model.groups.items():
        for number, text in enumerate(group.bands):
            if name != "age" or not (text.isascii() and text.isdecimal() and len(text) <= 3):
                place = source.place_of(node, ("groups", name, "bands", number))
                yield NotAQuantity.at(place, text=text[:_MOST_SHOWN], expected="a whole number")
                return
        for number, (one, next_one) in enumerate(pairwise(group.bands), 1):
            if int(next_one) <= int(one):
                place = source.place_of(node, ("groups", name, "bands", number))
                yield NotAChoice.at(place, text=next_one, allowed=f"the ages above `{one}`")


def _misshapen(errors: ValidationError, node: source.Mapping) -> Iterator[Diagnostic]:
    listed = errors.errors(include_url=False)
    below = {error["loc"][:-1] for error in listed}
    for error in listed:
        if error["type"] == "too_short" and error["loc"] in below:
            continue  # it is too short only without what is wrong in it
        path = tuple(each for each in error["loc"] if each != "[key]")
        is_key = error["loc"][-1:] == ("[key]",) or error["type"] == "extra_forbidden"
        yield _diagnostic(error["type"], error.get("ctx", {}), path, node, source.place_of(node, path, key=is_key))


def _diagnostic(
    kind: str, context: Mapping[str, Any], path: tuple[str | int, ...], node: source.Mapping, place: Any
) -> Diagnostic:
    where, last = _where(path), str(path[-1]) if path else ""
    inner = context.get("error")
    if isinstance(inner, Misread):
        values: dict[str, Any] = {"where": where, "field": f"`{last}`", **inner.values}
        return inner.kind.at(place, **values)
    if kind == "extra_forbidden":
        fields = list((_FIELDS.get(str(path[0]), IndicatorFile) if len(path) > 1 else IndicatorFile).model_fields)
        listed = ", ".join(f"`{each}`" for each in fields)
        return UnknownField.at(place, near=closest(last, fields), field=last, where=_where(path[:-1]), fields=listed)
    if kind == "missing":
        return MissingField.at(source.place_of(node, path[:-1]), field=last, where=_where(path[:-1]))
    if kind == "literal_error" and path[-2:-1] == ("title",):
        return NotALanguage.at(source.place_of(node, path, key=True), key=last)
    found = source.node_at(node, path)
    if kind == "literal_error":
        allowed = str(context.get("expected", "")).replace("'", "`").replace(" or ", ", ")
        return NotAChoice.at(place, text=found.text if isinstance(found, source.Scalar) else last, allowed=allowed)
    if kind in ("too_short", "string_too_short"):
        return Empty.at(place, field=f"`{last}`")
    expected = "a list" if kind.startswith(("tuple", "list")) else "words" if kind.startswith("string") else "a block"
    return WrongShape.at(place, where=where, expected=expected, found=_found(found))


_FIELDS: Final[Mapping[str, type[Strict]]] = {"groups": GroupEntry, "indicators": IndicatorEntry}


def _found(node: source.Node | None) -> str:
    if isinstance(node, source.Scalar):
        return f"`{node.text[:_MOST_SHOWN]}`" if node.text else "nothing"
    return "a list" if isinstance(node, source.Sequence) else "a block"


def _where(path: tuple[str | int, ...]) -> str:
    words = {"groups": "the group", "indicators": "the indicator"}
    first, name, *below = *map(str, path), "", ""
    if first not in words or not name:
        return f"`{first}`" if first else "the file"
    under = f" under `{below[0]}`" if len(path) > 2 else ""
    return f"{words[first]} `{name}`{under}"
