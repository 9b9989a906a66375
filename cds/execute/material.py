"""The rows of some patients that count at a moment, as the compiled operators read them."""

from dataclasses import dataclass

import numpy as np

from cds.diagnostics import PatientError
from cds.execute.compiled import kernel
from cds.operators.series import Series
from cds.plan import Input
from cds.population import Array, Columns, Population


@dataclass(frozen=True, slots=True)
class Material:
    """Rows of consecutive patients. offsets begin at 0. rows: positions in the population's columns."""

    offsets: Array
    series: Series
    partner: Series
    supplied_from: Array
    rows: slice | Array

    @property
    def most(self) -> int:
        """The largest number of rows of one patient."""
        return int(np.diff(self.offsets).max(initial=0))


def material(population: Population, source: Input, first: int, last: int, at: int) -> Material:
    """The rows of patients first to last (exclusive) that count at `at`."""
    columns = population.columns_of(source.key)
    partner = population.columns_of(source.partner) if source.partner else columns
    if partner is not columns and not np.array_equal(columns.offsets[first:], partner.offsets[first:]):
        raise PatientError(f"`{source.key}` and `{source.partner}` must have the same rows")
    offsets = columns.offsets[first : last + 1]
    start, end = int(offsets[0]), int(offsets[-1])
    offsets, rows = offsets - start, slice(start, end)
    if source.keep or source.drop or columns.has_repeats or columns.newest > at:
        offsets, rows = _known_rows(columns, partner, offsets, rows, source, at)
    supplied_from = columns.supplied_from[first:last]
    series = _series(columns, rows)
    other = _series(partner, rows) if source.partner else series
    if source.column != "values":
        series = series._replace(values=getattr(series, source.column).astype(np.float64))
        other = other if source.partner else series
    return Material(offsets, series, other, supplied_from, rows)


def _known_rows(
    columns: Columns, partner: Columns, offsets: Array, rows: slice, source: Input, at: int
) -> tuple[Array, slice | Array]:
    """Offsets and positions of the rows that count; the same as given when all do."""
    kept = np.zeros(rows.stop - rows.start, np.uint8)
    counts = np.zeros(len(offsets) - 1, np.int64)
    total = kernel("known_rows")(
        offsets,
        columns.times[rows],
        columns.recorded[rows],
        columns.values[rows],
        partner.values[rows],
        columns.attribute[rows],
        columns.quality[rows],
        at,
        source.keep,
        source.drop,
        kept,
        counts,
    )
    if total == len(kept):
        return offsets, rows
    return np.concatenate(([0], np.cumsum(counts))), np.flatnonzero(kept) + rows.start


def _series(columns: Columns, rows: slice | Array) -> Series:
    return Series(*(getattr(columns, name)[rows] for name in Series._fields))
