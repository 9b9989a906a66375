"""Case files (`NAME.test.yaml`): what a ruleset shall say of a patient, written in the ruleset's own words.

::

    text ─ reading ─▶ Case ─ running ─▶ CaseResult
           (facts: the data as a record; expected: what each rule shall say; words: the small notations)

`case_files` reads the case files beside checked rulesets, `run_cases` runs them on every executor that is installed.
A case enters by the same door as real data, `cds.adapters.records.patient_from_dict`.
"""

from cds.cases.model import Case, CaseFile, Expectation
from cds.cases.reading import cases_in, read_cases
from cds.cases.running import CaseResult, Outcome, case_files, run, run_cases

__all__ = [
    "Case",
    "CaseFile",
    "CaseResult",
    "Expectation",
    "Outcome",
    "case_files",
    "cases_in",
    "read_cases",
    "run",
    "run_cases",
]
