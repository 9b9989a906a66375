"""Temporal operators: each one plain Python function over one patient's sorted rows, the same for one and for many.

`OPERATORS` says what each reads, what an author may write beside it, and how it is called in an explanation; its
entries stand by subject in `entries`. The functions stand by subject: `readings`, `aggregates`, `changes`, `counts`,
`sessions`, `doses`, `dosing`, `supply`, `supply_over_time`, `spans`; `continuous`, `treatment`, `durations` and
`coverage` with `windows_of_supply` for tables of supply; `sensor`, `episodes`, `time_in_range`, `trends`, `baselines`,
`variability`, `outliers`, `pairs`, `slots` and `holding` for what is measured at home; `windows` tells which rows they
see; `series` what they are given; `reasons` and `logic` why a value is unknown and how it compares.

Contract: a function allocates nothing, raises nothing, guards every division, and never indexes without a bound,
so that its compiled form gives bit for bit the same answer.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from cds.operators.entries.doses import DOSES_ENTRIES
from cds.operators.entries.dosing import DOSING_ENTRIES
from cds.operators.entries.measured import MEASURED_ENTRIES
from cds.operators.entries.operator import RESULT_UNITS, Operator, Reads
from cds.operators.entries.planned import PLANNED_ENTRIES
from cds.operators.entries.sensor import SENSOR_ENTRIES
from cds.operators.entries.spans import SPANS_ENTRIES
from cds.operators.entries.supply import SUPPLY_ENTRIES
from cds.operators.entries.usual import USUAL_ENTRIES

__all__ = ["OPERATORS", "RESULT_UNITS", "Operator", "Reads"]

OPERATORS: Final[Mapping[str, Operator]] = MappingProxyType(
    {
        each.name: each
        for each in (
            *MEASURED_ENTRIES,
            *SENSOR_ENTRIES,
            *USUAL_ENTRIES,
            *PLANNED_ENTRIES,
            *DOSES_ENTRIES,
            *DOSING_ENTRIES,
            *SUPPLY_ENTRIES,
            *SPANS_ENTRIES,
        )
    }
)
