"""The life of alarms over many moments when people do nothing, or answer after a set time.

The same steps as `cds.alarms.machine` takes for one patient's log, one rule of one patient after another: without
pauses and hand-overs no alarm depends on another. Plain Python in the subset that Numba compiles; `compiled_courses` is
the fast form. Where the log has too few rows for what happens, the rows are counted all the same.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, NamedTuple

from cds.compiling import I64, LONG, compiled, types
from cds.execute.kernels import FIRED, NOT_APPLICABLE
from cds.operators.series import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE, NO_TIME, Column
from cds.operators.windows import months_before

HIDDEN: Final = 5  # fires, and another rule hides it; the rest are statuses of `cds.execute.kernels`
SAYINGS: Final = ("not_applicable", "not_fired", "unknown", "unconfirmed", "fired", "hidden")
NOTHING_SAID: Final = -1

MAY_CLOSE: Final = 1  # flags of what is said
UNCERTAIN: Final = 2

NONE: Final = 0  # states of an alarm
OPEN: Final = 1
ESCALATED: Final = 2
ACKNOWLEDGED: Final = 3
QUIET: Final = 4
CLOSED: Final = 5
STATES: Final = ("", "open", "escalated", "acknowledged", "quiet", "closed")

OPENED: Final = 0  # kinds of events
RISEN: Final = 1
SHOWN: Final = 2
REMINDED: Final = 3
WAS_ESCALATED: Final = 4
CHANGED: Final = 5
WAS_ACKNOWLEDGED: Final = 6
WAS_CLOSED: Final = 7
SUPPRESSED: Final = 8  # would have opened, had no other rule hidden it
KINDS: Final = (
    *("opened", "risen", "shown", "reminded", "escalated", "changed", "acknowledged", "closed"),
    "suppressed",
)

NO_LONGER_FIRES: Final = 6  # reasons; those below are what is said
DOES_NOT_APPLY: Final = 7
ANSWERED: Final = 8
NO_REASON: Final = 9
REASONS: Final = (*SAYINGS, "no_longer_fires", "does_not_apply", "contacted_patient", "")

ELAPSED: Final = 1  # kinds of durations; 0 = none
DAYS: Final = 2
MONTHS: Final = 3

QUIET_FOR: Final = 0  # where a duration's kind stands in `Setting.ways`; its amount comes next
REMIND_AFTER: Final = 2
RESPOND_WITHIN: Final = 4
ANSWER_AFTER: Final = 6
WAYS: Final = 8

STATE: Final = 0  # places in an alarm
COLOUR: Final = 1
LAST_SHOWN: Final = 2
SHOWN_COLOUR: Final = 3
ASKED: Final = 4
WAITING: Final = 5  # since when somebody would answer after ANSWER_AFTER
QUIET_UNTIL: Final = 6
LAST_ANSWER: Final = 7
NOW: Final = 8
SAID: Final = 9
DUE: Final = 10
ROWS: Final = 11  # of the log, so far
PLACES: Final = 12

AT: Final = 2  # columns of the log, after patient and rule
COLUMNS: Final = 8

_LAST_CLOCK: Final = 4133894400_000_000  # 2100-12-31, behind which nothing is due
_NOTHING_DUE: Final = 2**62


class Setting(NamedTuple):
    """Whose alarm it is, how its rule's alarms behave, and the clock changes of the patient's zone (low to high)."""

    patient: int
    rule: int
    ways: Column
    low: int
    high: int
    transitions: Column
    minutes: Column


def courses(
    first: int,
    said: Column,
    colour: Column,
    flags: Column,
    moments: Column,
    ends: Column,
    zone: Column,
    ways: Column,
    starts: Column,
    transitions: Column,
    minutes: Column,
    alarm: Column,
    log: Column,
    standing: Column,
    counts: Column,
    applies: Column,
) -> None:
    """Every alarm of some patients from the first moment to the end.

    first: position of the first patient. said, colour, flags: by rule, patient and moment. moments, ends: by zone.
    zone: by patient. ways: by rule. alarm: room for one. standing: state at the end, by rule and patient. counts: how
    often each of SAYINGS was said, by rule. applies: whether the rule did at any moment, by rule and patient.
    """
    alarm[ROWS] = 0
    counts[:, :] = 0
    for i in range(said.shape[1]):
        where = zone[i]
        for rule in range(said.shape[0]):
            setting = Setting(first + i, rule, ways, starts[where], starts[where + 1], transitions, minutes)
            begin(alarm)
            applies[rule, i] = 0
            for t in range(said.shape[2]):
                now = said[rule, i, t]
                counts[rule, now] += 1
                if now != NOT_APPLICABLE:
                    applies[rule, i] = 1
                if now < FIRED and (alarm[STATE] == NONE or alarm[STATE] == CLOSED):  # nothing can happen
                    alarm[SAID] = now
                else:
                    advance(alarm, moments[where, t], setting, log)
                    see(alarm, now, colour[rule, i, t], flags[rule, i, t], setting, log)
            advance(alarm, ends[where], setting, log)
            standing[rule, i] = alarm[STATE]


def begin(alarm: Column) -> None:
    """No alarm yet, and nothing said."""
    for place in range(ROWS):
        alarm[place] = 0
    for place in (LAST_SHOWN, ASKED, WAITING, QUIET_UNTIL, LAST_ANSWER, NOW):
        alarm[place] = NO_TIME
    alarm[SAID] = NOTHING_SAID


def advance(alarm: Column, until: int, setting: Setting, log: Column) -> None:
    """Let happen what is due until then."""
    kind = first_due(alarm, setting)
    while alarm[DUE] <= until:
        alarm[NOW] = max(alarm[NOW], alarm[DUE])
        happen(alarm, kind, setting, log)
        kind = first_due(alarm, setting)
    alarm[NOW] = until


def first_due(alarm: Column, setting: Setting) -> int:
    """What happens next by itself; when, is put into the alarm. Of several at one instant an answer comes last."""
    state = alarm[STATE]
    alarm[DUE] = _NOTHING_DUE
    kind = CHANGED
    if state == QUIET:
        alarm[DUE] = max(alarm[QUIET_UNTIL], alarm[NOW])
        kind = SHOWN
    elif state == ACKNOWLEDGED:
        if is_said(setting, REMIND_AFTER):
            alarm[DUE] = max(reminder(alarm, LAST_ANSWER, setting), alarm[NOW])
            kind = REMINDED
    elif state == OPEN or state == ESCALATED:
        if alarm[ASKED] != NO_TIME and is_said(setting, RESPOND_WITHIN):
            alarm[DUE] = later(alarm[ASKED], RESPOND_WITHIN, setting)
            kind = WAS_ESCALATED
        if is_said(setting, REMIND_AFTER):
            at = reminder(alarm, LAST_SHOWN, setting)
            if at < alarm[DUE]:
                alarm[DUE] = at
                kind = REMINDED
        if alarm[WAITING] != NO_TIME and is_said(setting, ANSWER_AFTER):
            at = later(alarm[WAITING], ANSWER_AFTER, setting)
            if at < alarm[DUE]:
                alarm[DUE] = at
                kind = WAS_ACKNOWLEDGED
    return kind


def reminder(alarm: Column, since: int, setting: Setting) -> int:
    """When it is shown again, but not while it keeps silent."""
    at = later(alarm[since], REMIND_AFTER, setting)
    if is_said(setting, QUIET_FOR) and alarm[LAST_SHOWN] != NO_TIME:
        at = max(at, later(alarm[LAST_SHOWN], QUIET_FOR, setting))
    return at


def happen(alarm: Column, kind: int, setting: Setting, log: Column) -> None:
    """What is due takes place."""
    is_listed = alarm[STATE] == OPEN or alarm[STATE] == ESCALATED
    if kind == WAS_ESCALATED:
        alarm[STATE], alarm[ASKED] = ESCALATED, NO_TIME
        tell(alarm, kind, NO_REASON, setting, log)
    elif kind == WAS_ACKNOWLEDGED:
        alarm[STATE], alarm[ASKED], alarm[WAITING] = ACKNOWLEDGED, NO_TIME, NO_TIME
        alarm[LAST_ANSWER] = alarm[NOW]
        tell(alarm, kind, ANSWERED, setting, log)
    elif kind == REMINDED and is_listed:
        alarm[LAST_SHOWN], alarm[SHOWN_COLOUR] = alarm[NOW], alarm[COLOUR]
        tell(alarm, kind, NO_REASON, setting, log)
    else:
        show(alarm, kind, NO_REASON, setting, log)


def see(alarm: Column, said: int, colour: int, flags: int, setting: Setting, log: Column) -> None:
    """What a finding does to the alarm of its rule."""
    if alarm[STATE] == NONE or alarm[STATE] == CLOSED:
        if said == FIRED:
            alarm[COLOUR] = colour
            open_it(alarm, setting, log)
        elif said == HIDDEN and alarm[SAID] != HIDDEN:
            tell(alarm, SUPPRESSED, HIDDEN, setting, log)
    elif said == FIRED and colour > alarm[COLOUR]:
        alarm[COLOUR] = colour
        show(alarm, RISEN, NO_REASON, setting, log)
    elif flags & MAY_CLOSE:
        alarm[STATE], alarm[ASKED], alarm[WAITING] = CLOSED, NO_TIME, NO_TIME
        tell(alarm, WAS_CLOSED, DOES_NOT_APPLY if said == NOT_APPLICABLE else NO_LONGER_FIRES, setting, log)
    else:
        change(alarm, said, colour, flags, setting, log)
    alarm[SAID] = said


def change(alarm: Column, said: int, colour: int, flags: int, setting: Setting, log: Column) -> None:
    """The finding is another, and the alarm stands as it stood."""
    before = alarm[COLOUR]
    if said == FIRED and not flags & UNCERTAIN:
        alarm[COLOUR] = colour
    if said != alarm[SAID] or alarm[COLOUR] != before:
        tell(alarm, CHANGED, said, setting, log)


def open_it(alarm: Column, setting: Setting, log: Column) -> None:
    """A new alarm: silent while `quiet_for` lasts, unless it is worse than what was shown."""
    until = NO_TIME
    is_quiet = is_said(setting, QUIET_FOR) and alarm[COLOUR] <= alarm[SHOWN_COLOUR]
    if is_quiet and alarm[LAST_SHOWN] != NO_TIME:
        until = later(alarm[LAST_SHOWN], QUIET_FOR, setting)
    alarm[STATE] = QUIET
    if until > alarm[NOW]:
        alarm[QUIET_UNTIL] = until
        tell(alarm, OPENED, FIRED, setting, log)
    else:
        show(alarm, OPENED, FIRED, setting, log)


def show(alarm: Column, kind: int, reason: int, setting: Setting, log: Column) -> None:
    """Bring it before people; what is open or escalated already stays so, and is not asked anew."""
    if alarm[STATE] != OPEN and alarm[STATE] != ESCALATED:
        alarm[STATE], alarm[ASKED], alarm[WAITING] = OPEN, alarm[NOW], alarm[NOW]
    alarm[LAST_SHOWN], alarm[SHOWN_COLOUR] = alarm[NOW], alarm[COLOUR]
    tell(alarm, kind, reason, setting, log)


def tell(alarm: Column, kind: int, reason: int, setting: Setting, log: Column) -> None:
    """One row of the log, where it has room."""
    row = alarm[ROWS]
    alarm[ROWS] = row + 1
    if row < len(log):
        log[row, 0], log[row, 1], log[row, 2], log[row, 3] = setting.patient, setting.rule, alarm[NOW], kind
        log[row, 4], log[row, 5], log[row, 6], log[row, 7] = alarm[STATE], alarm[COLOUR], reason, alarm[SAID]


def is_said(setting: Setting, which: int) -> bool:
    """Whether the ruleset states this duration."""
    return setting.ways[setting.rule, which] != 0


def later(at: int, which: int, setting: Setting) -> int:
    """The moment a duration after `at`, as `cds.alarms.times.later` has it."""
    kind = setting.ways[setting.rule, which]
    amount = setting.ways[setting.rule, which + 1]
    if kind == ELAPSED:
        return at + amount * MICROSECONDS_PER_MINUTE
    clock = at + offset_at(at, setting) * MICROSECONDS_PER_MINUTE
    if kind == DAYS:
        clock += amount * MICROSECONDS_PER_DAY
    else:
        day = clock // MICROSECONDS_PER_DAY
        clock += (months_before(day, -amount) - day) * MICROSECONDS_PER_DAY
    return instant_of(min(clock, _LAST_CLOCK), setting)


def offset_at(at: int, setting: Setting) -> int:
    """Minutes that the patient's clock is ahead of UTC at an instant."""
    low = setting.low
    high = setting.high
    while high - low > 1:
        middle = (low + high) // 2
        if setting.transitions[middle] <= at:
            low = middle
        else:
            high = middle
    return setting.minutes[low]


def instant_of(clock: int, setting: Setting) -> int:
    """The instant at which the clock shows this: the first of two, after the jump where it is skipped."""
    one = clock - offset_at(clock - MICROSECONDS_PER_DAY, setting) * MICROSECONDS_PER_MINUTE
    other = clock - offset_at(clock + MICROSECONDS_PER_DAY, setting) * MICROSECONDS_PER_MINUTE
    early = min(one, other)
    late = max(one, other)
    if early + offset_at(early, setting) * MICROSECONDS_PER_MINUTE == clock:
        return early
    if late + offset_at(late, setting) * MICROSECONDS_PER_MINUTE == clock:
        return late
    return one


_CUBE: Final[Any] = types.int8[:, :, ::1]
_LINES: Final[Any] = types.int64[:, ::1]
_SIGNATURE: Final[Any] = types.void(
    *(I64, _CUBE, _CUBE, _CUBE, _LINES, LONG, types.int16[::1], _LINES),
    *(LONG, LONG, LONG, LONG, _LINES, types.int8[:, ::1], _LINES, types.int8[:, ::1]),
)


@cache
def compiled_courses() -> Callable[..., None]:
    """`courses`, compiled."""
    return compiled(courses, _SIGNATURE)
