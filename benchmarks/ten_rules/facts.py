"""What every side is given, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

AT: Final = "2026-01-15T08:00"

Answer = tuple[str, float | None, float | None]  # status, value, limit
Answers = list[Answer]
Side = Callable[[], Answers]
Record = dict[str, Any]


def thirty_readings() -> Record:
    """A patient with ten readings of three kinds, as JSON has them."""
    return {
        "id": "1",
        "readings": {
            "body_weight": _daily("07:05", "kg", 81.0, 81.2, 80.9, 81.1, 81.4, 81.6, 82.0, 82.5, 83.1, 84.1),
            "glucose": _daily("07:20", "mmol/L", 6.1, 5.8, 7.2, 6.6, 5.9, 8.1, 12.4, 6.3, 5.7, 6.0),
            "heart_rate": _daily("07:25", "/min", 62, 66, 71, 64, 68, 75, 80, 90, 85, 88),
        },
    }


def _daily(clock: str, unit: str, *values: float) -> list[Record]:
    return [{"time": f"2026-01-{day:02}T{clock}", "value": each, "unit": unit} for day, each in enumerate(values, 6)]


def own_limits() -> list[Record]:
    """Ten limits of the patient's own, as JSON has them."""
    stated = {
        "rise_limit": (1.5, "kg"),
        "fall_limit": (1.5, "kg"),
        "weight_mean_limit": (82, "kg"),
        "glucose_low": (4.2, "mmol/L"),
        "glucose_lowest": (5, "mmol/L"),
        "glucose_high": (14, "mmol/L"),
        "glucose_mean_limit": (7, "mmol/L"),
        "rate_high": (85, "/min"),
        "rate_mean_limit": (90, "/min"),
        "rate_low": (50, "/min"),
    }
    dates = {"author": "Kari Lege", "from": "2026-01-02", "until": "2026-12-31"}
    return [{"limit": name, "value": value, "unit": unit, **dates} for name, (value, unit) in stated.items()]


LIMITS: Final = {  # the ruleset's number, and the span that a patient's own must lie in
    "rise_limit": (2.0, 0.5, 5.0),
    "fall_limit": (2.0, 0.5, 5.0),
    "weight_mean_limit": (85.0, 40.0, 200.0),
    "glucose_low": (3.9, 2.0, 8.0),
    "glucose_lowest": (5.8, 2.0, 8.0),
    "glucose_high": (12.0, 8.0, 20.0),
    "glucose_mean_limit": (8.0, 5.0, 15.0),
    "rate_high": (100.0, 60.0, 200.0),
    "rate_mean_limit": (75.0, 60.0, 150.0),
    "rate_low": (50.0, 30.0, 60.0),
}


@dataclass(frozen=True)
class Value:
    """One of ten values: its input, the reading's value and unit, and what the rule asks of it."""

    input: str
    value: float
    unit: str
    word: str
    limit: float


TEN: Final = (
    Value("body_weight", 83.6, "kg", "above", 85.0),
    Value("body_height", 171.0, "cm", "below", 150.0),
    Value("heart_rate", 88.0, "/min", "above", 80.0),
    Value("oxygen_saturation", 95.0, "%", "below", 92.0),
    Value("glucose", 6.0, "mmol/L", "below", 3.9),
    Value("body_temperature", 38.4, "°C", "above", 38.0),
    Value("respiratory_rate", 18.0, "/min", "above", 24.0),
    Value("peak_expiratory_flow", 280.0, "L/min", "below", 300.0),
    Value("inr", 2.5, "INR", "above", 4.0),
    Value("hba1c", 48.0, "mmol/mol", "above", 53.0),
)


def ten_readings() -> Record:
    """A patient with one reading of each of ten kinds."""
    rows = {each.input: [{"time": "2026-01-15T07:05", "value": each.value, "unit": each.unit}] for each in TEN}
    return {"id": "1", "readings": rows}
