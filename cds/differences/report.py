"""A comparison in words, and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from cds.diagnostics import Language
from cds.differences.effect import Effect, Moved
from cds.differences.words import WORDS
from cds.sentences import say


def as_words(head: dict[str, str], changes: Sequence[str], effect: Effect | None, language: Language = "en") -> str:
    """What changed, and what that does to patients where a population was given. head: ruleset, old and new version."""
    lines = [say("head", language, WORDS, **head)]
    lines += [f"  {each}" for each in changes or [say("same", language, WORDS)]]
    if effect:
        lines += ["", say("people", language, WORDS, count=effect.patients, at=effect.at)]
        moved = [line for each in effect.rules if not each.is_same for line in _moved(each, language)]
        lines += [f"  {each}" for each in moved or [say("nobody", language, WORDS)]]
    return "\n".join(lines)


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


def as_json(head: dict[str, str], changes: Sequence[str], effect: Effect | None) -> str:
    """A JSON object with the head, the sentences, and every rule's counts where a population was given."""
    made = {**head, "changes": list(changes), "effect": asdict(effect) if effect else None}
    return json.dumps(made, ensure_ascii=False, indent=2)
