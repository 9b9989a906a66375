"""The rows of some patients that count at a moment, as the compiled operators read them."""

from dataclasses import dataclass

import numpy as np

from cds.diagnostics import PatientError
from cds.execute.compiled import kernel
from cds.operators.series import Series
from cds.plan import Input
from cds.population import Array, Columns, Population


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of some patients of a chunk: those of who[j] stand at starts[j] to ends[j] (exclusive).

    positions: where the rows stand in the population's columns.
    """

    who: Array
    starts: Array
    ends: Array
    series: Series
    partner: Series
    positions: slice | Array

    @property
    def most(self) -> int:
        """The largest number of rows of one patient."""
        return int((self.ends - self.starts).max(initial=0))


@dataclass(frozen=True, slots=True)
class Material:
    """What an input gives for consecutive patients. parts: each patient is in one of them."""

    parts: tuple[Rows, ...]
    supplied_from: Array


def material(population: Population, source: Input, first: int, last: int, at: int) -> Material:
    """The rows of patients first to last (exclusive) that count at `at`.

    Rows are copied only for patients in the middle of whose rows one does not count.
    """
    columns = population.columns_of(source.key)
    partner = population.columns_of(source.partner) if source.partner else columns
    if partner is not columns and not np.array_equal(columns.offsets[first:], partner.offsets[first:]):
        raise PatientError(f"`{source.key}` and `{source.partner}` must have the same rows")
    offsets = columns.offsets[first : last + 1]
    whole = slice(int(offsets[0]), int(offsets[-1]))
    starts, ends = offsets[:-1] - whole.start, offsets[1:] - whole.start
    parts = [_rows(columns, partner, source, np.arange(last - first), starts, ends, whole)]
    if source.keep or source.drop or columns.has_repeats or columns.newest > at:
        parts = _known(columns, partner, source, parts[0], at)
    return Material(tuple(parts), columns.supplied_from[first:last])


def _rows(
    columns: Columns, partner: Columns, source: Input, who: Array, starts: Array, ends: Array, positions: slice | Array
) -> Rows:
    series = _series(columns, positions)
    other = _series(partner, positions) if source.partner else series
    if source.column != "values":
        shown = series._replace(values=getattr(series, source.column).astype(np.float64))
        series, other = shown, (other if source.partner else shown)
    return Rows(who, starts, ends, series, other, positions)


def _series(columns: Columns, positions: slice | Array) -> Series:
    return Series(*(getattr(columns, name)[positions] for name in Series._fields))


def _known(columns: Columns, partner: Columns, source: Input, rows: Rows, at: int) -> list[Rows]:
    """The rows that count: as they stand where they come first, in a copy where they have gaps."""
    kept = np.zeros(len(rows.series.times), np.uint8)
    counts = np.zeros(len(rows.who), np.int64)
    has_gaps = np.zeros(len(rows.who), np.bool_)
    whole = rows.positions
    kernel("known_rows")(
        rows.starts,
        rows.ends,
        columns.times[whole],
        columns.recorded[whole],
        columns.values[whole],
        partner.values[whole],
        columns.attribute[whole],
        columns.quality[whole],
        partner.quality[whole],
        at,
        source.keep,
        source.drop,
        kept,
        counts,
        has_gaps,
    )
    in_place = np.flatnonzero(~has_gaps)
    starts = rows.starts[in_place]
    ends = starts + counts[in_place]
    found = [Rows(rows.who[in_place], starts, ends, rows.series, rows.partner, whole)]
    if has_gaps.any():
        found.append(_copied(columns, partner, source, rows, kept, np.flatnonzero(has_gaps), counts))
    return found


def _copied(
    columns: Columns, partner: Columns, source: Input, rows: Rows, kept: Array, which: Array, counts: Array
) -> Rows:
    assert isinstance(rows.positions, slice)
    ends = np.cumsum(counts[which])
    pieces = [np.flatnonzero(kept[rows.starts[each] : rows.ends[each]]) + rows.starts[each] for each in which]
    positions = np.concatenate(pieces) + rows.positions.start
    return _rows(columns, partner, source, rows.who[which], ends - counts[which], ends, positions)
