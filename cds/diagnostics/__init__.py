"""What is wrong, where, and how to mend it; and the errors that cds raises.

::

    CdsError                    everything that cds raises on purpose
    ├── RulesetError            a ruleset cannot be used; carries every Diagnostic
    ├── PatientError            patient data cannot be read at all (a single bad row is an Issue instead)
    ├── DraftNotAllowed         a draft was asked to run without allow_draft
    ├── MissingExtra            an optional package is not installed
    └── StoreError              events could not be kept or read (in `cds.store`)

A `Diagnostic` is one finding about an author's file. Each kind is a class (`Code`) whose docstring says what it
means, why it matters, and shows a wrong and a right example; `cds explain CDS102` prints it. 1xx is about shape
(`writing`, `signs`, `shape`), 2xx about meaning, 3xx advice, 9xx ours.
"""

from cds.diagnostics.errors import (
    CdsError,
    DraftNotAllowed,
    MissingExtra,
    PatientError,
    RulesetError,
    check_language,
)
from cds.diagnostics.explain import all_codes, explanation
from cds.diagnostics.formats import as_dict, as_github, as_json, as_sarif, as_text
from cds.diagnostics.report import Code, Diagnostic, Issue, Place, closest, in_order, render
from cds.diagnostics.words import Language

__all__ = [
    "CdsError",
    "Code",
    "Diagnostic",
    "DraftNotAllowed",
    "Issue",
    "Language",
    "MissingExtra",
    "PatientError",
    "Place",
    "RulesetError",
    "all_codes",
    "as_dict",
    "as_github",
    "as_json",
    "as_sarif",
    "as_text",
    "check_language",
    "closest",
    "explanation",
    "in_order",
    "render",
]
