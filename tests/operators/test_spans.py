"""Diagnoses, devices and stays that hold at a moment: cases worked out by hand."""

import pytest

from cds.operators.series import LAST_TIME
from tests.operators.build import answer, time_of

AT = "2026-01-08 08:00"
START = "2026-01-01 08:00"

CASES = {
    "open": ([f"{START} {LAST_TIME}"], "always", 1.0, "known", 1),
    "ended": ([f"{START} {time_of('2026-01-07 08:00')}"], "always", 0.0, "known", 0),
    "ends at that moment": ([f"{START} {time_of(AT)}"], "always", 0.0, "known", 0),
    "ends a microsecond later": ([f"{START} {time_of(AT) + 1}"], "always", 1.0, "known", 1),
    "starts at that moment": ([f"{AT} {LAST_TIME}"], "always", 1.0, "known", 1),
    "starts on that date": ([f"2026-01-08 {LAST_TIME}"], "always", 1.0, "known", 1),
    "none": ([], "always", 0.0, "known", 0),
    "none, not supplied": ([], "never", 0.0, "not_supplied", 0),
    "none, supplied for some years": ([], "2020-01-01", 0.0, "not_supplied", 0),
    "one, whatever was supplied": ([f"{START} {LAST_TIME}"], "never", 1.0, "known", 1),
    "provisional": ([f"{START} {LAST_TIME} not_certain"], "always", 0.0, "not_certain", 1),
    "provisional and ended": ([f"{START} {time_of('2026-01-07')} not_certain"], "always", 0.0, "known", 0),
    "provisional, and certain since": (
        [f"{START} {LAST_TIME} not_certain", f"2026-01-02 {LAST_TIME}"],
        "always",
        1.0,
        "known",
        1,
    ),
    "certain, and provisional since": (
        [f"{START} {LAST_TIME}", f"2026-01-02 {LAST_TIME} not_certain"],
        "always",
        1.0,
        "known",
        1,
    ),
    "withheld": ([f"{START} {LAST_TIME} withheld"], "always", 0.0, "withheld", 1),
    "impossible": ([f"{START} {LAST_TIME} implausible_only"], "always", 0.0, "known", 0),
}


@pytest.mark.parametrize("case", CASES)
def test_active(case: str) -> None:
    lines, supplied, value, reason, used = CASES[case]
    assert answer("active", lines, AT, {}, supplied) == (value, reason, used)
