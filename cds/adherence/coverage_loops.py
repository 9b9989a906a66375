"""The loop over many patients for `cds.operators.coverage`, in the subset that compiles."""

from cds.adherence.loops import Tasks
from cds.operators.continuous import Events
from cds.operators.coverage import Asked, coverage, day_outside
from cds.operators.durations import Stays
from cds.operators.reasons import KNOWN
from cds.operators.series import MICROSECONDS_PER_DAY, Column, Series
from cds.operators.windows_of_supply import first_event


def cover_all(
    events: Events,
    offsets: Column,
    blocked: Column,
    tasks: Tasks,
    stays: Stays,
    stay_offsets: Column,
    asked: Asked,
    times: Column,
    nothing: Column,
    used: Column,
    scratch: Column,
    covered: Column,
    judged: Column,
    medicines: Column,
    reason: Column,
) -> None:
    """`coverage` of every task's observation window, with the days in hospital taken out.

    times: room for one number a row; nothing: as many zeros; used: empty; scratch: SCRATCH_PER_ROW numbers for
    each row.
    """
    for task in range(len(tasks.patient)):
        patient = tasks.patient[task]
        covered[task], judged[task], medicines[task] = 0.0, 0.0, 0
        reason[task] = blocked[patient]
        if blocked[patient] != KNOWN:
            continue
        low, high = stay_offsets[patient], stay_offsets[patient + 1]
        first = offsets[patient]
        end = first_event(events.day, first, offsets[patient + 1], tasks.ends[task])
        for row in range(first, end):
            times[row] = int(day_outside(float(events.day[row]), stays, low, high)) * MICROSECONDS_PER_DAY
        series = Series(
            times[first:end], nothing[first:end], events.days[first:end], events.days[first:end], nothing[first:end],
            events.medication[first:end], nothing[first:end], events.quality[first:end],
        )  # fmt: skip
        opens = int(day_outside(tasks.starts[task], stays, low, high))
        closes = int(day_outside(tasks.ends[task], stays, low, high))
        covered[task], judged[task], medicines[task], reason[task] = coverage(
            series, opens, closes, asked, used, scratch
        )
