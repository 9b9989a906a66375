"""Limits of patients' own plans, of many patients at once: what `cds.execute.limits` says of each, in columns.

Entries differ in value and dates, but are of few kinds. What a kind comes to is asked once, of `limits`; what depends
on the numbers is told by a compiled loop. A patient whose entries hang together, because one spoils others, two are
of one limit or limits get out of order, is resolved alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np

from cds.diagnostics import Issue
from cds.execute.compiled import kernel
from cds.execute.kernels import EXPIRED, NO_EFFECT, UNREADABLE, USED, EntryKinds
from cds.execute.limits import Meaning, Resolved, apply_entries, in_second_unit, meaning_of, resolve
from cds.execute.program import ORIGINS, Valued
from cds.operators.reasons import KNOWN
from cds.patient import PatientLimit
from cds.plan import NONE, PairedLimit, Plan
from cds.population import Array, Population
from cds.units import Conversion, convert

_PATIENTS_OWN: Final = ORIGINS.index("patient")
_NO_UNIT: Final = (0.0, 1.0, 0.0)


@dataclass(frozen=True)
class Kinds:
    """What a plan makes of each kind of entry that a population has."""

    plan: Plan
    population: Population

    @cached_property
    def meanings(self) -> Sequence[Meaning]:
        """What each kind is about."""
        known: dict[tuple[str, str], Meaning] = {}
        return [self._meaning(known, each) for each in self.population.own_limits.kinds]

    def _meaning(self, known: dict[tuple[str, str], Meaning], entry: PatientLimit) -> Meaning:
        named = entry.name, entry.ruleset
        if named not in known:
            known[named] = meaning_of(self.plan, entry)
        return known[named]

    @cached_property
    def columns(self) -> EntryKinds:
        """The same as the compiled loop reads it."""
        limits = [self.plan.limits.get(each.target) for each in self.meanings]
        kinds = list(zip(self.population.own_limits.kinds, limits, strict=True))
        factors = [limit and limit.unit_factors.get(kind.unit) for kind, limit in kinds]
        spans = [(limit and limit.allowed) or (-np.inf, np.inf) for limit in limits]
        return EntryKinds(
            np.array([each.target for each in self.meanings], np.int64),
            np.array([bool(limit and limit.fixed) for limit in limits], np.bool_),
            np.array([each is not None for each in factors], np.bool_),
            np.array([each or _NO_UNIT for each in factors], np.float64).reshape(-1, 3),
            np.array(spans, np.float64).reshape(-1, 2),
        )

    @cached_property
    def spoiling(self) -> Array:
        """Which kinds make limits unknown that they may not have meant."""
        return np.array([bool(each.spoils) for each in self.meanings], np.bool_)

    @cached_property
    def speaking(self) -> Array:
        """Which kinds have an issue by themselves."""
        return np.array([bool(each.issues) for each in self.meanings], np.bool_)

    def meaning(self, plan: Plan, entry: PatientLimit) -> Meaning:
        """`meaning_of`, asked once for each kind."""
        return self._by_name[entry.name, entry.ruleset]

    @cached_property
    def _by_name(self) -> Mapping[tuple[str, str], Meaning]:
        kinds = self.population.own_limits.kinds
        return {(kind.name, kind.ruleset): each for kind, each in zip(kinds, self.meanings, strict=True)}


@dataclass
class OwnLimits:
    """Own limits of patients first to last (exclusive). today: civil date of each zone. defaults: limit -> the
    ruleset's own value and reason, for each of the patients.

    values, origins: as they count, for the limits that somebody has set; origins are codes of `ORIGINS`. issues:
    patient -> what was wrong. own: limit -> patients with a usable limit of their own, and the entries it comes from.
    """

    kinds: Kinds
    first: int
    last: int
    today: Sequence[date]
    defaults: Mapping[int, Valued]
    origins: dict[int, Array]
    values: dict[int, Valued] = field(default_factory=dict[int, Valued])
    issues: dict[int, tuple[Issue, ...]] = field(default_factory=dict[int, "tuple[Issue, ...]"])
    own: dict[int, tuple[Array, Array]] = field(default_factory=dict[int, "tuple[Array, Array]"])
    alone: dict[int, Resolved] = field(default_factory=dict[int, Resolved])

    def __post_init__(self) -> None:
        self.entries, self.plan = self.kinds.population.own_limits, self.kinds.plan
        bounds = np.searchsorted(self.entries.patient, (self.first, self.last))
        self.part = slice(int(bounds[0]), int(bounds[1]))
        self.place = self.entries.patient[self.part] - self.first
        self.kind = self.entries.kind[self.part]
        if len(self.place):
            self._resolve()

    def _resolve(self) -> None:
        state, value = self._judged()
        target = self.kinds.columns.target[self.kind]
        again = self._stated_again(np.where(target == NONE, NONE, self.place * len(self.plan.numbers) + target), state)
        apart = self.kinds.spoiling[self.kind] | (state == UNREADABLE) | again
        separate = np.zeros(self.last - self.first, np.bool_)
        separate[self.place[apart]] = True
        chosen = np.flatnonzero((state != NO_EFFECT) & ~separate[self.place])
        spoken = self._put(chosen, state, value)
        separate[self._out_of_order()] = True
        for place in np.flatnonzero(separate).tolist():
            self._resolve_alone(place)
        self._say(state, spoken)

    def _stated_again(self, group: Array, state: Array) -> Array:
        """Entries that share a limit of a patient (`group`) with others, and of which none plainly takes their place.

        Where one is in force, can be used, and begins after all others in force, these have no effect.
        """
        again = _repeated(group)
        place = np.flatnonzero(again)
        in_force = ~np.isin(state[place], (NO_EFFECT, UNREADABLE, EXPIRED))
        since = self.entries.since[self.part][place]
        order = np.lexsort((since, in_force, group[place]))
        place, in_force, since = place[order], in_force[order], since[order]
        is_last = np.append(group[place][1:] != group[place][:-1], True)[: len(place)]
        last = np.flatnonzero(is_last)
        is_newest = ~in_force[last - 1] | (since[last - 1] < since[last])
        takes = last[in_force[last] & (state[place[last]] == USED) & is_newest]
        settled = np.isin(group, group[place[takes]]) & ~np.isin(group, group[state == UNREADABLE])
        dropped = settled.copy()
        dropped[place[takes]] = False
        state[dropped] = NO_EFFECT
        return again & ~settled

    def _judged(self) -> tuple[Array, Array]:
        """State of each entry, and its value in its limit's unit where it is used."""
        today = np.array([each.toordinal() for each in self.today], np.int64)
        state, value = np.empty(len(self.place), np.int8), np.zeros(len(self.place))
        kernel("entry_states")(
            self.entries.value[self.part],
            self.entries.since[self.part],
            self.entries.until[self.part],
            self.kind,
            today[self.kinds.population.zone[self.entries.patient[self.part]]],
            self.kinds.columns,
            state,
            value,
        )
        return state, value

    def _put(self, chosen: Array, state: Array, value: Array) -> dict[tuple[int, int], tuple[Issue, ...]]:
        """Put entries in the place of defaults; what there is to say of each kind and state of an entry."""
        spoken: dict[tuple[int, int], tuple[Issue, ...]] = {}
        sort = self.kind[chosen].astype(np.int64) * _STATES + state[chosen]
        for each in np.unique(sort):
            those = chosen[sort == each]
            kind, code = divmod(int(each), _STATES)
            limit, entry = self.kinds.meanings[kind].target, self._entry(int(those[0]))
            said = Resolved()
            apply_entries(self.plan.limits[limit], limit, [entry], self._today(int(self.place[those[0]])), said)
            spoken[kind, code] = tuple(said.issues)
            who, (_, reason) = self.place[those], said.values[limit]
            values, reasons = self._changed(limit)
            values[who], reasons[who] = value[those] if code == USED else 0.0, reason
            self.origins[limit][who] = _PATIENTS_OWN
            if code == USED:
                before = self.own.get(limit, (those[:0], those[:0]))
                self.own[limit] = np.append(before[0], who), np.append(before[1], those + self.part.start)
        return spoken

    def _changed(self, limit: int) -> Valued:
        """The limit's values and reasons, to be written to."""
        if limit not in self.values:
            default = self.defaults[limit]
            self.values[limit] = Valued(default.value.copy(), default.reason.copy())
        return self.values[limit]

    def _entry(self, position: int) -> PatientLimit:
        return self.entries.entry(self.part.start + position)

    def _today(self, place: int) -> date:
        return self.today[int(self.kinds.population.zone[self.first + place])]

    def _out_of_order(self) -> Array:
        """Patients with a limit of their own that does not keep the order that it must keep with another."""
        wrong = np.zeros(self.last - self.first, np.bool_)
        for higher, lower in self.plan.limits_in_order:
            if higher in self.own or lower in self.own:
                own = [self.own[each][0] for each in (higher, lower) if each in self.own]
                above, below = (self.values.get(each) or self.defaults[each] for each in (higher, lower))
                kernel("order_kept")(np.concatenate(own), *above, *below, wrong)
        return np.flatnonzero(wrong)

    def _resolve_alone(self, place: int) -> None:
        """One patient's limits by `cds.execute.limits` itself."""

        def default(limit: int) -> tuple[float, int]:
            return float(self.defaults[limit].value[place]), int(self.defaults[limit].reason[place])

        entries = self.kinds.population.limits[self.first + place]
        resolved = resolve(self.plan, entries, default, self._today(place), self.kinds.meaning)
        for limit, (value, reason) in resolved.values.items():
            values, reasons = self._changed(limit)
            values[place], reasons[place] = value, reason
        for limit, origin in resolved.origins.items():
            self.origins[limit][place] = ORIGINS.index(origin.kind)
        self.alone[place] = resolved
        if resolved.issues:
            self.issues[place] = tuple(resolved.issues)

    def _say(self, state: Array, spoken: Mapping[tuple[int, int], tuple[Issue, ...]]) -> None:
        """Issues of the other patients: what their entries are about, then what they come to, each in their order."""
        named, judged = dict[int, tuple[Issue, ...]](), dict[int, tuple[Issue, ...]]()
        loud = self.kinds.speaking[self.kind] | ((state != USED) & (state != NO_EFFECT))
        for entry in np.flatnonzero(loud).tolist():
            place, kind = int(self.place[entry]), int(self.kind[entry])
            if place not in self.alone:
                named[place] = (*named.get(place, ()), *self.kinds.meanings[kind].issues)
                judged[place] = (*judged.get(place, ()), *spoken.get((kind, int(state[entry])), ()))
        self.issues |= {place: (*each, *judged[place]) for place, each in named.items()}

    def in_second_unit(self, limit: PairedLimit, stated: Valued, result: Valued) -> None:
        """Where a patient's own limit is known, put what it is in the second unit of its pair."""
        who, entry = self.own.get(limit.limit, (self.place[:0], self.place[:0]))
        known = stated.reason[who] == KNOWN
        who, entry = who[known], entry[known]
        as_stated = np.array([each.unit == limit.unit for each in self.entries.kinds], np.bool_)
        in_first: Any = stated.value[who]  # one formula for a number and for a column
        carried_over = convert(in_first, Conversion(*limit.factor))
        result.value[who] = np.where(as_stated[self.entries.kind[entry]], self.entries.value[entry], carried_over)
        result.reason[who] = KNOWN
        for place, resolved in self.alone.items():
            own = resolved.own.get(limit.limit)
            if own and stated.reason[place] == KNOWN:
                result.value[place] = in_second_unit(limit, own, float(stated.value[place]))
                result.reason[place] = KNOWN


_STATES: Final = 16  # more than there are states of an entry


def _repeated(group: Array) -> Array:
    """Which entries share their group with another one; those of group NONE have none."""
    order = np.argsort(group, kind="stable")
    same = (group[order][1:] == group[order][:-1]) & (group[order][1:] != NONE)
    found = np.zeros(len(group), np.bool_)
    found[order[1:][same]] = found[order[:-1][same]] = True
    return found
