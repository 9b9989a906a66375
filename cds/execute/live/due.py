"""The next moment at which a finding changes by itself, found by looking ahead.

From edge to edge, everything that stands is told by one look. Between two edges only what moves with the clock can
change a finding: each comparison at most once, so that a look at both ends tells whether one does, and halving the
time when. Where numbers that run are combined so that nobody can tell which way they go, the very next moment is
given: never too late.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from cds.execute.explain import used_rows
from cds.execute.live.current import Current
from cds.execute.live.edges import runs_straight
from cds.execute.live.reach import Leaf, numbers_asked
from cds.operators.logic import ADD, SUBTRACT
from cds.operators.series import LAST_TIME, MICROSECONDS_PER_DAY
from cds.plan import NONE, Arithmetic, Choice, Compare, Limit, Measure, PairedLimit, Rounded, Total

MOST_LOOKS: Final = 24
FURTHEST: Final = 366 * MICROSECONDS_PER_DAY  # how far one look goes

_STANDS, _STRAIGHT, _ONE_WAY, _ANY_WAY = range(4)  # how a number moves with the clock, the later the less is known


class _Moving(NamedTuple):
    """What moves with the clock: measures, comparisons of what they give, and points for it."""

    measures: Sequence[int]
    leaves: Sequence[Leaf]
    points: Sequence[int]


def next_due(current: Current, until: int = LAST_TIME - 1) -> int | None:
    """The first moment at which some finding may change without new data; None = never, or later than `until`.

    Before it, no finding changes but for values that run on with the clock, such as the hours since a reading. It is
    the moment of a change, unless none is found in a number of looks: then it is that of the last look.
    """
    ahead = current
    looked_at: set[int] = set()
    for _ in range(MOST_LOOKS):
        time = _next_look(ahead)
        if time > until:
            return None
        ahead, rules = ahead.moved(ahead.patient, time)
        looked_at.update(rules)
        if any(current.said(rule) != ahead.said(rule) for rule in looked_at):
            return time
        if current.plan_actions() != ahead.plan_actions():
            return time
    return ahead.at


def _next_look(current: Current) -> int:
    """The next moment at which something may change; LAST_TIME = never."""
    edge = current.next_edge()
    if not current.moving:
        return edge
    edge = min(edge, current.at + FURTHEST)
    moving = _Moving(
        current.moving,
        [leaf for leaf, asked in current.reach.leaves if asked & current.runs_on],
        [index for index in current.reach.points if current.runs_on >> index & 1],
    )
    if any(_moves(current, numbers) == _ANY_WAY for numbers in _asked_of(current, moving)):
        return current.at + 1
    now = _decided(current, moving)
    if edge == current.at + 1 or now == _decided(_at(current, edge - 1), moving):
        return edge
    steps = range(current.at + 1, edge)
    return steps[bisect_left(steps, True, key=lambda time: _decided(_at(current, time), moving) != now)]


def _at(current: Current, time: int) -> Current:
    return current.moved(current.patient, time)[0]


def _decided(current: Current, moving: _Moving) -> list[Any]:
    """All that is decided by what moves with the clock."""
    found: list[Any] = [_answer(current, index) for index in moving.measures]
    found += [current.evaluation.state(leaf)[0] for leaf in moving.leaves]
    for index in moving.points:
        table: Any = current.plan.numbers[index]
        edges = sorted({edge for band in table.bands for edge in (band[0], band[2])})
        value, reason = current.evaluation.number(table.of)
        found.append((bisect_left(edges, value), value in edges, reason))
    return found


def _answer(current: Current, index: int) -> Any:
    measure = current.measure(index)
    value, count, newest, reason = current.evaluation.answer(index, measure)
    if current.mark(index).is_running:
        return count, newest, reason
    return value, count, newest, reason, used_rows(current.evaluation, index, measure)


def _asked_of(current: Current, moving: _Moving) -> Iterator[tuple[int, ...]]:
    """What is compared with each other, or brought to points."""
    for leaf in moving.leaves:
        yield (leaf.left, leaf.right) if isinstance(leaf, Compare) else numbers_asked(leaf)[:1]
        if isinstance(leaf, Compare) and leaf.pair:
            yield leaf.pair.raw, leaf.pair.limit
    for index in moving.points:
        table: Any = current.plan.numbers[index]
        yield (table.of,)


def _moves(current: Current, numbers: tuple[int, ...]) -> int:
    """How the sum or difference of numbers moves."""
    ways = [each for each in (_way(current, number) for number in numbers) if each != _STANDS]
    if len(ways) > 1 and any(each != _STRAIGHT for each in ways):
        return _ANY_WAY
    return max(ways, default=_STANDS)


def _way(current: Current, index: int) -> int:
    """How a number moves with the clock."""
    if index == NONE or not current.runs_on >> index & 1:
        return _STANDS
    match current.plan.numbers[index]:
        case Measure() as measure:
            return _STRAIGHT if runs_straight(measure) else _ONE_WAY
        case Rounded(of=of):
            return max(_way(current, of), _ONE_WAY)
        case Arithmetic(operator=operator, left=left, right=right):
            both = _STANDS not in (_way(current, left), _way(current, right))
            if operator in (ADD, SUBTRACT) or not both:
                return max(_moves(current, (left, right)), _STRAIGHT if operator in (ADD, SUBTRACT) else _ONE_WAY)
            return _ANY_WAY
        case Total(parts=parts):
            return _moves(current, parts)
        case Choice(cases=cases, otherwise=otherwise):
            return max(_way(current, each) for each in (*(number for _, number in cases), otherwise))
        case Limit(default=default) | PairedLimit(default=default):
            return _way(current, default)
        case _:
            return _STANDS  # points move in steps, each of which is looked at by itself
