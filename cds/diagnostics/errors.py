"""The exceptions; see the tree in `cds.diagnostics`."""

from collections.abc import Sequence
from typing import get_args

from cds.diagnostics.report import Diagnostic, render
from cds.diagnostics.words import Language


class CdsError(Exception):
    """Base of every error that cds raises on purpose; its text is a sentence for people."""


class RulesetError(CdsError):
    """One or more files cannot be used as rulesets; `diagnostics` holds everything that was found, in order."""

    def __init__(self, diagnostics: Sequence[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__("\n\n".join(render(each) for each in self.diagnostics))


class PatientError(CdsError):
    """The patient data as a whole cannot be read (not JSON, no patient, two patients, too large)."""


class DraftNotAllowed(CdsError):
    """A ruleset is a draft, and drafts run only when asked for."""


class MissingExtra(CdsError):
    """An optional package is missing; the text names the extra that brings it."""


def check_language(language: str) -> None:
    """Raise CdsError unless texts can be written in the language."""
    *first, last = get_args(Language)
    if language not in (*first, last):
        raise CdsError(f"there are no texts in the language `{language}`; write {', '.join(first)} or {last}")
