"""What was proven, in words and as JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from cds.diagnostics import Language
from cds.verify.proving import Kind, Proven

_SENTENCES: Final[Mapping[Language, Mapping[Kind, str]]] = {
    "nb": {
        "never_fires": "`{rule}` kan aldri slå til",
        "silent_at_worst": "`{rule}` og alle andre tier når `{subject}` er så lav eller høy som den kan bli ({value})",
        "order_turned": "`{rule}`: egne grenser kan snu rekkefølgen: `{subject}` {value} forbi `{other}`",
        "hides_worse": "`{rule}` skjules av `{other}`, som har en mildere farge",
        "always_together": "`{rule}` og `{other}` slår alltid til sammen; trengs begge?",
        "never_together": "`{rule}` og `{other}` slår aldri til sammen",
        "undecided": "om `{rule}` kan slå til, er ikke avgjort; tillegget `verify` (z3-solver) kan avgjøre mer",
    },
    "nn": {
        "never_fires": "`{rule}` kan aldri slå til",
        "silent_at_worst": "`{rule}` og alle andre tier når `{subject}` er så låg eller høg som han kan bli ({value})",
        "order_turned": "`{rule}`: eigne grenser kan snu rekkjefølgja: `{subject}` {value} forbi `{other}`",
        "hides_worse": "`{rule}` blir gøymd av `{other}`, som har ein mildare farge",
        "always_together": "`{rule}` og `{other}` slår alltid til saman; trengst begge?",
        "never_together": "`{rule}` og `{other}` slår aldri til saman",
        "undecided": "om `{rule}` kan slå til, er ikkje avgjort; tillegget `verify` (z3-solver) kan avgjere meir",
    },
    "en": {
        "never_fires": "`{rule}` can never fire",
        "silent_at_worst": "`{rule}` and all others are silent when `{subject}` is as low or high as it gets ({value})",
        "order_turned": "`{rule}`: own limits can turn the order: `{subject}` {value} past `{other}`",
        "hides_worse": "`{rule}` is hidden by `{other}`, which has a milder colour",
        "always_together": "`{rule}` and `{other}` always fire together; are both needed?",
        "never_together": "`{rule}` and `{other}` never fire together",
        "undecided": "whether `{rule}` can fire is not decided; the extra `verify` (z3-solver) may decide it",
    },
}
_OWN: Final[Mapping[Language, str]] = {
    "nb": " (med regelsettets egne grenser; en pasients egne kan endre det)",
    "nn": " (med dei eigne grensene til regelsettet; grensene til ein pasient kan endre det)",
    "en": " (with the ruleset's own limits; a patient's own may change it)",
}
_PATIENT: Final[Mapping[Language, str]] = {"nb": "for eksempel:", "nn": "til dømes:", "en": "for instance:"}
_TOLD: Final[Mapping[Language, str]] = {
    "nb": "{rulesets} regelsett gjennomgått: {problems} å se på, {notes} til opplysning",
    "nn": "{rulesets} regelsett gjennomgått: {problems} å sjå på, {notes} til opplysning",
    "en": "{rulesets} rulesets looked through: {problems} to look at, {notes} for information",
}


def as_words(found: Mapping[str, Sequence[Proven]], language: Language = "en", notes: bool = False) -> str:
    """What was proven of each ruleset, with its place. notes: also what is only for information."""
    lines = [line for each in found.values() for proven in each for line in _lines(proven, language, notes)]
    problems = sum(each.is_problem for proven in found.values() for each in proven)
    others = sum(map(len, found.values())) - problems
    return "\n".join([*lines, _TOLD[language].format(rulesets=len(found), problems=problems, notes=others)])


def _lines(proven: Proven, language: Language, notes: bool) -> list[str]:
    if not (proven.is_problem or notes or proven.kind == "undecided"):
        return []
    sentence = _SENTENCES[language][proven.kind].format(
        rule=proven.rule, other=proven.other, subject=proven.subject, value=proven.value
    )
    lines = [f"{proven.place}: {sentence}{'' if proven.for_everybody else _OWN[language]}"]
    return [*lines, f"  {_PATIENT[language]}", proven.patient] if proven.patient else lines


def as_json(found: Mapping[str, Sequence[Proven]]) -> str:
    """A JSON object: each ruleset with what was proven of it."""
    listed = {ruleset: [_as_dict(each) for each in proven] for ruleset, proven in found.items()}
    return json.dumps(listed, ensure_ascii=False, indent=2)


def _as_dict(proven: Proven) -> dict[str, Any]:
    place = {"file": proven.place.file, "line": proven.place.line, "column": proven.place.column}
    return {
        "kind": proven.kind,
        "is_problem": proven.is_problem,
        "rule": proven.rule,
        "other": proven.other,
        "subject": proven.subject,
        "value": proven.value,
        "patient": proven.patient,
        "for_everybody": proven.for_everybody,
        "place": place,
    }
