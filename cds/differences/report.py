"""A comparison in words, and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from cds.diagnostics import Language
from cds.differences.effect import Effect, Load, Moved
from cds.differences.words import WORDS
from cds.sentences import say
from cds.wording import number_text


def as_words(
    head: dict[str, str],
    changes: Sequence[str],
    effect: Effect | None,
    language: Language = "en",
    load: Load | None = None,
) -> str:
    """What changed, and what that does to patients and alerts where a population was given.

    head: ruleset, old and new version.
    """
    lines = [say("head", language, WORDS, **head)]
    lines += [f"  {each}" for each in changes or [say("same", language, WORDS)]]
    if effect:
        lines += ["", say("people", language, WORDS, count=effect.patients, at=effect.at)]
        moved = [line for each in effect.rules if not each.is_same for line in _moved(each, language)]
        lines += [f"  {each}" for each in moved or [say("nobody", language, WORDS)]]
    if load:
        lines += ["", say("load", language, WORDS, start=load.start, end=load.end)]
        lines += [f"  {each}" for each in _load(load, language)]
    return "\n".join(lines)


def _load(load: Load, language: Language) -> list[str]:
    lines: list[str] = []
    for name, rates in {**load.rules, "": load.whole}.items():
        old, new = ("–" if each is None else number_text(each, 2, language) for each in rates)
        rule = name.rpartition("/")[2].replace("_", " ") or say("all_rules", language, WORDS)
        lines.append(say("per_week", language, WORDS, rule=rule, old=old, new=new))
        if name in load.too_little:
            lines[-1] += f" ({say('too_little', language, WORDS)})"
    return lines


def _moved(each: Moved, language: Language) -> list[str]:
    rule = each.rule.rpartition("/")[2].replace("_", " ")
    old, new = ("–" if count is None else str(count) for count in each.fired)
    lines = [say("moved", language, WORDS, rule=rule, gained=each.gained, lost=each.lost, old=old, new=new)]
    for key, examples in (("gained", each.gained_examples), ("lost", each.lost_examples)):
        if examples:
            lines.append(f"  {say(key, language, WORDS, patients=', '.join(examples))}")
    if each.unknown[0] != each.unknown[1]:
        old, new = ("–" if count is None else str(count) for count in each.unknown)
        lines.append(say("unknown", language, WORDS, rule=rule, old=old, new=new))
    return lines


def as_json(head: dict[str, str], changes: Sequence[str], effect: Effect | None, load: Load | None = None) -> str:
    """A JSON object with the head, the sentences, and every rule's counts and load where a population was given."""
    over = {"effect": asdict(effect) if effect else None, "load": asdict(load) if load else None}
    made = {**head, "changes": list(changes), **over}
    return json.dumps(made, ensure_ascii=False, indent=2)
