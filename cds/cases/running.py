"""Cases → whether each rule said what was expected of it, on every executor, and whether the executors agree."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from cds.adapters.records import patient_from_dict
from cds.cases.expected import words_of
from cds.cases.model import Case, CaseFile, Expectation
from cds.cases.reading import read_cases
from cds.diagnostics import CdsError, Language, MissingExtra, Place, RulesetError, in_order
from cds.execute.explain import evaluate
from cds.loading import Checked, case_file
from cds.patient import Patient
from cds.periods import instant, zone
from cds.plan import Plan
from cds.reading import LoadedFile
from cds.result import Finding, Result, Shown, Step
from cds.source import lines_of
from cds.wording import cure_text, reason_text, shown_text, summary

Executor = Literal["single", "batch"]
EXECUTORS: Final[tuple[Executor, ...]] = ("single", "batch")

# What every executor says of a finding, in the words of the batch executor's table.
Said = tuple[Any, ...]
Row = Mapping[str, Any]
_COLUMNS: Final = (
    "status",
    "colour",
    "reason",
    "uncertain",
    "hidden_by",
    "value",
    "limit",
    "limit_name",
    "limit_origin",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one expectation. finding: with its explanation. text: the language whose text differs, or ""."""

    expectation: Expectation
    finding: Finding
    is_ok: bool
    text: Language | Literal[""] = ""

    @property
    def expected(self) -> str:
        """What was expected, as the author wrote it."""
        return self.expectation.texts[self.text] if self.text else self.expectation.words

    @property
    def came(self) -> str:
        """What came, as the author would have written it."""
        return summary(self.finding, self.text) if self.text else words_of(self.finding)

    def why(self, language: Language = "en") -> list[str]:
        """The comparisons behind the finding, or why it cannot be told."""
        explained = self.finding.explain()
        lines: list[str] = []
        if self.finding.status == "unknown" and self.finding.reason is not None:
            reason, cure = reason_text(self.finding.reason, language), cure_text(self.finding.reason, language)
            lines.append(f"{reason}; {cure}" if cure else reason)
        steps = [explained.applies, *(step for _, step in explained.levels)]
        return lines + [_step_text(step, language) for each in steps for step in each.leaves]


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went otherwise than a case expects. why: the comparisons behind it.

    is_disagreement: the executors say different things; otherwise all of them say what was not expected.
    """

    place: Place
    sentence: str
    why: tuple[str, ...] = ()
    is_disagreement: bool = False


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case, run. disagreements: sentences about rules of which the executors say different things."""

    case: Case
    executors: tuple[Executor, ...]
    result: Result
    outcomes: tuple[Outcome, ...]
    disagreements: tuple[str, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether everything came as expected, and from every executor."""
        return not self.disagreements and all(each.is_ok for each in self.outcomes)

    def failures(self, language: Language = "en") -> list[Failure]:
        """What went wrong, in the order of the file, then what the executors disagree about."""
        expected, came = _WORDS[language]
        found: list[Failure] = []
        for each in self.outcomes:
            if not each.is_ok:
                rule = each.expectation.rule.rpartition("/")[2]
                sentence = f"{rule}: {expected} `{each.expected}`, {came} `{each.came}`"
                found.append(Failure(each.expectation.place, sentence, tuple(each.why(language))))
        return found + [Failure(self.case.place, each, is_disagreement=True) for each in self.disagreements]

    def report(self, language: Language = "en") -> str:
        """What went wrong, with the place; "" when nothing did."""
        lines: list[str] = []
        for each in self.failures(language):
            if each.is_disagreement:
                lines.append(f"{each.place}: {self.case.name}: {each.sentence}")
            else:
                lines += [f"{each.place}: {self.case.name}", f"  {each.sentence}", *(f"    {why}" for why in each.why)]
        if lines:
            lines += [f"    {each.place}: {each.message}" for each in self.result.issues]
        return "\n".join(lines)


_WORDS: Final[Mapping[Language, tuple[str, str]]] = {
    "nb": ("ventet", "fikk"),
    "nn": ("venta", "fekk"),
    "en": ("expected", "came"),
}


def case_files(checked: Checked) -> list[CaseFile]:
    """The case files beside rulesets and local adaptations that were checked without an error.

    A ruleset's own cases are about the ruleset as written, an adaptation's cases about the adapted one.
    """
    if checked.plan is None:
        return []
    written = checked.as_written or checked
    about = [(each.file, each, written) for each in written.files if each.has_cases]
    for file, ruleset in checked.adaptations.items():
        about += [(file, each, checked) for each in checked.files if each.model.ruleset == ruleset]
    beside = ((case_file(Path(file)), of, within) for file, of, within in about)
    return [_case_file(path, of, within) for path, of, within in beside if path]


def _case_file(path: Path, of: LoadedFile, checked: Checked) -> CaseFile:
    text = path.read_bytes()
    cases, diagnostics = read_cases(text, str(path), of, checked)
    return CaseFile(str(path), tuple(lines_of(text)), tuple(cases), tuple(in_order(diagnostics)), bool(of.adaptation))


def run_cases(checked: Checked, executors: Sequence[Executor] = EXECUTORS) -> list[CaseResult]:
    """Every case beside these rulesets, run; RulesetError when a case file cannot be read.

    The batch executor takes part where the extra `batch` is installed.
    """
    if checked.plan is None:
        raise RulesetError([each for each in checked.diagnostics if each.is_error])
    files = case_files(checked)
    wrong = [each for file in files for each in file.diagnostics if each.is_error]
    if wrong:
        raise RulesetError(wrong)
    return run_files(files, checked, executors)


def run_files(
    files: Iterable[CaseFile], checked: Checked, executors: Sequence[Executor] = EXECUTORS
) -> list[CaseResult]:
    """The cases of these files, run: a ruleset's own on the ruleset as written, an adaptation's on the adapted one."""
    files = list(files)
    written = checked.as_written or checked
    own = [case for file in files for case in file.cases if not file.is_adapted]
    local = [case for file in files for case in file.cases if file.is_adapted]
    return [*run(own, written, executors), *run(local, checked, executors)]


def run(cases: Iterable[Case], checked: Checked, executors: Sequence[Executor] = EXECUTORS) -> list[CaseResult]:
    """These cases, run on the executors that are installed; `single` always is one of them."""
    plan = checked.plan
    if plan is None:
        raise CdsError("the files have errors")
    with_batch = "batch" in executors and has_batch()
    used: tuple[Executor, ...] = ("single", "batch") if with_batch else ("single",)
    listed = list(cases)
    asked = [(patient_from_dict(case.record, concepts=checked.concepts), _moment(case)) for case in listed]
    scored: Mapping[int, Mapping[str, Row]] = _scored(plan, asked) if with_batch else {}
    done: list[CaseResult] = []
    for place, (case, (patient, at)) in enumerate(zip(listed, asked, strict=True)):
        result = evaluate(plan, patient, at)
        disagreements = tuple(_disagreements(result, scored[place])) if with_batch else ()
        done.append(CaseResult(case, used, result, tuple(_outcomes(case, result)), disagreements))
    return done


def has_batch() -> bool:
    """Whether the packages of the extra `batch` are installed."""
    try:
        import_module("cds.execute.batch")
    except (ImportError, MissingExtra):
        return False
    return True


def _moment(case: Case) -> int:
    found = instant(case.at, zone(case.zone))
    assert found, case.at
    return found[0]


def _outcomes(case: Case, result: Result) -> Iterator[Outcome]:
    findings = {each.id: each for each in result.findings}
    for each in case.expect:
        finding = findings[each.rule]
        differing: list[Language] = [key for key, text in each.texts.items() if summary(finding, key) != text]
        if not _is_as_expected(each, finding):
            yield Outcome(each, finding, is_ok=False)
        elif differing:
            yield Outcome(each, finding, is_ok=False, text=differing[0])
        else:
            yield Outcome(each, finding, is_ok=True)


def _is_as_expected(expected: Expectation, finding: Finding) -> bool:
    return (
        finding.status == expected.status
        and (not expected.colour or finding.colour == expected.colour)
        and (expected.reason is None or finding.reason == expected.reason)
        and (expected.uncertain is None or finding.uncertain == expected.uncertain)
        and finding.hidden_by == expected.hidden_by
    )


def _scored(plan: Plan, asked: Sequence[tuple[Patient, int]]) -> Mapping[int, Mapping[str, Row]]:
    """What the batch executor says, by place and rule: the patients of one moment are one population."""
    batch: Any = import_module("cds.execute.batch")
    population: Any = import_module("cds.population")
    findings: Any = import_module("cds.execute.findings")
    together: dict[int, list[Patient]] = {}
    for place, (patient, at) in enumerate(asked):
        together.setdefault(at, []).append(replace(patient, id=str(place)))
    rows: dict[int, dict[str, Row]] = {place: {} for place in range(len(asked))}
    for at, patients in together.items():
        everybody = population.population_of(patients)
        table = batch.score(plan, everybody, at, threads=1, keep=list(findings.STATUSES)).table(True)
        for row in table.to_pylist():
            rows[int(row["patient"])][f"{row['ruleset']}/{row['rule']}"] = row
    return rows


def _disagreements(result: Result, rows: Mapping[str, Row]) -> Iterator[str]:
    """What the batch executor says otherwise."""
    for finding in result.findings:
        single, row = _said(finding), rows[finding.id]
        other = tuple(row[name] or None if name != "value" and name != "limit" else row[name] for name in _COLUMNS)
        for name, mine, its in zip(_COLUMNS, single, other, strict=True):
            if mine != its:
                yield f"{finding.id}: {name} is {mine} alone and {its} in a population"


def _said(finding: Finding) -> Said:
    """A finding in the words of the batch executor's table; what is empty is None."""
    reason = finding.reason.name if finding.reason else None
    origin = finding.limit_origin.kind if finding.limit_origin else None
    said = (finding.status, finding.colour, reason, finding.uncertain, finding.hidden_by)
    return (*(each or None for each in said), finding.value, finding.limit, finding.limit_name or None, origin)


def _step_text(step: Step, language: Language) -> str:
    """`gain 2.0 kg is above gain_yellow 2.0 kg: false`."""
    sides = [step.left, _number(step.value, language), step.words, step.right, _number(step.limit, language)]
    unknown = f" ({reason_text(step.reason, language)})" if step.reason else ""
    return " ".join(each for each in sides if each) + f": {step.state}{unknown}"


def _number(shown: Shown | None, language: Language) -> str:
    return shown_text(shown, language) if shown and shown.reason is None else ""
