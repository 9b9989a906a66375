"""What the rules of a plan compare, and with which numbers of the ruleset."""

from collections.abc import Iterator
from decimal import Decimal

from cds.plan import NONE, And, Compare, Condition, Constant, Limit, Not, Or, PairedLimit, Plan


def comparisons(plan: Plan) -> Iterator[Compare]:
    """Every comparison of every rule."""
    for rule in plan.rules:
        for condition in (rule.applies, *(level.condition for level in rule.levels)):
            yield from _within(condition)


def _within(condition: Condition) -> Iterator[Compare]:
    if isinstance(condition, Compare):
        yield condition
    elif isinstance(condition, And | Or):
        for part in condition.parts:
            yield from _within(part)
    elif isinstance(condition, Not):
        yield from _within(condition.part)


def stated(plan: Plan, number: int) -> Decimal | None:
    """The ruleset's own number of a limit; None when it has none, or several by cases."""
    each = plan.numbers[number]
    if isinstance(each, Limit | PairedLimit):
        return stated(plan, each.default) if each.default != NONE else None
    return Decimal(repr(each.value)) if isinstance(each, Constant) else None
