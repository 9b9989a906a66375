"""`cds new`, `cds check` and `cds test`."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from cds import __version__
from cds.cases import Broken, CaseResult, Tried, case_files, run_paths
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
REPORTS: Final[Mapping[str, Callable[[Sequence[CaseResult], Language, Sequence[Broken]], str]]] = {
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
_BROKEN: Final[Mapping[Language, tuple[str, str]]] = {
    "nb": ("{count} fil har feil og ble ikke prøvd", "{count} filer har feil og ble ikke prøvd"),
    "nn": ("{count} fil har feil og vart ikkje prøvd", "{count} filer har feil og vart ikkje prøvde"),
    "en": ("{count} file has errors and was not tried", "{count} files have errors and were not tried"),
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
    """Run every case; print those that went otherwise than expected, with the place, and the errors of files that
    cannot be used; 1 when there is one of these, or no case.

    With `--out` the report goes into a file, and only the tally is printed.
    """
    tried = run_paths(given.paths, _concepts(given))
    report = REPORTS.get(given.format, _failures)(tried.results, given.lang, tried.broken)
    tally = _tally(tried, given.lang) + "\n"
    if given.out:
        Path(given.out).write_text(report + "\n" if report else "", "utf-8", newline="\n")
        sys.stdout.write(tally)
    else:
        sys.stdout.write(report + "\n" if report else "")
        (sys.stdout if given.format == "text" else sys.stderr).write(tally)
    return 0 if tried.is_ok else 1


def _failures(results: Sequence[CaseResult], language: Language, broken: Sequence[Broken]) -> str:
    wrong = [each for each in results if not each.is_ok]
    return "\n".join(each.report(language) + "\n" for each in (*broken, *wrong))


def _tally(tried: Tried, language: Language) -> str:
    parts: list[str] = []
    if tried.results:
        executors = ", ".join(tried.results[0].executors)
        ok = sum(each.is_ok for each in tried.results)
        parts.append(_TESTED[language].format(ok=ok, all=len(tried.results), executors=executors))
    if tried.broken:
        one, many = _BROKEN[language]
        parts.append((one if len(tried.broken) == 1 else many).format(count=len(tried.broken)))
    return "; ".join(parts) or _NO_CASES[language]
