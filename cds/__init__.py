"""Rule-based clinical decision support for medication adherence and home measurements.

The flow, from files to findings::

    rulesets/*.yaml ─ source ─▶ model ─ check ─▶ compile ─▶ plan ─┐
                     (text+place) (typed)  (meaning)     (small tree)  ├─ execute ─▶ result ─▶ text, JSON, FHIR, …
    FHIR, records ─ adapters ──────────────▶ patient (facts in columns) ─┘

>>> import cds
>>> sorted(cds.__all__)[:3]
['CdsError', 'DraftNotAllowed', 'Explanation']
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cds.adapters.cards import cards
    from cds.adapters.fhir_out import bundle as fhir_bundle
    from cds.api import Patient, Ruleset, load
    from cds.diagnostics import CdsError, DraftNotAllowed, MissingExtra, PatientError, RulesetError
    from cds.population import Population
    from cds.result import Explanation, Finding, Result
    from cds.scoring import score_tables
    from cds.simulation import simulate

__version__ = "0.1.0"
__all__ = [
    "CdsError",
    "DraftNotAllowed",
    "Explanation",
    "Finding",
    "MissingExtra",
    "Patient",
    "PatientError",
    "Population",
    "Result",
    "Ruleset",
    "RulesetError",
    "cards",
    "fhir_bundle",
    "load",
    "score_tables",
    "simulate",
]

_HOMES = {
    "cds.adapters.cards": ("cards",),
    "cds.adapters.fhir_out": ("fhir_bundle",),
    "cds.api": ("Patient", "Ruleset", "load"),
    "cds.diagnostics": ("CdsError", "DraftNotAllowed", "MissingExtra", "PatientError", "RulesetError"),
    "cds.population": ("Population",),
    "cds.result": ("Explanation", "Finding", "Result"),
    "cds.scoring": ("score_tables",),
    "cds.simulation": ("simulate",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_NAME_AT_HOME = {"fhir_bundle": "bundle"}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that `import cds` alone costs next to nothing."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'cds' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), _NAME_AT_HOME.get(name, name))


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
