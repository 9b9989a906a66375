"""`cds review` and `cds release`."""

import argparse
import sys
from datetime import date
from pathlib import Path

from cds.approval import answers, approve, release, sentences, sheet, shortcomings
from cds.approval.words import WORDS
from cds.cases import CaseFile, case_files
from cds.catalogue import concepts_from
from cds.diagnostics import CdsError
from cds.loading import Checked, check_paths
from cds.reading import LoadedFile
from cds.sentences import say


def review(given: argparse.Namespace) -> int:
    """Write a question sheet, or take its answers and approve the ruleset; 1 when answers differ."""
    checked, file, cases = _one(given)
    if cases is None or not cases.cases:
        raise CdsError(f"{file.model.ruleset} has no cases, so that there is nothing to ask a reviewer")
    if given.ask:
        text = sheet(file, cases, given.lang, given.questions)
        Path(given.ask).write_text(text, "utf-8", newline="\n")
        count = text.count("\n    answer:")
        sys.stdout.write(say("asked", given.lang, WORDS, count=count, file=given.ask) + "\n")
        return 0
    if not (given.answers and given.name and given.role and given.date):
        raise CdsError(
            "write the questions with --ask FILE, or hand in --answers FILE --name NAME --role ROLE --date DATE"
        )
    told = answers(Path(given.answers), file, cases, checked)
    agreed = approve(file, told, given.name, given.role, _day(given.date))
    differing = [each for each in told if not each.agrees]
    for each in differing:
        values = {"number": each.number, "rule": each.rule, "answer": each.answer, "came": each.came}
        sys.stdout.write(say("differs", given.lang, WORDS, **values) + "\n")
    key = "approved" if agreed else "refused"
    values = {"ruleset": file.model.ruleset, "name": given.name, "count": len(differing)}
    sys.stdout.write(say(key, given.lang, WORDS, **values) + "\n")
    return 0 if agreed else 1


def release_ruleset(given: argparse.Namespace) -> int:
    """Put a ruleset into use, or say what stands in the way; 1 when something does."""
    checked, file, cases = _one(given)
    day = _day(given.date)
    found, measured = shortcomings(checked, file, cases, given.version, day)
    if found:
        sys.stdout.write(say("short", given.lang, WORDS, ruleset=file.model.ruleset) + "\n")
        sys.stdout.writelines(f"  {each}\n" for each in sentences(found, given.lang))
        return 1
    release(file, given.version, day, measured, len(cases.cases) if cases else 0)
    values = {"ruleset": file.model.ruleset, "version": given.version, "date": day.isoformat()}
    sys.stdout.write(say("released", given.lang, WORDS, **values) + "\n")
    return 0


def _one(given: argparse.Namespace) -> tuple[Checked, LoadedFile, CaseFile | None]:
    checked = check_paths([given.path], concepts_from(given.concepts) if given.concepts else None)
    if checked.plan is None:
        raise CdsError(say("errors", given.lang, WORDS))
    path = Path(given.path).resolve()
    file = next((each for each in checked.files if Path(each.file).resolve() == path), None)
    if file is None:
        raise CdsError(f"`{given.path}` is no ruleset; name one file that begins with `language: 1`")
    beside = [each for each in case_files(checked) if Path(each.file).name.startswith(f"{path.stem}.test.")]
    if any(each.diagnostics for each in beside):
        raise CdsError(say("errors", given.lang, WORDS))
    return checked, file, next(iter(beside), None)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CdsError(f"`{text}` is no date; write for instance 2026-11-23") from None
