"""From each comparison of a rule to its source, its risks and the cases that show it: who can be told what, and why."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final

from cds.cases import CaseResult
from cds.loading import Checked
from cds.model import Alarm
from cds.periods import zone
from cds.reading import LoadedFile
from cds.result import Step

_AROUND: Final = 31  # days within which a case may look back over a change of the clocks


@dataclass(frozen=True, slots=True)
class Traced:
    """One comparison of one rule. below, at, above, missing, clocks: the cases that show it just so, by name.

    level: the colour, or `applies_to`. single, batch: how many of its cases came as expected on the executor, of how
    many.
    """

    ruleset: str
    version: str
    hash: str
    rule: str
    level: str
    comparison: str
    source: str
    risks: str
    below: str
    at: str
    above: str
    missing: str
    clocks: str
    single: str
    batch: str
    holes: str


def trace(checked: Checked, of: LoadedFile, results: Sequence[CaseResult]) -> list[Traced]:
    """Every comparison of a ruleset's rules in their order. results: of its own cases, on every executor."""
    seen: dict[tuple[str, str, str], dict[str, list[str]]] = {}
    tried: dict[str, list[CaseResult]] = {}
    for result in results:
        for finding in result.result.findings:
            if finding.rule.ruleset == of.model.ruleset:
                if any(each.expectation.rule == finding.id for each in result.outcomes):
                    tried.setdefault(finding.id, []).append(result)
                explained = finding.explain()
                for level, step in (("applies_to", explained.applies), *explained.levels):
                    for leaf in step.leaves:
                        shown = seen.setdefault((finding.id, level, leaf.sentence), {})
                        for way in _ways(leaf, result):
                            shown.setdefault(way, []).append(result.case.name)
    order = [rule.id for rule in checked.plan.rules] if checked.plan else []
    return [
        _traced(of, key, shown, tried.get(key[0], []))
        for key, shown in sorted(seen.items(), key=lambda each: order.index(each[0][0]))
    ]


def _ways(leaf: Step, result: CaseResult) -> Iterator[str]:
    """How a case shows a comparison."""
    if leaf.state == "unknown":
        yield "missing"
    elif leaf.margin is not None:
        yield "at" if abs(leaf.margin) < 1e-9 else "above" if leaf.margin > 0 else "below"
    else:
        yield "above" if leaf.state == "true" else "below"
    if _clocks_change(result):
        yield "clocks"


def _clocks_change(result: CaseResult) -> bool:
    """Whether the clocks changed in the month before a case's moment."""
    home, day = zone(result.case.zone), date.fromisoformat(result.case.at[:10])
    days = (day - timedelta(days=back) for back in range(_AROUND))
    midnights = [int((each - date(1970, 1, 1)).days) * 86_400_000_000 for each in days]
    return len({home.offset_at(each) for each in midnights}) > 1


def _traced(
    of: LoadedFile, key: tuple[str, str, str], shown: dict[str, list[str]], results: Sequence[CaseResult]
) -> Traced:
    rule, level, comparison = key
    alarm = _alarm(of, rule.rpartition("/")[2])
    source = of.model.sources.get(alarm.source or "") if alarm else None
    cases = {way: "; ".join(dict.fromkeys(shown.get(way, ()))) for way in ("below", "at", "above", "missing", "clocks")}
    holes = [way for way in ("below", "above", "missing") if not cases[way] and level != "applies_to"]
    return Traced(
        of.model.ruleset,
        of.model.version,
        of.hash,
        rule.rpartition("/")[2],
        level,
        comparison,
        source.cite if source else "",
        "; ".join(alarm.risks) if alarm else "",
        **cases,
        single=_came([all(outcome.is_ok for outcome in each.outcomes) for each in results]),
        batch=_came([not each.disagreements for each in results if "batch" in each.executors]),
        holes=", ".join(holes),
    )


def _alarm(of: LoadedFile, name: str) -> Alarm | None:
    model = of.model
    return model.rules.get(name) or model.zones.get(name) or model.missing.get(name)


def _came(results: Sequence[bool]) -> str:
    return f"{sum(results)} of {len(results)}" if results else "not run"


def as_csv(rows: Iterable[object], columns: Sequence[str]) -> str:
    """Rows as comma-separated text with a head; what a spreadsheet would take for a formula is kept a text."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_inert(str(getattr(row, column))) for column in columns])
    return out.getvalue()


def _inert(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@" else text


COLUMNS: Final = tuple(each.name for each in fields(Traced))
