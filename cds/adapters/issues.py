"""What can be wrong with patient data: a stable code and a sentence with the cure, never the patient's values."""

import re
from typing import Final

from cds.diagnostics import Issue

ISSUES: Final = {
    "ambiguous_subject": "it does not say which patient it is about and was not used; add the subject",
    "certainty_not_understood": "how certain it is cannot be read, so it counts as not certain; send a standard status",
    "codes_disagree": "its codes stand for different things, and it was not used; correct the codes",
    "comparator_not_understood": "the sign before the value is not understood, so it cannot be told; use <, <=, >, >=",
    "conflicting_copies": "it is there twice with different content, and no update time tells which is the newer; both "
    "were used, send one",
    "date_not_understood": "the date cannot be read and was not used; write year-month-day, `2026-01-08`",
    "delay_not_known": "the dose was taken, but not when; it counts as taken and cannot be judged as late",
    "end_disagrees": "it is marked as active and has an end, so it is not certain after that; correct one of them",
    "end_not_known": "it has ended, nobody knows when, so it is not certain until it was last recorded; state the end",
    "entered_in_error": "it is marked as entered in error and was not used",
    "entry_not_read": "the entry holds no resource that can be read and was not used",
    "fate_not_understood": "the status of the dose is not one of taken, missed, unknown; the dose counts as not judged",
    "future_dated": "it is dated more than a day after it was recorded and was not used; correct the time",
    "implausible": "the value is outside what a living person can have and was set aside; correct it at the source",
    "incomplete": "only a part of the answer is here, so that nothing counts as supplied in full; send all pages",
    "limit_not_read": "the patient's limit cannot be read, so the rules that use it will be unknown; {cure}",
    "meaning_changed": "it carries an extension or rule that may change its meaning; it was not used",
    "medicine_not_stated": "a dose does not say which medicine it holds, so that doses of a class cannot be counted; "
    "state `atc` for every dose",
    "meter_limit_not_stated": "the meter showed HI or LO without its limit; send the limit as the value, with > or <",
    "name_not_known": "this name is not known and was not used{cure}",
    "not_certain": "it is provisional, so that rules that need it will be unknown; confirm or refute it",
    "other_patient": "it is about another patient and was not used",
    "medicine_not_read": "the code of the medicine is no ATC code; write it like `C07AB02`",
    "part_missing": "a part of the reading is missing; the rest of it is used",
    "part_twice": "a part is there twice with different values, so that it cannot be told; send one",
    "period_reversed": "it ends before it begins, so it counts as not certain; correct the dates",
    "status_not_used": "its status is not final, amended or corrected, and it was not used; send it when it is final",
    "time_missing": "the time is missing, and it was not used; state the time",
    "time_not_understood": "the time cannot be read, and it was not used; write it like `2026-01-08T07:30:00+01:00`",
    "too_many_at_once": "{count} different readings bear the same time; they count as one that contradicts itself",
    "unit_missing": "the unit is missing, so the value cannot be told; use one of {units}",
    "unit_not_understood": "the unit is not accepted here, so the value cannot be told; use one of {units}",
    "unknown_code": "{count} observations have a code that no concept uses; they were not used",
    "unlike_code": "the code is one digit from {known} of `{name}`; it was not used, did you mean that one?",
    "value_missing": "there is no value, and it was not used",
    "value_not_a_number": "the value is not a number, so it cannot be told; send a JSON number",
    "value_not_finite": "the value is not a finite number and was set aside; correct it at the source",
    "value_withheld": "the value is withheld, so that rules that need it will be unknown",
    "word_not_known": "a word here is not known and was not used{cure}",
    "wrong_shape": "{expected} belongs here; it was not used",
}
"""Code -> sentence; `{words}` are filled in by the adapter."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}", re.ASCII)


def issue(code: str, place: str, **words: object) -> Issue:
    """An issue of this kind at this place; `words` fill the sentence."""
    return Issue(code, place, ISSUES[code].format(**words))


def place_word(key: object) -> str:
    """A key as part of a place; what may be anything but a name is not repeated.

    >>> place_word("glucose"), place_word("Kari Nordmann")
    ('glucose', '?')
    """
    return key if isinstance(key, str) and _NAME.fullmatch(key) else "?"
