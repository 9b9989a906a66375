"""How doses were taken: cases worked out by hand. Value 1 taken, 0 missed; raw is the delay in minutes."""

import pytest

from cds.operators.doses import DAY_STARTS
from cds.operators.dosing import HOLIDAY, ON_TIME_WITHIN
from cds.operators.series import DAYS, LEAST_SHARE, WINDOW, WINDOW_KIND
from tests.operators.build import answer

AT = "2026-03-31 22:00"  # clocks went forward in the night before 29 March
TEN = {WINDOW: 10, WINDOW_KIND: DAYS, DAY_STARTS: 180}
HOLIDAYS = TEN | {HOLIDAY: 2}
CLASH = ["2026-03-30 08:00 0", "2026-03-30 08:00 1"]

CASES = [
    ("correct_dosing_days", TEN, ["2026-03-30 08:00 1", "2026-03-31 02:59 0", "2026-03-31 03:00 1"], 50.0, "known"),
    ("correct_dosing_days", TEN, ["2026-03-28 23:00 1", "2026-03-29 03:00 0", "2026-03-29 08:00 1"], 50.0, "known"),
    ("correct_dosing_days", TEN, [*CLASH, "2026-03-31 08:00 1"], 100.0, "known"),
    ("correct_dosing_days", TEN, CLASH, 0.0, "not_judged"),
    ("correct_dosing_days", TEN | {LEAST_SHARE: 51}, [*CLASH, "2026-03-31 08:00 1"], 0.0, "too_few"),
    ("correct_dosing_days", TEN, ["2026-03-31 08:00 0 implausible_only"], 0.0, "implausible_only"),
    ("share_on_time", TEN | {ON_TIME_WITHIN: 60}, ["2026-03-31 08:00 1 raw=-60", "2026-03-31 20:00 0"], 50.0, "known"),
    ("share_on_time", TEN | {ON_TIME_WITHIN: 60}, ["2026-03-31 08:00 1 raw=-61"], 0.0, "known"),
    ("share_on_time", TEN | {ON_TIME_WITHIN: 60}, CLASH, 0.0, "not_judged"),
    ("drug_holidays", HOLIDAYS, ["2026-03-28 08:00 0", "2026-03-29 08:00 0", "2026-03-30 08:00 1"], 1.0, "known"),
    ("drug_holidays", HOLIDAYS, ["2026-03-28 08:00 0", "2026-03-29 01:59 0", "2026-03-30 08:00 1"], 0.0, "known"),
    ("drug_holidays", HOLIDAYS, ["2026-03-28 08:00 0", "2026-03-29 03:00 0", "2026-03-30 08:00 1"], 1.0, "known"),
    ("drug_holidays", HOLIDAYS, ["2026-03-29 08:00 0", *CLASH, "2026-03-31 08:00 1"], 0.0, "at_least"),
    ("drug_holidays", TEN, ["2026-03-30 08:00 0", "2026-03-31 08:00 1"], 1.0, "known"),
    ("longest_missed_in_a_row", TEN, ["2026-03-29 08:00 0", *CLASH, "2026-03-31 08:00 0"], 1.0, "at_least"),
    ("longest_missed_in_a_row", TEN, ["2026-03-29 08:00 1"], 0.0, "known"),
    ("mean_lateness", TEN, ["2026-03-30 08:00 1 raw=-600", "2026-03-31 08:00 1 raw=10"], 5.0, "known"),
    ("mean_lateness", TEN, [*CLASH, "2026-03-31 08:00 1 raw=10"], 10.0, "known"),
    ("median_lateness", TEN, [f"2026-03-{day} 08:00 1 raw={day}" for day in (25, 31, 26)], 26.0, "known"),
    ("median_lateness", TEN, [], 0.0, "no_data"),
]


@pytest.mark.parametrize(
    ("operator", "slots", "lines", "value", "reason"), CASES, ids=[f"{each[0]}-{n}" for n, each in enumerate(CASES)]
)
def test_dosing(operator: str, slots: dict[int, float], lines: list[str], value: float, reason: str) -> None:
    assert (value, reason) == answer(operator, lines, AT, slots)[:2]


@pytest.mark.parametrize("operator", sorted({each[0] for each in CASES}))
def test_older_doses_that_were_not_supplied_leave_it_unknown(operator: str) -> None:
    assert (0.0, "not_supplied") == answer(operator, ["2026-03-31 08:00 1"], AT, HOLIDAYS, "2026-03-30")[:2]
