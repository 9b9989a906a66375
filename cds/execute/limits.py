"""Which limit counts for a patient: the patient's own, else the ruleset's; never a default in place of a bad one."""

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from cds.diagnostics import CdsError, Issue, closest
from cds.operators.logic import without_noise
from cds.operators.reasons import KNOWN, LIMIT_EXPIRED, LIMIT_INVALID
from cds.patient import PatientLimit
from cds.plan import NONE, Choice, Constant, Limit, Number, PairedLimit, Plan
from cds.result import Origin
from cds.units import Conversion, convert

Valued = tuple[float, int]  # value and reason
_DEFAULT: Final = Origin("default")
_ADAPTATION: Final = Origin("adaptation")


@dataclass(slots=True)
class Resolved:
    """What a patient's own limits change, by number. values, origins: in place of the ruleset's. own: those that are
    used. issues: what was wrong.
    """

    values: dict[int, Valued] = field(default_factory=dict[int, Valued])
    origins: dict[int, Origin] = field(default_factory=dict[int, Origin])
    own: dict[int, PatientLimit] = field(default_factory=dict[int, PatientLimit])
    issues: list[Issue] = field(default_factory=list[Issue])

    def note(self, name: str, code: str, message: str, norwegian: str) -> None:
        """Say what was wrong with a limit of the patient's plan."""
        self.issues += _issue(name, code, message, norwegian)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an entry of a patient's plan is about, as far as its name, ruleset and unit tell.

    target: the limit that it means, NONE = none. spoils: limits that it makes unknown, as it may mean any of them.
    """

    target: int
    spoils: tuple[int, ...]
    issues: tuple[Issue, ...]


Default = Callable[[int], Valued]
Meant = Callable[[Plan, PatientLimit], "Meaning"]


def resolve(
    plan: Plan, entries: Sequence[PatientLimit], default: Default, at: date, meaning: Meant | None = None
) -> Resolved:
    """What one patient's limits change at a civil date. default: number -> the ruleset's own value and reason.

    meaning: gives the answer of `meaning_of`, for instance as it was asked before. A patient's limit with an unknown
    name, wrong unit, outside its span, out of order or expired makes the limits that it was meant for unknown; when
    nobody can tell which, every limit that a patient may set.
    """
    resolved = Resolved()
    meant: dict[int, list[PatientLimit]] = {}
    for entry in entries:
        about = (meaning or meaning_of)(plan, entry)
        resolved.values.update(dict.fromkeys(about.spoils, (0.0, LIMIT_INVALID)))
        resolved.issues += about.issues
        if about.target != NONE:
            meant.setdefault(about.target, []).append(entry)
    for number, candidates in meant.items():
        apply_entries(plan.limits[number], number, candidates, at, resolved)
    if resolved.own:
        _check_order(plan, default, resolved)
    return resolved


def origin_of(limit: Limit) -> Origin:
    """Whose a limit is that is not the patient's own."""
    return _ADAPTATION if limit.adapted else _DEFAULT


def meaning_of(plan: Plan, entry: PatientLimit) -> Meaning:
    """The one limit that an entry means, or an issue and what it spoils."""
    named = [each for each in plan.limits_named.get(entry.name, ()) if _may_mean(entry, plan.limits[each])]
    if len(named) == 1:
        return Meaning(named[0], (), ())
    loaded = [head.id for head in plan.heads]
    if entry.ruleset and entry.ruleset not in loaded:
        return _other_ruleset(plan, entry, closest(entry.ruleset, loaded))
    candidates = [number for number, limit in plan.limits.items() if _may_mean(entry, limit)]
    renamed = [each for each in candidates if not named and entry.name in plan.limits[each].was]
    if len(renamed) == 1:
        now = plan.limits[renamed[0]].name
        message = f"the limit `{entry.name}` is now called `{now}`; it was used"
        norwegian = f"grensen `{entry.name}` heter nå `{now}`; den ble brukt"
        return Meaning(renamed[0], (), _issue(entry.name, "limit_renamed", message, norwegian))
    meant = named or renamed
    if meant:
        message = f"the limit `{entry.name}` is in several rulesets; say which one it belongs to"
        norwegian = f"grensen `{entry.name}` finnes i flere regelsett; oppgi hvilket den hører til"
    else:
        near = closest(entry.name, {plan.limits[each].name for each in candidates})
        hint, hint_nb = (f"; did you mean `{near}`?", f"; mente du `{near}`?") if near else (".", ".")
        message = f"no ruleset has a limit `{entry.name}`{hint} Until it is mended, the limits it may mean are unknown"
        norwegian = f"ingen regelsett har en grense `{entry.name}`{hint_nb} Til det er rettet, er grensene ukjente"
    spoils = _spoiled(plan, meant, candidates)
    return Meaning(NONE, spoils, _issue(entry.name, "limit_unknown_name", message, norwegian))


def _issue(name: str, code: str, message: str, norwegian: str) -> tuple[Issue]:
    return (Issue(code, f"limits.{name}", message, norwegian),)


def _may_mean(entry: PatientLimit, limit: Limit) -> bool:
    return entry.ruleset in ("", limit.ruleset)


_MOST_SHOWN: Final = 60  # characters of a ruleset's name


def _other_ruleset(plan: Plan, entry: PatientLimit, near: str) -> Meaning:
    """A limit of a ruleset that is not loaded is not ours; one whose ruleset seems misspelt may be."""
    other = entry.ruleset[:_MOST_SHOWN]
    message = f"the limit `{entry.name}` belongs to the ruleset `{other}`, which is not loaded; it was not used"
    norwegian = f"grensen `{entry.name}` hører til regelsettet `{other}`, som ikke er lastet; den ble ikke brukt"
    spoils: tuple[int, ...] = ()
    if near:
        candidates = [number for number, limit in plan.limits.items() if limit.ruleset == near]
        spoils = _spoiled(plan, [each for each in candidates if plan.limits[each].name == entry.name], candidates)
        message += f". Did you mean `{near}`? Until it is mended, the limits it may mean are unknown"
        norwegian += f". Mente du `{near}`? Til det er rettet, er grensene den kan gjelde, ukjente"
    return Meaning(NONE, spoils, _issue(entry.name, "limit_of_other_ruleset", message, norwegian))


def _spoiled(plan: Plan, meant: Sequence[int], candidates: Sequence[int]) -> tuple[int, ...]:
    """The limits that an entry means, or, when that cannot be told, all that a patient may set."""
    return tuple(meant or [each for each in candidates if not plan.limits[each].fixed])


def apply_entries(limit: Limit, number: int, candidates: list[PatientLimit], at: date, resolved: Resolved) -> None:
    """Use the newest entry that is in force; one that cannot be used makes the limit unknown."""
    if number in resolved.values:  # spoiled
        return
    unreadable = [each for each in candidates if not math.isfinite(each.value)]
    if unreadable:  # nobody knows from when it counts, so no other may stand in for it
        _use(limit, number, unreadable, resolved)
        return
    begun = [each for each in candidates if each.since is None or each.since <= at]
    current = [each for each in begun if each.until is None or each.until >= at]
    if begun and not current:
        resolved.values[number] = (0.0, LIMIT_EXPIRED)
        message = f"the patient's own limit `{limit.name}` has expired; renew it or take it out of the plan"
        norwegian = f"pasientens egen grense `{limit.name}` er utløpt; forny den eller ta den ut av planen"
        resolved.note(limit.name, "limit_expired", message, norwegian)
    if not begun:
        return
    chosen = _begun_last(current or begun)
    resolved.origins[number] = Origin("patient", chosen[0].author, chosen[0].since, chosen[0].until)
    if current:
        _use(limit, number, chosen, resolved)


def _begun_last(entries: list[PatientLimit]) -> list[PatientLimit]:
    """The entry that begins last, or several that begin together."""
    if len(entries) == 1:
        return entries
    latest = max(each.since or date.min for each in entries)
    return [each for each in entries if (each.since or date.min) == latest]


def _use(limit: Limit, number: int, chosen: list[PatientLimit], resolved: Resolved) -> None:
    """Use the entries that begin last, when they can be used and agree."""
    values = [_value(limit, each) for each in chosen]
    problem = next((each for each in values if isinstance(each, tuple)), None)
    if len(values) > 1 and not problem and len({without_noise(each) for each in values if isinstance(each, float)}) > 1:
        problem = "is stated twice with different values", "er oppgitt to ganger med ulike verdier"
    value = values[0]
    if problem or isinstance(value, tuple):
        resolved.values[number] = (0.0, LIMIT_INVALID)
        english, norwegian = (
            f"{start} `{limit.name}` {what}" for start, what in zip(_OWN, problem or _OWN, strict=True)
        )
        resolved.note(limit.name, "limit_invalid", english, norwegian)
        return
    resolved.values[number] = (value, KNOWN)
    resolved.own[number] = chosen[0]


def with_other_defaults(plan: Plan, others: Sequence[PatientLimit]) -> Plan:
    """The plan with other limits of the ruleset's own, as an adaptation would set them; CdsError when one cannot be.

    What holds for a patient's own limit holds for them: name, unit, span and order. In place of cases there is one
    number for everybody. The hashes tell that something is other than in the files.
    """
    numbers, changed_in = list(plan.numbers), set[str]()
    for entry in others:
        meaning = meaning_of(plan, entry)
        if meaning.target == NONE:
            raise CdsError(meaning.issues[0].message)
        limit = plan.limits[meaning.target]
        value = _value(limit, entry)
        if isinstance(value, tuple):
            raise CdsError(f"the limit `{limit.name}` {value[0]}")
        _set_default(numbers, meaning.target, entry, value)
        changed_in.add(limit.ruleset)
    changed = replace(plan, numbers=tuple(numbers))
    _refuse_disorder(changed)
    told = "\n".join(sorted(f"{each.ruleset}.{each.name} {each.value!r} {each.unit}" for each in others))
    heads = tuple(
        replace(each, hash=_hash_with(each.hash, told)) if each.id in changed_in else each for each in plan.heads
    )
    return replace(changed, heads=heads, hash=_hash_with(plan.hash, told))


def _set_default(numbers: list[Number], target: int, entry: PatientLimit, value: float) -> None:
    """Let the limit, and what it is in the second unit of a pair, begin with the entry's number."""
    for index, number in enumerate(numbers):
        if isinstance(number, Limit) and index == target:
            numbers[index] = replace(number, default=len(numbers), adapted=True)
            numbers.append(Constant(number.name, value, number.unit, number.decimals))
        elif isinstance(number, PairedLimit) and number.limit == target:
            numbers[index] = replace(number, default=len(numbers))
            second = in_second_unit(number, entry, value)
            numbers.append(Constant(number.name, second, number.unit, number.decimals))


def _refuse_disorder(plan: Plan) -> None:
    for higher, lower in plan.limits_in_order:
        high, low = (_numbers_of(plan, plan.limits[each].default) for each in (higher, lower))
        if any(without_noise(each) <= without_noise(other) for each in high for other in low):
            names = plan.limits[higher].name, plan.limits[lower].name
            raise CdsError("the limit `{}` must lie above `{}`".format(*names))


def _numbers_of(plan: Plan, default: int) -> list[float]:
    """Every number that a limit may begin with."""
    number = plan.numbers[default] if default != NONE else None
    if isinstance(number, Choice):
        return [each for _, case in number.cases for each in _numbers_of(plan, case)] + _numbers_of(
            plan, number.otherwise
        )
    return [number.value] if isinstance(number, Constant) else []


def _hash_with(before: str, told: str) -> str:
    return hashlib.sha256(f"{before}\n{told}".encode()).hexdigest()


_OWN: Final = ("the patient's own limit", "pasientens egen grense")


def _value(limit: Limit, entry: PatientLimit) -> float | tuple[str, str]:
    """The entry in the limit's unit, or what is wrong with it, in English and Norwegian."""
    if limit.fixed:
        return "may not be changed for a patient; take it out of the plan", "kan ikke settes for en pasient; ta den ut"
    factor = limit.unit_factors.get(entry.unit)
    if factor is None:
        unit, unit_nb = (limit.unit, limit.unit) if limit.unit else ("a plain number", "et tall uten enhet")
        return (
            f"has a unit that does not fit; write it in {unit}",
            f"har en enhet som ikke passer; skriv den i {unit_nb}",
        )
    value = convert(entry.value, Conversion(*factor))
    if not math.isfinite(value):
        return "is not a number", "er ikke et tall"
    if limit.allowed and not limit.allowed[0] <= without_noise(value) <= limit.allowed[1]:
        low, high = limit.allowed
        span = f"{low:g} – {high:g} {limit.unit}".rstrip()
        return f"lies outside {span}", f"ligger utenfor {span}"
    return value


def _check_order(plan: Plan, default: Callable[[int], Valued], resolved: Resolved) -> None:
    """Limits that must keep an order and do not are both unknown when one of them is the patient's."""
    before = dict(resolved.values)
    for higher, lower in plan.limits_in_order:
        if higher not in resolved.own and lower not in resolved.own:
            continue
        high, high_reason = before.get(higher) or default(higher)
        low, low_reason = before.get(lower) or default(lower)
        if high_reason == KNOWN == low_reason and without_noise(high) <= without_noise(low):
            above, under = plan.limits[higher].name, plan.limits[lower].name
            for number in (higher, lower):
                resolved.values[number] = (0.0, LIMIT_INVALID)
            message = f"the limit `{above}` must lie above `{under}`"
            resolved.note(above, "limit_out_of_order", message, f"grensen `{above}` må ligge over `{under}`")


def in_second_unit(limit: PairedLimit, own: PatientLimit, value: float) -> float:
    """A patient's own limit in the second unit of its pair: as it is stated there, else `value` carried over."""
    return own.value if own.unit == limit.unit else convert(value, Conversion(*limit.factor))
