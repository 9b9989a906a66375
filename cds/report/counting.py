"""How many patients of each kind a rule says what of, counted block by block of a population."""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from cds.adapters.tables.arrow import ArrowTable, compute, pa
from cds.diagnostics import CdsError
from cds.execute.findings import STATUSES, Findings
from cds.execute.program import ORIGINS
from cds.operators.reasons import KNOWN, LIMIT_EXPIRED, LIMIT_INVALID, Reason
from cds.patient import SEX
from cds.plan import NONE, Measure, numbers_behind
from cds.population import NO_DAY, Array, Population

NOT_STATED: Final = ""
"""The group of those of whom a group's column says nothing."""
UNKNOWN: Final = "unknown"
NOT_APPLICABLE: Final = "not_applicable"
Kind = tuple[str, ...]  # a value of each group, in the order of `Counts.groups`

_MEDICINES: Final = "medicines."
_STATUS_WORDS: Final = {code: name for name, code in STATUSES.items()}
_SEX_WORDS: Final = {code: name for name, code in SEX.items()} | {0: NOT_STATED}
_US_PER_MINUTE: Final = 60_000_000
_US_PER_DAY: Final = 86_400_000_000


class Counts:
    """Counts that grow by one block of patients after another; the order of blocks changes nothing.

    groups: names of what patients are grouped by. persons: kind -> patients. said: (rule, outcome, kind) -> patients,
    where an outcome is a status, of `unknown` also with its reason (`unknown:no_data`). limits: (rule, whose, kind) ->
    patients whom the rule applies to, by whose limit it was compared with.
    """

    def __init__(self, groups: Sequence[str], ages: Sequence[int], columns: ArrowTable | None = None) -> None:
        """ages: where age bands begin. columns: a table with `patient` and the other groups as texts."""
        self.groups = tuple(groups)
        self.ages = tuple(ages)
        self.persons: Counter[Kind] = Counter()
        self.said: Counter[tuple[str, str, Kind]] = Counter()
        self.limits: Counter[tuple[str, str, Kind]] = Counter()
        self._columns = columns

    def add(
        self,
        population: Population,
        findings: Findings,
        rules: Collection[str],
        *,
        with_limits: Collection[str] = (),
        of_users: Collection[str] = (),
    ) -> None:
        """Count a block.

        rules: ids of those to count. with_limits: those of whose limits; every one of their findings must have been
        kept. of_users: those that do not apply to who does not use their medicines; the numbers must have been watched.
        CdsError when they were not.
        """
        kinds, places = self._kinds(population, findings.at)
        self.persons.update(dict(zip(kinds, np.bincount(places, minlength=len(kinds)).tolist(), strict=True)))
        for number, rule in enumerate(findings.plan.rules):
            others = _without_medicine(findings, number) if rule.id in of_users else np.zeros(population.n, np.bool_)
            if rule.id in rules:
                said = np.where(others, NOT_APPLICABLE, _outcomes(findings, number)).tolist()
                self._count(self.said, rule.id, said, kinds, places)
            if rule.id in with_limits:
                who, whose = _whose(findings, number, others)
                self._count(self.limits, rule.id, whose, kinds, places[who])

    def _count(
        self,
        into: Counter[tuple[str, str, Kind]],
        rule: str,
        outcomes: Sequence[str],
        kinds: Sequence[Kind],
        places: Array,
    ) -> None:
        for (outcome, place), count in Counter(zip(outcomes, places.tolist(), strict=True)).items():
            into[rule, outcome, kinds[place]] += count

    def _kinds(self, population: Population, at: int) -> tuple[list[Kind], Array]:
        """The kinds that occur in a block, and which is each patient's."""
        texts = [self._texts(group, population, at) for group in self.groups]
        whole = list(zip(*texts, strict=True)) if texts else [()] * population.n
        kinds = sorted(set(whole))
        place = {kind: number for number, kind in enumerate(kinds)}
        return kinds, np.array([place[kind] for kind in whole], np.int64)

    def _texts(self, group: str, population: Population, at: int) -> list[str]:
        if group == "sex":
            return [_SEX_WORDS[code] for code in population.sex.tolist()]
        if group == "age":
            return self._bands(population, at)
        if self._columns is None or group not in self._columns.schema.names:
            raise CdsError(f"patients are to be grouped by `{group}`, and no table has a column of that name")
        wanted = pa.array(list(population.ids), pa.string())
        found = compute.index_in(wanted, self._columns["patient"])
        return [each or NOT_STATED for each in self._columns[group].take(found).to_pylist()]

    def _bands(self, population: Population, at: int) -> list[str]:
        """The band of each patient's age in whole years, on the civil day in the patient's zone."""
        offsets = np.array([zone.offset_at(at) for zone in population.zones] or [0], np.int64)[population.zone]
        today = ((at + offsets * _US_PER_MINUTE) // _US_PER_DAY).astype("datetime64[D]")
        born = np.where(population.birth_day == NO_DAY, 0, population.birth_day).astype("datetime64[D]")
        years = _years(born, today)
        names = band_names(self.ages)
        places = np.searchsorted(np.array(self.ages), years, "right")
        known = population.birth_day != NO_DAY
        return [
            names[place] if is_known else NOT_STATED
            for place, is_known in zip(places.tolist(), known.tolist(), strict=True)
        ]


def _outcomes(findings: Findings, number: int) -> list[str]:
    """What the rule says of each patient, of those it cannot tell with the reason."""
    said = [_STATUS_WORDS[code] for code in findings.status[number].tolist()]
    rows = findings.rows
    here = (rows.rule == number) & (rows.status == STATUSES["unknown"])
    for patient, reason in zip(rows.patient[here].tolist(), rows.reason[here].tolist(), strict=True):
        said[patient] = f"{UNKNOWN}:{Reason(reason).name}"
    if UNKNOWN in said:
        raise CdsError("the findings that cannot be told were not kept, so they cannot be counted by reason")
    return said


def _without_medicine(findings: Findings, number: int) -> Array:
    """Who is known to use none of the medicines that a rule asks for."""
    if findings.numbers is None:
        raise CdsError("the numbers of the findings were not watched, so it cannot be told who uses a medicine")
    plan, rule = findings.plan, findings.plan.rules[number]
    behind = [
        plan.numbers[each] for each in numbers_behind(plan, [rule.applies, *(each.condition for each in rule.levels)])
    ]
    asked = [each for each in behind if isinstance(each, Measure) and each.input.key.startswith(_MEDICINES)]
    if not asked:
        raise CdsError(f"the rule `{rule.id}` asks for no medicine, so it has no users; leave out `users`")
    places = [plan.numbers.index(each) for each in asked]
    return np.all((findings.numbers.reason[places] == KNOWN) & (findings.numbers.value[places] == 0.0), axis=0)


def _years(born: Array, today: Array) -> Array:
    """Whole years from one civil day to another; who is born on 29 February has the birthday on 1 March."""
    years = today.astype("datetime64[Y]").astype(np.int64) - born.astype("datetime64[Y]").astype(np.int64)
    months = [each.astype("datetime64[M]").astype(np.int64) % 12 for each in (born, today)]
    days = [(each - each.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) for each in (born, today)]
    is_before_birthday = (months[1] < months[0]) | ((months[1] == months[0]) & (days[1] < days[0]))
    return years - is_before_birthday


def band_names(ages: Sequence[int]) -> list[str]:
    """What the bands are called: that below the first age, and from each age to the next.

    >>> band_names((18, 65))
    ['0–17', '18–64', '65+']
    """
    ends = [*(f"{one}–{other - 1}" for one, other in pairwise(ages)), f"{ages[-1]}+"]
    return [f"0–{ages[0] - 1}" if ages[0] else NOT_STATED, *ends]


def _whose(findings: Findings, number: int, others: Array) -> tuple[Array, list[str]]:
    """The patients whom a rule applies to, apart from others, and whose limit each was compared with."""
    rows = findings.rows
    here = (rows.rule == number) & (rows.status != STATUSES["not_applicable"])
    if int(here.sum()) != int((findings.status[number] != STATUSES["not_applicable"]).sum()):
        raise CdsError("not every finding was kept, so it cannot be counted whose limits were used")
    here &= ~others[rows.patient]
    columns = (rows.limit[here], rows.limit_reason[here], rows.origin[here], rows.reason[here])
    whose = [_limit_word(*each) for each in zip(*(column.tolist() for column in columns), strict=True)]
    return rows.patient[here], whose


def _limit_word(limit: int, limit_reason: int, origin: int, reason: int) -> str:
    if LIMIT_EXPIRED in (limit_reason, reason):
        return "expired"
    if LIMIT_INVALID in (limit_reason, reason):
        return "invalid"
    return ORIGINS[origin] if limit != NONE and limit_reason == KNOWN and ORIGINS[origin] else "none"
