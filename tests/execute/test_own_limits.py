"""Own limits of many patients at once: what `cds.execute.limits` says of each patient alone."""

from datetime import date, timedelta
from random import Random

import pytest

from cds.execute.batch import score
from cds.execute.explain import evaluate
from cds.execute.findings import STATUSES
from cds.operators.logic import ABOVE
from cds.patient import Patient, PatientLimit
from cds.periods import instant, zone
from cds.plan import NONE, And, Choice, Compare, Constant, Fact, Head, Level, Limit, PairedLimit, Plan, Rule, Wording
from cds.population import population_of

AT = instant("2026-01-08T08:00:00Z", zone())[0]  # type: ignore[index]
TODAY = date(2026, 1, 8)
UNITS = {"kg": (1.0, 1.0, 0.0), "g": (1.0, 1000.0, 0.0)}
NUMBERS = (
    Fact("age"),
    Constant("adult", 18.0),
    Constant("few", 2.0),
    Constant("many", 9.0),
    Choice("by age", ((Compare(ABOVE, 0, 1), 3),), 2),
    Limit("low", "one", 2, "kg", unit_factors=UNITS, allowed=(0.0, 50.0), was=("older",)),
    Limit("high", "one", 4, "kg", unit_factors=UNITS, beyond=5, adapted=True),
    Limit("firm", "one", 3, "kg", fixed=True, unit_factors=UNITS),
    Limit("high", "two", NONE, "kg", unit_factors=UNITS),
    PairedLimit("low", 5, 3, "g", (1000.0, 1.0, 0.0)),
)
PLAN = Plan(
    tuple(Head(name, "1", "active", {"en": name}, {}, name) for name in ("one", "two")),
    NUMBERS,
    tuple(
        Rule("one", f"r{number}", "rule", And(()), (Level("red", Compare(ABOVE, 3, number)),), Wording({"en": ""}))
        for number in (5, 6, 7, 8, 9)
    ),
    "hash",
)
NAMES = ("low", "low", "low", "high", "high", "firm", "older", "unheard", "")
RULESETS = ("one", "one", "one", "two", "", "on", "another-one")
VALUES = (1.0, 2.0, 7.0, 7.0, 9.5, 4000.0, 1e300, float("nan"))
ZONES = (zone(), zone("Pacific/Kiritimati"), zone("America/Los_Angeles"))


def entry(pick: Random) -> PatientLimit:
    """A limit that may be good, for another ruleset, expired, not begun, misspelt or no number."""
    since, until = (pick.choice((None, None, TODAY + timedelta(days=pick.choice((-9, -1, 0, 1))))) for _ in range(2))
    unit = pick.choice(("kg", "kg", "kg", "g", "stone"))
    return PatientLimit(pick.choice(NAMES), pick.choice(VALUES), unit, pick.choice(RULESETS), "", since, until)


def person(place: int) -> Patient:
    pick = Random(place)
    limits = tuple(entry(pick) for _ in range(pick.choice((0, 1, 1, 1, 2, 3, 5))))
    born = pick.choice((None, date(1960, 1, 1), date(2015, 1, 1)))
    return Patient(f"p{place}", pick.choice(ZONES), {}, birth_date=born, limits=limits)


@pytest.mark.parametrize("chunk", [50, 2000])
def test_everybody_has_the_limits_that_they_have_alone(chunk: int) -> None:
    people = [person(place) for place in range(2000)]
    found = score(PLAN, population_of(people), AT, chunk=chunk, keep=list(STATUSES), threads=1)
    rows = iter(found.table(everything=True).to_pylist())
    for place, each in enumerate(people):
        alone = evaluate(PLAN, each, AT)
        for finding in alone.findings:
            row = next(rows)
            origin = finding.limit_origin.kind if finding.limit_origin else None
            reason = finding.reason.name if finding.reason else None
            expected = each.id, finding.status, finding.limit, origin, reason
            assert expected == tuple(row[name] for name in ("patient", "status", "limit", "limit_origin", "reason"))
        assert tuple(alone.issues) == found.issues.get(place, ())
