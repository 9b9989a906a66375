"""`cds new`, `cds check` and `cds test`."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from cds import __version__
from cds.cases import CaseResult, case_files, run_cases
from cds.cases.formats import as_junit, results_as_github, results_as_json
from cds.catalogue import concepts_from
from cds.codes import Concepts
from cds.diagnostics import Diagnostic, Language, as_github, as_json, as_sarif, as_text
from cds.loading import check_paths
from cds.starter import write_starter

Lines = Mapping[str, list[str]]
_Format = Callable[[Sequence[Diagnostic], Lines, Language], str]

FORMATS: Final[Mapping[str, _Format]] = {
    "text": as_text,
    "json": lambda found, _, language: as_json(found, language),
    "sarif": lambda found, _, language: as_sarif(found, __version__, language),
    "github": lambda found, _, language: as_github(found, language),
}
# What `test` writes for other programs; as text it prints what went otherwise than expected, and a tally.
REPORTS: Final[Mapping[str, Callable[[Sequence[CaseResult], Language], str]]] = {
    "junit": as_junit,
    "json": results_as_json,
    "github": results_as_github,
}
_CHECKED: Final[Mapping[Language, str]] = {"nb": "kontrollert", "nn": "kontrollert", "en": "checked"}
_COUNTED: Final[Mapping[Language, tuple[tuple[str, str], ...]]] = {
    "nb": (("fil", "filer"), ("feil", "feil"), ("advarsel", "advarsler")),
    "nn": (("fil", "filer"), ("feil", "feil"), ("åtvaring", "åtvaringar")),
    "en": (("file", "files"), ("error", "errors"), ("warning", "warnings")),
}
_TESTED: Final[Mapping[Language, str]] = {
    "nb": "{ok} av {all} prøvetilfeller gikk som ventet ({executors})",
    "nn": "{ok} av {all} prøvetilfelle gjekk som venta ({executors})",
    "en": "{ok} of {all} cases came as expected ({executors})",
}
_NO_CASES: Final[Mapping[Language, str]] = {
    "nb": "ingen prøvetilfeller; de står i NAVN.test.yaml ved siden av NAVN.yaml",
    "nn": "ingen prøvetilfelle; dei står i NAMN.test.yaml ved sida av NAMN.yaml",
    "en": "no cases; they stand in NAME.test.yaml beside NAME.yaml",
}


def new(given: argparse.Namespace) -> int:
    """Write a ruleset and its cases, and say what to do next."""
    ruleset, cases = write_starter(given.name)
    sys.stdout.write(f"wrote {ruleset} and {cases}\nnext: cds check {ruleset} && cds test {ruleset}\n")
    return 0


def check(given: argparse.Namespace) -> int:
    """Print everything found about rulesets and the case files beside them; 1 when there is anything."""
    checked = check_paths(given.paths, _concepts(given))
    files = case_files(checked)
    found = [*checked.diagnostics, *(each for file in files for each in file.diagnostics)]
    lines = {**checked.lines, **{file.file: list(file.lines) for file in files}}
    written = FORMATS[given.format](found, lines, given.lang)
    if written:
        sys.stdout.write(written + "\n")
    if given.format == "text":
        sys.stdout.write(("\n" if written else "") + _totals(lines, found, given.lang) + "\n")
    return 1 if found else 0


def _concepts(given: argparse.Namespace) -> Concepts | None:
    return concepts_from(given.concepts) if given.concepts else None


def _totals(lines: Lines, found: Sequence[Diagnostic], language: Language) -> str:
    files = len(lines.keys() | {each.place.file for each in found})
    errors = sum(each.is_error for each in found)
    counts = zip((files, errors, len(found) - errors), _COUNTED[language], strict=True)
    checked, *rest = (f"{count} {one if count == 1 else many}" for count, (one, many) in counts)
    return f"{checked} {_CHECKED[language]}: {', '.join(rest)}"


def test(given: argparse.Namespace) -> int:
    """Run every case; print those that went otherwise than expected, with the place; 1 when there is one, or no case.

    With `--out` the report goes into a file, and only the tally is printed.
    """
    results = run_cases(check_paths(given.paths, _concepts(given)))
    report = REPORTS.get(given.format, _failures)(results, given.lang)
    tally = (_tally(results, given.lang) if results else _NO_CASES[given.lang]) + "\n"
    if given.out:
        Path(given.out).write_text(report + "\n" if report else "", "utf-8", newline="\n")
        sys.stdout.write(tally)
    else:
        sys.stdout.write(report + "\n" if report else "")
        (sys.stdout if given.format == "text" else sys.stderr).write(tally)
    return 0 if results and all(each.is_ok for each in results) else 1


def _failures(results: Sequence[CaseResult], language: Language) -> str:
    return "\n".join(each.report(language) + "\n" for each in results if not each.is_ok)


def _tally(results: Sequence[CaseResult], language: Language) -> str:
    executors = ", ".join(results[0].executors)
    ok = sum(each.is_ok for each in results)
    return _TESTED[language].format(ok=ok, all=len(results), executors=executors)
