"""Bands and scores: no number in two bands, no hole where all is to be covered, sums of what is there."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from cds.check.amounts import fits, in_unit, mismatch, unknown_unit
from cds.check.circles import circles
from cds.check.names import Names, Spot
from cds.check.values import step_of
from cds.diagnostics import Diagnostic, Place
from cds.diagnostics.advice import BandsUnsorted
from cds.diagnostics.limits import ReversedSpan
from cds.diagnostics.names import Cycle
from cds.diagnostics.scores import BandsGap, BandsOverlap, ScoresTooDeep
from cds.grammar import Band
from cds.model import BandTable
from cds.operators import OPERATORS

_SIGNED: Final = ("rise_in", "fall_in", "change", "slope", "z_score", "paired_rise", "paired_fall")  # may be below 0
_ABOVE_100: Final = ("cv", "gmi", "percent_of_best", "diurnal_variability")
MOST_LEVELS: Final = 20  # of scores on scores; published scores have two or three


@dataclass(frozen=True, slots=True)
class _Row:
    """One band with open ends as infinities."""

    low: float
    low_inside: bool
    high: float
    high_inside: bool
    text: str
    spot: Spot


def check_scores(names: Names) -> Iterator[Diagnostic]:
    """Everything wrong with the bands and scores of a file."""
    for name, table in names.model.bands.items():
        yield from _table(names, name, table)
    for name, score in names.model.scores.items():
        for position, part in enumerate(score.sum):
            yield from _part(names, part, names.file.place("scores", name, "sum", position))
    yield from _too_deep(names)
    sums = {name: score.sum for name, score in names.model.scores.items()}
    for circle in circles(sums):
        yield Cycle.at(names.key("scores", circle[0]), path=" → ".join((*circle, circle[0])))


def _part(names: Names, part: str, place: Place) -> Iterator[Diagnostic]:
    """What is summed must be points: of bands or scores, a value or limit in points, or a form whose items are."""
    known = (*names.model.bands, *names.model.scores)
    if part in known:
        return
    value = names.model.values.get(part.partition(".")[0])
    if value is None and part not in names.model.limits:
        yield names.missing(part, place, "band table or score", (*known, *names.model.values, *names.model.limits))
        return
    summed = [f"{part}.{each}" for each in names.parts(value)] if value and "." not in part else []
    for each in summed or [part]:
        sort = names.number(each)
        if sort is None:
            yield names.missing_number(each, place)
        elif not fits(sort.unit, "points"):
            yield mismatch(place, sort.place, f"`{each}`", sort.unit, "`sum`", "points")


def _too_deep(names: Names) -> Iterator[Diagnostic]:
    """The first score that stands on more than MOST_LEVELS levels of other scores."""
    waiting = dict(names.model.scores)
    placed = {*names.model.bands, *(part for score in waiting.values() for part in score.sum if part not in waiting)}
    for _ in range(MOST_LEVELS):
        ready = {name for name, score in waiting.items() if placed.issuperset(score.sum)}
        placed |= ready
        waiting = {name: score for name, score in waiting.items() if name not in ready}
    ready = (name for name, score in waiting.items() if placed.issuperset(score.sum))
    for name in ready:
        yield ScoresTooDeep.at(names.key("scores", name), name=name, most=MOST_LEVELS)


def _table(names: Names, name: str, table: BandTable) -> Iterator[Diagnostic]:
    spot = names.spot("bands", name, "value")
    known = tuple(each for each in names.all_numbers() if each.partition(".")[0] in names.model.values)
    head = table.value.partition(".")[0]
    if head not in names.model.values:
        yield names.missing(table.value, spot.place, "value", known)
    elif names.number(table.value) is None:
        yield names.missing_number(table.value, spot.place)
    yield from _points(names, name, table)
    rows = [_row(names, name, position, band) for position, row in enumerate(table.points) for band in row]
    reversed_rows = [row for row in rows if row.low > row.high]
    for row in reversed_rows:
        yield ReversedSpan.at(row.spot.place, text=row.text)
    if rows and not reversed_rows:
        yield from _unsorted(rows)
        yield from _meeting(names, name, table, sorted(rows, key=lambda row: (row.low, not row.low_inside, row.high)))


def _points(names: Names, name: str, table: BandTable) -> Iterator[Diagnostic]:
    for position, row in enumerate(table.points):
        for band, points in row.items():
            place = names.file.place("bands", name, "points", position, band.text)
            problem = unknown_unit(points.unit, place)
            if problem:
                yield problem
            elif points.unit and not fits(points.unit, "points"):
                yield mismatch(place, None, f"`{band.text}`", points.unit, f"`{name}`", "points")


def _row(names: Names, name: str, position: int, band: Band) -> _Row:
    low = -math.inf if band.low is None else band.low
    high = math.inf if band.high is None else band.high
    spot = names.spot("bands", name, "points", position)
    return _Row(low, band.low_inside, high, band.high_inside, band.text, spot)


def _unsorted(rows: list[_Row]) -> Iterator[Diagnostic]:
    steps = [(second.low > first.low) - (second.low < first.low) for first, second in pairwise(rows)]
    rises = sum(step > 0 for step in steps) >= sum(step < 0 for step in steps)
    wrong = next((at for at, step in enumerate(steps) if step == (-1 if rises else 1)), None)
    if wrong is not None:
        yield BandsUnsorted.at(rows[wrong + 1].spot.place, text=rows[wrong + 1].text)


def _meeting(names: Names, name: str, table: BandTable, rows: list[_Row]) -> Iterator[Diagnostic]:
    step = _step(names, table)
    for first, second in pairwise(rows):
        touches = second.low == first.high and first.high_inside and second.low_inside
        if second.low < first.high or touches:
            shared = max(second.low, first.low)
            value = f"{shared:g}" if math.isfinite(shared) else f"{first.high:g}"
            yield BandsOverlap.at(
                second.spot.place, also=first.spot.place, first=first.text, second=second.text, value=value
            )
        elif table.covers:
            yield from _hole(first, second, name, step)
    if table.covers:
        yield from _ends(names, name, table, rows, step)


def _hole(first: _Row, second: _Row, name: str, step: float) -> Iterator[Diagnostic]:
    if first.high == second.low and (first.high_inside or second.low_inside):
        return
    value = (first.high + second.low) / 2
    if step > 0:
        value = first.high if not first.high_inside else first.high + step
        # A band may end between two steps; the next number that can occur is a multiple of the step.
        value = math.ceil(round(value / step, 6)) * step
        if value > second.low or (value == second.low and second.low_inside):
            return
    yield BandsGap.at(second.spot.place, also=first.spot.place, name=name, value=f"{value:g}")


def _ends(names: Names, name: str, table: BandTable, rows: list[_Row], step: float) -> Iterator[Diagnostic]:
    low, high = span_of(names, table.value)
    first, last = rows[0], max(rows, key=lambda row: (row.high, row.high_inside))
    if low < first.low or (low == first.low and not first.low_inside and not math.isinf(low)):
        yield BandsGap.at(first.spot.place, name=name, value=_end(low, first.low, -1))
    if high > last.high or (high == last.high and not last.high_inside and not math.isinf(high)):
        yield BandsGap.at(last.spot.place, name=name, value=_end(high, last.high, 1))


def _end(end: float, nearest: float, way: int) -> str:
    return f"{end:g}" if math.isfinite(end) else f"{nearest + way:g}"


def span_of(names: Names, text: str) -> tuple[float, float]:
    """The numbers that the value can take, as far as that is known."""
    value = names.model.values.get(text.partition(".")[0])
    result = OPERATORS[value.operator].result if value else ""
    if value and value.operator in _SIGNED:
        return -math.inf, math.inf
    if result == "percent":
        return 0.0, math.inf if value and value.operator in _ABOVE_100 else 100.0
    if result != "same":
        return 0.0, math.inf
    sort = names.number(text)
    if value and value.operator in ("sd", "paired_difference"):
        return 0.0, math.inf
    if sort and sort.concept and sort.concept.plausible:
        return sort.concept.plausible
    return -math.inf, math.inf


def _step(names: Names, table: BandTable) -> float:
    """The step between two numbers that the value can take; 0 = any number."""
    value = names.model.values.get(table.value.partition(".")[0])
    sort = names.number(table.value)
    if value is None or sort is None:
        return 0.0
    for unit, step in step_of(value).items():
        scaled = in_unit(step, unit, sort.unit) if unit and fits(unit, sort.unit) else step
        return scaled or 0.0
    return 0.0
