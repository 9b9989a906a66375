"""No small count can be worked out from what is published, whatever tables it stands in."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cds.report.linking import linked, with_margins
from cds.report.suppression import WIDTH, Sum, held_back
from tests.report.audit import narrow, revealed

LEAST = 5
EVERYBODY = ("all",)
PARTS = (("fired",), ("not_fired",), ("unknown",))


def test_one_small_count_takes_another_with_it() -> None:
    counts = [50, 3, 20, 27]
    assert frozenset((1, 2)) == held_back(counts, [Sum((0,), (1, 2, 3))], [1])


def test_nothing_is_held_back_where_nothing_is_small() -> None:
    assert frozenset() == held_back([50, 20, 30], [Sum((0,), (1, 2))], [])


def test_a_total_of_one_part_goes_with_it() -> None:
    """A county with one municipality: hiding only one of the two hides nothing."""
    assert {1, 3} < held_back([60, 3, 57, 3], [Sum((0,), (1, 2)), Sum((1,), (3,))], [1, 3])


def test_two_zeros_that_are_protected_do_not_protect_each_other() -> None:
    """0 + 0 with a total of 0 is a secret only together with what the total could be taken from."""
    sums = [Sum((0,), (1, 2)), Sum((2,), (3, 4))]
    assert frozenset((1, 2, 3, 4)) == held_back([20, 20, 0, 0, 0], sums, [2, 3, 4])


def test_what_cannot_be_protected_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be protected"):
        held_back([10, 3, 7], [Sum((0,), (1, 2))], [1], is_open=[0, 2])


@st.composite
def populations(draw: st.DrawFn) -> tuple[dict[Any, dict[tuple[str, ...], int]], list[tuple[int, ...]]]:
    """Outcomes by municipality, its county, sex, and a unit that may lie within or across municipalities."""
    county = draw(st.lists(st.sampled_from("AB"), min_size=2, max_size=5))
    unit_of = st.sampled_from(("u", "v", "w"))
    parts: dict[Any, dict[tuple[str, ...], int]] = {EVERYBODY: {}, **{part: {} for part in PARTS}}
    for municipality, above in enumerate(county):
        for sex in "fm":
            for unit in draw(st.sets(unit_of, min_size=1, max_size=2)):
                kind = (f"{municipality}", above, sex, unit)
                counts = draw(st.lists(st.one_of(st.integers(0, 6), st.integers(5, 40)), min_size=3, max_size=3))
                if sum(counts):
                    parts[EVERYBODY][kind] = sum(counts)
                    for part, count in zip(PARTS, counts, strict=True):
                        parts[part][kind] = count
    groupings = draw(st.lists(st.sampled_from([(0, 2), (1,), (3,), (0,), (1, 2), (2, 3)]), min_size=1, max_size=3))
    return parts, groupings


@settings(max_examples=40, deadline=None)
@given(populations(), st.sampled_from(("open", "protected")))
def test_no_small_count_can_be_worked_out(drawn: Any, zeros: str) -> None:
    parts, wanted = drawn
    if not parts[EVERYBODY]:
        return
    groupings = with_margins(wanted)
    made = linked(parts, groupings, {EVERYBODY: [list(PARTS)]}, EVERYBODY, zeros == "open")
    lowest = 1 if zeros == "open" else 0
    small = [cell for cell, count in enumerate(made.counts) if lowest <= count < LEAST]
    hidden = held_back(made.counts, made.sums, small, [n for n, c in enumerate(made.counts) if c == 0 and lowest])
    assert set(small) <= hidden
    assert hidden == held_back(
        made.counts, made.sums, small, [n for n, c in enumerate(made.counts) if c == 0 and lowest]
    )
    inner = [(part, kind) for part in PARTS for kind in parts[EVERYBODY]]
    members = np.array(
        [
            [part in (EVERYBODY, one) and group == tuple(kind[each] for each in grouping) for one, kind in inner]
            for part, grouping, group in made.cells
        ],
        float,
    )
    for each in made.sums:  # every sum holds of the persons themselves
        left, right = members[list(each.whole)].sum(0), members[list(each.parts)].sum(0)
        known = [n for n, cell in enumerate(made.counts) if cell == 0 and lowest]
        free = members[known].sum(0) == 0
        same = np.array_equal(left[free], right[free])
        assert same or len(each.whole) == len(each.parts) == 1
    if zeros == "open":  # a published 0 says that none of its kinds has anybody
        members = members[:, members[[n for n, c in enumerate(made.counts) if c == 0]].sum(0) == 0]
    assert [] == revealed(members, hidden, small)
    of_cells = cells_and_sums(made)
    assert [] == narrow_by_sums(of_cells, np.array(made.counts), hidden, small)


def cells_and_sums(made: Any) -> Any:
    """The sums as equations over cells."""
    rows = np.zeros((len(made.sums), len(made.counts)))
    for number, each in enumerate(made.sums):
        for cell in each.whole:
            rows[number, cell] += 1
        for cell in each.parts:
            rows[number, cell] -= 1
    return rows


def narrow_by_sums(rows: Any, counts: Any, hidden: Any, small: Any) -> list[int]:
    """As `narrow`, of what the sums alone allow."""
    known = np.eye(len(counts))[[each for each in range(len(counts)) if each not in hidden]]
    identity = np.eye(len(counts))
    everything = np.vstack([identity, rows])
    values = np.concatenate([counts, np.zeros(len(rows))])
    assert len(known) == len(counts) - len(hidden)
    return narrow(everything, values, hidden, small, WIDTH)
