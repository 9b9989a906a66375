"""Random plans and populations for the agreement of executors, from a few seeds that Hypothesis draws and shrinks.

What a seed stands for never depends on how much is drawn beside it: fewer patients, keys, rows, numbers or rules leave
the others as they were, so that a counterexample shrinks to the little that matters.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any, Final

from hypothesis import strategies as st

from cds.operators import OPERATORS, counts, doses, dosing, supply
from cds.operators.ask import PARAMETERS
from cds.operators.reasons import (
    AT_LEAST,
    AT_MOST,
    IMPLAUSIBLE_ONLY,
    KNOWN,
    NOT_CERTAIN,
    NOT_JUDGED,
    UNIT_NOT_UNDERSTOOD,
    VALUE_NOT_READ,
    WITHHELD,
)
from cds.operators.rows import Wanted
from cds.operators.series import (
    DATE_ONLY,
    FIRST_TIME,
    FRESH,
    FRESH_KIND,
    LAST_TIME,
    LEAST_DAYS,
    LEAST_ROWS,
    LEAST_SHARE,
    LEFT_OUT,
    LEFT_OUT_KIND,
    LOWER,
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_MINUTE,
    OWN,
    PAIR_LOWER,
    PAIR_UNIT,
    PAIR_UPPER,
    TEST,
    UPPER,
    WINDOW,
    WINDOW_KIND,
)
from cds.patient import Patient, PatientLimit, Table, in_total_order
from cds.periods import Zone, civil_date, instant, zone
from cds.plan import (
    NONE,
    And,
    Arithmetic,
    Choice,
    Compare,
    Condition,
    Constant,
    Fact,
    Fires,
    Head,
    Input,
    IsKnown,
    IsTrue,
    Level,
    Limit,
    Matches,
    Measure,
    Not,
    Number,
    Or,
    Pair,
    PairedLimit,
    Plan,
    Points,
    Rounded,
    Rule,
    Total,
    Wording,
)

MMOL, MG = 9, 10  # unit ids of the pair in which glucose arrives
ZONES: Final = ("Europe/Oslo", "Europe/London", "America/St_Johns", "Australia/Lord_Howe")
MOMENTS: Final = tuple(
    instant(text, zone())[0]  # type: ignore[index]
    for text in (
        "2026-01-08T08:00:00Z",
        "2026-03-29T00:59:59Z",  # an hour is skipped in Europe
        "2026-03-29T10:00:00Z",
        "2026-10-25T00:30:00Z",  # an hour comes twice
        "2026-10-25T23:00:00Z",
        "2026-03-31T21:59:59.999999Z",
        "2024-02-29T12:00:00Z",
    )
)
VALUES: Final = (2.0, 3.9, 4.0, 10.0, 15.0, 70.0, 135.0)
NEAR: Final = (0.0, 0.0, 0.0, 1e-10, -1e-10, 1e-9, -1e-9, 0.5, -0.5, 0.1)
ODD: Final = (0.0, -0.0, -2.5, 1e300, -1e300, 1.7e308, 4e6 + 1.0 / 3.0, 1e-320)
SEEDS: Final = st.integers(0, 2**22)  # Hypothesis draws wider spans mostly small
KEYS: Final = (
    "pulse",
    "glucose",
    "pressure.systolic",
    "pressure.diastolic",
    "doses.all",
    "supply.all",
    "events.fault",
    "conditions.asthma",
)
_BITS: Final = (2, 4, 16, 32)
_QUALITIES: Final = (
    AT_LEAST,
    AT_MOST,
    IMPLAUSIBLE_ONLY,
    NOT_CERTAIN,
    NOT_JUDGED,
    UNIT_NOT_UNDERSTOOD,
    VALUE_NOT_READ,
    WITHHELD,
)
_DAY: Final = MICROSECONDS_PER_DAY
_MINUTE: Final = MICROSECONDS_PER_MINUTE

Row = tuple[Any, ...]  # time, recorded, value, unit, group, partner's value, raw, attribute, quality, partner's quality


def number_near(pick: Random) -> float:
    """A value at, just beside or far from the limits that plans use."""
    if pick.random() < 0.04:
        return pick.choice(ODD)
    return pick.choice(VALUES) + pick.choice(NEAR)


# patients


@st.composite
def patients(draw: st.DrawFn, at: int, most: int = 6, rows: int = 16) -> list[Patient]:
    """One to `most` patients with facts around `at`."""
    left_out = st.one_of(st.just(set[str]()), st.sets(st.sampled_from(KEYS), max_size=2), st.just(set[str]()))
    fewer = st.sampled_from((1, 2, 4, rows, rows, rows, rows, rows))
    drawn = draw(st.lists(st.tuples(SEEDS, left_out, fewer), min_size=1, max_size=most))
    return [patient(f"p{place}", at, *each) for place, each in enumerate(drawn)]


def patient(name: str, at: int, seed: int, left_out: set[str], rows: int) -> Patient:
    """The patient that a seed stands for, without some keys and with at most so many rows of each."""
    pick = Random(seed)
    where = zone(pick.choice(ZONES))
    tables: dict[str, Table] = {}
    for key in ("pulse", "glucose", "pressure", "doses.all", "supply.all", "events.fault", "conditions.asthma"):
        tables |= _tables(Random(f"{seed} {key}"), key, at, where, rows)
    return Patient(
        name,
        where,
        {key: table for key, table in tables.items() if key.partition(".")[0] not in _stems(left_out)},
        _birth_date(pick, at, where) if pick.random() < 0.8 else None,
        pick.choice(("", "female", "female", "male", "other")),
        tuple(_own_limit(pick, civil_date(at, where)) for _ in range(pick.choice((0, 0, 1, 2, 4)))),
    )


def _stems(keys: set[str]) -> set[str]:
    """What the keys left out begin with; a panel's parts are there or not together."""
    return {each.partition(".")[0] for each in keys}


def _birth_date(pick: Random, at: int, where: Zone) -> date:
    today = civil_date(at, where)
    month, day = pick.choice(((2, 28), (2, 29), (3, 1), (today.month, today.day), (12, 31)))
    year = today.year - pick.choice((0, 17, 18, 65))
    return date(year, month, day) if (month, day) != (2, 29) or year % 4 == 0 else date(year, 3, 1)


def _tables(pick: Random, key: str, at: int, where: Zone, most: int) -> dict[str, Table]:
    supplied = pick.choice((*(FIRST_TIME,) * 12, at - pick.randrange(10) * _DAY, LAST_TIME))
    drawn = [_row(pick, key, at, where) for _ in range(pick.choice((0, 2, 4, 8, 12, 16)))][:most]
    drawn += [each for each in drawn if pick.random() < 0.15]
    if key == "pressure":
        other = [(*row[:2], row[5], *row[3:5], row[2], row[5], row[7], row[9], row[8]) for row in drawn]
        order = in_total_order(drawn)
        systolic = _table([drawn[each] for each in order], where, supplied)
        return {
            "pressure.systolic": systolic,
            "pressure.diastolic": _table([other[each] for each in order], where, supplied),
        }
    return {key: table(drawn, where, supplied)}


def table(rows: Sequence[Row], where: Zone, supplied_from: int) -> Table:
    """Rows in any order as a table."""
    return _table([rows[each] for each in in_total_order(list(rows))], where, supplied_from)


def _table(rows: Sequence[Row], where: Zone, supplied_from: int) -> Table:
    times, recorded, values, unit, group, _, raw, attribute, quality, _ = (
        zip(*rows, strict=True) if rows else ((),) * 10
    )
    return Table(
        list(times),
        list(recorded),
        [where.offset_at(each) for each in times],
        list(values),
        list(raw),
        list(unit),
        list(group),
        list(attribute),
        list(quality),
        [],
        supplied_from,
    )


def _row(pick: Random, key: str, at: int, where: Zone) -> Row:
    """One row; times cluster so that ties, day borders and the moment itself are met often."""
    days = pick.choice((0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 5, 7, 30, -1))
    time = at - days * _DAY - pick.choice((0, 0, 0, 1, 5, 15, 60, 61, 180, 720)) * _MINUTE - pick.choice((0, 0, 0, 1))
    attribute = pick.choice((0, 0, *_BITS, _BITS[0] | _BITS[2]))
    if pick.random() < 0.15:
        time, attribute = _midnight(time, where), attribute | DATE_ONLY
    recorded = pick.choice((*(FIRST_TIME,) * 6, time, time, time + _MINUTE, at, at + 1, time + 3 * _DAY))
    quality = KNOWN if pick.random() < 0.85 else pick.choice(_QUALITIES)
    value, raw, unit = _value(pick, key, time)
    other_quality = quality if pick.random() < 0.9 else pick.choice(_QUALITIES)
    return time, recorded, value, unit, pick.randrange(4), number_near(pick), raw, attribute, quality, other_quality


def _midnight(time: int, where: Zone) -> int:
    day = (time + where.offset_at(time) * _MINUTE) // _DAY * _DAY
    return day - where.offset_at(day - where.offset_at(time) * _MINUTE) * _MINUTE


def _value(pick: Random, key: str, time: int) -> tuple[float, float, int]:
    """Value, value as it arrived and unit it arrived in."""
    if key == "doses.all":
        return float(pick.random() < 0.5), pick.choice((0.0, 30.0, 59.0, 60.0, 240.0)), 0
    if key == "supply.all":
        return pick.choice((1.0, 2.0, 5.0, 30.0, 0.5, number_near(pick))), 0.0, 0
    if key == "conditions.asthma":
        return float(pick.choice((LAST_TIME, time + _DAY, time + 9 * _DAY, time))), 0.0, 0
    value = number_near(pick)
    if key == "glucose" and pick.random() < 0.5:
        return value, value * 18.0, MG
    return value, value, MMOL if key == "glucose" else 8


def _own_limit(pick: Random, today: date) -> PatientLimit:
    days = (None, None, today, today + timedelta(1), today - timedelta(1), today - timedelta(9))
    return PatientLimit(
        pick.choice((*("low", "high", "top") * 4, "older", "wrong")),
        pick.choice((2.5, 3.0, 5.0, number_near(pick), float("inf") if pick.random() < 0.1 else 4.0)),
        pick.choice(("kg", "kg", "kg", "g", "L")),
        pick.choice(("", *("one",) * 4, "two", "other")),
        "a nurse",
        pick.choice(days),
        pick.choice(days),
    )


# plans


_LIMITS: Final = range(7, 12)  # numbers before them are facts and constants


@dataclass
class _Writer:
    """Adds numbers and rules one by one; each is drawn from a seed of its own."""

    numbers: list[Number]
    rules: list[Rule]

    def add(self, number: Number) -> int:
        self.numbers.append(number)
        return len(self.numbers) - 1


@st.composite
def plans(draw: st.DrawFn, most_numbers: int = 24, most_rules: int = 8) -> Plan:
    """A plan over the keys of `patients`."""
    seeds = SEEDS
    writer = _Writer([], [])
    _write_limits(Random(draw(seeds)), writer)
    for seed in draw(st.lists(seeds, min_size=4, max_size=most_numbers)):
        pick = Random(seed)
        writer.add(pick.choice(_MAKERS)(pick, writer))
    for seed in draw(st.lists(seeds, min_size=2, max_size=most_rules)):
        writer.rules.append(_rule(Random(seed), writer))
    heads = tuple(Head(each, "1.0.0", "active", {"en": each}, {}, each) for each in ("one", "two"))
    return Plan(heads, tuple(writer.numbers), tuple(writer.rules), "hash")


def _write_limits(pick: Random, writer: _Writer) -> None:
    """Facts, constants and limits, with the orders and units that patients' own limits may break."""
    age, sex = writer.add(Fact("age")), writer.add(Fact("sex"))
    adult = writer.add(Constant("adult", 18.0))
    constants = [writer.add(Constant(f"c{each}", number_near(pick))) for each in range(3)]
    grown = Compare(pick.randint(1, 4), age, adult)
    female = Matches(sex, 1)
    constants.append(
        writer.add(Choice("by age", ((grown, constants[0]), (female, constants[1])), pick.choice((constants[2], NONE))))
    )
    factors = {"kg": (1.0, 1.0, 0.0), "g": (1.0, 1000.0, 0.0)}

    def limit(name: str, ruleset: str, **more: Any) -> int:
        allowed = pick.choice((None, (0.0, 100.0), (2.0, 15.0)))
        default = pick.choice((*constants, NONE))
        fixed, adapted = pick.random() < 0.1, pick.random() < 0.3
        return writer.add(
            Limit(name, ruleset, default, "kg", fixed, allowed, unit_factors=factors, adapted=adapted, **more)
        )

    low = limit("low", "one", was=("older",))
    high = limit("high", "one", beyond=pick.choice((low, NONE)))
    top = limit("top", pick.choice(("one", "two")), below=pick.choice((NONE, high)))
    limit("high", "two", beyond=pick.choice((NONE, top)))
    writer.add(PairedLimit("paired", pick.choice((low, high)), pick.choice(constants), "g", (1000.0, 1.0, 0.0)))


def _earlier(pick: Random, writer: _Writer) -> int:
    """One of the numbers so far, the later ones more often: those that every plan begins with are few of kind."""
    first = min(_LIMITS.stop, len(writer.numbers) - 1) if pick.random() < 0.7 else 0
    return pick.randrange(first, len(writer.numbers))


_READ: Final[Mapping[str, tuple[str, ...]]] = {
    "doses": ("doses.all",),
    "as_needed": ("doses.all",),
    "supply": ("supply.all",),
    "spans": ("conditions.asthma",),
    "events": ("events.fault",),
    "panel": ("pressure.systolic", "pressure.diastolic"),
    "readings": (*("pulse", "glucose") * 5, "missing"),
}
_PARTNERS: Final = {"pressure.systolic": "pressure.diastolic", "pressure.diastolic": "pressure.systolic"}
_BINDABLE: Final = (WINDOW, FRESH, LOWER, LOWER, UPPER, PAIR_LOWER, PAIR_UPPER, LEAST_ROWS)


_TIMES_OF_DAY: Final = (*((0, 1440),) * 12, (240, 720), (1320, 360))


def _measure(pick: Random, writer: _Writer) -> Number:
    name = pick.choice((*OPERATORS, *("protocol_mean",) * 3))  # the one that also looks at a panel's other part
    key = pick.choice(_READ[pick.choice(sorted(OPERATORS[name].reads))])
    bits = (*(0,) * 36, *_BITS)
    wanted = Wanted(pick.choice(bits), pick.choice(bits), *pick.choice(_TIMES_OF_DAY))
    source = Input(key, key, _PARTNERS.get(key, ""), wanted, _column(pick, name), _beside(pick, key))
    bound = tuple((_bindable(pick, name), _earlier(pick, writer)) for _ in range(pick.choice((0, 0, 0, 0, 0, 1, 2))))
    return Measure(f"m{len(writer.numbers)}", name, source, _parameters(pick), bound, "kg")


def _beside(pick: Random, key: str) -> Input | None:
    """Stays beside what was handed out, as often as not."""
    stays = Input("stays", "conditions.asthma", "", Wanted(pick.choice((0, 0, 0, *_BITS))))
    return stays if key == "supply.all" and pick.random() < 0.5 else None


def _column(pick: Random, name: str) -> Any:
    return pick.choice(("values", "raw", "unit")) if OPERATORS[name].selects else "values"


def _bindable(pick: Random, name: str) -> int:
    own = {
        "days_with_late_dose": doses.LATE_AFTER,
        "share_on_time": dosing.ON_TIME_WITHIN,
        "drug_holidays": dosing.HOLIDAY,
        **dict.fromkeys(("treatment_episodes", "days_on_treatment"), supply.STOPPED_AFTER),
        "percent_of_days_covered": supply.SIDE_BY_SIDE,
        "consecutive": counts.GAP_AT_MOST,
    }
    return own[name] if name in own and pick.random() < 0.5 else pick.choice(_BINDABLE)


def _parameters(pick: Random) -> tuple[float, ...]:
    """Parameters of any operator; what stands in its own slots need not make sense, only agree."""
    own = [float(pick.choice((0, 0, 0, 1, 1, 1, 2, 3, 15, 60, 720, 1440))) for _ in range(PARAMETERS - OWN)]
    parameters = [0.0] * OWN + own
    parameters[WINDOW], parameters[WINDOW_KIND] = _span(pick, (0, 1, 2, 2, 3, 3, 4))
    parameters[FRESH], parameters[FRESH_KIND] = _span(pick, (0, 0, 0, 0, 1, 2, 3, 4))
    parameters[LEAST_ROWS] = float(pick.choice((0, 0, 0, 1, 2, 3)))
    parameters[LEAST_DAYS] = float(pick.choice((0, 0, 0, 0, 2, 3)))
    parameters[LEAST_SHARE] = float(pick.choice((0, 0, 50, 70)))
    parameters[LEFT_OUT], parameters[LEFT_OUT_KIND] = _span(pick, (0, 0, 0, 0, 1, 2))
    parameters[TEST] = float(pick.randrange(6))
    parameters[LOWER], parameters[UPPER] = number_near(pick), number_near(pick)
    parameters[PAIR_UNIT] = float(pick.choice((-1, -1, MMOL, MG)))
    parameters[PAIR_LOWER], parameters[PAIR_UPPER] = number_near(pick) * 18.0, number_near(pick) * 18.0
    return tuple(parameters)


def _span(pick: Random, kinds: Sequence[int]) -> tuple[float, float]:
    """A length and its kind: minutes, days or months."""
    kind = pick.choice(kinds)
    lengths = {1: (60, 180, 1440, 4320, 20000)}.get(kind, (0, 1, 2, 3, 4, 7, 14, 60))
    return float(pick.choice((*lengths, 1e12)) if pick.random() < 0.1 else pick.choice(lengths)), float(kind)


def _constant(pick: Random, writer: _Writer) -> Number:
    return Constant(f"n{len(writer.numbers)}", number_near(pick))


def _arithmetic(pick: Random, writer: _Writer) -> Number:
    return Arithmetic(f"n{len(writer.numbers)}", pick.randint(1, 4), _earlier(pick, writer), _earlier(pick, writer))


def _rounded(pick: Random, writer: _Writer) -> Number:
    return Rounded(
        f"n{len(writer.numbers)}", _earlier(pick, writer), pick.choice((0.0, 0.1, 0.25, 0.5, 1.0, 3.0, 5.0, 10.0))
    )


def _points(pick: Random, writer: _Writer) -> Number:
    edges = sorted({pick.choice(VALUES) for _ in range(pick.randint(1, 6))})
    of = _earlier(pick, writer)
    if pick.random() < 0.5:
        of = writer.add(Constant("near an edge", pick.choice(edges) + pick.choice(NEAR)))
    ends = [-float("inf"), *edges] if pick.random() < 0.5 else edges
    ends = [*ends, float("inf")] if pick.random() < 0.5 or len(ends) == 1 else ends
    bands = tuple(
        (low, pick.random() < 0.5, high, pick.random() < 0.5, float(points))
        for points, (low, high) in enumerate(pairwise(ends))
    )
    return Points(f"n{len(writer.numbers)}", of, bands)


def _total(pick: Random, writer: _Writer) -> Number:
    parts = tuple(_earlier(pick, writer) for _ in range(pick.randint(1, 3)))
    return Total(f"n{len(writer.numbers)}", parts)


def _choice(pick: Random, writer: _Writer) -> Number:
    cases = tuple((_condition(pick, writer, 1, fires=False), _earlier(pick, writer)) for _ in range(pick.randint(1, 3)))
    return Choice(f"n{len(writer.numbers)}", cases, pick.choice((_earlier(pick, writer), NONE)))


_MAKERS: Final[tuple[Callable[[Random, _Writer], Number], ...]] = (
    *(_measure,) * 8,
    _constant,
    _arithmetic,
    _arithmetic,
    _rounded,
    _points,
    _total,
    _choice,
)


def _condition(pick: Random, writer: _Writer, depth: int, fires: bool = True) -> Condition:
    if depth > 0 and pick.random() < 0.6:
        parts = tuple(_condition(pick, writer, depth - 1, fires) for _ in range(pick.randint(1, 3)))
        telling = pick.choice(((), tuple(pick.sample(range(len(parts)), len(parts)))))
        joined = (And(parts, telling), Or(parts, telling)) * 2
        return pick.choice((Not(parts[0]), *joined, And(())))
    kind = pick.randrange(10)
    if kind == 0:
        return IsKnown(_earlier(pick, writer))
    if kind == 1:
        return IsTrue(_earlier(pick, writer), pick.choice((NONE, _earlier(pick, writer))))
    if kind == 2:
        return Matches(_earlier(pick, writer), pick.choice((0, 1, 2, MMOL)))
    if kind == 3 and fires and writer.rules:
        return Fires(pick.randrange(len(writer.rules)))
    right = pick.randrange(_LIMITS.start, _LIMITS.stop) if pick.random() < 0.4 else _earlier(pick, writer)
    return Compare(pick.randint(1, 4), _earlier(pick, writer), right, _pair(pick, writer))


def _pair(pick: Random, writer: _Writer) -> Pair | None:
    if pick.random() < 0.85:
        return None
    unit_of, raw, limit = (_earlier(pick, writer) for _ in range(3))
    return Pair(pick.choice((0, 1, MMOL, MG)), unit_of, raw, limit)


def _rule(pick: Random, writer: _Writer) -> Rule:
    applies = And(()) if pick.random() < 0.7 else _condition(pick, writer, 1)
    colours = [each for each in ("red", "orange", "yellow", "green") if pick.random() < 0.6] or ["red"]
    levels = tuple(
        Level(
            each,  # type: ignore[arg-type]
            _condition(pick, writer, 2),
            _condition(pick, writer, 1) if pick.random() < 0.2 else None,
        )
        for each in colours
    )
    earlier = range(len(writer.rules))
    return Rule(
        pick.choice(("one", "two")),
        f"r{len(writer.rules)}",
        pick.choice(("rule", "zone", "missing")),
        applies,
        levels,
        Wording({"en": "said"}),
        subject=pick.choice((NONE, NONE, _earlier(pick, writer))),
        unknown_while=tuple(each for each in earlier if pick.random() < 0.1),
        hidden_by=tuple(each for each in earlier if pick.random() < 0.2),
    )
