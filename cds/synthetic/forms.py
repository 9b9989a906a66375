"""Answers to forms: each item on its own scale, around how the patient is."""

from typing import Final, NamedTuple

import numpy as np

from cds.synthetic.people import DAY, LAST_DAY, LAST_MINUTE, MICROSECONDS, Person
from cds.synthetic.sheet import Sheet


class Form(NamedTuple):
    """A form. most: points of each item. conditions: whom it is sent to, empty = everybody. every: days between."""

    name: str
    most: tuple[int, ...]
    conditions: frozenset[str]
    share: float
    every: int


FORMS: Final = (
    Form("cat", (5,) * 8, frozenset({"copd"}), 0.8, 28),
    Form("mmrc", (4,), frozenset({"copd"}), 0.8, 28),
    Form("phq9", (3,) * 9, frozenset(), 0.25, 28),
    Form("gad7", (3,) * 7, frozenset(), 0.15, 28),
    Form("mst", (4, 1), frozenset(), 0.20, 90),
)
_SKIPS_AN_ITEM: Final = 0.02


def write_answers(person: Person, sheet: Sheet) -> None:
    """The forms that the patient filled in; now and then an item is left out."""
    random = person.random
    for form in FORMS:
        if (form.conditions and form.conditions.isdisjoint(person.conditions)) or not person.has(form.share):
            continue
        burden = float(random.beta(1.5, 4.0))
        days = np.arange(person.first + 1, LAST_DAY, form.every)
        days = days[~person.is_away(days)]
        moments = (days * DAY + random.integers(LAST_MINUTE, 21 * 60, len(days))) * MICROSECONDS
        for number, most in enumerate(form.most, 1):
            points = random.binomial(most, burden, len(days)).astype(np.float64)
            kept = random.random(len(days)) >= _SKIPS_AN_ITEM
            cells = {"form": form.name, "item": f"item{number}", "time": moments[kept], "value": points[kept]}
            names = np.array([f"{person.id}-{form.name}-{day}" for day in days[kept].tolist()], np.object_)
            sheet.add(int(kept.sum()), patient=person.id, entered="typed", reading=names, **cells)
