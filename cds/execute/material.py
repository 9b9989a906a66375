"""The rows of some patients that count at a moment, as the compiled operators read them."""

from dataclasses import dataclass, replace

import numpy as np

from cds.diagnostics import PatientError
from cds.execute.compiled import kernel
from cds.operators.rows import EVERY_ROW
from cds.operators.series import FIRST_TIME, Series
from cds.plan import Input
from cds.population import Array, Columns, Population


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of some patients of a chunk: those of who[j] stand at starts[j] to ends[j] (exclusive).

    positions: where the rows stand in the population's columns. beside: starts and ends of the partner's rows where it
    is another input with rows of its own, else None.
    """

    who: Array
    starts: Array
    ends: Array
    series: Series
    partner: Series
    positions: slice | Array
    beside: tuple[Array, Array] | None = None

    @property
    def partner_starts(self) -> Array:
        """Where each patient's rows of the partner begin."""
        return self.beside[0] if self.beside else self.starts

    @property
    def partner_ends(self) -> Array:
        """Where each patient's rows of the partner end (exclusive)."""
        return self.beside[1] if self.beside else self.ends

    @property
    def most(self) -> int:
        """The largest number of rows of one patient."""
        return int((self.ends - self.starts).max(initial=0))


@dataclass(frozen=True, slots=True)
class Material:
    """What an input gives for consecutive patients. parts: each patient is in one of them."""

    parts: tuple[Rows, ...]
    supplied_from: Array
    partner_supplied_from: Array


def material(population: Population, source: Input, first: int, last: int, at: int) -> Material:
    """The rows of patients first to last (exclusive) that count at `at`.

    Rows are copied only for patients in the middle of whose rows one does not count.
    """
    columns = population.columns_of(source.key)
    partner = population.columns_of(source.partner) if source.partner else columns
    offsets = columns.offsets[first : last + 1]
    if partner is not columns and not np.array_equal(offsets, partner.offsets[first : last + 1]):
        raise PatientError(f"`{source.key}` and `{source.partner}` must have the same rows")
    whole = slice(int(offsets[0]), int(offsets[-1]))
    rows = _rows(columns, partner, source, np.arange(last - first), offsets - whole.start, whole)
    looked_at = columns.all_count_from[first:last] > at
    if source.wanted != EVERY_ROW:
        series = rows.series
        kernel("unlike")(
            rows.starts, rows.ends, series.times, series.utc_offset, series.attribute, source.wanted, looked_at
        )
    parts = _known(columns, partner, source, rows, np.flatnonzero(looked_at), at) if looked_at.any() else (rows,)
    since = columns.supplied_from[first:last]
    if source.beside is None:
        return Material(parts, since, np.full(last - first, FIRST_TIME))
    beside = material(population, source.beside, first, last, at)
    paired = (_paired(one, other) for one in parts for other in beside.parts)
    return Material(tuple(each for each in paired if len(each.who)), since, beside.supplied_from)


def _paired(rows: Rows, beside: Rows) -> Rows:
    """The rows of the patients that are in both, with those beside them as the partner."""
    who, here, there = np.intersect1d(rows.who, beside.who, assume_unique=True, return_indices=True)
    return replace(
        rows,
        who=who,
        starts=rows.starts[here],
        ends=rows.ends[here],
        partner=beside.series,
        beside=(beside.starts[there], beside.ends[there]),
    )


def _rows(
    columns: Columns, partner: Columns, source: Input, who: Array, bounds: Array, positions: slice | Array
) -> Rows:
    series = _series(columns, positions)
    other = _series(partner, positions) if source.partner else series
    if source.column != "values":
        shown = series._replace(values=getattr(series, source.column).astype(np.float64))
        series, other = shown, (other if source.partner else shown)
    return Rows(who, bounds[:-1], bounds[1:], series, other, positions)


def _series(columns: Columns, positions: slice | Array) -> Series:
    return Series(*(getattr(columns, name)[positions] for name in Series._fields))


def _known(
    columns: Columns, partner: Columns, source: Input, rows: Rows, looked_at: Array, at: int
) -> tuple[Rows, ...]:
    """The rows that count: as they stand where they come first, in a copy where they have gaps."""
    whole = rows.positions
    kept = np.zeros(len(rows.series.times), np.uint8)
    ends = rows.ends.copy()
    gaps = np.zeros(len(ends), np.bool_)
    kernel("known_rows")(
        looked_at,
        rows.starts,
        rows.ends,
        columns.times[whole],
        columns.utc_offset[whole],
        columns.recorded[whole],
        columns.values[whole],
        partner.values[whole],
        columns.attribute[whole],
        columns.quality[whole],
        partner.quality[whole],
        at,
        source.wanted,
        kept,
        ends,
        gaps,
    )
    if not gaps.any():
        return (replace(rows, ends=ends),)
    in_place, copied = np.flatnonzero(~gaps), np.flatnonzero(gaps)
    standing = replace(rows, who=in_place, starts=rows.starts[in_place], ends=ends[in_place])
    return standing, _copied(columns, partner, source, rows, kept, copied, ends)


def _copied(
    columns: Columns, partner: Columns, source: Input, rows: Rows, kept: Array, which: Array, ends: Array
) -> Rows:
    """The rows that are marked in `kept` of the patients `which`, laid end to end."""
    assert isinstance(rows.positions, slice)
    bounds = np.concatenate(([0], np.cumsum(ends[which] - rows.starts[which])))
    positions = np.empty(int(bounds[-1]), np.int64)
    kernel("marked_rows")(which, rows.starts, rows.ends, kept, positions)
    return _rows(columns, partner, source, which, bounds, positions + rows.positions.start)
