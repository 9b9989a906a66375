"""Medication adherence from supply, as plain functions on tables, for whoever wants numbers without rules.

Terms are those of the ABC taxonomy (Vrijens et al. 2012) and EMERGE: initiation, implementation, persistence. A table
is anything with an Arrow C stream, a mapping of columns, or rows. Every function gives an `Answer`: rows, and an issue
for each row of the table that could not be used; a bad row touches no other patient.
"""

from cds.adherence.covered import DaysCovered, StayColumns, proportion_of_days_covered
from cds.adherence.daily import DoseDay, SupplyDay, daily_doses, daily_supply
from cds.adherence.days_supply import QuantityColumns, SupplyDays, with_days_supply
from cds.adherence.durations import (
    EventDuration,
    Initiation,
    SupplyColumns,
    SupplyRules,
    event_durations,
    time_to_initiation,
)
from cds.adherence.events import Columns
from cds.adherence.explained import Availability, SupplyStep, explain_availability
from cds.adherence.gaps import EventGap, event_gaps
from cds.adherence.issues import RowIssue
from cds.adherence.measures import Carry, Estimate, continuous_availability
from cds.adherence.output import Answer
from cds.adherence.persistence import (
    Discontinuation,
    Episode,
    EpisodeEstimate,
    Persistence,
    availability_per_episode,
    persistence,
    treatment_episodes,
)
from cds.adherence.sliding import Sliding, WindowEstimate, sliding_availability
from cds.adherence.windows import Window

__all__ = [
    "Answer",
    "Availability",
    "Carry",
    "Columns",
    "DaysCovered",
    "Discontinuation",
    "DoseDay",
    "Episode",
    "EpisodeEstimate",
    "Estimate",
    "EventDuration",
    "EventGap",
    "Initiation",
    "Persistence",
    "QuantityColumns",
    "RowIssue",
    "Sliding",
    "StayColumns",
    "SupplyColumns",
    "SupplyDay",
    "SupplyDays",
    "SupplyRules",
    "SupplyStep",
    "Window",
    "WindowEstimate",
    "availability_per_episode",
    "continuous_availability",
    "daily_doses",
    "daily_supply",
    "event_durations",
    "event_gaps",
    "explain_availability",
    "persistence",
    "proportion_of_days_covered",
    "sliding_availability",
    "time_to_initiation",
    "treatment_episodes",
    "with_days_supply",
]
