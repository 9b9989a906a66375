"""Beginnings and ends of which not everything is known → spans of which every moment is certain or not."""

from collections.abc import Iterator
from typing import Final

from cds.adapters.fhir.resource import Json
from cds.adapters.fhir.times import open_between
from cds.adapters.rows import Intake
from cds.codes import Concept, system_url
from cds.operators.reasons import NOT_CERTAIN
from cds.operators.series import FIRST_TIME, LAST_TIME

Moments = tuple[int, int]  # the earliest and the latest that what is written leaves open
Certainty = tuple[int, int, int]  # start, end, quality

ALWAYS: Final[Moments] = (FIRST_TIME, FIRST_TIME)


def moments(intake: Intake, period: Json, side: str, place: str) -> Moments | None:
    """When a Period starts or ends; None when it does not say, or after an issue when that cannot be read."""
    written = period.get(side)
    if written is None:
        return None
    found = open_between(written, intake.zone, side)
    if found is None:
        intake.note("time_not_understood", place)
    return found


def spans_between(start: Moments, end: Moments | None, over_by: int | None, quality: int) -> Iterator[Certainty]:
    """The spans of something from a start to an end.

    over_by: when it is certainly over, where no end is stated; None when it goes on. What goes on past its stated
    end, or ends before it starts, is not certain from then on. quality: KNOWN, or why none of it is certain.

    >>> list(spans_between((10, 20), (30, 30), 30, 0))
    [(10, 20, 20), (20, 30, 0)]
    >>> list(spans_between((10, 10), None, 40, 0)), list(spans_between((10, 10), None, None, 0))[0][0]
    ([(10, 40, 20)], 10)
    """
    unsure = quality or NOT_CERTAIN
    if end is None and over_by is not None:
        yield from _real((start[0], max(start[1], over_by), unsure))
    elif end is None:
        yield from _real((*start, unsure), (start[1], LAST_TIME, quality))
    elif end[1] < start[0]:
        yield from _real((start[0], LAST_TIME, unsure))
    else:
        yield from _real(
            (start[0], min(start[1], end[1]), unsure),
            (start[1], end[0], quality),
            (max(start[1], end[0]), end[1], unsure),
            (end[1], end[1] if over_by is not None else LAST_TIME, unsure),
        )


def _real(*spans: Certainty) -> Iterator[Certainty]:
    return (each for each in spans if each[0] < each[1])


def is_told(concept: Concept, codes: list[tuple[str, str]]) -> bool:
    """Whether one of the codes is of a system that the concept is coded in, so that it is told whether this is it."""
    systems = {system_url(system) for system, _ in concept.codes}
    return any(system_url(system) in systems for system, _ in codes)
