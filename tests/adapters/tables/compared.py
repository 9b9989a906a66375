"""Whether two populations are the same, bit for bit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cds.adapters.records import patient_from_dict
from cds.population import ROW_TYPES, Population, population_of


def of_records(records: Sequence[Mapping[str, Any]]) -> Population:
    """The patients read one by one."""
    return population_of([patient_from_dict(each) for each in records])


def assert_same(expected: Population, actual: Population) -> None:
    """Every column of every key, everything about the people, and how often each of them has each issue."""
    assert_same_facts(expected, actual)
    assert codes(expected) == codes(actual)


def assert_same_facts(expected: Population, actual: Population) -> None:
    """The same without the number of issues: what is wrong with a reading is said of each row that holds a part."""
    assert list(expected.ids) == list(actual.ids)
    assert [expected.zones[each].name for each in expected.zone] == [actual.zones[each].name for each in actual.zone]
    assert expected.birth_day.tolist() == actual.birth_day.tolist()
    assert expected.sex.tolist() == actual.sex.tolist()
    assert sorted(expected.tables) == sorted(actual.tables)
    for key, columns in expected.tables.items():
        other = actual.tables[key]
        for name in ("offsets", *ROW_TYPES, "supplied_from"):
            one, two = getattr(columns, name), getattr(other, name)
            assert one.tobytes() == two.tobytes(), (key, name, one, two)
            assert one.dtype == two.dtype
    assert {place: set(held) for place, held in codes(expected).items()} == {
        place: set(held) for place, held in codes(actual).items()
    }
    assert in_one_order(expected) == in_one_order(actual)


def in_one_order(population: Population) -> dict[int, list[str]]:
    """Each patient's limits; tables give them in an order of their own. As text, as a limit may be no number."""
    return {place: sorted(map(repr, held)) for place, held in population.limits.items()}


def codes(population: Population) -> dict[int, Counter[str]]:
    """How often each patient has each issue."""
    return {place: Counter(each.code for each in held) for place, held in population.issues.items()}


def values(population: Population, key: str) -> list[float]:
    """All values of a key."""
    return np.asarray(population.tables[key].values).tolist()
