"""Loops over many patients around the functions that decide for one.

Plain Python in the subset that Numba compiles, as the operators are: `cds.execute.compiled` makes the fast form.
Results are written into the arrays at the end of each argument list. Reasons and states are small integers of
`cds.operators.reasons`; `leaf` is the position of the comparison that decided, NONE when there is none.
"""

import math
from typing import Final, NamedTuple

from cds.operators.entries.operator import OperatorFunction
from cds.operators.logic import (
    arithmetic,
    both,
    compare,
    either,
    known,
    negate,
    rounded,
    truth,
    unbounded,
    without_noise,
)
from cds.operators.readings import last_reading
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    FALSE,
    KNOWN,
    NOT_COMPUTABLE,
    NOT_SET,
    SILENCED,
    TRUE,
    UNCONFIRMED,
)
from cds.operators.rows import Wanted, is_wanted, keep_known
from cds.operators.series import NO_TIME, SCRATCH_PER_ROW, Column, Now, Series
from cds.units import Conversion, convert

NONE: Final = -1

NOT_APPLICABLE: Final = 0  # statuses
NOT_FIRED: Final = 1
UNKNOWN: Final = 2
WAITS: Final = 3  # unconfirmed
FIRED: Final = 4


def unlike(
    starts: Column, ends: Column, times: Column, utc_offset: Column, attribute: Column, wanted: Wanted, found: Column
) -> None:
    """Mark the patients with a row that is not wanted."""
    for i in range(len(found)):
        for row in range(starts[i], ends[i]):
            if not is_wanted(times[row], utc_offset[row], attribute[row], wanted):
                found[i] = True
                break


def known_rows(
    who: Column,
    starts: Column,
    row_ends: Column,
    times: Column,
    utc_offset: Column,
    recorded: Column,
    values: Column,
    partner: Column,
    attribute: Column,
    quality: Column,
    partner_quality: Column,
    at: int,
    wanted: Wanted,
    kept: Column,
    ends: Column,
    has_gaps: Column,
) -> None:
    """`keep_known` for the patients `who`: marks per row, `ends` so far behind the start as rows are kept, and whether
    those are not simply the first ones.
    """
    for j in range(len(who)):
        i = who[j]
        start, end = starts[i], row_ends[i]
        count = keep_known(
            stretch(times, start, end),
            stretch(utc_offset, start, end),
            stretch(recorded, start, end),
            stretch(values, start, end),
            stretch(partner, start, end),
            stretch(attribute, start, end),
            stretch(quality, start, end),
            stretch(partner_quality, start, end),
            at,
            wanted,
            stretch(kept, start, end),
        )
        ends[i] = start + count
        for row in range(start, start + count):
            if kept[row] == 0:
                has_gaps[i] = True


def marked_rows(who: Column, starts: Column, ends: Column, kept: Column, positions: Column) -> None:
    """Positions of the marked rows of the patients `who`, one patient after another."""
    count = 0
    for j in range(len(who)):
        for row in range(starts[who[j]], ends[who[j]]):
            if kept[row] != 0:
                positions[count] = row
                count += 1


def uncounted(column: Column) -> Column:
    """The column itself; compiled, without counting who holds it, which for many small slices costs more than the work.

    Only for columns that the caller holds until the loop is done.
    """
    return column


def stretch(column: Column, start: int, end: int) -> Column:
    """Places start to end of a column; compiled, without counting who holds it and without a look at its length.

    Only for columns that the caller holds until the loop is done, and places that they have.
    """
    return column[start:end]


def rows_of(series: Series, start: int, end: int) -> Series:
    """One patient's rows."""
    return Series(
        stretch(series.times, start, end),
        stretch(series.utc_offset, start, end),
        stretch(series.values, start, end),
        stretch(series.raw, start, end),
        stretch(series.unit, start, end),
        stretch(series.group, start, end),
        stretch(series.attribute, start, end),
        stretch(series.quality, start, end),
    )


class Clocks(NamedTuple):
    """Zone of each patient; of each zone minutes ahead of UTC at the moment, and where its changes of clock start.

    From transitions[k] on, clocks are minutes[k] ahead; those of zone z stand at starts[z] to starts[z + 1].
    """

    zone: Column
    ahead: Column
    starts: Column
    transitions: Column
    minutes: Column


operator: Final[OperatorFunction] = last_reading
"""What `measure` asks; each of its compiled forms holds an operator of its own."""


def measure(
    who: Column,
    row_starts: Column,
    row_ends: Column,
    series: Series,
    partner_starts: Column,
    partner_ends: Column,
    partner: Series,
    at: int,
    clocks: Clocks,
    supplied_from: Column,
    partner_supplied_from: Column,
    parameters: Column,
    slots: Column,
    bound: Column,
    blocked: Column,
    scratch: Column,
    used: Column,
    value: Column,
    reason: Column,
    count: Column,
    newest: Column,
) -> None:
    """The operator's answer for the patients `who`; those of who[j] are rows row_starts[j] to row_ends[j].

    partner: the same as series where nothing stands beside the rows. slots: which parameters are not the same for all;
    patient i has bound[k, i] in slots[k]. blocked: why a patient's parameters cannot be told. scratch: SCRATCH_PER_ROW
    numbers for each of the most rows that one has. used: one mark per row, or empty.
    """
    marks = len(used) > 0
    for j in range(len(who)):
        i = who[j]
        if blocked[i] != KNOWN:
            value[i], count[i], newest[i], reason[i] = 0.0, 0, NO_TIME, blocked[i]
            continue
        for k in range(len(slots)):
            parameters[slots[k]] = bound[k, i]
        start, end, zone = row_starts[j], row_ends[j], clocks.zone[i]
        first, last = clocks.starts[zone], clocks.starts[zone + 1]
        transitions, minutes = stretch(clocks.transitions, first, last), stretch(clocks.minutes, first, last)
        answer = operator(
            rows_of(series, start, end),
            rows_of(partner, partner_starts[j], partner_ends[j]),
            Now(at, clocks.ahead[zone], supplied_from[i], transitions, minutes, partner_supplied_from[i]),
            uncounted(parameters),
            stretch(used, start if marks else 0, end if marks else 0),
            stretch(scratch, 0, SCRATCH_PER_ROW * (end - start)),
        )
        value[i], reason[i] = settled(answer[0], answer[3])
        count[i], newest[i] = answer[1], answer[2]


NO_EFFECT: Final = 0  # states of an entry of a patient's plan, taken alone
USED: Final = 1
UNREADABLE: Final = 2
EXPIRED: Final = 3
FIXED: Final = 4
WRONG_UNIT: Final = 5
NO_NUMBER: Final = 6
OUTSIDE: Final = 7


class EntryKinds(NamedTuple):
    """Of each kind of entry the limit that it means, whether that is fixed, whether the unit fits, conversion, span."""

    target: Column
    is_fixed: Column
    unit_fits: Column
    factor: Column
    allowed: Column


def entry_states(
    value: Column,
    since: Column,
    until: Column,
    kind: Column,
    today: Column,
    kinds: EntryKinds,
    state: Column,
    converted: Column,
) -> None:
    """State of each entry, in the order in which `cds.execute.limits` asks, and the value in the limit's unit."""
    for i in range(len(value)):
        which = kind[i]
        if kinds.target[which] == NONE or (math.isfinite(value[i]) and since[i] > today[i]):
            state[i] = NO_EFFECT
        elif not math.isfinite(value[i]):
            state[i] = UNREADABLE
        elif until[i] < today[i]:
            state[i] = EXPIRED
        elif kinds.is_fixed[which]:
            state[i] = FIXED
        elif not kinds.unit_fits[which]:
            state[i] = WRONG_UNIT
        else:
            factor = Conversion(kinds.factor[which, 0], kinds.factor[which, 1], kinds.factor[which, 2])
            converted[i] = convert(value[i], factor)
            place = without_noise(converted[i])
            if not math.isfinite(converted[i]):
                state[i] = NO_NUMBER
            elif kinds.allowed[which, 0] <= place and place <= kinds.allowed[which, 1]:
                state[i] = USED
            else:
                state[i] = OUTSIDE


def order_kept(who: Column, high: Column, high_reason: Column, low: Column, low_reason: Column, wrong: Column) -> None:
    """Mark those of the patients `who` whose higher limit does not lie above the lower one."""
    for j in range(len(who)):
        i = who[j]
        if high_reason[i] == KNOWN and low_reason[i] == KNOWN and without_noise(high[i]) <= without_noise(low[i]):
            wrong[i] = True


def settled(value: float, reason: int) -> tuple[float, int]:
    """A number as it counts: finite, and 0 unless it is known or a bound."""
    if not math.isfinite(value):
        return 0.0, NOT_COMPUTABLE
    if reason == KNOWN or reason == AT_LEAST or reason == AT_MOST:
        return value, reason
    return 0.0, reason


def settle(value: Column, reason: Column) -> None:
    """`settled` in place."""
    for i in range(len(value)):
        value[i], reason[i] = settled(value[i], reason[i])


def calculate(
    operator: int,
    left: Column,
    left_reason: Column,
    right: Column,
    right_reason: Column,
    value: Column,
    reason: Column,
) -> None:
    """`arithmetic` for each patient."""
    for i in range(len(value)):
        value[i], reason[i] = arithmetic(operator, left[i], left_reason[i], right[i], right_reason[i])


def to_steps(of: Column, of_reason: Column, step: float, value: Column, reason: Column) -> None:
    """`rounded` for each patient."""
    for i in range(len(value)):
        value[i], reason[i] = rounded(of[i], of_reason[i], step)


def banded(of: Column, of_reason: Column, bands: Column, value: Column, reason: Column) -> None:
    """Points of the first band that holds the number; a band is low, low is inside, high, high is inside, points."""
    for i in range(len(value)):
        value[i], reason[i] = 0.0, unbounded(of_reason[i]) if of_reason[i] != KNOWN else NOT_COMPUTABLE
        if of_reason[i] == KNOWN:
            place = without_noise(of[i])
            for band in bands:
                above = place > band[0] or (band[1] != 0.0 and place == band[0])
                below = place < band[2] or (band[3] != 0.0 and place == band[2])
                if above and below:
                    value[i], reason[i] = band[4], KNOWN
                    break


def add_part(part: Column, part_reason: Column, value: Column, reason: Column) -> None:
    """Add one more part of a sum; the first part that is not known makes the sum so."""
    for i in range(len(value)):
        if reason[i] == KNOWN:
            value[i], reason[i] = (
                (value[i] + part[i], KNOWN) if part_reason[i] == KNOWN else (0.0, unbounded(part_reason[i]))
            )


def choose(state: Column, case: Column, case_reason: Column, is_open: Column, value: Column, reason: Column) -> None:
    """One case of a choice, for those that no case before it has settled."""
    for i in range(len(value)):
        if is_open[i] and state[i] != FALSE:
            is_open[i] = False
            value[i], reason[i] = (case[i], case_reason[i]) if state[i] == TRUE else (0.0, unbounded(state[i]))


def compare_all(
    comparison: int, value: Column, reason: Column, limit: Column, limit_reason: Column, state: Column
) -> None:
    """`compare` for each patient."""
    for i in range(len(state)):
        state[i] = compare(comparison, value[i], reason[i], limit[i], limit_reason[i])


def known_all(value: Column, reason: Column, state: Column) -> None:
    """`known` for each patient."""
    for i in range(len(state)):
        state[i] = known(value[i], reason[i])


def truth_all(value: Column, reason: Column, state: Column) -> None:
    """`truth` for each patient."""
    for i in range(len(state)):
        state[i] = truth(value[i], reason[i])


def match_all(value: Column, reason: Column, code: float, state: Column) -> None:
    """Whether a coded fact has this code."""
    for i in range(len(state)):
        state[i] = (TRUE if value[i] == code else FALSE) if reason[i] == KNOWN else reason[i]


def fires_all(status: Column, reason: Column, state: Column) -> None:
    """Whether an earlier rule fires."""
    for i in range(len(state)):
        if status[i] == UNKNOWN:
            state[i] = reason[i]
        elif status[i] == WAITS:
            state[i] = UNCONFIRMED
        else:
            state[i] = TRUE if status[i] == FIRED else FALSE


def negate_all(part: Column, state: Column) -> None:
    """`negate` for each patient."""
    for i in range(len(state)):
        state[i] = negate(part[i])


def all_of(states: Column, leaves: Column, telling: Column, state: Column, leaf: Column) -> None:
    """`both` over the parts (lines of `states`), and the deciding part's leaf."""
    for i in range(len(state)):
        joined = states[0, i]
        for part in range(1, len(states)):
            joined = both(joined, states[part, i])
        state[i] = joined
        leaf[i] = deciding(states, leaves, telling, joined, i)


def any_of(states: Column, leaves: Column, telling: Column, state: Column, leaf: Column) -> None:
    """`either` over the parts (lines of `states`), and the deciding part's leaf."""
    for i in range(len(state)):
        joined = states[0, i]
        for part in range(1, len(states)):
            joined = either(joined, states[part, i])
        state[i] = joined
        leaf[i] = deciding(states, leaves, telling, joined, i)


def deciding(states: Column, leaves: Column, telling: Column, joined: int, i: int) -> int:
    """Leaf of the first part, in the order of `telling`, that says what the whole says."""
    for place in range(len(telling)):
        part = telling[place]
        if states[part, i] == joined:
            return leaves[part, i]
    return leaves[0, i]


def judge(
    applies: Column,
    other_status: Column,
    other_reason: Column,
    states: Column,
    leaves: Column,
    confirmed: Column,
    status: Column,
    level: Column,
    reason: Column,
    uncertain: Column,
    leaf: Column,
) -> None:
    """What a rule comes to for each patient.

    other: the rules named in unknown_while, one line each. states, leaves, confirmed: the levels, worst first, one
    line each; a level without confirming has TRUE there. level: which one fired or waits.
    """
    for i in range(len(status)):
        level[i], leaf[i], uncertain[i] = NONE, NONE, False
        status[i], reason[i] = before_levels(applies[i], other_status, other_reason, i)
        if status[i] == FIRED:
            status[i], level[i], reason[i], leaf[i] = worst_level(states, leaves, i)
            uncertain[i] = status[i] == FIRED and reason[i] != KNOWN
            if status[i] == FIRED and confirmed[level[i], i] != TRUE:
                status[i] = WAITS


def before_levels(applies: int, other_status: Column, other_reason: Column, i: int) -> tuple[int, int]:
    """What `applies` and the rules of unknown_while leave of a rule; FIRED when the levels are to decide."""
    if applies == FALSE or applies == NOT_SET:
        return NOT_APPLICABLE, applies
    if applies != TRUE:
        return UNKNOWN, applies
    for other in range(len(other_status)):
        if other_status[other, i] == FIRED:
            return UNKNOWN, SILENCED
        if other_status[other, i] == WAITS:
            return UNKNOWN, UNCONFIRMED
        if other_status[other, i] == UNKNOWN:
            return UNKNOWN, other_reason[other, i]
    return FIRED, KNOWN


def worst_level(states: Column, leaves: Column, i: int) -> tuple[int, int, int, int]:
    """Status, level, reason and leaf by the worst level that holds; the reason is that of a worse, unknown level."""
    doubt, decided = NONE, NONE
    for level in range(len(states)):
        state = states[level, i]
        if state == TRUE:
            return FIRED, level, (states[doubt, i] if doubt != NONE else KNOWN), leaves[level, i]
        if state == FALSE:
            decided = level
        elif state != NOT_SET and doubt == NONE:
            doubt = level
    if doubt != NONE:
        return UNKNOWN, NONE, states[doubt, i], leaves[doubt, i]
    if decided != NONE:
        return NOT_FIRED, NONE, KNOWN, leaves[decided, i]
    return NOT_APPLICABLE, NONE, NOT_SET, NONE
