"""A ruleset and its cases → which small errors no case would notice, and the cases that would."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, count

from cds import source
from cds.cases.expected import words_of
from cds.cases.model import CaseFile
from cds.compile import compile_plan
from cds.execute.explain import evaluate
from cds.loading import Checked
from cds.plan import Plan
from cds.reading import LoadedFile
from cds.strength.clauses import Clause, clauses
from cds.strength.edits import Edit, edits
from cds.strength.search import Candidate, Search, block
from cds.strength.trying import Prepared, plan_with, prepared, rules_by_id, said

TRIES = 3000


@dataclass(frozen=True, slots=True)
class Strength:
    """How many small errors in a ruleset its cases notice.

    noticed: by a case. refused: by the checker, whatever the cases are. same: that mean the same as what stands there.
    unnoticed: those that a patient, who was found, would show. missing: texts of cases that together notice them, ready
    to be pasted. silent: those for which `tries` patients near the cases showed no difference, because there is none or
    because it is rare.
    """

    ruleset: str
    file: str
    noticed: int
    refused: int
    same: int
    unnoticed: tuple[Edit, ...]
    missing: tuple[str, ...]
    silent: tuple[Edit, ...]
    tries: int
    clauses: tuple[Clause, ...]

    @property
    def share(self) -> float:
        """The share that cases notice of the errors that make a difference, in percent."""
        told = self.noticed + len(self.unnoticed)
        return 100.0 * self.noticed / told if told else 100.0


def strength(checked: Checked, of: LoadedFile, cases: CaseFile, tries: int = TRIES) -> Strength:
    """The strength of a ruleset's own cases. checked: holds the ruleset, without errors, and those that it uses.

    tries: how many patients are tried at most to tell an error that no case notices from what was meant.
    """
    used = used_by(checked, of)
    plan = compile_plan([of, *used], checked.concepts)
    known = prepared(cases.cases, checked.concepts)
    survived, counts = _survivors(checked, of, used, plan, known)
    search = Search(node_of(cases), of, checked, plan, known)
    unnoticed: list[Edit] = []
    silent: list[Edit] = []
    found: dict[int, _Found] = {}  # by the identity of the candidate; names are used again in the next lot
    for edit, other in survived:
        told = _told_apart([each.candidate for each in found.values()], plan, other, of.model.ruleset)
        told = told or _told_apart(search.candidates(tries), plan, other, of.model.ruleset)
        if told:
            unnoticed.append(edit)
            candidate, differing = told
            found.setdefault(id(candidate), _Found(edit, candidate)).rules.update(differing)
        else:
            silent.append(edit)
    missing = _missing(list(found.values()), plan, [each.case.name for each in known])
    seen = clauses(plan, of.model.ruleset, known)
    return Strength(of.model.ruleset, of.file, *counts, tuple(unnoticed), missing, tuple(silent), tries, seen)


@dataclass(slots=True)
class _Found:
    """A patient who shows an error. rules: positions of those that say something else of him with one in place."""

    edit: Edit
    candidate: Candidate
    rules: set[int] = field(default_factory=set[int])


def used_by(checked: Checked, of: LoadedFile) -> list[LoadedFile]:
    """The rulesets that a ruleset uses, and those that these use."""
    by_id = {each.model.ruleset: each for each in checked.files}
    found: dict[str, LoadedFile] = {}
    waiting = [of]
    while waiting:
        for use in waiting.pop().model.uses.values():
            ruleset = use.split()[0]
            if ruleset not in found:
                found[ruleset] = by_id[ruleset]
                waiting.append(by_id[ruleset])
    return list(found.values())


def _survivors(
    checked: Checked, of: LoadedFile, used: Sequence[LoadedFile], plan: Plan, known: Sequence[Prepared]
) -> tuple[list[tuple[Edit, Plan]], tuple[int, int, int]]:
    """Errors that no case notices, with their plans; how many are noticed, refused, and no errors at all."""
    rules = rules_by_id(plan)
    order = list(known)  # a case that noticed one error is asked first about the next
    survived: list[tuple[Edit, Plan]] = []
    noticed = refused = same = 0
    for edit in edits(of):
        other = plan_with(edit, of, used, checked.concepts, plan)
        if other is None:
            refused += 1
        elif (other.numbers, other.rules) == (plan.numbers, plan.rules):
            same += 1
        else:
            place = next((place for place, each in enumerate(order) if each.notices(other, rules)), None)
            if place is None:
                survived.append((edit, other))
            else:
                noticed += 1
                order.insert(0, order.pop(place))
    return survived, (noticed, refused, same)


def _told_apart(
    candidates: Iterable[Candidate], plan: Plan, other: Plan, ruleset: str
) -> tuple[Candidate, list[int]] | None:
    """The first patient of whom rules say something else with the error in place, and the positions of these rules."""
    own = [index for index, rule in enumerate(plan.rules) if rule.ruleset == ruleset]
    for candidate in candidates:
        right, wrong = candidate.prepared.evaluation(plan), candidate.prepared.evaluation(other)
        differing = [index for index in own if said(right, index) != said(wrong, index)]
        if differing:
            return candidate, differing
    return None


def node_of(cases: CaseFile) -> source.Mapping:
    """The block of a case file that was read without errors."""
    node, _ = source.read("\n".join(cases.lines), cases.file)
    assert node is not None
    return node


def _missing(found: Sequence[_Found], plan: Plan, taken: Sequence[str]) -> tuple[str, ...]:
    """The texts of the cases that are missing, each under a name that no other case has."""
    names = set(taken)
    texts: list[str] = []
    for each in found:
        stem = _name(each.edit)
        name = next(name for name in chain((stem,), (f"{stem} {number}" for number in count(2))) if name not in names)
        names.add(name)
        texts.append(_case(each, plan, name))
    return tuple(texts)


def _case(found: _Found, plan: Plan, name: str) -> str:
    """The text of a case that notices: the patient who was found, and what the ruleset says of him as it stands."""
    case = found.candidate.prepared
    findings = evaluate(plan, case.patient, case.at).findings
    expect: dict[str, source.Plain] = {plan.rules[each].name: words_of(findings[each]) for each in sorted(found.rules)}
    fields: dict[str, source.Plain] = {"like": found.candidate.like, **found.candidate.fields, "expect": expect}
    return "\n".join([f"  {name}:", *block(fields, 4)])


def _name(edit: Edit) -> str:
    words = f"{edit.name} {edit.before} not {edit.after or 'left out'}"
    return " ".join("".join(each if each.isalnum() or each in ".%/" else " " for each in words).split())[:80].strip()
