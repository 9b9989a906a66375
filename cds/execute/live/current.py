"""What is found out about a patient at a moment, taken over to the next moment as far as it stands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple

from cds.diagnostics import Issue
from cds.execute.explain import finding_of, result_of
from cds.execute.live.edges import next_clock_change, next_edge, runs, same_rows, stands, worn_until
from cds.execute.live.reach import Reach, bits_of, reach_of
from cds.execute.single import Evaluation
from cds.operators.readings import has_value
from cds.operators.reasons import KNOWN
from cds.operators.series import LAST_TIME
from cds.patient import Patient, PlanAction
from cds.periods import calendar_date, civil_date, instant
from cds.plan import NONE, Measure, Plan
from cds.result import Finding, Result


class Mark(NamedTuple):
    """Until when a measure's answer stands, whether it does stand until then, and whether only its value runs on."""

    edge: int
    is_steady: bool
    is_running: bool


_BLOCKED: Final = Mark(LAST_TIME, True, False)  # a parameter is unknown, and the answer rests on it alone


class Current:
    """One plan over one patient at `at` (microseconds UTC): as `Evaluation`, and until when its answers stand.

    It never changes; `moved` gives the next one.
    """

    def __init__(self, evaluation: Evaluation, marks: dict[int, Mark], rules: Iterable[int]) -> None:
        """marks: of the answers that are there; rules: those that are to be judged."""
        self.evaluation = evaluation
        self.plan: Plan = evaluation.plan
        self.patient: Patient = evaluation.patient
        self.at: int = evaluation.at
        self.reach: Reach = reach_of(self.plan)
        self._marks = marks
        for rule in rules:
            self.judged(rule)
            for number in self.plan.rules[rule].names.values():
                evaluation.number(number)

    @classmethod
    def of(cls, plan: Plan, patient: Patient, at: int) -> "Current":
        """Everything computed anew."""
        return cls(Evaluation(plan, patient, at), {}, range(len(plan.rules)))

    def moved(self, patient: Patient, at: int, touched: Iterable[str] = ()) -> tuple["Current", list[int]]:
        """The same at another moment, not before this one, and the rules that may say something else then.

        touched: keys of the columns in which the patient differs.
        """
        stale = self._stale(patient, at, touched)
        positions = list(bits_of(stale))
        kept = [rows for rows in self.evaluation.rows if same_rows(rows, self.patient, patient, self.at, at)]
        later = self.evaluation.taken_on(patient, at, positions, kept)
        marks = self._marks.copy()
        for index in positions:
            marks.pop(index, None)
        count = len(self.plan.numbers)
        rules = [each - count for each in positions if each >= count]
        return Current(later, marks, rules), rules

    def _stale(self, patient: Patient, at: int, touched: Iterable[str]) -> int:
        """What no longer stands, as a mask of `Reach`."""
        reach = self.reach
        stale = 0
        for key in touched:
            stale |= reach.columns.get(key, 0)
        if at > self.at:
            for index, mark in self.marks().items():
                if mark.edge <= at or not mark.is_steady:
                    stale |= reach.numbers[index]
        is_another_day = civil_date(at, patient.zone) != self.evaluation.today
        is_told_otherwise = (patient.birth_date, patient.sex) != (self.patient.birth_date, self.patient.sex)
        stale |= reach.ages if is_another_day or is_told_otherwise else 0
        is_limited = patient.limits and (is_another_day or stale & reach.behind_limits)
        return stale | reach.limits if is_limited or patient.limits != self.patient.limits else stale

    def measure(self, index: int) -> Measure:
        """The measure at this position of the plan."""
        number: Any = self.plan.numbers[index]
        return number

    def marks(self) -> Mapping[int, Mark]:
        """Until when each answer that is there stands, and how."""
        for index in self.evaluation.answers.keys() - self._marks.keys():
            self.mark(index)
        return self._marks

    def mark(self, index: int) -> Mark:
        """Until when the answer of a measure stands, and how."""
        found = self._marks.get(index)
        if found is None:
            measure = self.measure(index)
            parameters, reason = self.evaluation.parameters(measure)
            found = self._marks[index] = self._marked(index, measure, parameters) if reason == KNOWN else _BLOCKED
        return found

    def _marked(self, index: int, measure: Measure, parameters: Sequence[float]) -> Mark:
        edge = next_edge(measure, parameters, self.patient, self.at)
        has_answer = has_value(self.evaluation.answer(index, measure)[3])
        is_steady = stands(measure, parameters, has_answer)
        if not is_steady and has_answer:
            series, _, now = self.evaluation.material(measure.input)
            worn = worn_until(measure, parameters, series, now)
            edge, is_steady = (min(edge, worn), True) if worn > self.at else (edge, False)
        return Mark(edge, is_steady, runs(measure, parameters, has_answer))

    def next_edge(self) -> int:
        """The first later moment at which something other than what runs or slides may change; LAST_TIME = never."""
        edges = [mark.edge for mark in self.marks().values()]
        edges += [time for each in self.patient.plan_actions for time in (each.since, each.until)]
        edges += map(self._midnight, self._days_that_matter())
        if self.patient.birth_date or self.patient.limits:
            edges.append(next_clock_change(self.patient.zone, self.at))
        return min((each for each in edges if each > self.at), default=LAST_TIME)

    def _days_that_matter(self) -> Iterator[date]:
        """Birthdays to come, and days on which one of the patient's own limits begins, or is over."""
        if self.patient.birth_date and self.reach.ages:
            yield from _birthdays(self.patient.birth_date, self.evaluation.today)
        for each in self.patient.limits:
            if each.since:
                yield each.since
            if each.until and each.until < date.max:
                yield each.until + timedelta(1)

    def _midnight(self, day: date) -> int:
        """When a civil day begins; LAST_TIME for one that no clock of ours shows."""
        found = instant(day.isoformat(), self.patient.zone)
        return found[0] if found else LAST_TIME

    def finding(self, rule: int) -> Finding:
        """What is said of the rule at this position of the plan."""
        return finding_of(self.evaluation, rule, self.plan.rules[rule])

    def result(self) -> Result:
        """What a fresh evaluation of the patient at this moment gives."""
        return result_of(self.evaluation)

    def issues(self) -> tuple[Issue, ...]:
        """What of the data and of the patient's limits could not be used."""
        return (*self.patient.issues, *self.evaluation.resolved().issues)

    def plan_actions(self) -> list[PlanAction]:
        """What the patient's own plan, as it is in force, says to do."""
        return [each for each in self.patient.plan_actions if each.since <= self.at < each.until]

    def judged(self, rule: int) -> tuple[Any, ...]:
        """All that a rule's finding consists of, so that findings are the same where this is."""
        verdict = self.evaluation.verdict(rule)
        plan_rule = self.plan.rules[rule]
        number, limit = self.evaluation.shown(plan_rule, verdict)
        numbers = tuple(self.evaluation.number(each) for each in (number, limit) if each != NONE)
        clears = self.evaluation.state(plan_rule.clear_when)[0] if plan_rule.clear_when else KNOWN
        judged = verdict.status, verdict.colour, verdict.reason, verdict.uncertain, verdict.hidden_by
        return *judged, clears, number, limit, self.evaluation.origin(limit), numbers

    def said(self, rule: int) -> tuple[Any, ...]:
        """All that people read of a rule's finding, but for values that run on with the clock."""
        *judged, number, limit, origin, _ = self.judged(rule)
        names = self.plan.rules[rule].names.values()
        return *judged, number, limit, origin, *map(self._told, (number, limit, *names))

    def _told(self, number: int) -> tuple[float, int]:
        value, reason = self.evaluation.number(number) if number != NONE else (0.0, KNOWN)
        return 0.0 if number != NONE and self.runs_on >> number & 1 else value, reason

    @cached_property
    def moving(self) -> Sequence[int]:
        """The measures whose answer is another from one moment to the next, or may be."""
        return [index for index, mark in self.marks().items() if not mark.is_steady]

    @cached_property
    def runs_on(self) -> int:
        """What rests on a measure whose value runs on with the clock, as a mask of `Reach`."""
        found = 0
        for index in self.moving:
            found |= self.reach.numbers[index] if self.mark(index).is_running else 0
        return found


def _birthdays(born: date, today: date) -> Iterator[date]:
    """The days on which a person's age changes, this year and the next; of the 29th of February the 1st of March."""
    for year in (today.year, today.year + 1):
        yield calendar_date(f"{year:04}-{born.month:02}-{born.day:02}") or date(year, 3, 1)
