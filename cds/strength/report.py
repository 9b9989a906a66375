"""Strength in words, and as JSON."""

import json
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, Final

from cds.diagnostics import Language
from cds.strength.edits import Edit, Kind
from cds.strength.measuring import Strength

_LONG: Final = 120
_BESIDE: Final = 40
_PASSES: Final[Mapping[Language, Mapping[Kind, str]]] = {
    "nb": {
        "number": "`{before}` → `{after}` ville ikke blitt lagt merke til",
        "comparison": "`{before}` → `{after}` ville ikke blitt lagt merke til",
        "joining": "`{before}` → `{after}` ville ikke blitt lagt merke til",
        "boundary": "grensen `{before}` → `{after}` ville ikke blitt lagt merke til",
        "dropped": "uten `{before}` ville ingen merket noe",
        "missing_as_false": "at manglende data ble lest som nei, ville ikke blitt lagt merke til",
    },
    "nn": {
        "number": "`{before}` → `{after}` ville ikkje blitt lagt merke til",
        "comparison": "`{before}` → `{after}` ville ikkje blitt lagt merke til",
        "joining": "`{before}` → `{after}` ville ikkje blitt lagt merke til",
        "boundary": "grensa `{before}` → `{after}` ville ikkje blitt lagt merke til",
        "dropped": "utan `{before}` ville ingen merka noko",
        "missing_as_false": "at manglande data vart lesne som nei, ville ikkje blitt lagt merke til",
    },
    "en": {
        "number": "`{before}` → `{after}` would go unnoticed",
        "comparison": "`{before}` → `{after}` would go unnoticed",
        "joining": "`{before}` → `{after}` would go unnoticed",
        "boundary": "the border `{before}` → `{after}` would go unnoticed",
        "dropped": "without `{before}` nobody would notice",
        "missing_as_false": "that missing data were read as no would go unnoticed",
    },
}
_TOLD: Final[Mapping[Language, str]] = {
    "nb": "{ruleset}: {noticed} av {all} små feil blir lagt merke til ({share:.0f} %)",
    "nn": "{ruleset}: {noticed} av {all} små feil blir lagde merke til ({share:.0f} %)",
    "en": "{ruleset}: {noticed} of {all} small errors are noticed ({share:.0f} %)",
}
_ALSO: Final[Mapping[Language, tuple[str, str, str]]] = {
    "nb": (
        "{count} andre stopper kontrollen",
        "ingen forskjell funnet hos {tries} pasienter: har dette noe å si?",
        "aldri sett {states}: {words}",
    ),
    "nn": (
        "{count} andre stoppar kontrollen",
        "ingen skilnad funnen hos {tries} pasientar: har dette noko å seie?",
        "aldri sett {states}: {words}",
    ),
    "en": (
        "the checker stops {count} others",
        "no difference found in {tries} patients: does this matter?",
        "never seen {states}: {words}",
    ),
}
_STATES: Final[Mapping[Language, Mapping[str, str]]] = {
    "nb": {"true": "sann", "false": "usann", "unknown": "ukjent"},
    "nn": {"true": "sann", "false": "usann", "unknown": "ukjend"},
    "en": {"true": "true", "false": "false", "unknown": "unknown"},
}
_PASTE: Final[Mapping[Language, str]] = {
    "nb": "prøvetilfeller som mangler; les gjennom før de limes inn:",
    "nn": "prøvetilfelle som manglar; les gjennom før dei blir limte inn:",
    "en": "the missing cases; read them before you paste them:",
}


def as_words(measured: Sequence[Strength], language: Language = "en") -> str:
    """What would go unnoticed, with the place and the case that is missing, ruleset by ruleset."""
    return "\n".join(line for each in measured for line in _lines(each, language))


def passes(edit: Edit, language: Language) -> str:
    """An error that no case notices, as a sentence."""
    before, after = _around(edit)
    sentence = _PASSES[language][edit.kind].format(before=before, after=after)
    return f"{edit.place}: {edit.name}: {sentence}"


def _lines(measured: Strength, language: Language) -> list[str]:
    told = measured.noticed + len(measured.unnoticed)
    first = _TOLD[language].format(
        ruleset=measured.ruleset, noticed=measured.noticed, all=told, share=_down(measured.share)
    )
    stopped, silent, unseen = _ALSO[language]
    lines = [first + ("; " + stopped.format(count=measured.refused) if measured.refused else "")]
    lines += [f"  {passes(each, language)}" for each in measured.unnoticed]
    for each in measured.silent:
        before, after = _around(each)
        said = f"`{before}` → `{after}`"
        lines.append(f"  {each.place}: {each.name}: {said}: {silent.format(tries=measured.tries)}")
    for clause in measured.clauses:
        if clause.unseen:
            states = ", ".join(_STATES[language][state] for state in clause.unseen)
            lines.append(f"  {clause.rule}: {unseen.format(states=states, words=clause.words)}")
    if measured.unnoticed:
        lines += ["", f"  {_PASTE[language]}", *measured.missing]
    return lines


def _around(edit: Edit) -> tuple[str, str]:
    """What stands there and what would; of long texts the stretch that differs, with some words on either side."""
    if max(len(edit.before), len(edit.after)) <= _LONG or not edit.after:
        return edit.before, edit.after
    start = _alike(edit.before, edit.after)
    end = _alike(edit.before[start:][::-1], edit.after[start:][::-1])
    return _cut(edit.before, start, end), _cut(edit.after, start, end)


def _alike(one: str, other: str) -> int:
    """With how many letters both begin."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _cut(text: str, start: int, end: int) -> str:
    """A text without what lies further than a few words before `start`, and before the last `end` letters."""
    first, last = max(0, start - _BESIDE), min(len(text), len(text) - end + _BESIDE)
    return ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")


def _down(share: float) -> float:
    """A share that is shown as 100 only when it is."""
    return share if share == 100.0 else min(99.0, share)


def as_json(measured: Sequence[Strength]) -> str:
    """A JSON list, an object for each ruleset."""
    return json.dumps([_as_dict(each) for each in measured], ensure_ascii=False, indent=2)


def _as_dict(measured: Strength) -> dict[str, Any]:
    return {
        "ruleset": measured.ruleset,
        "file": measured.file,
        "noticed": measured.noticed,
        "refused": measured.refused,
        "same": measured.same,
        "unnoticed": [_edit(each) for each in measured.unnoticed],
        "missing": list(measured.missing),
        "silent": [_edit(each) for each in measured.silent],
        "tries": measured.tries,
        "clauses": [{"rule": each.rule, "words": each.words, "seen": sorted(each.seen)} for each in measured.clauses],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    place = {"file": edit.place.file, "line": edit.place.line, "column": edit.place.column}
    return {"kind": edit.kind, "name": edit.name, "before": edit.before, "after": edit.after, "place": place}
