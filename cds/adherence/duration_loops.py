"""Loops over the medications of many patients for `cds.operators.durations`, in the subset that compiles."""

from typing import NamedTuple

from cds.operators.durations import (
    Course,
    Handling,
    Pieces,
    Prescriptions,
    Stays,
    course_of_treatment,
    dispense_pieces,
    interruptions,
)
from cds.operators.series import Column


class Medications(NamedTuple):
    """One entry for each medication of each patient. patient: number; the others: where its rows begin, one entry more.

    is_unknown: 1 where nothing can be told. visits, stays: offsets by patient, one entry more than patients.
    """

    patient: Column
    dispenses: Column
    prescriptions: Column
    is_unknown: Column
    visits: Column
    stays: Column


class Dispenses(NamedTuple):
    """Dispenses by medication, oldest first. total: units, 0 = not known."""

    day: Column
    total: Column


def lay_out_durations(
    medications: Medications,
    dispenses: Dispenses,
    prescriptions: Prescriptions,
    visit: Column,
    stays: Stays,
    handling: Handling,
    course: Course,
    pieces: Pieces,
    is_counting: int,
    offsets: Column,
    breaks: Column,
    changes: Column,
) -> int:
    """Parts of every dispense from offsets[d] on; when counting, how many they are into offsets[d + 1].

    breaks, changes: how often each medication's treatment is interrupted, and changes its dose.
    """
    total = 0
    for number in range(len(medications.patient)):
        patient = medications.patient[number]
        first, end = medications.dispenses[number], medications.dispenses[number + 1]
        low, high = medications.prescriptions[number], medications.prescriptions[number + 1]
        count = 0
        if first < end and medications.is_unknown[number] == 0:
            count = course_of_treatment(
                prescriptions, low, high, visit, medications.visits[patient], medications.visits[patient + 1],
                float(dispenses.day[first]), handling, course, 0,
            )  # fmt: skip
        breaks[number] = interruptions(course, 0, count)
        changes[number] = count - 1 - 2 * breaks[number] if count > 0 else 0
        for row in range(first, end):
            known = count if dispenses.total[row] > 0.0 else 0
            written = dispense_pieces(
                float(dispenses.day[row]), dispenses.total[row], course, 0, known, stays,
                medications.stays[patient], medications.stays[patient + 1], handling, pieces,
                0 if is_counting == 1 else offsets[row],
            )  # fmt: skip
            if is_counting == 1:
                offsets[row + 1] = offsets[row] + written
            total += written
    return total
