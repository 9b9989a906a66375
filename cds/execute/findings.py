"""What a population's evaluation says: statuses of every patient and rule, and the findings in columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain
from typing import Any, Final

import numpy as np
import pyarrow  # pyright: ignore[reportMissingTypeStubs]

from cds.diagnostics import Issue
from cds.execute.columns import Chunk
from cds.execute.compiled import kernel
from cds.execute.kernels import FIRED, NOT_APPLICABLE, NOT_FIRED, UNKNOWN, WAITS
from cds.execute.program import COLOURS, ORIGINS
from cds.operators.reasons import KNOWN, Reason
from cds.operators.series import NO_TIME
from cds.plan import NONE, Measure, Number, PairedLimit, Plan, Rule
from cds.population import Array
from cds.result import COLOURS as SEVERITIES
from cds.result import Status

pa: Any = pyarrow  # it has no types

STATUSES: Final[Mapping[Status, int]] = {
    "not_applicable": NOT_APPLICABLE,
    "not_fired": NOT_FIRED,
    "unknown": UNKNOWN,
    "unconfirmed": WAITS,
    "fired": FIRED,
}


@dataclass(frozen=True, slots=True)
class Rows:
    """Findings, one per row. patient, rule, hidden_by, number, limit: positions, NONE = none; times in microseconds.

    colour, status and origin are codes of `COLOURS`, `STATUSES` and `ORIGINS`. value and limit_value are 0 where
    their reason is not KNOWN or a bound.
    """

    patient: Array
    rule: Array
    status: Array
    colour: Array
    reason: Array
    uncertain: Array
    hidden_by: Array
    number: Array
    value: Array
    value_reason: Array
    limit: Array
    limit_value: Array
    limit_reason: Array
    origin: Array
    newest: Array


@dataclass(frozen=True, slots=True)
class Numbers:
    """Every number of the plan (first axis) for every patient. used: number -> mark per row of its input's key."""

    value: Array
    reason: Array
    count: Array
    newest: Array
    used: Mapping[int, Array]


class IssuesAndMore(Mapping[int, tuple[Issue, ...]]):
    """The issues that patients came with, and after them those of evaluating, by position.

    held: what they came with. more: position -> what was found out.
    """

    __slots__ = ("held", "more")

    def __init__(self, held: Mapping[int, tuple[Issue, ...]], more: Mapping[int, tuple[Issue, ...]]) -> None:
        self.held = held
        self.more = more

    def __getitem__(self, position: int) -> tuple[Issue, ...]:
        if position in self.more:
            return (*self.held.get(position, ()), *self.more[position])
        return self.held[position]

    def __iter__(self) -> Iterator[int]:
        held = set(self.held)
        return chain(self.held, (each for each in self.more if each not in held))

    def __len__(self) -> int:
        return len({*self.held, *self.more})


@dataclass(frozen=True)
class Findings:
    """A population at one moment. status: int8 codes of `STATUSES`, one line per rule, one column per patient.

    rows: the findings whose status was to be kept, by patient, then rule. issues: patient's position -> what could
    not be used. numbers: filled when they were to be watched.
    """

    plan: Plan
    ids: Sequence[str]
    at: int
    status: Array
    rows: Rows
    issues: IssuesAndMore = field(default_factory=lambda: IssuesAndMore({}, {}))
    numbers: Numbers | None = None

    def counts(self) -> dict[str, dict[Status, int]]:
        """How many patients each rule says what of: rule id -> status -> number of patients."""
        return {
            rule.id: {name: int(np.count_nonzero(line == code)) for name, code in STATUSES.items()}
            for rule, line in zip(self.plan.rules, self.status, strict=True)
        }

    def table(self, everything: bool = False) -> Any:
        """The findings as a `pyarrow.Table`; `everything`: also what did not fire or does not apply, if it was kept.

        value and limit are null when they are not known, texts when there is none; newest is in UTC.
        """
        rows = self.rows if everything else _picked(self.rows, self.rows.status >= UNKNOWN)
        rules, numbers = self.plan.rules, self.plan.numbers
        heads = [self.plan.head(rule.ruleset) for rule in rules]
        severities = [SEVERITIES[each] for each in COLOURS]
        columns = {
            "patient": pa.array(self.ids, pa.string()).take(pa.array(rows.patient)),
            "ruleset": _texts([each.ruleset for each in rules], rows.rule),
            "version": _texts([each.version for each in heads], rows.rule),
            "rule": _texts([each.name for each in rules], rows.rule),
            "status": _texts(list(STATUSES), rows.status),
            "colour": _texts(list(COLOURS), rows.colour),
            "indicator": _texts([each.indicator for each in severities], rows.colour),
            "triage": _texts([each.triage for each in severities], rows.colour),
            "value": pa.array(rows.value, mask=(rows.number == NONE) | (rows.value_reason != KNOWN)),
            "unit": _texts([each.unit for each in numbers], rows.number),
            "limit": pa.array(rows.limit_value, mask=(rows.limit == NONE) | (rows.limit_reason != KNOWN)),
            "limit_name": _texts([each.name for each in numbers], rows.limit),
            "limit_origin": _texts(list(ORIGINS), np.where(rows.origin == 0, NONE, rows.origin)),
            "reason": _reasons(rows.reason),
            "uncertain": pa.array(rows.uncertain),
            "newest": pa.array(rows.newest, pa.timestamp("us", "UTC"), mask=rows.newest == NO_TIME),
            "hidden_by": _texts([each.id for each in rules], rows.hidden_by),
        }
        return pa.table(columns)


def _picked(rows: Rows, which: Array) -> Rows:
    return Rows(*(getattr(rows, each.name)[which] for each in fields(Rows)))


def _texts(words: Sequence[str], codes: Array) -> Any:
    """A column of few different texts; a code below 0 is null."""
    positions = pa.array(codes.astype(np.int32), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(positions, pa.array(words, pa.string()))


def _reasons(codes: Array) -> Any:
    words = [""] * (max(Reason) + 1)
    for each in Reason:
        words[each] = each.name
    return _texts(words, np.where(codes == KNOWN, NONE, codes))


def rows_of(chunk: Chunk, status: Array, kept: Array) -> Rows:
    """The findings of a chunk whose status code is marked in `kept`, by patient, then rule; status: a line per rule."""
    place = np.empty(chunk.n, np.int64)
    rows = _empty(int(kernel("first_places")(status, kept, place)))
    where, seen = np.empty(chunk.n, np.int64), np.empty(len(chunk.program.leaves) + 1, np.bool_)
    for index, rule in enumerate(chunk.plan.rules):
        verdict = chunk.verdict(index)
        seen[:] = False
        kernel("write_rows")(
            *(chunk.first, index, kept, *verdict, place, where, seen),
            *(rows.patient, rows.rule, rows.status, rows.colour, rows.reason, rows.uncertain, rows.hidden_by),
        )
        for leaf in np.flatnonzero(seen).tolist():
            _show(chunk, rows, rule, leaf - 1, verdict.leaf, where)
    return rows


def _empty(size: int) -> Rows:
    """Rows to be filled: no number, no limit."""
    return Rows(
        patient=np.empty(size, np.int64),
        rule=np.empty(size, np.int32),
        status=np.empty(size, np.int8),
        colour=np.empty(size, np.int8),
        reason=np.empty(size, np.int8),
        uncertain=np.empty(size, np.bool_),
        hidden_by=np.empty(size, np.int32),
        number=np.full(size, NONE, np.int32),
        value=np.zeros(size),
        value_reason=np.zeros(size, np.int8),
        limit=np.full(size, NONE, np.int32),
        limit_value=np.zeros(size),
        limit_reason=np.zeros(size, np.int8),
        origin=np.zeros(size, np.int8),
        newest=np.full(size, NO_TIME),
    )


def _show(chunk: Chunk, rows: Rows, rule: Rule, leaf: int, leaves: Array, where: Array) -> None:
    """The number and the limit of the rows that one comparison decided; where: each patient's row, NONE = none.

    Where the reading arrived in the second unit of a pair, what was compared in that unit.
    """
    number, limit = chunk.program.shown(rule, leaf)
    decided = leaves == leaf
    _show_number(chunk, rows, number, decided, where)
    _show_limit(chunk, rows, limit, decided, where)
    pair = chunk.program.pair_of(leaf)
    if pair is not None:
        arrived = decided & chunk.arrived_in(pair)
        _show_number(chunk, rows, pair.raw, arrived, where)
        _show_limit(chunk, rows, pair.limit, arrived, where)


def _show_number(chunk: Chunk, rows: Rows, number: int, which: Array, where: Array) -> None:
    if number == NONE:
        return
    newest = chunk.newest_of(number)
    shown = rows.number, rows.value, rows.value_reason
    kernel("show")(which, where, number, *chunk.number(number), *shown)
    kernel("show_time")(which, where, chunk.no_time if newest is None else newest, rows.newest)


def _show_limit(chunk: Chunk, rows: Rows, limit: int, which: Array, where: Array) -> None:
    if limit == NONE:
        return
    shown = rows.limit, rows.limit_value, rows.limit_reason
    kernel("show")(which, where, limit, *chunk.number(limit), *shown)
    number = chunk.plan.numbers[limit]
    origin = chunk.own_limits.origins.get(number.limit if isinstance(number, PairedLimit) else limit)
    kernel("show_origin")(which, where, chunk.no_origin if origin is None else origin, rows.origin)


def joined(parts: Sequence[Rows]) -> Rows:
    """The rows of one chunk after another."""
    return Rows(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(Rows)))


def watched(parts: Sequence[Chunk]) -> Numbers:
    """Every number of the plan, from the chunks of a whole population in the order of its patients."""
    numbers: Sequence[Number] = parts[0].plan.numbers
    size = (len(numbers), parts[0].population.n)
    found = Numbers(np.zeros(size), np.zeros(size, np.int8), np.zeros(size, np.int64), np.full(size, NO_TIME), {})
    used: dict[int, Array] = {}
    for part in parts:
        who = slice(part.first, part.last)
        for index, number in enumerate(numbers):
            found.value[index, who], found.reason[index, who] = part.number(index)
            if isinstance(number, Measure):
                found.count[index, who], found.newest[index, who] = part.count[index], part.newest[index]
                whole = len(part.population.columns_of(number.input.key).times)
                for positions, marks in part.used[index]:
                    used.setdefault(index, np.zeros(whole, np.uint8))[positions] |= marks
    return replace(found, used=used)
