"""Which dispenses last as long as was derived, not as stated: our tables cannot say it, so it is marked afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from cds.adapters.tables.arrow import compute, pa
from cds.codes import Attribute
from cds.operators.series import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from cds.population import Array, Columns, Population

_FOLDER: Final = "supply."
_DAY_BITS: Final = 20
_LENGTH_BITS: Final = 11  # the longest that a dispense may last is 1830 days


@dataclass(frozen=True)
class DerivedDays:
    """Dispenses of which that is so. person: ids; day: their first, from 1970-01-01; length: days that they last."""

    person: Array
    day: Array
    length: Array

    def marked(self, population: Population) -> Population:
        """The population with these dispenses marked."""
        if not len(self.person):
            return population
        ids = pa.array(population.ids, pa.string()).cast(pa.int64())
        place = compute.index_in(pa.array(self.person), value_set=ids)
        held = place.is_valid().to_numpy(zero_copy_only=False)
        wanted = _keys(place.drop_null().to_numpy(), self.day[held], self.length[held])
        tables = {
            key: _marked(columns, wanted) if key.startswith(_FOLDER) else columns
            for key, columns in population.tables.items()
        }
        return replace(population, tables=tables)


def joined(derived: Iterable[DerivedDays]) -> DerivedDays:
    """All of them."""
    parts = [DerivedDays(*(np.zeros(0, np.int64),) * 3), *derived]
    columns = zip(*((each.person, each.day, each.length) for each in parts), strict=True)
    return DerivedDays(*map(np.concatenate, columns))


def _keys(place: Array, day: Array, length: Array) -> Array:
    """A number for each dispense: whose it is, its first day, and how long it lasts."""
    known = place.astype(np.int64) << _DAY_BITS
    return (known + day + (1 << (_DAY_BITS - 1)) << _LENGTH_BITS) + length


def _marked(columns: Columns, wanted: Array) -> Columns:
    place = np.repeat(np.arange(len(columns.offsets) - 1), np.diff(columns.offsets))
    day = (columns.times + columns.utc_offset.astype(np.int64) * MICROSECONDS_PER_MINUTE) // MICROSECONDS_PER_DAY
    is_derived = np.isin(_keys(place, day, columns.values.astype(np.int64)), wanted)
    bits = np.where(is_derived, int(Attribute.DERIVED | Attribute.BY_DATES), 0).astype(np.int32)
    return replace(columns, attribute=columns.attribute | bits)
