"""`for:` on a rule → the same condition, asked of every reading for so long."""

from dataclasses import replace

from cds.compile.scope import Builder
from cds.operators.logic import AT_LEAST_OF
from cds.operators.series import LOWER, PAIR_LOWER, PAIR_UNIT, TEST
from cds.plan import NONE, And, Compare, Condition, Constant, Measure, Or


def lasting(builder: Builder, condition: Condition, minutes: int) -> Condition:
    """Whether every comparison has held for so many minutes; each arm of an `or` by itself."""
    asked = builder.add(Constant("for", float(minutes), "min"))

    def held(condition: Condition) -> Condition:
        match condition:
            case And(parts) | Or(parts):
                return replace(condition, parts=tuple(map(held, parts)))
            case Compare():
                return Compare(AT_LEAST_OF, builder.add(_duration(builder, condition)), asked)
            case _:
                return condition

    return held(condition)


def _duration(builder: Builder, test: Compare) -> Measure:
    """For how long a comparison of the newest reading has held."""
    reading = builder.numbers[test.left]
    assert isinstance(reading, Measure)
    slots = list(reading.parameters)
    slots[TEST] = float(test.comparison)
    bound = [*reading.bound, (LOWER, test.right)]
    if test.pair:
        slots[PAIR_UNIT] = float(test.pair.unit)
        bound.append((PAIR_LOWER, test.pair.limit))
    return replace(reading, operator="held_for", parameters=tuple(slots), bound=tuple(bound), unit="min", decimals=NONE)
