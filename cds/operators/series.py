"""What an operator is given: one patient's rows in order, the moment asked about, and room to work.

Every operator has the same signature, in plain Python and compiled::

    operator(series, partner, now, parameters, used, scratch) -> (value, count, newest, reason)

Columns are plain lists for one patient and NumPy arrays for a population; the same function reads both.
Rows are sorted by time and hold no fact that was unknown at ``now.at``.
"""

from typing import Any, Final, NamedTuple

Column = Any  # list[int] | list[float] for one patient, a contiguous NumPy array in a population

MICROSECONDS_PER_MINUTE: Final = 60_000_000
MICROSECONDS_PER_DAY: Final = 86_400_000_000
MINUTES_PER_DAY: Final = 1440
FIRST_TIME: Final = -(2**62)  # "since always": no real time is earlier
LAST_TIME: Final = 2**62  # "still so"
NO_REAL_TIME: Final = -(2**61)  # what lies before it stands for "since always"
NO_TIME: Final = -(2**63)  # no newest reading
SCRATCH_PER_ROW: Final = 4  # numbers that an operator may write down for each row


class Series(NamedTuple):
    """One patient's rows of one input, oldest first; all columns have the same length.

    times: microseconds UTC (date-only rows: 00:00 of the civil day). utc_offset: minutes, the patient's zone at
    that instant; civil day and clock follow from it. values: canonical unit; for doses 1 taken, 0 missed; for
    spans (diagnoses, devices, medicines in use, stays) the end in microseconds; for dispenses the days that they
    last. raw, unit: the value and unit id as they arrived; for doses raw is the delay in minutes. group: id of the
    source reading, shared by the parts of a panel; for dispenses the number of the medicine, below the number of rows.
    attribute: bits of `cds.codes.Attribute`. quality: 0 usable, else the `Reason` why the value cannot be used.
    """

    times: Column
    utc_offset: Column
    values: Column
    raw: Column
    unit: Column
    group: Column
    attribute: Column
    quality: Column


class Now(NamedTuple):
    """The moment asked about, in the patient's zone, and how far back the input was supplied.

    at, supplied_from: microseconds UTC. utc_offset: minutes at `at`. The zone's offset is offsets[i] from
    transitions[i] on (transitions[0] is FIRST_TIME). partner_supplied_from: the same of a partner that is another
    input with rows of its own.
    """

    at: int
    utc_offset: int
    supplied_from: int
    transitions: Column
    offsets: Column
    partner_supplied_from: int = FIRST_TIME


Answer = tuple[float, int, int, int]  # value, rows used, newest row's time or NO_TIME, reason (0 = known)

# Every parameter vector starts with these; an operator's own follow from OWN.
WINDOW: Final = 0  # length of the window; 0 = everything supplied
WINDOW_KIND: Final = 1  # one of the kinds below
FRESH: Final = 2  # newest_within: length; 0 = not asked
FRESH_KIND: Final = 3
LEAST_ROWS: Final = 4  # require: N readings
LEAST_DAYS: Final = 5  # require: N days
LEAST_SHARE: Final = 6  # require: N % monitored, N % worn
TEST: Final = 7  # that_are: comparison code of `cds.operators.logic`, 0 = every row
LOWER: Final = 8  # that_are: the limit, or the lower one
UPPER: Final = 9  # that_are: the upper limit of "from A to B"
PAIR_UNIT: Final = 10  # unit id in which PAIR_LOWER and PAIR_UPPER are stated; -1 = no unit pair
PAIR_LOWER: Final = 11
PAIR_UPPER: Final = 12
LEFT_OUT: Final = 13  # leave_out_last: length of the newest stretch that the window does not see
LEFT_OUT_KIND: Final = 14  # EVERYTHING = nothing is left out
OWN: Final = 15

EVERYTHING: Final = 0
MINUTES: Final = 1  # elapsed, (at - w, at]
DAYS: Final = 2  # civil days, today counts as one
DAYS_BEFORE: Final = 3  # civil days, from 00:00 of the day w days before
MONTHS: Final = 4  # civil months back from today, roll to the last day of a short month

DATE_ONLY: Final = 1  # attribute bit: the clock time is not known
DELAY_UNKNOWN: Final = 32768  # attribute bit: a dose that was taken, nobody knows when
