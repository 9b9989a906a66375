"""What holds for every patient: a rule that can never fire, two that always or never fire together, a rule that is
silent at the worst value, own limits that turn the order of colours.

::

    ruleset ─ variables ─▶ the values that can make a difference ─ sweep ─▶ every combination, evaluated
                           numbers weighed against each other ─ solver ─▶ z3 (extra `verify`)

A sweep uses the evaluation itself, so it knows no other meaning of a rule. Measured numbers are taken to be independent
of each other: what is then impossible is impossible for patients, who can show less.
"""

from cds.verify.proving import Kind, Proven, verify
from cds.verify.report import as_json, as_words

__all__ = ["Kind", "Proven", "as_json", "as_words", "verify"]
