"""What can go wrong for a patient, what in cds is set against it, and the tests that hold it so."""

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True)
class Hazard:
    """One hazard, its control, and the tests of it, as files of the source tree."""

    hazard: str
    harm: str
    control: str
    tests: str


HAZARDS: Final = (
    Hazard(
        "a value in the wrong unit",
        "wrong treatment, or an alarm that is not raised",
        "units are stated in data and rulesets and converted at the door by one table; an unknown unit makes unknown",
        "tests/test_units.py tests/adapters/test_fhir_observation.py",
    ),
    Hazard(
        "a missing value looks normal",
        "deterioration is not noticed",
        "three values throughout; a zone whose data are missing is unknown, never green; silence is a finding",
        "tests/test_safety.py tests/test_language.py",
    ),
    Hazard(
        "stale data",
        "a decision on yesterday's patient",
        "`newest_within`; findings tell the time of the newest reading; nothing after the moment is used",
        "tests/test_single.py tests/test_rulesets.py",
    ),
    Hazard(
        "data of another patient",
        "treatment of the wrong patient",
        "one patient to a bundle or refused; a population never reads past a patient's rows, run with bounds checks",
        "tests/test_agreement.py tests/server/test_hostile.py",
    ),
    Hazard(
        "a rule that never fires",
        "deterioration is not noticed",
        "cases must notice small errors; proofs that each rule can fire and is not silent at the worst value",
        "tests/strength/test_strength.py tests/verify/test_verify.py",
    ),
    Hazard(
        "a flood of alarms",
        "alarms are not read",
        "`hidden_by`, `confirm`, `quiet_for`; the load is told before a ruleset goes into use",
        "tests/test_rulesets.py tests/synthetic",
    ),
    Hazard(
        "a device fault read as missed doses",
        "needless treatment, loss of trust",
        "technical faults and no contact make doses unknown, not missed",
        "tests/operators tests/test_rulesets.py",
    ),
    Hazard(
        "a change of the clocks",
        "a day of 23 or 25 hours is miscounted",
        "civil days in the patient's zone; every ruleset has cases across both changes",
        "tests/test_periods.py tests/test_rulesets.py",
    ),
    Hazard(
        "a patient's own limit is misread",
        "alarms by the wrong limit",
        "a limit that matches no name, unit, span or order makes its rules unknown, with an issue",
        "tests/test_safety.py tests/execute/test_own_limits.py",
    ),
    Hazard(
        "somebody else's reading",
        "a jump that is no change of the patient",
        "readings out of step are told apart, reported and never dropped in silence",
        "tests/operators tests/test_rulesets.py",
    ),
    Hazard(
        "a ruleset changed after its review",
        "unreviewed rules in use",
        "the review holds the hash of the text; any edit voids it, and findings carry the hash",
        "tests/test_approval.py tests/test_review_and_adaptation.py",
    ),
    Hazard(
        "compiled code differs on this machine",
        "a population is scored otherwise than one patient",
        "one function for both; a self-test runs both on this machine and compares them",
        "tests/test_agreement.py tests/evidence/test_evidence.py",
    ),
)
COLUMNS: Final = tuple(each.name for each in fields(Hazard))
