"""The loops over many patients and `cds.alarms` say the same of the same findings."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cds.alarms import Acknowledge, Advanced, Alarms, Behaviour, Entry, Evaluated, Seen, fold, next_due
from cds.alarms.times import later as later_of_alarms
from cds.periods import instant, zone
from cds.simulation.courses import (
    COLUMNS,
    KINDS,
    MAY_CLOSE,
    PLACES,
    REASONS,
    ROWS,
    SAYINGS,
    STATES,
    UNCERTAIN,
    courses,
)
from cds.simulation.period import length_of

OSLO = zone()
COLOURS = ("", "green", "yellow", "orange", "red")
DURATIONS = ("", "30 min", "6 hours", "24 hours", "1 day", "2 days", "1 week", "1 month")
FIRST = instant("2026-03-25T08:00", OSLO)
Told = tuple[int, str, str, str, str]


class Said(NamedTuple):
    """One finding: its status or `hidden`, colour, whether a worse one is unknown, and whether `clear_when` holds."""

    status: str
    colour: int
    uncertain: bool
    clears: bool


def seen_of(said: Said, behaviour: Behaviour) -> Seen:
    hidden = said.status == "hidden"
    return Seen(
        "r/a",
        "fired" if hidden else said.status,
        COLOURS[said.colour],
        uncertain=said.uncertain,
        hidden_by="r/b" if hidden else "",
        clears="true" if said.clears else "false",
        behaviour=behaviour,
    )


def folded(entries: Sequence[Evaluated], end: int, answer_after: str) -> Iterator[Told]:
    """The events of `cds.alarms`, when whoever is asked answers after so long."""
    alarms, asked = Alarms("p"), None
    waiting: list[Entry] = [*entries, Advanced(end)]
    while waiting:
        at = asked and later_of_alarms(asked, answer_after, OSLO)
        if at is not None and at <= waiting[0].at:
            waiting.insert(0, Acknowledge(at, alarms["r/a"].id, "N", "nurse", "contacted_patient"))
            asked = None
        entry = waiting.pop(0)
        due = next_step(alarms, entry.at)
        if due is not None:
            waiting.insert(0, entry)
            entry = Advanced(due)
        alarms, events = fold(alarms, [entry])
        for event in events:
            yield event.at, event.kind, event.state, event.colour, event.reason
            if event.kind in ("closed", "acknowledged"):
                asked = None
            elif answer_after and event.state == "open" and asked is None:
                asked = event.at


def next_step(alarms: Alarms, until: int) -> int | None:
    """The next thing that happens by itself before then, so that an answer comes in time."""
    due = next_due(alarms)
    return due if due is not None and alarms.now < due < until else None


def written(log: np.ndarray) -> Iterator[Told]:
    for _, _, at, kind, state, colour, reason, _ in log.tolist():
        if KINDS[kind] != "suppressed":
            yield at, KINDS[kind], STATES[state], COLOURS[colour], REASONS[reason]


def run(said: Sequence[Said], moments: Sequence[int], end: int, ways: Sequence[str]) -> np.ndarray:
    """The log of `courses` in plain Python."""
    size = (1, 1, len(said))
    flags = [
        MAY_CLOSE * (each.status in ("not_fired", "not_applicable") and each.clears) + UNCERTAIN * each.uncertain
        for each in said
    ]
    columns = ([SAYINGS.index(each.status) for each in said], [each.colour for each in said], flags)
    lines = np.array([[part for each in ways for part in length_of(each)]], np.int64)
    clock = np.array([0, len(OSLO.transitions)]), np.array(OSLO.transitions), np.array(OSLO.offsets)
    alarm = np.zeros(PLACES, np.int64)
    about = (
        *(0, *(np.array(each, np.int8).reshape(size) for each in columns), np.array([moments]), np.array([end])),
        *(np.zeros(1, np.int16), lines, *clock, alarm),
    )
    result = np.zeros((1, 1), np.int8), np.zeros((1, len(SAYINGS)), np.int64), np.zeros((1, 1), np.int8)
    courses(*about, np.empty((0, COLUMNS), np.int64), *result)
    log = np.empty((int(alarm[ROWS]), COLUMNS), np.int64)
    courses(*about, log, *result)
    return log


SAID = st.builds(
    Said,
    st.sampled_from(("fired", "fired", "fired", "not_fired", "not_fired", *SAYINGS)),
    st.sampled_from((2, 2, 3, 4)),
    st.sampled_from((False, False, True)),
    st.sampled_from((True, True, False)),
)


@given(
    st.lists(SAID, min_size=3, max_size=14),
    st.lists(st.sampled_from(DURATIONS), min_size=4, max_size=4),
    st.sampled_from((12, 24)),
)
def test_as_the_alarms_of_one_patient(said: list[Said], ways: list[str], hours: int) -> None:
    moments = [FIRST[0] + place * hours * 3_600_000_000 for place in range(len(said))]
    end = moments[-1] + 16 * 3_600_000_000
    behaviour = Behaviour(*ways[:3])
    entries = [Evaluated(at, (seen_of(each, behaviour),)) for at, each in zip(moments, said, strict=True)]
    assert list(folded(entries, end, ways[3])) == list(written(run(said, moments, end, ways)))
