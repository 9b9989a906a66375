"""`cds format`."""

import argparse
import sys
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from typing import Final

from cds.diagnostics import CdsError, Language, as_text
from cds.formatting import Formatted, format_text, write_in_place
from cds.loading import yaml_files
from cds.source import lines_of

_DONE: Final[Mapping[Language, str]] = {"nb": "formatert", "nn": "formatert", "en": "formatted"}
_WOULD: Final[Mapping[Language, str]] = {
    "nb": "ville blitt formatert",
    "nn": "ville blitt formatert",
    "en": "would be formatted",
}
_APPROVED: Final[Mapping[Language, str]] = {
    "nb": "{file} er godkjent slik den står, og får stå: formatering ville gjort godkjenningen ugyldig",
    "nn": "{file} er godkjend slik ho står, og får stå: formatering ville gjort godkjenninga ugyldig",
    "en": "{file} was reviewed as it stands, and is left so: formatting would void the review",
}
_COUNTED: Final[Mapping[Language, tuple[str, str, str, str]]] = {
    "nb": ("1 fil", "{} filer", "{} uendret", "{} med feil, urørt"),
    "nn": ("1 fil", "{} filer", "{} uendra", "{} med feil, urørt"),
    "en": ("1 file", "{} files", "{} unchanged", "{} with errors, untouched"),
}


def format_files(given: argparse.Namespace) -> int:
    """Lay files out anew; 1 when a file has errors, or with `--check` when one would change.

    `--check` and `--diff` write nothing.
    """
    is_dry, language = given.check or given.diff, given.lang
    files = yaml_files(given.paths)
    if not files:
        raise CdsError("no .yaml file was found there")
    results = [format_text(each.read_bytes(), str(each)) for each in files]
    for path, result in zip(files, results, strict=True):
        if result.is_changed and not is_dry:
            write_in_place(path, result.after)
        sys.stdout.write(_said_of(result, given.diff, is_dry, language))
    sys.stdout.write(_totals(results, is_dry, language) + "\n")
    has_errors = any(each.diagnostics for each in results)
    return 1 if has_errors or (given.check and any(each.is_changed for each in results)) else 0


def _said_of(result: Formatted, with_diff: bool, is_dry: bool, language: Language) -> str:
    if result.diagnostics:
        return as_text(result.diagnostics, {result.file: lines_of(result.before)}, language) + "\n\n"
    if result.is_approved:
        return _APPROVED[language].format(file=result.file) + "\n"
    if not result.is_changed:
        return ""
    sentence = f"{(_WOULD if is_dry else _DONE)[language]} {result.file}\n"
    return (with_diff and _diff(result)) or sentence


def _diff(result: Formatted) -> str:
    """What would change, line by line; line ends and a byte order mark are not shown."""
    before, after = lines_of(result.before), lines_of(result.after)
    return "".join(f"{line}\n" for line in unified_diff(before, after, result.file, result.file, lineterm=""))


def _totals(results: Sequence[Formatted], is_dry: bool, language: Language) -> str:
    one, many, unchanged, wrong = _COUNTED[language]
    changed, failed = sum(each.is_changed for each in results), sum(bool(each.diagnostics) for each in results)
    parts = [f"{changed} {(_WOULD if is_dry else _DONE)[language]}", unchanged.format(len(results) - changed - failed)]
    files = one if len(results) == 1 else many.format(len(results))
    return f"{files}: {', '.join([*parts, wrong.format(failed)] if failed else parts)}"
