"""Numbers of a glucose sensor: how much of the time it was worn, GMI, and the risk indices of low and high glucose.

MG_PER_DL is what one unit of the input is in mg/dL, in which the formulas are stated.
"""

import math
from typing import Final

from cds.operators.aggregates import gather, mean_of, worn
from cds.operators.readings import has_value, nothing_usable
from cds.operators.reasons import KNOWN, NOT_COMPUTABLE, NOT_SUPPLIED, TOO_FEW
from cds.operators.series import (
    DATE_ONLY,
    MINUTES,
    NO_TIME,
    OWN,
    WINDOW_KIND,
    Answer,
    Column,
    Now,
    Series,
)
from cds.operators.spacing import covered_percent
from cds.operators.windows import first_row, window_opening

FROM_FIRST_READING: Final = OWN  # percent_worn: 1 = the time runs from the first to the newest reading in the window
MG_PER_DL: Final = OWN  # gmi, lbgi, hbgi


def percent_worn(
    series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column
) -> Answer:
    """Share of the window for which the sensor gave readings, in percent; never above 100.

    The sensor's interval is the median time between this patient's own readings, in whole minutes. Readings of one
    instant are one. FROM_FIRST_READING: of the time from the first to the newest reading, less what gaps swallow.
    Unknown: not supplied for the whole window, no data, fewer than two instants (too few). Source: iglu 4.3.0,
    `active_percent`; Danne et al., Diabetes Care 40: 1631, 2017.

    >>> from cds.operators.ask import ask
    >>> from cds.operators.series import WINDOW
    >>> glucose = {"2026-01-08 07:05": 5.0, "2026-01-08 07:10": 5.1, "2026-01-08 07:15": 5.2}
    >>> ask(percent_worn, glucose, at="2026-01-08 07:30", slots={WINDOW: 30, WINDOW_KIND: MINUTES})[0]
    50.0
    """
    start = window_opening(now, parameters)
    if start < now.supplied_from:
        return 0.0, 0, NO_TIME, NOT_SUPPLIED
    first, end = first_row(series.times, start), len(series.times)
    dates = parameters[WINDOW_KIND] != MINUTES
    count = 0
    newest = NO_TIME
    for row in range(first, end):
        if has_value(series.quality[row]) and (dates or not series.attribute[row] & DATE_ONLY):
            count += 1
            newest = series.times[row]
            if len(used) > 0:
                used[row] = 1
    if count == 0:
        return 0.0, 0, NO_TIME, nothing_usable(series, first, dates)
    if parameters[FROM_FIRST_READING] != 0.0:
        percent = covered_percent(series, first, end, dates, scratch)
    else:
        percent = worn(series, now, parameters, first, end, scratch)
    if percent < 0.0:
        return 0.0, count, newest, TOO_FEW
    return percent, count, newest, KNOWN


def gmi(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Glucose management indicator: 3.31 + 0.02392 × mean glucose in mg/dL, in percent.

    Unknown as `mean`. Source: PMC8481000; iglu 4.3.0, `gmi`.

    >>> from cds.operators.ask import ask
    >>> round(ask(gmi, {"2026-01-08 07:00": 150.0}, at="2026-01-08 08:00", slots={MG_PER_DL: 1})[0], 3)
    6.898
    """
    _, _, count, newest, reason = gather(series, now, parameters, used, scratch, 1)
    if not has_value(reason):
        return 0.0, count, newest, reason
    return 3.31 + 0.02392 * (mean_of(scratch, count) * parameters[MG_PER_DL]), count, newest, reason


def lbgi(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """Low blood glucose index: the mean risk of low glucose over the readings of the window, a plain number.

    Risk 10 f², f = 1.509 (ln(mg/dL)^1.084 − 5.381), where f is below 0, else 0. A meter's HI or LO among the readings
    makes it not computable; else unknown as `mean`. Source: iglu 4.3.0, `lbgi`, which rounds 10 × 1.509² to 22.77.

    >>> from cds.operators.ask import ask
    >>> ask(lbgi, {"2026-01-08 07:00": 150.0}, at="2026-01-08 08:00", slots={MG_PER_DL: 1})[0]
    0.0
    """
    return _index(series, now, parameters, used, scratch, -1.0)


def hbgi(series: Series, partner: Series, now: Now, parameters: Column, used: Column, scratch: Column) -> Answer:
    """High blood glucose index: as `lbgi`, where f is above 0.

    >>> from cds.operators.ask import ask
    >>> ask(hbgi, {"2026-01-08 07:00": 90.0}, at="2026-01-08 08:00", slots={MG_PER_DL: 1})[0]
    0.0
    """
    return _index(series, now, parameters, used, scratch, 1.0)


def _index(series: Series, now: Now, parameters: Column, used: Column, scratch: Column, sign: float) -> Answer:
    """Mean risk on one side; a reading at or below 1 mg/dL, where the formula has no value, is not computable."""
    _, _, count, newest, reason = gather(series, now, parameters, used, scratch, 1)
    if reason != KNOWN:
        return 0.0, count, newest, NOT_COMPUTABLE if has_value(reason) else reason
    for i in range(count):
        glucose = scratch[i] * parameters[MG_PER_DL]
        if not (glucose > 1.0 and math.isfinite(glucose)):
            return 0.0, count, newest, NOT_COMPUTABLE
        risk = sign * 1.509 * (math.exp(1.084 * math.log(math.log(glucose))) - 5.381)
        scratch[i] = 10.0 * (risk * risk) if risk > 0.0 else 0.0
    return mean_of(scratch, count), count, newest, KNOWN
