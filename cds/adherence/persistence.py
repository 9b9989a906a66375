"""Treatment episodes and persistence: from initiation until discontinuation (ABC taxonomy, EMERGE)."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from cds.adherence.events import Columns, PatientEvents, Table
from cds.adherence.executors import ExecutorName
from cds.adherence.gaps import found_gaps, read_for
from cds.adherence.loops import Tasks, episode_tasks, episodes_all, list_episodes, mark_owners
from cds.adherence.measures import FOLLOW_UP, NO_CARRY, Carry, estimates, measure_number, tasks_of
from cds.adherence.output import REASONS, Answer, handed_out
from cds.adherence.windows import Window, days_in
from cds.diagnostics import CdsError
from cds.operators.series import Column
from cds.operators.treatment import Episodes, Permitted

WHOLE: Final = Window(0, "1 day")  # stands for the follow-up window itself


@dataclass(frozen=True, slots=True)
class Discontinuation:
    """When a treatment episode ends.

    permissible_gap: the longest gap within an episode, as days, `2 months` (a month is 30 days, a year 365) or `50 %`
    of the days that the supply before it lasts. appended: that gap still belongs to the episode that it ends.
    medication_change, dose_change: a supply of another medication or dose begins a new episode.
    """

    permissible_gap: int | str = 90
    appended: bool = False
    medication_change: bool = False
    dose_change: bool = False

    def permitted(self, as_reference: bool) -> Permitted:
        """For the computing functions."""
        amount, is_percent = _gap(self.permissible_gap)
        flags = (is_percent, self.appended, self.medication_change, self.dose_change, as_reference)
        return Permitted(amount, *(int(each) for each in flags))


def _gap(written: int | str) -> tuple[float, bool]:
    if not isinstance(written, str) or not written.rstrip().endswith("%"):
        return float(days_in(written)), False
    try:
        percent = float(written.rstrip().removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not 0.0 <= percent < 1e6:
        raise CdsError(f"`{written}` is no permissible gap; write days, months or a percentage such as `50 %`")
    return percent, True


@dataclass(frozen=True, slots=True)
class Episode:
    """One treatment episode. number: 1 for the patient's first. gap_days: days without supply after its last supply.

    days: from its start to its end; end: the day of discontinuation, or the end of the follow-up window.
    """

    patient: Any
    number: int
    start: date
    gap_days: float
    days: float
    end: date


@dataclass(frozen=True, slots=True)
class EpisodeEstimate:
    """One measure over the part of a treatment episode that lies in the observation window."""

    patient: Any
    number: int
    start: date
    gap_days: float
    days: float
    end: date
    value: float | None
    reason: str


@dataclass(frozen=True, slots=True)
class Persistence:
    """How long a patient went on. initiation: the first supply. days: until discontinuation, or the end of follow-up.

    has_discontinued: false where the patient was still on treatment then.
    """

    patient: Any
    initiation: date
    days: float
    has_discontinued: bool


GAP_OF_90_DAYS: Final = Discontinuation()


def treatment_episodes(
    events: Table,
    discontinuation: Discontinuation = GAP_OF_90_DAYS,
    *,
    follow_up: Window = FOLLOW_UP,
    carry: Carry = NO_CARRY,
    carry_over_within: bool = True,
    at: date | str | None = None,
    columns: Columns | None = None,
    executor: ExecutorName | None = None,
) -> Answer:
    """A row of `Episode` for every treatment episode in the follow-up window.

    >>> supply = [{"patient": 1, "date": "2026-01-01", "days_supply": 30, "medication": "A"},
    ...           {"patient": 1, "date": "2026-07-10", "days_supply": 30, "medication": "A"}]
    >>> treatment_episodes(supply, Discontinuation(90)).rows.column("days").to_pylist()
    [30.0, 30.0]
    """
    held = _read(events, columns, at, carry, discontinuation, executor)
    tasks = _whole(tasks_of(held, follow_up, WHOLE))
    episodes, low, count = _episodes(held, tasks, carry, carry_over_within, discontinuation)
    kept, number = held.executor.integers(held.count), held.executor.integers(held.count)
    found = held.executor.run(list_episodes, tasks, low, count, kept, number)
    return Answer(_rows(held, episodes, kept[:found], number[:found]), held.issues)


def persistence(
    events: Table,
    discontinuation: Discontinuation = GAP_OF_90_DAYS,
    *,
    follow_up: Window = FOLLOW_UP,
    carry: Carry = NO_CARRY,
    at: date | str | None = None,
    columns: Columns | None = None,
    executor: ExecutorName | None = None,
) -> Answer:
    """A row of `Persistence` for every patient with a supply in the follow-up window: the first treatment episode.

    >>> supply = [{"patient": 1, "date": "2026-01-01", "days_supply": 30, "medication": "A"}]
    >>> answer = persistence(supply, Discontinuation(90))
    >>> answer.rows.column("days").to_pylist(), answer.rows.column("has_discontinued").to_pylist()
    ([30.0], [True])
    """
    held = _read(events, columns, at, carry, discontinuation, executor)
    tasks = _whole(tasks_of(held, follow_up, WHOLE))
    episodes, low, count = _episodes(held, tasks, carry, True, discontinuation)
    which = [patient for patient in range(len(held.patients)) if count[patient]]
    runs = held.executor
    patients = runs.integers(which)
    first = runs.take(low, patients)
    start, lasts = runs.take(episodes.start, first), runs.take(episodes.lasts, first)
    ends = [float(start[place]) + float(lasts[place]) for place in range(len(which))]
    columns_made = {
        "patient": patients,
        "initiation": start,
        "days": lasts,
        "has_discontinued": [end < tasks.closes[each] for end, each in zip(ends, which, strict=True)],
    }
    return Answer(handed_out(Persistence, columns_made, ("initiation",), {"patient": held.patients}), held.issues)


def availability_per_episode(
    events: Table,
    measure: str,
    discontinuation: Discontinuation = GAP_OF_90_DAYS,
    *,
    follow_up: Window = FOLLOW_UP,
    observation: Window = FOLLOW_UP,
    carry: Carry = NO_CARRY,
    at: date | str | None = None,
    columns: Columns | None = None,
    executor: ExecutorName | None = None,
) -> Answer:
    """A row of `EpisodeEstimate` for every treatment episode that reaches into the observation window.

    The episodes are found with the carry-over that the measure has: CMA1 to CMA4 have none.
    """
    number = measure_number(measure)
    held = _read(events, columns, at, carry, discontinuation, executor)
    runs = held.executor
    tasks = tasks_of(held, follow_up, observation)
    episodes, low, count = _episodes(held, _whole(tasks), carry, number >= 5, discontinuation)
    made = Tasks(runs.integers(held.count), *(runs.numbers(held.count) for _ in range(4)))
    kept, which = runs.integers(held.count), runs.integers(held.count)
    compat = int(carry.adherer_compat)
    found = runs.run(episode_tasks, tasks, low, count, episodes, compat, kept, which, made)
    made = Tasks(*(each[:found] for each in made))
    value, reason = estimates(held, number, made, carry)
    columns_made = {
        "patient": made.patient,
        "number": which[:found],
        "start": made.starts,
        "gap_days": runs.take(episodes.gap, kept[:found]),
        "days": runs.take(episodes.lasts, kept[:found]),
        "end": made.ends,
        "value": value,
        "reason": reason,
    }
    words = {"patient": held.patients, "reason": REASONS}
    return Answer(handed_out(EpisodeEstimate, columns_made, ("start", "end"), words), held.issues)


def _read(
    events: Table,
    columns: Columns | None,
    at: date | str | None,
    carry: Carry,
    discontinuation: Discontinuation,
    executor: ExecutorName | None,
) -> PatientEvents:
    needs = Carry(
        carry.same_medication or discontinuation.medication_change, carry.dose_change or discontinuation.dose_change
    )
    return read_for(events, columns, at, needs, executor)


def _whole(tasks: Tasks) -> Tasks:
    """The follow-up window as the observation window."""
    return tasks._replace(starts=tasks.opens, ends=tasks.closes)


def _episodes(
    held: PatientEvents, tasks: Tasks, carry: Carry, within: bool, discontinuation: Discontinuation
) -> tuple[Episodes, Column, Column]:
    """The episodes of every patient, from which place on they stand, and how many they are."""
    runs = held.executor
    gaps, low, high = found_gaps(held, tasks, carry.rule(within, False))
    episodes = Episodes(runs.integers(held.count), runs.numbers(held.count), runs.numbers(held.count))
    count = runs.integers(len(tasks.patient))
    permitted = discontinuation.permitted(carry.adherer_compat)
    runs.run(episodes_all, held.events, low, high, tasks.closes, gaps, permitted, episodes, count)
    return episodes, low, count


def _rows(held: PatientEvents, episodes: Episodes, kept: Column, number: Column) -> Any:
    runs = held.executor
    owner = runs.integers(held.count)
    runs.run(mark_owners, held.offsets, owner)
    start, lasts = runs.take(episodes.start, kept), runs.take(episodes.lasts, kept)
    columns = {
        "patient": runs.take(owner, kept),
        "number": number,
        "start": start,
        "gap_days": runs.take(episodes.gap, kept),
        "days": lasts,
        "end": [float(begun) + float(days) for begun, days in zip(start, lasts, strict=True)],
    }
    return handed_out(Episode, columns, ("start", "end"), {"patient": held.patients})
