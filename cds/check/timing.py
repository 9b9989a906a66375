"""Limits that are lengths of time."""

from collections.abc import Iterator
from typing import Final

from cds.check.amounts import unit_words, unit_words_nb
from cds.check.names import Sort
from cds.diagnostics import Diagnostic, Place
from cds.diagnostics.limits import NotATimeLimit
from cds.units import dimension, unit_of

_UNITS: Final = {"elapsed time": "min, hours", "civil days": "days, weeks"}


def check_time_limit(
    name: str, sort: Sort, place: Place, field: str, dimensions: tuple[str, ...]
) -> Iterator[Diagnostic]:
    """The limit must be a length of time of one of the sorts."""
    if unit_of(sort.unit) is None or dimension(sort.unit) in dimensions:
        return
    expected = ", ".join(_UNITS[each] for each in dimensions)
    found, found_nb = unit_words(sort.unit), unit_words_nb(sort.unit)
    yield NotATimeLimit.at(
        place, also=sort.place, name=name, found=found, found_nb=found_nb, field=field, expected=expected
    )
