"""Case files (`NAME.test.yaml`): what a ruleset shall say of a patient, written in the ruleset's own words.

::

    text ─ reading ─▶ Case ─ running ─▶ CaseResult
           (facts: the data as a record; expected: what each rule shall say; words: the small notations)

`case_files` reads the case files beside checked rulesets, and `run_cases` runs them on every executor that is
installed; `run_paths` does both for what can be used of files and folders.
A case enters by the same door as real data, `cds.adapters.records.patient_from_dict`.
"""

from typing import Final

from cds.cases.everything import Broken, Tried, run_paths
from cds.cases.model import Case, CaseFile, Expectation
from cds.cases.reading import cases_in, read_cases
from cds.cases.running import CaseResult, Outcome, case_files, run, run_cases

GRAMMAR: Final = """\
case file      = "cases:" { NAME ":" field { field } }
field          = "like:" NAME                     the fields of another case, where this one says nothing
               | "at:" moment                     the question is asked then
               | "zone:" ZONE                     Europe/Oslo unless said
               | "patient:" word { "," word }
               | "patient_limits:" { LIMIT ":" own limit }
               | "not_supplied:" list of inputs   nobody handed them over; all others are, and empty
               | "supplied_from:" { INPUT ":" time }
               | "expect:" { RULE ":" expected }
               | INPUT ":" data                   an input of the ruleset, or ALIAS.INPUT of one that it uses
word           = WHOLE "years" | "born" DATE | "female" | "male" | "other" | INPUT (one that `has` asks for)
own limit      = quantity [ "," AUTHOR ] [ "," DATE ] [ "," "until" DATE ]
data           = "none" | { time ":" row } | series | list of those
series         = "from:" time "every:" duration "values:" value { value | "x" WHOLE | "-" } [ UNIT ] { "," remark }
row            = reading | dose | dispense, or a list of them at one time
reading        = [ "above" | "at least" | "below" | "at most" ] NUMBER { "/" NUMBER } [ UNIT ] { "," remark }
               | "HI" | "LO" | ANSWER (a word of the concept)
dose           = ( "taken" | "late" WHOLE "min" | "early" WHOLE "min" | "missed" | "unknown" ) { "," remark }
dispense       = ( NUMBER "days" | "days unknown" ) { "," remark }
remark         = "typed" | "device" | "relative" | "sitting" | "standing" | "lying" | "left" | "right" | "fasting"
               | "before_meal" | "after_meal" | "hospital_stay" | "travel_dose" | "paused" | ATC | "time unknown"
               | "regular" | "course" | "as_needed"
               | "recorded" time | "entered-in-error" | "preliminary" | "amended" | "corrected"
event          = time { "," "recorded" time }
span           = ( "yes" | "no" | "unknown" | "provisional" ) { "," ( "from" | "to" | "recorded" ) time | "," remark }
                 or a list of them: a diagnosis, device, medicine or stay
expected       = what, or a block with "is:" what and the summary that people shall read: "nb:" "nn:" "en:"
what           = ( "red" | "orange" | "yellow" ) [ "," "uncertain" [ "," REASON ] ] [ "," "hidden by" RULE ]
               | "green" (a zone) | "not fired" (a rule) | "not applicable"
               | "unconfirmed" [ "," colour ] | "unknown" [ "," REASON ]
"""

__all__ = [
    "GRAMMAR",
    "Broken",
    "Case",
    "CaseFile",
    "CaseResult",
    "Expectation",
    "Outcome",
    "Tried",
    "case_files",
    "cases_in",
    "read_cases",
    "run",
    "run_cases",
    "run_paths",
]
