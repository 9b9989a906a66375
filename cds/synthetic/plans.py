"""Patients' own limits: most hold, some have run out, and some nobody can use."""

from typing import Final, NamedTuple

from cds.synthetic.people import LAST_DAY, Person
from cds.synthetic.sheet import Sheet


class Planned(NamedTuple):
    """A limit of some patients' plans. lowest, highest, step: what it is drawn from."""

    limit: str
    ruleset: str
    condition: str
    share: float
    unit: str
    lowest: float
    highest: float
    step: float


PLANNED: Final = (
    Planned("gain_yellow", "heart-failure-weight", "heart_failure", 0.5, "kg", 1.0, 2.5, 0.5),
    Planned("systolic_high", "home-blood-pressure", "hypertension", 0.4, "mm[Hg]", 125.0, 150.0, 5.0),
    Planned("saturation_yellow", "oxygen-saturation", "copd", 0.6, "%", 84.0, 91.0, 1.0),
    Planned("personal_best", "peak-flow", "asthma", 0.7, "L/min", 300.0, 600.0, 10.0),
    Planned("inactive_after", "follow-up-silence", "", 0.6, "d", 3.0, 14.0, 1.0),
    Planned("weight_every", "follow-up-silence", "heart_failure", 0.5, "d", 1.0, 3.0, 1.0),
    Planned("heart_check_every", "weekly-check", "heart_failure", 0.4, "d", 7.0, 14.0, 7.0),
    Planned("lung_check_every", "weekly-check", "copd", 0.4, "d", 7.0, 14.0, 7.0),
)
AUTHORS: Final = ("Kari Lege", "Ola Sykepleier")
_EXPIRED: Final = 0.08
_WRONG_UNIT: Final = 0.01
_OUT_OF_SPAN: Final = 0.01
_NO_SUCH_NAME: Final = 0.005
_FOR_A_YEAR: Final = 0.6


def write_limits(person: Person, sheet: Sheet) -> None:
    """The limits of the patient's plan."""
    random = person.random
    for each in PLANNED:
        if (each.condition and each.condition not in person.conditions) or not person.has(each.share):
            continue
        steps = round((each.highest - each.lowest) / each.step)
        value = each.lowest + each.step * int(random.integers(0, steps + 1))
        since = LAST_DAY - int(random.integers(20, 330))
        until = LAST_DAY - int(random.integers(1, 15)) if person.has(_EXPIRED) else since + 365
        sheet.add(
            1,
            patient=person.id,
            limit=f"{each.limit}_old" if person.has(_NO_SUCH_NAME) else each.limit,
            value=value * 1000.0 if person.has(_OUT_OF_SPAN) else value,
            unit="mmol/L" if person.has(_WRONG_UNIT) else each.unit,
            ruleset=each.ruleset,
            author=AUTHORS[int(random.integers(0, len(AUTHORS)))],
            **{"from": since},
            until=until if until < LAST_DAY or person.has(_FOR_A_YEAR) else None,
        )
