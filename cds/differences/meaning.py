"""What changed between two versions of a ruleset, in clinical words; how it is written and laid out is no matter."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Final, cast

from pydantic import BaseModel

from cds.diagnostics import Language
from cds.differences.words import WORDS
from cds.handbook.content import Handbook
from cds.loading import Checked
from cds.model import Alarm, Limit
from cds.reading import LoadedFile
from cds.sentences import say

_TEXTS: Final = ("summary", "detail", "patient", "suggest", "unconfirmed", "risks", "override_reasons")
_ASKED: Final = ("when", "red", "orange", "yellow", "value", "colour", "input", "after", "check")
_BEHAVIOUR: Final = ("quiet_for", "remind_after", "clear_when", "respond_within", "responsible", "route")


def changes(
    old: tuple[Checked, LoadedFile], new: tuple[Checked, LoadedFile], language: Language = "en"
) -> tuple[str, ...]:
    """What changed, a sentence for each change, in the order of a ruleset's blocks; () when its meaning is the same."""
    return tuple(_Comparison(old, new, language).sentences())


class _Comparison:
    """Two versions of a ruleset beside each other."""

    def __init__(self, old: tuple[Checked, LoadedFile], new: tuple[Checked, LoadedFile], language: Language) -> None:
        self.language: Language = language
        self.before, self.after = Handbook(*old, language), Handbook(*new, language)
        self.old, self.new = old[1].model, new[1].model

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, WORDS, **values)

    def sentences(self) -> Iterator[str]:
        if self.old.status != self.new.status:
            yield self.say("status", old=self.old.status, new=self.new.status)
        yield from self._cards()
        yield from self._applies()
        yield from self._named("input", self.old.inputs, self.new.inputs, self._input)
        yield from self._named("limit", self.old.limits, self.new.limits, self._limit)
        yield from self._named("value", self.old.values, self.new.values, self._value)
        yield from self._named("bands", self.old.bands, self.new.bands, self._whole)
        yield from self._named("score", self.old.scores, self.new.scores, self._whole)
        yield from self._named("check_block", self.old.checks, self.new.checks, self._whole)
        before, after = ({**each.rules, **each.zones, **each.missing} for each in (self.old, self.new))
        yield from self._named("rule", before, after, self._rule)

    def _cards(self) -> Iterator[str]:
        """When cards are shown, and the reasons on them."""
        yield from self._changed(self.say("ruleset"), "hooks", ", ".join(self.old.hooks), ", ".join(self.new.hooks))
        if self.old.override_reasons != self.new.override_reasons:
            yield self.say("texts", name=self.say("ruleset"), fields="override_reasons")

    def _applies(self) -> Iterator[str]:
        old = [self.before.speaker.condition(each) for each in self.old.applies_to]
        new = [self.after.speaker.condition(each) for each in self.new.applies_to]
        yield from (self.say("applies", text=each) for each in new if each not in old)
        yield from (self.say("applies_no_more", text=each) for each in old if each not in new)

    def _named(
        self,
        what: str,
        old: Mapping[str, Any],
        new: Mapping[str, Any],
        compare: Callable[[str, Any, Any], Iterator[str]],
    ) -> Iterator[str]:
        """What was added, removed or changed in one block, by the names in it."""
        for name in dict.fromkeys([*old, *new]):
            if name not in old:
                yield self.say("added", what=self.say(what), name=self._called(self.after, what, name), text="")
            elif name not in new:
                yield self.say("removed", what=self.say(what), name=self._called(self.before, what, name))
            else:
                yield from compare(name, old[name], new[name])

    def _called(self, side: Handbook, what: str, name: str) -> str:
        if what == "limit":
            return side.speaker.text(side.model.limits[name].label) or name
        return name.replace("_", " ")

    def _changed(self, name: str, field: str, old: str, new: str) -> Iterator[str]:
        if old != new:
            empty = self.say("nothing")
            yield self.say("changed", name=name, field=field, old=old or empty, new=new or empty)

    def _input(self, name: str, old: Any, new: Any) -> Iterator[str]:
        written = [
            ", ".join(f"{key} {value}" for key, value in each.model_dump(exclude_defaults=True).items())
            for each in (old, new)
        ]
        yield from self._changed(name.replace("_", " "), self.say("input"), *written)

    def _limit(self, name: str, old: Limit, new: Limit) -> Iterator[str]:
        called = f"«{self._called(self.after, 'limit', name)}»"
        yield from self._changed(called, self.say("amount"), self.before.number(old), self.after.number(new))
        yield from self._changed(called, self.say("allowed"), self.before.allowed(old), self.after.allowed(new))
        for field in ("beyond", "below", "source"):
            yield from self._changed(called, field, getattr(old, field) or "", getattr(new, field) or "")

    def _value(self, name: str, old: Any, new: Any) -> Iterator[str]:
        called = name.replace("_", " ")
        told = self.before.speaker.value(name), self.after.speaker.value(name)
        if told[0] != told[1]:
            yield from self._changed(called, self.say("meaning"), *told)
        else:  # a change that the sentence does not tell, such as times of day
            yield from self._whole(name, old, new, leave_out=frozenset({"show"}))

    def _whole(self, name: str, old: Any, new: Any, leave_out: frozenset[str] = frozenset()) -> Iterator[str]:
        """Every field that differs, as it is written."""
        called = name.replace("_", " ")
        for field in _fields(new):
            before, after = getattr(old, field, None), getattr(new, field, None)
            if before != after and field not in leave_out:
                yield from self._changed(called, field.replace("_", " "), _written(before), _written(after))

    def _rule(self, name: str, old: Alarm, new: Alarm) -> Iterator[str]:
        called = name.replace("_", " ")
        if _shape(old) != _shape(new):
            before, after = list(self.before.conditions(old)), list(self.after.conditions(new))
            told = [each for each in before if each not in after], [each for each in after if each not in before]
            yield from self._changed(called, self.say("when"), *map("; ".join, told))
        for field, attribute in (("confirm", "confirm"), ("for", "held")):
            both = (_written(getattr(each, attribute, None)) for each in (old, new))
            yield from self._changed(called, self.say(field), *both)
        for field in ("hidden_by", "unknown_while", "vkp", "source"):
            yield from self._changed(called, self.say(field), *(_written(getattr(each, field)) for each in (old, new)))
        for field in _BEHAVIOUR:
            both = (_written(getattr(each, field, None)) for each in (old, new))
            yield from self._changed(called, self.say("alarm", field=field), *both)
        texts = [each for each in _TEXTS if getattr(old, each, None) != getattr(new, each, None)]
        if texts:
            yield self.say("texts", name=called, fields=", ".join(texts))


def _shape(alarm: Alarm) -> tuple[Any, ...]:
    """What a rule asks, whatever its limits are and wherever it stands in its line."""
    return tuple(_without_places(getattr(alarm, field, None)) for field in _ASKED)


def _without_places(part: Any) -> Any:
    if isinstance(part, tuple):
        return tuple(map(_without_places, cast("tuple[Any, ...]", part)))
    if not is_dataclass(part):
        return part
    kept = (each.name for each in fields(part) if each.name not in ("start", "end"))
    return (type(part).__name__, *(_without_places(getattr(part, name)) for name in kept))


def _fields(entry: BaseModel) -> list[str]:
    return list(type(entry).model_fields)


def _written(value: Any) -> str:
    """A field as its author wrote it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(_written, cast("tuple[Any, ...]", value)))
    if isinstance(value, Mapping):
        entries = cast("Mapping[Any, Any]", value).items()
        return ", ".join(f"{_written(key)}: {_written(each)}" for key, each in entries)
    if hasattr(value, "readings"):
        return f"{value.readings} / {value.within.text}"
    return str(getattr(value, "text", value))
