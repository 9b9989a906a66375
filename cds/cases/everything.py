"""Paths → the cases of every file that can be used, run, and the errors of the files that cannot."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from cds.cases.running import EXECUTORS, CaseResult, Executor, case_files, run_files
from cds.codes import Concepts
from cds.diagnostics import Diagnostic, Language, Place, as_text, in_order
from cds.loading import Checked, check_paths


@dataclass(frozen=True, slots=True)
class Broken:
    """A file that cannot be used. errors: at least one, in the order of the file. lines: its source lines."""

    file: str
    errors: tuple[Diagnostic, ...]
    lines: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """Where its first error is."""
        return self.errors[0].place

    def report(self, language: Language = "en") -> str:
        """Its errors, each with its line of source."""
        return as_text(self.errors, {self.file: list(self.lines)}, language)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of the cases, and the files whose cases could not be run."""

    results: tuple[CaseResult, ...]
    broken: tuple[Broken, ...] = ()

    @property
    def is_ok(self) -> bool:
        """Whether there is a case, every file could be used, and everything came as expected."""
        return bool(self.results) and not self.broken and all(each.is_ok for each in self.results)


def run_paths(
    paths: Iterable[str | Path], concepts: Concepts | None = None, executors: Sequence[Executor] = EXECUTORS
) -> Tried:
    """Run every case beside these files. A file with an error takes none with it but those that lean on it."""
    checked, errors, lines = _usable(list(paths), concepts)
    files = case_files(checked)
    for file in files:
        errors += [each for each in file.diagnostics if each.is_error]
        lines[file.file] = list(file.lines)
    readable = [file for file in files if not any(each.is_error for each in file.diagnostics)]
    return Tried(tuple(run_files(readable, checked, executors)), _by_file(errors, lines))


def _usable(
    paths: Sequence[str | Path], concepts: Concepts | None
) -> tuple[Checked, list[Diagnostic], dict[str, list[str]]]:
    """The files without those that have errors, until none has; and the errors, with the lines of all files."""
    checked = check_paths(paths, concepts)
    errors: list[Diagnostic] = []
    lines = dict(checked.lines)
    while checked.plan is None:
        errors += [each for each in checked.diagnostics if each.is_error]
        checked = check_paths(paths, concepts, without={each.place.file for each in errors})
        lines |= checked.lines
    return checked, errors, lines


def _by_file(errors: Iterable[Diagnostic], lines: Mapping[str, list[str]]) -> tuple[Broken, ...]:
    grouped = groupby(in_order(errors), lambda each: each.place.file)
    return tuple(Broken(file, tuple(found), tuple(lines.get(file, ()))) for file, found in grouped)
