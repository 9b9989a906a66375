"""Cases against a plan with a small error in it: does any of them notice?

A case notices when a rule says something else than the case expects: another status, colour, reason, or what hides it.
What people would read is not looked at; a text that names a limit notices every change of it and proves nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from cds.adapters.records import patient_from_dict
from cds.cases.model import Case, Expectation
from cds.check import check
from cds.codes import Concepts
from cds.compile import compile_plan
from cds.diagnostics.findings import ReviewVoid
from cds.execute.single import Evaluation, reason_of
from cds.operators.series import Answer
from cds.patient import Patient
from cds.periods import instant, zone
from cds.plan import (
    NONE,
    And,
    Compare,
    Condition,
    Constant,
    IsKnown,
    IsTrue,
    Level,
    Limit,
    Matches,
    Measure,
    Not,
    Or,
    PairedLimit,
    Plan,
    Rule,
)
from cds.reading import LoadedFile, read_file
from cds.strength.edits import Edit

Asked = tuple[object, ...]

_FIXED = Limit | PairedLimit | Constant


class Remembering(Evaluation):
    """An evaluation that shares what operators say with others of the same patient at the same moment."""

    def __init__(self, plan: Plan, patient: Patient, at: int, remembered: dict[Asked, Answer]) -> None:
        super().__init__(plan, patient, at)
        self.remembered = remembered

    def apply(self, measure: Measure, parameters: Sequence[float], used: list[int]) -> Answer:
        asked = measure.operator, measure.input, tuple(parameters)
        found = self.remembered.get(asked)
        if found is None:
            found = self.remembered[asked] = super().apply(measure, parameters, used)
        return found


@dataclass(slots=True)
class Prepared:
    """A case whose patient has been read. remembered: what operators said of him so far."""

    case: Case
    patient: Patient
    at: int
    remembered: dict[Asked, Answer] = field(default_factory=dict[Asked, Answer])

    def evaluation(self, plan: Plan) -> Evaluation:
        return Remembering(plan, self.patient, self.at, self.remembered)

    def notices(self, plan: Plan, rules: dict[str, int]) -> bool:
        """Whether a rule says something else than this case expects."""
        evaluation = self.evaluation(plan)
        return any(not is_expected(each, evaluation, rules[each.rule]) for each in self.case.expect)


def prepared(cases: Iterable[Case], concepts: Concepts) -> list[Prepared]:
    """Cases with their patients read."""
    found: list[Prepared] = []
    for case in cases:
        at = instant(case.at, zone(case.zone))
        assert at, case.at
        found.append(Prepared(case, patient_from_dict(case.record, concepts=concepts), at[0]))
    return found


def said(evaluation: Evaluation, index: int) -> tuple[object, ...]:
    """Status, colour, reason, uncertain, and the rule that hides it."""
    verdict = evaluation.verdict(index)
    hidden = evaluation.plan.rules[verdict.hidden_by].id if verdict.hidden_by != NONE else ""
    return verdict.status, verdict.colour, reason_of(verdict.reason), verdict.uncertain, hidden


def is_expected(expected: Expectation, evaluation: Evaluation, index: int) -> bool:
    """Whether a rule says what a case expects of it; texts are not looked at."""
    status, colour, reason, uncertain, hidden = said(evaluation, index)
    return (
        status == expected.status
        and (not expected.colour or colour == expected.colour)
        and (expected.reason is None or reason == expected.reason)
        and (expected.uncertain is None or uncertain == expected.uncertain)
        and hidden == expected.hidden_by
    )


def rules_by_id(plan: Plan) -> dict[str, int]:
    """Positions of rules by their ids."""
    return {rule.id: index for index, rule in enumerate(plan.rules)}


def plan_with(edit: Edit, file: LoadedFile, used: Sequence[LoadedFile], concepts: Concepts, plan: Plan) -> Plan | None:
    """The plan of the file with an error in it and the files that it uses; None when the checker refuses it."""
    if edit.kind == "missing_as_false":
        return taking_missing_as_false(plan, edit.rule)
    text = "\n".join(edit.applied(file.lines))
    read, found = read_file(text, file.file, file.has_cases)
    if not isinstance(read, LoadedFile) or any(each.is_error and each.kind is not ReviewVoid for each in found):
        return None
    changed = replace(read, adapted=file.adapted, adaptation=file.adaptation)
    files = [changed, *used]
    if any(each.is_error and each.kind is not ReviewVoid for each in check(files, concepts)):
        return None
    return compile_plan(files, concepts)


def taking_missing_as_false(plan: Plan, rule: str) -> Plan | None:
    """The plan with a rule that says no where it should say that it does not know; None when it always knows."""
    rules: list[Rule] = []
    for each in plan.rules:
        levels = tuple(_taken_for_false(plan, level) for level in each.levels)
        rules.append(replace(each, levels=levels) if each.id == rule else each)
    return None if tuple(rules) == plan.rules else replace(plan, rules=tuple(rules))


def _taken_for_false(plan: Plan, level: Level) -> Level:
    asked = tuple(IsKnown(number) for number in dict.fromkeys(_looked_up(plan, level.condition)))
    return replace(level, condition=And((*asked, level.condition))) if asked else level


def _looked_up(plan: Plan, condition: Condition) -> list[int]:
    """The numbers of a condition that may be unknown: not limits, of which one that is not set is no gap in data."""
    match condition:
        case And(parts) | Or(parts):
            return [number for part in parts for number in _looked_up(plan, part)]
        case Not(part):
            return _looked_up(plan, part)
        case Compare(_, left, right):
            return [each for each in (left, right) if not isinstance(plan.numbers[each], _FIXED)]
        case IsTrue(number) | Matches(number, _):
            return [number]
        case _:
            return []
