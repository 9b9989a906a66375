"""Comparisons, three-valued logic and rounding: tables worked out by hand, and laws that hold for all states."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.operators.logic import (
    ABOVE,
    ADD,
    AT_LEAST_OF,
    AT_MOST_OF,
    BELOW,
    DIVIDE,
    MULTIPLY,
    SUBTRACT,
    arithmetic,
    both,
    compare,
    either,
    known,
    negate,
    rounded,
    truth,
    without_noise,
)
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    FALSE,
    KNOWN,
    LIMIT_INVALID,
    NO_DATA,
    NOT_COMPUTABLE,
    NOT_SET,
    TOO_FEW,
    TRUE,
)

COMPARISONS = (ABOVE, AT_LEAST_OF, BELOW, AT_MOST_OF)
STATES = st.sampled_from((FALSE, TRUE, NOT_SET, NO_DATA, TOO_FEW))
TENTHS = st.integers(-1000, 1000).map(lambda tenths: tenths / 10)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(134.9, (0, 0, 1, 1)), (135.0, (0, 1, 0, 1)), (135.1, (1, 1, 0, 0)), (134.9999999999, (0, 1, 0, 1))],
)
def test_exact_at_the_limit(value: float, expected: tuple[int, ...]) -> None:
    assert tuple(compare(each, value, KNOWN, 135.0, KNOWN) for each in COMPARISONS) == expected


@given(st.sampled_from(COMPARISONS), TENTHS, TENTHS, st.floats(0, 100), st.sampled_from((AT_LEAST, AT_MOST)))
def test_a_bound_decides_only_what_every_value_behind_it_decides(
    comparison: int, bound: float, limit: float, away: float, reason: int
) -> None:
    state = compare(comparison, bound, reason, limit, KNOWN)
    value = bound + away if reason == AT_LEAST else bound - away
    assert state in (compare(comparison, value, KNOWN, limit, KNOWN), reason)


def test_unknown_sides() -> None:
    assert compare(ABOVE, 0.0, NO_DATA, 5.0, KNOWN) == NO_DATA
    assert compare(ABOVE, 9.0, KNOWN, 0.0, LIMIT_INVALID) == LIMIT_INVALID
    assert compare(ABOVE, 0.0, NO_DATA, 0.0, NOT_SET) == NOT_SET


@pytest.mark.parametrize(
    ("left", "right", "conjunction", "disjunction"),
    [
        (TRUE, TRUE, TRUE, TRUE),
        (TRUE, FALSE, FALSE, TRUE),
        (FALSE, FALSE, FALSE, FALSE),
        (TRUE, NO_DATA, NO_DATA, TRUE),
        (FALSE, NO_DATA, FALSE, NO_DATA),
        (TRUE, NOT_SET, NOT_SET, TRUE),
        (FALSE, NOT_SET, FALSE, FALSE),
        (NO_DATA, NOT_SET, NOT_SET, NO_DATA),
        (NOT_SET, NOT_SET, NOT_SET, NOT_SET),
    ],
)
def test_and_or(left: int, right: int, conjunction: int, disjunction: int) -> None:
    assert (both(left, right), both(right, left)) == (conjunction, conjunction)
    assert (either(left, right), either(right, left)) == (disjunction, disjunction)


@given(STATES, STATES, STATES)
def test_grouping_does_not_matter(one: int, two: int, three: int) -> None:
    assert both(both(one, two), three) == both(one, both(two, three))
    assert either(either(one, two), three) == either(one, either(two, three))
    assert negate(negate(one)) == one


def test_of_two_unknowns_the_first_is_told() -> None:
    assert both(NO_DATA, TOO_FEW) == either(NO_DATA, TOO_FEW) == NO_DATA


def test_known_and_truth() -> None:
    assert [known(1.0, reason) for reason in (KNOWN, NO_DATA, AT_LEAST)] == [TRUE, FALSE, FALSE]
    assert [truth(value, reason) for value, reason in ((1.0, KNOWN), (0.0, KNOWN), (0.0, NO_DATA))] == [1, 0, NO_DATA]


@pytest.mark.parametrize(
    ("operator", "left", "right", "expected"),
    [
        (ADD, (2.0, KNOWN), (3.0, KNOWN), (5.0, KNOWN)),
        (SUBTRACT, (2.0, KNOWN), (3.0, KNOWN), (-1.0, KNOWN)),
        (MULTIPLY, (2.0, KNOWN), (3.0, KNOWN), (6.0, KNOWN)),
        (DIVIDE, (3.0, KNOWN), (2.0, KNOWN), (1.5, KNOWN)),
        (DIVIDE, (3.0, KNOWN), (0.0, KNOWN), (0.0, NOT_COMPUTABLE)),
        (MULTIPLY, (1e200, KNOWN), (1e200, KNOWN), (0.0, NOT_COMPUTABLE)),
        (ADD, (0.0, NO_DATA), (0.0, NOT_SET), (0.0, NO_DATA)),
        (ADD, (1.0, KNOWN), (0.0, NOT_SET), (0.0, NOT_SET)),
        (SUBTRACT, (2.5, AT_MOST), (1.0, KNOWN), (0.0, NOT_COMPUTABLE)),
        (SUBTRACT, (2.5, KNOWN), (1.0, AT_LEAST), (0.0, NOT_COMPUTABLE)),
    ],
)
def test_arithmetic(
    operator: int, left: tuple[float, int], right: tuple[float, int], expected: tuple[float, int]
) -> None:
    assert arithmetic(operator, *left, *right) == expected


@given(st.integers(-(10**7), 10**7), st.sampled_from(("0.001", "0.01", "0.1", "0.5", "1", "5", "10")))
def test_rounding_is_half_away_from_zero(thousandths: int, step: str) -> None:
    exact = Decimal(thousandths) / 1000
    expected = (exact / Decimal(step)).quantize(Decimal(1), ROUND_HALF_UP) * Decimal(step)
    assert rounded(float(exact), KNOWN, float(step)) == (pytest.approx(float(expected), abs=1e-9), KNOWN)


@given(st.floats(-1e15, 1e15))
def test_noise_is_below_a_billionth(value: float) -> None:
    assert without_noise(value) == pytest.approx(value, abs=1e-9, rel=1e-15)
    assert without_noise(without_noise(value)) == without_noise(value)
