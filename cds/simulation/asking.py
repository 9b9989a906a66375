"""The front door: one call from tables and days to what the alarms would have been."""

from collections.abc import Iterable
from datetime import date

from cds.api import Ruleset
from cds.simulation.outcome import Simulated
from cds.simulation.period import period_of
from cds.simulation.running import everybody, read, simulate_each


def simulate(
    ruleset: Ruleset,
    source: object,
    *,
    start: str | date,
    end: str | date,
    times: Iterable[str] = ("08:00",),
    acknowledge_after: str = "",
    threads: int = 0,
    allow_draft: bool = False,
) -> Simulated:
    """The alarms that a population would have had from `start` to `end`, both days counted.

    source: tables as `Ruleset.read_tables` takes them, a population, or a list of patients. times: when everybody is
    evaluated each day, by the patient's clock. acknowledge_after: a duration after which every alarm is answered, such
    as `12 hours`; without it nobody answers. threads: 0 = one per core. CdsError when days, times or the duration
    cannot be read; PatientError when a table as a whole cannot be.
    """
    ruleset.refuse_drafts(allow_draft)
    period = period_of(start, end, times)
    population = everybody(source) or read([ruleset], source, period, threads)
    return simulate_each([ruleset], population, period, acknowledge_after=acknowledge_after, threads=threads)[0]
