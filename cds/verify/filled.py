"""A plan in which every limit is set, for what a rule does once the patient has a limit of his own."""

from dataclasses import replace

from cds.plan import NONE, Constant, Limit, Number, Plan


def with_limits_set(plan: Plan) -> Plan:
    """The plan with a number for every limit that has none: the middle of what is allowed, in the order to be kept."""
    numbers: list[Number] = list(plan.numbers)
    values: dict[int, float] = {}
    for index, each in enumerate(plan.numbers):
        default = plan.numbers[each.default] if isinstance(each, Limit) and each.default != NONE else None
        if isinstance(default, Constant):
            values[index] = default.value
    for _ in range(len(plan.limits)):  # a limit may stand above one that is set only now
        for index, limit in plan.limits.items():
            if index not in values and limit.default == NONE:
                values[index] = _between(plan, index, limit, values)
    for index, limit in plan.limits.items():
        if limit.default == NONE and index in values:
            numbers.append(Constant(limit.name, values[index], limit.unit, limit.decimals))
            numbers[index] = replace(limit, default=len(numbers) - 1)
    return replace(plan, numbers=tuple(numbers))


def _between(plan: Plan, index: int, limit: Limit, values: dict[int, float]) -> float:
    low, high = limit.allowed or (1.0, 1.0)
    for above, below in plan.limits_in_order:
        if above == index and below in values:
            low = max(low, values[below])
        elif below == index and above in values:
            high = min(high, values[above])
    return (low + high) / 2
