"""What all parts of the Polars program share: the moment, units, and how numbers are compared."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from polars import Expr, col, when

OSLO: Final = "Europe/Oslo"
Factor = tuple[float, float, float]  # numerator, denominator, shift: (value + shift) * numerator / denominator
AS_IT_IS: Final[Factor] = (1, 1, 0)
UNITS: Final[dict[str, dict[str, Factor]]] = {
    "mmHg": {"mmHg": AS_IT_IS, "mm[Hg]": AS_IT_IS},
    "kg": {
        "kg": AS_IT_IS,
        "g": (1, 1000, 0),
        "lb": (45359237, 100000000, 0),
        "[lb_av]": (45359237, 100000000, 0),
    },
    "%": {"%": AS_IT_IS},
    "mmol/L": {"mmol/L": AS_IT_IS, "mg/dL": (2500, 45039, 0)},
    "L/min": {"L/min": AS_IT_IS, "L/s": (60, 1, 0)},
    "°C": {"°C": AS_IT_IS, "Cel": AS_IT_IS, "°F": (5, 9, -32), "[degF]": (5, 9, -32)},
    "/min": {"/min": AS_IT_IS, "bpm": AS_IT_IS},
    "readings": {"readings": AS_IT_IS},
    "doses": {"doses": AS_IT_IS},
}
CLASSES: Final = {"statin": "C10AA", "ras": "C09", "diabetes": "A10"}


@dataclass(frozen=True)
class Moment:
    """When the population is scored, and what begins when, in UTC. at: in the patients' zone."""

    clock: datetime

    @property
    def at(self) -> datetime:
        """The moment in UTC."""
        return self.clock.astimezone(UTC)

    @property
    def today(self) -> date:
        """The civil day."""
        return self.clock.date()

    def opens(self, day: date, hour: int = 0) -> datetime:
        """When a clock of that day first shows the hour."""
        return datetime.combine(day, time(hour), self.clock.tzinfo).astimezone(UTC)

    def midnight(self, days_ago: int) -> datetime:
        """When the day so many days ago began."""
        return self.opens(self.today - timedelta(days_ago))

    @property
    def a_year_ago(self) -> datetime:
        """When the day twelve months ago began; the last of February for the 29th."""
        last_year = self.today.year - 1
        is_leap_day = (self.today.month, self.today.day) == (2, 29)
        return self.opens(self.today.replace(year=last_year, day=28 if is_leap_day else self.today.day))

    @property
    def dose_days_open(self) -> datetime:
        """03:00 of the first of fourteen dose days."""
        return self.opens((self.clock - timedelta(hours=3)).date() - timedelta(13), 3)


def without_noise(number: Expr) -> Expr:
    """The number at the nearest 1e-9, as comparisons see it."""
    return when(number.abs() > 4e6).then(number).otherwise((number * 1e9 + 0.5).floor() / 1e9)


def at_least(one: str | Expr, other: str | Expr) -> Expr:
    """Whether one number is at least another; null where one is not known."""
    return without_noise(_expr(one)) >= without_noise(_expr(other))


def is_above(one: str | Expr, other: str | Expr) -> Expr:
    """Whether one number is above another; null where one is not known."""
    return without_noise(_expr(one)) > without_noise(_expr(other))


def _expr(given: str | Expr) -> Expr:
    return col(given) if isinstance(given, str) else given
