"""Which services there are: the hooks that rulesets ask for, and whose findings are answered at each.

Cards of a later call take the place of earlier ones of the same service. So hooks at which the same rulesets answer are
one service, and hooks at which others do are another: what is not evaluated at a hook never takes away a card.
"""

from dataclasses import dataclass
from typing import Final

from cds.plan import Plan
from cds.server.settings import Settings

HOOKS: Final = ("patient-view", "order-select", "order-sign", "medication-refill")
"""The hooks that a ruleset may ask for, in the order in which they are listed."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One service: its id, its hooks, and the ids of the rulesets that answer."""

    id: str
    hooks: tuple[str, ...]
    rulesets: frozenset[str]


def offers(plan: Plan, settings: Settings) -> tuple[Offer, ...]:
    """Every service, the one with the id of the settings first.

    Where the settings name hooks, every ruleset answers at each of them, whatever it asks for.
    """
    everything = frozenset(each.id for each in plan.heads)
    asked = {hook: frozenset(each.id for each in plan.heads if hook in each.hooks) for hook in HOOKS}
    by_hook = dict.fromkeys(settings.hooks, everything) if settings.hooks else asked
    by_rulesets: dict[frozenset[str], list[str]] = {}
    for hook, rulesets in by_hook.items():
        if rulesets:
            by_rulesets.setdefault(_with_what_hides(plan, rulesets), []).append(hook)
    first, made = settings.service_id, list[Offer]()
    for rulesets, hooks in by_rulesets.items():
        made.append(Offer(f"{first}-{hooks[0]}" if made else first, tuple(hooks), rulesets))
    return tuple(made)


def _with_what_hides(plan: Plan, rulesets: frozenset[str]) -> frozenset[str]:
    """The same with the rulesets whose findings hide one of theirs: what hides is seen in place of what it hides."""
    hiders = {plan.rules[each].ruleset for rule in plan.rules if rule.ruleset in rulesets for each in rule.hidden_by}
    return rulesets if hiders <= rulesets else _with_what_hides(plan, rulesets | hiders)
