"""`cds evidence` and `cds selftest`."""

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Final

from cds.commands.checked import as_written
from cds.diagnostics import CdsError, Language
from cds.evidence import SelfTest, selftest, write_evidence

_TESTED: Final[Mapping[Language, tuple[str, str, str]]] = {
    "nb": (
        "{ok} av {all} prøvetilfeller gikk som ventet ({executors})",
        "{compared} funn sammenlignet, alene og i en populasjon: {differing} er ulike",
        "dette er ikke i orden: bruk ikke installasjonen",
    ),
    "nn": (
        "{ok} av {all} prøvetilfelle gjekk som venta ({executors})",
        "{compared} funn samanlikna, åleine og i ein populasjon: {differing} er ulike",
        "dette er ikkje i orden: bruk ikkje installasjonen",
    ),
    "en": (
        "{ok} of {all} cases came as expected ({executors})",
        "{compared} findings compared, alone and in a population: {differing} differ",
        "this is not in order: do not use this installation",
    ),
}


def evidence(given: argparse.Namespace) -> int:
    """Write the evidence of rulesets and of this installation into a folder."""
    written = as_written(given, given.paths)
    try:
        day = date.fromisoformat(given.date)
    except ValueError:
        raise CdsError(f"`{given.date}` is no date; write for instance 2026-11-23") from None
    for path in write_evidence(written, Path(given.out), day, given.tries):
        sys.stdout.write(f"{path}\n")
    return 0


def test_oneself(given: argparse.Namespace) -> int:
    """Run the self-test of this installation; 1 when something is not as it should be."""
    tested = selftest()
    if given.format == "json":
        sys.stdout.write(json.dumps({**asdict(tested), "is_ok": tested.is_ok}, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(_lines(tested, given.lang)) + "\n")
    return 0 if tested.is_ok else 1


def _lines(tested: SelfTest, language: Language) -> list[str]:
    cases, compared, wrong = _TESTED[language]
    lines = [
        cases.format(ok=tested.cases_ok, all=tested.cases, executors=", ".join(tested.executors)),
        compared.format(compared=tested.compared, differing=len(tested.differing)),
    ]
    return lines if tested.is_ok else [*lines, wrong]
