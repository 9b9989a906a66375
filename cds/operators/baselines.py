"""The newest reading beside what is usual or best for this patient."""

from typing import Final

from cds.operators.aggregates import collect, days_with_value, deviation_of, mean_of
from cds.operators.readings import (
    NO_ROW,
    has_value,
    is_too_old,
    newest_reading,
    none_newest,
    reading_back,
    reading_reason,
)
from cds.operators.reasons import KNOWN, NOT_COMPUTABLE, TOO_FEW, TOO_OLD
from cds.operators.series import (
    LAST_TIME,
    LEAST_DAYS,
    LEAST_ROWS,
    MINUTES,
    OWN,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.windows import window_closing

LEAST_SPREAD: Final = OWN  # z_score: a smaller standard deviation counts as this
BEST: Final = OWN  # percent_of_best


def z_score(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Standard deviations by which the newest reading lies above what is usual, negative below; a plain number.

    Usual are the readings of the window without its newest stretch that is left out, and the newest reading must come
    from that stretch. LEAST_SPREAD: the least standard deviation that counts. What is required is counted in the
    baseline. Unknown: not supplied; for the newest reading as `last_reading`; fewer than two readings in the baseline
    (too few); a spread of 0, or a meter's HI or LO in the baseline (not computable). Source: control limits of the
    patient's own, Eur Heart J Digit Health 4: 455, 2023.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import DAYS, LEFT_OUT, LEFT_OUT_KIND
    >>> pulses = {f"2026-01-0{day} 07:00": pulse for day, pulse in ((5, 60.0), (6, 62.0), (7, 64.0), (8, 70.0))}
    >>> ask(z_score, pulses, at="2026-01-08 08:00", slots={LEFT_OUT: 1, LEFT_OUT_KIND: DAYS})
    (4.0, 4, '2026-01-08 07:00', 0)
    """
    first, end, count, newest, reason = collect(series, now, parameters, used, scratch)
    if count == 0:
        return 0.0, 0, newest, reason
    dates = parameters[WINDOW_KIND] != MINUTES
    closes = window_closing(now, parameters)
    row = NO_ROW if closes == LAST_TIME else newest_reading(series, closes, closes, dates, len(series.times) - 1)
    if row == NO_ROW:
        return 0.0, count, newest, none_newest(series, now, closes, dates)
    if len(used) > 0:
        used[row] = 1
    newest = series.times[row]
    own = reading_reason(series, now, dates, row)
    if not has_value(own):
        return 0.0, count + 1, newest, own
    if is_too_old(now, parameters, newest):
        return 0.0, count + 1, newest, TOO_OLD
    if count < 2 or count < parameters[LEAST_ROWS]:
        return 0.0, count + 1, newest, TOO_FEW
    if days_with_value(series, first, end, dates) < parameters[LEAST_DAYS]:
        return 0.0, count + 1, newest, TOO_FEW
    spread = deviation_of(scratch, count)
    if spread < parameters[LEAST_SPREAD]:
        spread = parameters[LEAST_SPREAD]
    if reason != KNOWN or spread <= 0.0:
        return 0.0, count + 1, newest, NOT_COMPUTABLE
    return (series.values[row] - mean_of(scratch, count)) / spread, count + 1, newest, own


def percent_of_best(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """The newest reading in percent of the patient's personal best.

    Unknown as `last_reading`, and without a personal best above 0. Source: Thorax 59: 922.

    >>> from cds.operators.ask import ask
    >>> ask(percent_of_best, {"2026-01-08 07:00": 320.0}, at="2026-01-08 08:00", slots={BEST: 400})[0]
    80.0
    """
    value, count, newest, reason = reading_back(series, now, parameters, 0, 0.0, used)
    if not has_value(reason):
        return 0.0, count, newest, reason
    best = parameters[BEST]
    if best <= 0.0:
        return 0.0, count, newest, NOT_COMPUTABLE
    return 100.0 * value / best, count, newest, reason
