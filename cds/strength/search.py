"""Patients near those of the cases, among whom somebody may tell a ruleset from the same with a small error in it.

Everything is drawn from a seed of its own, so that the same ruleset and cases give the same patients.
"""

import random
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cds import source
from cds.cases.reading import cases_in
from cds.loading import Checked
from cds.operators.reasons import KNOWN
from cds.plan import Fact, Measure, Plan, numbers_behind
from cds.reading import LoadedFile
from cds.strength.meeting import comparisons, stated
from cds.strength.rows import ALL, cases_as_written, changed, rows_of, shifted, written
from cds.strength.trying import Prepared, prepared

Written = dict[str, source.Plain]

_SEED: Final = 20261
_STEPS: Final = tuple(map(Decimal, ("0", "0.05", "-0.05", "0.1", "-0.1", "1", "-1", "2", "-2", "5", "-5")))
_BESIDE: Final = (*(Decimal(0),) * len(_STEPS), *_STEPS)
_NUMBER: Final = re.compile(r"(?<![\w.:-])\d+(?:\.\d+)?(?![\w:-]|\.\d)")
_DURATION: Final = re.compile(r"\b(\d{1,4}) (min|hour|day|week|month)s?\b")
_MINUTES: Final = {"min": 1, "hour": 60, "day": 1440, "week": 10080, "month": 44640}
_YEARS: Final = re.compile(r"\d+ years")
_WAYS: Final = ("data", "data", "data", "aim", "aim", "borrow", "patient", "limits", "silence", "unit")
_AT_A_TIME: Final = 300
_FIXED: Final = ("like", "at", "zone", "patient", "patient_limits", "not_supplied", "supplied_from", "expect")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patient to try. like: the case that he is like; fields: where he differs, as a case writes it."""

    like: str
    fields: Written
    prepared: Prepared


class Search:
    """A growing pool of patients, made a few hundred at a time when they are asked for."""

    def __init__(self, node: source.Mapping, of: LoadedFile, checked: Checked, plan: Plan, cases: Sequence[Prepared]):
        self.of, self.checked, self.plan = of, checked, plan
        self.cases = cases_as_written(node)
        self.known = {each.case.name: each for each in cases}
        self.names = [name for name in self.cases if name in self.known]
        self.chance = random.Random(_SEED)
        self.numbers = _numbers_near(of, self.cases)
        self.met = _limits_met(plan)
        self.pairs = _pairs(plan)
        self.ages = [limit for place, met in self.met.items() if isinstance(plan.numbers[place], Fact) for limit in met]
        self.minutes = _minutes_near(of)
        self.pool: list[Candidate] = []

    def candidates(self, most: int) -> Iterator[Candidate]:
        """Patients, those that were made before first, until there are `most`."""
        place = 0
        while place < most:
            if place == len(self.pool) and not self._grow():
                return
            yield self.pool[place]
            place += 1

    def _grow(self) -> bool:
        """Make some more patients; whether there was any."""
        drawn = ((like, self._drawn(like)) for like in self.chance.choices(self.names, k=_AT_A_TIME))
        made = self.made((like, fields) for like, fields in drawn if fields)
        self.pool += made
        return bool(made)

    def made(self, drawn: Iterable[tuple[str, Written]]) -> list[Candidate]:
        """Patients that are like a case but for some fields; those that no case file could hold are left out."""
        asked = {f"candidate {number}": each for number, each in enumerate(drawn)}
        lines = ["cases:"]
        for name, (like, fields) in asked.items():
            lines += [f"  {name}:", *block({**self.cases[like], **fields}, 4)]
        node, _ = source.read("\n".join(lines), "")
        cases = cases_in(node, self.of, self.checked)[0] if node and asked else []
        return [Candidate(*asked[each.case.name], each) for each in prepared(cases, self.checked.concepts)]

    def measuring(self, like: str, number: int, value: float) -> list[Candidate]:
        """Patients like a case of whom a number of the plan is likely to come to a value."""
        measure = self.plan.numbers[number]
        found, reason = self.known[like].evaluation(self.plan).number(number)
        name = _field(measure) if isinstance(measure, Measure) else ""
        rows = rows_of(self.cases[like][name]) if name in self.cases[like] else None
        if reason != KNOWN or not rows:
            return []
        by = Decimal(f"{value - found:.6f}")
        places = (range(len(rows)), [len(rows) - 1])
        part = self._part(number)
        return self.made((like, {name: written(shifted(rows, by, each, part))}) for each in places)

    def _part(self, number: int) -> int:
        """Which of the numbers of a reading a measure looks at: that of its part of a panel, or all."""
        measure = self.plan.numbers[number]
        name, _, part = measure.input.key.partition(".") if isinstance(measure, Measure) else ("", "", "")
        concept = self.checked.concepts.by_name.get(name)
        return list(concept.parts).index(part) if concept and part in concept.parts else ALL

    def _drawn(self, like: str) -> Written:
        """One to three changes to a case, drawn at random."""
        fields: Written = {}
        for _ in range(self.chance.choice((1, 1, 2, 2, 3))):
            fields |= self._change(like, {**self.cases[like], **fields})
        return {name: each for name, each in fields.items() if each != self.cases[like].get(name)}

    def _change(self, like: str, case: Written) -> Written:
        inputs = [name for name in case if name not in _FIXED]
        way = self.chance.choice(_WAYS)
        if way == "aim":
            return self._aimed(like, case)
        if way == "borrow":
            return self._borrowed(inputs)
        if way == "patient":
            return self._other_person(case)
        if way == "limits":
            return self._other_limits()
        if way == "silence" and self.of.model.inputs:
            named = self.chance.choice(sorted(self.of.model.inputs))
            return {"not_supplied": [named]}
        if not inputs:
            return {}
        if way == "unit" and self.pairs:
            return self._in_second_unit(case)
        name = self.chance.choice(inputs)
        rows = rows_of(case[name])
        return {name: written(changed(rows, self.numbers, self.minutes, self.chance))} if rows else {}

    def _aimed(self, like: str, case: Written) -> Written:
        """Readings moved so that what is measured of them comes to a number that matters, or just beside it."""
        evaluation = self.known[like].evaluation(self.plan)
        measures = [(place, each) for place, each in enumerate(self.plan.numbers) if isinstance(each, Measure)]
        near = [(place, each) for place, each in measures if _field(each) in case]
        if not near or not self.numbers:
            return {}
        place, measure = self.chance.choice(near)
        value, reason = evaluation.number(place)
        rows = rows_of(case[_field(measure)])
        if reason != KNOWN or not rows:
            return {}
        by = self._aim(place) - Decimal(f"{value:.6f}")
        newest = [len(rows) - 1]
        places = self.chance.choice((range(len(rows)), newest, range(0, len(rows), 2)))
        return {_field(measure): written(shifted(rows, by, places, self._part(place)))}

    def _aim(self, place: int) -> Decimal:
        """A limit with which a number is compared, or a number just beside it; now and then any number that matters."""
        met = self.met.get(place)
        if not met or self.chance.random() < 0.3:
            return self.chance.choice(self.numbers)
        return self.chance.choice(met) + self.chance.choice(_BESIDE)

    def _in_second_unit(self, case: Written) -> Written:
        """The newest reading in the second unit of a pair, at its limit there or just beside it."""
        name, unit, limit = self.chance.choice(self.pairs)
        rows = rows_of(case[name]) if name in case else None
        if not rows:
            return {}
        number = max(Decimal(0), limit + self.chance.choice(_STEPS))
        return {name: written([*rows[:-1], (rows[-1][0], f"{number:f} {unit}")])}

    def _borrowed(self, inputs: Sequence[str]) -> Written:
        """An input of another case."""
        other = self.cases[self.chance.choice(self.names)]
        held = [name for name in other if name not in _FIXED]
        return {name: other[name] for name in [self.chance.choice(held)]} if held else {}

    def _other_person(self, case: Written) -> Written:
        if self.chance.random() < 0.5:
            other = self.cases[self.chance.choice(self.names)].get("patient")
            return {"patient": other} if other else {}
        words = case.get("patient")
        if isinstance(words, str) and self.chance.random() < 0.5:
            return self._without_a_word(words)
        near = [limit + step for limit in self.ages for step in (-1, 0, 1)] or self.numbers
        years = [each for each in near if each == each.to_integral() and 0 <= each < 110]
        if not isinstance(words, str) or not years:
            return {}
        return {"patient": _YEARS.sub(f"{int(self.chance.choice(years))} years", words)}

    def _without_a_word(self, words: str) -> Written:
        """Somebody without one of the things that are said of a patient."""
        kept = words.split(",")
        del kept[self.chance.randrange(len(kept))]
        return {"patient": ",".join(kept).strip() or "other"}

    def _other_limits(self) -> Written:
        other = self.cases[self.chance.choice(self.names)].get("patient_limits")
        return {"patient_limits": other} if other else {}


def _field(measure: Measure) -> str:
    """The field of a case that holds the readings of a measure: those of all parts of a panel stand together."""
    return measure.input.name.partition(".")[0]


def _limits_met(plan: Plan) -> dict[int, list[Decimal]]:
    """The ruleset's own limits with which each number is compared."""
    found: dict[int, set[Decimal]] = {}
    for test in comparisons(plan):
        limit = stated(plan, test.right)
        if limit is None:
            continue
        for place in numbers_behind(plan, [test.left]):
            found.setdefault(place, set()).add(limit)
    return {place: sorted(each) for place, each in found.items()}


def _pairs(plan: Plan) -> list[tuple[str, str, Decimal]]:
    """For each comparison in two units the field of its readings, the second unit, and the limit there."""
    found: set[tuple[str, str, Decimal]] = set()
    for test in comparisons(plan):
        measure = plan.numbers[test.pair.raw] if test.pair else None
        limit = stated(plan, test.pair.limit) if test.pair else None
        if test.pair and isinstance(measure, Measure) and limit is not None:
            found.add((_field(measure), plan.numbers[test.pair.limit].unit, limit))
    return sorted(found)


def _numbers_near(of: LoadedFile, cases: Mapping[str, Written]) -> list[Decimal]:
    """The numbers that a ruleset and its patients' limits state, and those just beside them."""
    texts: list[str] = []
    for name in ("limits", "bands", "values"):
        node = source.node_at(of.node, (name,))
        texts += _texts(source.plain(node)) if node else []
    for case in cases.values():
        texts += _texts(case.get("patient_limits", ""))
    stated = {Decimal(match) for text in texts for match in _NUMBER.findall(text)}
    return sorted({each + step for each in stated for step in _STEPS if each + step >= 0})


def _minutes_near(of: LoadedFile) -> list[int]:
    """The lengths of time that a ruleset states, in minutes, and those just beside them."""
    stated = {int(count) * _MINUTES[unit] for line in of.lines for count, unit in _DURATION.findall(line)}
    beside = {each + step for each in stated for step in (-1440, -1, 0, 1, 1440)}
    return sorted({1, 15, 60, 720, 1440, 10080} | {each for each in beside if each > 0})


def _texts(node: source.Plain) -> list[str]:
    if isinstance(node, str):
        return [node]
    if isinstance(node, list):
        return [text for each in node for text in _texts(each)]
    return [text for name, each in node.items() for text in (name, *_texts(each))]


def block(fields: Mapping[str, source.Plain], indent: int) -> list[str]:
    """Fields as lines of a case file."""
    before, lines = " " * indent, list[str]()
    for name, each in fields.items():
        if isinstance(each, str):
            lines.append(f"{before}{name}: {each}")
        elif isinstance(each, dict):
            lines += [f"{before}{name}:", *block(each, indent + 2)]
        else:
            lines.append(f"{before}{name}:")
            for item in each:
                first, *rest = block(item, 0) if isinstance(item, dict) else [str(item)]
                lines += [f"{before}  - {first}", *(f"{before}    {line}" for line in rest)]
    return lines
