"""Numbers of sensor glucose that research uses and no rule does, as plain functions over one recording.

What rules use (time in range, GMI, low and high index, episodes, time worn) stands among the operators and is said in
the ruleset language. Glucose is in mg/dL here, as in the formulas' sources. A number that cannot be computed is NaN.
"""

from cds.glucose.course import (
    Deviations,
    conga,
    daily_variation,
    deviations,
    mean_absolute_change,
    modd,
    variation_percentage,
)
from cds.glucose.distribution import (
    control_index,
    estimated_a1c,
    grade,
    grade_shares,
    high_index,
    interquartile_range,
    j_index,
    low_index,
    m_value,
    risk_index,
)
from cds.glucose.excursions import mage
from cds.glucose.recording import Grid, Recording, grid_of
from cds.glucose.risk import average_daily_risk_range

__all__ = [
    "Deviations",
    "Grid",
    "Recording",
    "average_daily_risk_range",
    "conga",
    "control_index",
    "daily_variation",
    "deviations",
    "estimated_a1c",
    "grade",
    "grade_shares",
    "grid_of",
    "high_index",
    "interquartile_range",
    "j_index",
    "low_index",
    "m_value",
    "mage",
    "mean_absolute_change",
    "modd",
    "risk_index",
    "variation_percentage",
]
