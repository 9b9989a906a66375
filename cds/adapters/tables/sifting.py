"""A loop that takes out of rows of readings those that matter, and tells what is wrong with rows.

In the same subset as `kernels`. Most rows of a large table are of times at which nobody looks; what is left of them is
whose they are.
"""

from typing import NamedTuple

from cds.adapters.tables.kernels import (
    DATE,
    NO_TROUBLE,
    NUMBER,
    Facts,
    Kept,
    Manners,
    Meanings,
    Words,
    told,
    uncounted_facts,
    uncounted_kept,
    uncounted_manners,
    uncounted_meanings,
    uncounted_words,
    unusable,
)
from cds.execute.kernels import uncounted
from cds.operators.series import DATE_ONLY, FIRST_TIME, Column


class Usual(NamedTuple):
    """Of each meaning and manner: the conversion of a number, and between what results any value is possible."""

    low: Column
    high: Column
    numerator: Column
    denominator: Column
    shift: Column


class Held(NamedTuple):
    """Which rows are held: of each meaning those since a time, and until one. present: by meaning, who had others."""

    since: Column
    until: int
    present: Column


def sift(
    facts: Facts,
    meanings: Meanings,
    manners: Manners,
    words: Words,
    usual: Usual,
    held: Held,
    kept: Kept,
    count: Column,
) -> None:
    """Write the rows that can be used and are held, and count them; `facts.trouble` tells what is wrong with any row.

    kept: columns with room for all rows; those of no length are left out.
    """
    facts, kept, count = uncounted_facts(facts), uncounted_kept(kept), uncounted(count)
    meanings, manners, words = uncounted_meanings(meanings), uncounted_manners(manners), uncounted_words(words)
    usual, since, until, present = uncounted_usual(usual), uncounted(held.since), held.until, held.present
    has_words, has_when, has_recorded = len(facts.word) > 0, len(facts.when) > 0, len(facts.recorded) > 0
    per_meaning, place = len(usual.low) // len(since) if len(since) > 0 else 0, 0
    for row in range(len(facts.patient)):
        patient, meaning = facts.patient[row], facts.meaning[row]
        if patient < 0 or meaning < 0 or facts.trouble[row] != NO_TROUBLE:
            continue
        word, time, when = facts.word[row] if has_words else NUMBER, facts.time[row], 0
        manner = meaning * per_meaning + facts.manner[row]
        value = as_usual(usual, manner, facts.value[row] + 0.0)
        is_usual = usual.low[manner] < value < usual.high[manner] and word == NUMBER
        if has_when or has_recorded or not is_usual:
            when = facts.when[row] if has_when else 0
            trouble = unusable(when, time, facts.recorded[row] if has_recorded else FIRST_TIME, word)
            facts.trouble[row] = trouble
            if trouble != NO_TROUBLE:
                continue
        if not is_usual:
            facts.trouble[row] = told(facts, meanings, manners, words, per_meaning, row, word)[4]
        if not since[meaning] <= time <= until:
            present[meaning, patient] = 1
            continue
        keep_row(facts, row, word, when, kept, place)
        place += 1
    count[0] = place


def as_usual(usual: Usual, manner: int, raw: float) -> float:
    """The value of a number that arrived in a manner."""
    return (raw + usual.shift[manner]) * usual.numerator[manner] / usual.denominator[manner]


def keep_row(facts: Facts, row: int, word: int, when: int, kept: Kept, place: int) -> None:
    """Write a row."""
    kept.patient[place] = facts.patient[row]
    kept.meaning[place] = facts.meaning[row]
    kept.manner[place] = facts.manner[row]
    kept.value[place] = facts.value[row]
    kept.time[place] = facts.time[row]
    if len(kept.word):
        kept.word[place] = word
    if len(kept.recorded):
        kept.recorded[place] = facts.recorded[row]
    if len(kept.attribute):
        attribute = facts.attribute[row] if len(facts.attribute) else 0
        kept.attribute[place] = attribute | (DATE_ONLY if when == DATE else 0)
    if len(kept.reading):
        kept.reading[place] = facts.reading[row]


def uncounted_usual(usual: Usual) -> Usual:
    """The same columns; compiled, without counting who holds them."""
    return Usual(
        uncounted(usual.low),
        uncounted(usual.high),
        uncounted(usual.numerator),
        uncounted(usual.denominator),
        uncounted(usual.shift),
    )
