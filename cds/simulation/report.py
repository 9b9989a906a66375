"""A simulation, or several side by side, as text, JSON and CSV."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, fields
from typing import Any, Final

from cds.diagnostics import Language
from cds.sentences import say
from cds.simulation.bands import Off
from cds.simulation.comparing import Column, moved, rules_of
from cds.simulation.outcome import RuleLoad, Simulated
from cds.simulation.words import WORDS
from cds.wording import number_text

_COUNTS: Final = (
    *("alerts", "patients", "opened", "from_before", "confirmed", "quietened", "shown", "reminded", "risen"),
    *("escalated", "suppressed", "standing"),
)
_EXAMPLES: Final = 20  # patients named in JSON at most, gained or lost


def as_words(columns: Sequence[Column], language: Language = "en") -> str:
    """Each simulation as a table of rules, and side by side where there are several."""
    period = columns[0].simulated.period
    times = ", ".join(period.times)
    lines = [_say("title", language, start=period.start, end=period.end, times=times)]
    drafts = dict.fromkeys(head.id for each in columns for head in each.simulated.plan.heads if head.status == "draft")
    if drafts:
        lines.append(say("notice", language, rulesets=", ".join(drafts)))
    if len(columns) > 1:
        lines += ["", *_side_by_side(columns, language)]
    for each in columns:
        lines += ["", *([f"{each.name}:"] if len(columns) > 1 else []), *_one(each.simulated, language)]
    return "\n".join(lines)


def _one(simulated: Simulated, language: Language) -> Iterator[str]:
    weeks = number_text(simulated.period.weeks, 1, language)
    yield _say("people", language, followed=simulated.followed, patients=len(simulated.ids), weeks=weeks)
    after = simulated.acknowledge_after
    yield _say("answered", language, after=after) if after else _say("nobody", language)
    busiest = _say("none", language)
    if simulated.busiest:
        busiest = _say("busiest", language, patient=simulated.busiest[0], count=simulated.busiest[1])
    rate = _rate(simulated.per_week, language)
    about = {"alerts": simulated.alerts, "alerted": simulated.alerted, "busiest": busiest}
    yield _say("load", language, rate=rate, **about)
    if simulated.is_too_little:
        yield _say("little", language)
    looks, unknown = (sum(getattr(each, name) for each in simulated.loads) for name in ("moments", "unknown"))
    if unknown:
        yield _say("unmeasured", language, share=number_text(100 * unknown / looks, 0, language))
    yield ""
    yield from _table([_head(language), *(_line(each, language) for each in simulated.loads)])
    if any(each.is_too_little for each in simulated.loads):
        yield _say("mark", language)


def _head(language: Language) -> list[str]:
    return [_say(each, language) for each in ("rule", "per_week", *_COUNTS, "unknown")]


def _line(each: RuleLoad, language: Language) -> list[str]:
    rate = _rate(each.per_week, language) + ("*" if each.is_too_little else " ")
    unknown = number_text(100 * each.unknown_share, 0, language)
    return [each.rule, rate, *(str(getattr(each, name)) for name in _COUNTS), unknown]


def _side_by_side(columns: Sequence[Column], language: Language) -> Iterator[str]:
    first, *others = columns
    yield _say("compared", language, first=first.name)
    lines = [[_say("rule", language), first.name, *(cell for each in others for cell in (each.name, "+", "−"))]]
    for rule in rules_of(columns):
        lines.append([rule, _rate_of(first, rule, language)])
        for each in others:
            who = moved(first, each, rule)
            lines[-1] += [_rate_of(each, rule, language), f"+{len(who.gained)}", f"−{len(who.lost)}"]
    total = [_say("all", language), _rate(first.simulated.per_week, language)]
    for each in others:
        total += [_rate(each.simulated.per_week, language), "", ""]
    yield from _table([*lines, total])


def _rate_of(column: Column, rule: str, language: Language) -> str:
    load = column.load(rule)
    return _rate(load.per_week, language) if load else "–"


def _rate(rate: float, language: Language) -> str:
    return number_text(rate, 2, language)


def _table(lines: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    for first, *rest in lines:
        cells = (cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))
        yield f"  {first.ljust(widths[0])}  {'  '.join(cells)}".rstrip()


def as_json(columns: Sequence[Column]) -> str:
    """A JSON object: the period, and each simulation with its rules and whom it gains and loses."""
    period = columns[0].simulated.period
    made = {
        "format": "cds-simulation/1",
        "from": period.start.isoformat(),
        "to": period.end.isoformat(),
        "times": list(period.times),
        "simulations": [_object(columns[0], each) for each in columns],
    }
    return json.dumps(made, ensure_ascii=False, indent=2)


def _object(first: Column, column: Column) -> dict[str, Any]:
    simulated = column.simulated
    busiest = simulated.busiest
    return {
        "name": column.name,
        "rulesets": [{"id": each.id, "version": each.version, "hash": each.hash} for each in simulated.plan.heads],
        "acknowledge_after": simulated.acknowledge_after or None,
        "patients": len(simulated.ids),
        "followed": simulated.followed,
        "alerts": simulated.alerts,
        "per_week": simulated.per_week,
        "alerted": simulated.alerted,
        "busiest": {"patient": busiest[0], "alerts": busiest[1]} if busiest else None,
        "too_little": simulated.is_too_little,
        "rules": [
            {**asdict(each), "too_little": each.is_too_little, **_against(first, column, each.rule)}
            for each in simulated.loads
        ],
    }


def _against(first: Column, column: Column, rule: str) -> dict[str, Any]:
    if first is column:
        return {}
    who = moved(first, column, rule)
    return {
        "gained": len(who.gained),
        "lost": len(who.lost),
        "gained_examples": who.gained[:_EXAMPLES],
        "lost_examples": who.lost[:_EXAMPLES],
    }


def as_csv(columns: Sequence[Column]) -> str:
    """A row for each simulation and rule."""
    names = [each.name for each in fields(RuleLoad)]
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["simulation", *names, "gained", "lost"])
    for column in columns:
        for each in column.simulated.loads:
            who = moved(columns[0], column, each.rule)
            rows.writerow([column.name, *(getattr(each, name) for name in names), len(who.gained), len(who.lost)])
    return text.getvalue()


def off_words(found: Sequence[Off], language: Language) -> list[str]:
    """Rules that are not where they are expected, in words; that all is as expected, when there are none."""
    said: list[str] = []
    for each in found:
        numbers = {name: _rate(getattr(each, name), language) for name in ("rate", "low", "high")}
        said.append(_say(f"band_{each.why}", language, rule=each.rule, **numbers))
    return said or [_say("band_inside", language)]


def _say(key: str, language: Language, **values: object) -> str:
    return say(key, language, WORDS, **values)
