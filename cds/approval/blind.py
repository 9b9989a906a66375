"""The blind test of a review: cases drawn by the file's own hash, answered before the ruleset's answer is seen."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from cds import source
from cds.adapters.records import patient_from_dict
from cds.approval.words import WORDS
from cds.cases.expected import read_expectations, words_of
from cds.cases.model import Case, CaseFile
from cds.cases.notes import Notes
from cds.diagnostics import CdsError, Language
from cds.execute.explain import evaluate
from cds.loading import Checked
from cds.periods import instant, zone
from cds.plan import Rule
from cds.reading import LoadedFile
from cds.result import Finding
from cds.sentences import say
from cds.strength.rows import cases_as_written
from cds.strength.search import block

CHOICES: Final = "red, orange, yellow, green, not fired, unconfirmed, unknown, not applicable"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a reviewer: to which question, about which rule, what was said and what the ruleset says."""

    number: int
    case: str
    rule: str
    answer: str
    came: str
    agrees: bool


def drawn(file: LoadedFile, cases: CaseFile, count: int) -> list[Case]:
    """Cases drawn by the hash of the file, which nobody chooses."""
    told = sorted(cases.cases, key=lambda each: each.name)
    return random.Random(file.review_hash).sample(told, min(count, len(told)))


def sheet(file: LoadedFile, cases: CaseFile, language: Language, count: int) -> str:
    """The questions, to be filled in: patients as the cases write them, without names that give the answer away."""
    node, _ = source.read("\n".join(cases.lines), cases.file)
    assert node is not None
    written = cases_as_written(node)
    lines = [f"# {say('sheet', language, WORDS)}", f"# {say('choices', language, WORDS, choices=CHOICES)}", ""]
    lines += [f"ruleset: {file.model.ruleset}", f"hash: {file.review_hash}", "questions:"]
    for number, case in enumerate(drawn(file, cases, count), 1):
        asked = dict.fromkeys(each.rule.rpartition("/")[2] for each in case.expect)
        shown = {name: each for name, each in written[case.name].items() if name != "expect"}
        lines += [f"  {number}:", *block(shown, 4), "    answer:", *(f'      {rule}: ""' for rule in asked)]
    return "\n".join(lines) + "\n"


def answers(path: Path, file: LoadedFile, cases: CaseFile, checked: Checked) -> list[Answer]:
    """What a reviewer answered, beside what the ruleset says.

    CdsError when the sheet is about another text of the ruleset, or a question has no answer.
    """
    node, wrong = source.read(path.read_bytes(), str(path))
    if node is None or wrong:
        raise CdsError(f"`{path}` cannot be read: {wrong[0].message()}" if wrong else f"`{path}` is empty")
    told = cast("Mapping[str, str]", source.plain(node))
    if told.get("ruleset") != file.model.ruleset or told.get("hash") != file.review_hash:
        raise CdsError(f"`{path}` asks about another text of {file.model.ruleset}; ask anew with --ask")
    questions = node.entries["questions"].value if "questions" in node.entries else None
    entries = questions.entries if isinstance(questions, source.Mapping) else {}
    asked = drawn(file, cases, len(entries))
    return [each for number, case in enumerate(asked, 1) for each in _answered(path, entries, number, case, checked)]


def _answered(
    path: Path, entries: Mapping[str, source.Entry], number: int, case: Case, checked: Checked
) -> Iterator[Answer]:
    question = entries[str(number)].value if str(number) in entries else None
    given = question.entries.get("answer") if isinstance(question, source.Mapping) else None
    plan, notes = checked.plan, Notes()
    assert plan
    rules = {rule.name: rule for rule in plan.rules if rule.id in {each.rule for each in case.expect}}
    filled = given.value.entries if given and isinstance(given.value, source.Mapping) else {}
    empty = [name for name in rules if not _text(filled.get(name))]
    if empty:
        raise CdsError(f"`{path}`: question {number} has no answer for {', '.join(empty)}")
    read = read_expectations(given.value, rules, notes) if given else ()
    if notes:
        raise CdsError(f"`{path}`: question {number}: {notes[0].message()}; the answers are: {CHOICES}")
    findings = _findings(case, checked, rules)
    for each in read:
        finding = findings[each.rule]
        agrees = finding.status == each.status and (not each.colour or finding.colour == each.colour)
        yield Answer(number, case.name, each.rule.rpartition("/")[2], each.words, words_of(finding), agrees)


def _text(entry: source.Entry | None) -> str:
    return entry.value.text.strip() if entry and isinstance(entry.value, source.Scalar) else ""


def _findings(case: Case, checked: Checked, rules: Mapping[str, Rule]) -> dict[str, Finding]:
    assert checked.plan
    at = instant(case.at, zone(case.zone))
    assert at
    result = evaluate(checked.plan, patient_from_dict(case.record, concepts=checked.concepts), at[0])
    wanted: Sequence[str] = [each.id for each in rules.values()]
    return {each.id: each for each in result.findings if each.id in wanted}
