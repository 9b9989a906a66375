"""Plain Python, written for just these rules: it knows what a careful program must, and explains nothing."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ten_rules.facts import AT, LIMITS, Answer, Answers, Record

OSLO: Final = ZoneInfo("Europe/Oslo")
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
DIGITS: Final = 9  # cds compares at the nearest 1e-9

OwnLimit = tuple[str, float, date, date]  # name, value, first and last day
Readings = Mapping[str, tuple[list[int], list[float]]]  # input -> times (microseconds UTC) and values, oldest first


def read(record: Record) -> Readings:
    """The readings of a record in the order of their times."""
    found: dict[str, tuple[list[int], list[float]]] = {}
    for name, rows in record["readings"].items():
        read = sorted((microseconds(_local(row["time"])), float(row["value"])) for row in rows)
        found[name] = [each for each, _ in read], [each for _, each in read]
    return found


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO)


def microseconds(moment: datetime) -> int:
    """Microseconds UTC."""
    since = moment - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def read_limits(rows: Sequence[Record]) -> list[OwnLimit]:
    """The patient's own limits."""
    return [
        (row["limit"], float(row["value"]), date.fromisoformat(row["from"]), date.fromisoformat(row["until"]))
        for row in rows
    ]


def in_force(limits: Sequence[OwnLimit], today: date) -> dict[str, float | None]:
    """The limits that count today: a patient's own that is out of its span or of its time makes the limit unknown."""
    found: dict[str, float | None] = {name: default for name, (default, _, _) in LIMITS.items()}
    for name, value, since, until in limits:
        if since <= today:
            _, low, high = LIMITS[name]
            found[name] = value if today <= until and low <= value <= high else None
    return found


def plain_features(readings: Readings, limits: Sequence[OwnLimit]) -> Answers:
    """What `features.yaml` says, written for just these rules."""
    moment = _local(AT)
    at, today = microseconds(moment), moment.date()
    limit = in_force(limits, today)
    yesterday, three, six, seven = (_midnight(today, days) for days in (1, 3, 6, 7))
    nothing: tuple[list[int], list[float]] = ([], [])
    weight, glucose, rate = (readings.get(each, nothing) for each in ("body_weight", "glucose", "heart_rate"))
    week_of_glucose, week_of_rate = _window(glucose, six, at), _window(rate, six, at)
    return [
        _above(_rise(_window(weight, three, at)), limit["rise_limit"]),
        _above(_fall(_window(weight, seven, at)), limit["fall_limit"]),
        _above(_mean(_window(weight, six, at)), limit["weight_mean_limit"]),
        _below(_newest(_window(glucose, yesterday, at)), limit["glucose_low"]),
        _below(min(week_of_glucose, default=None), limit["glucose_lowest"]),
        _above(max(week_of_glucose, default=None), limit["glucose_high"]),
        _above(_mean(week_of_glucose), limit["glucose_mean_limit"]),
        _above(_newest(_window(rate, yesterday, at)), limit["rate_high"]),
        _above(_mean(week_of_rate), limit["rate_mean_limit"]),
        _below(min(week_of_rate, default=None), limit["rate_low"]),
    ]


def _midnight(today: date, days: int) -> int:
    return microseconds(datetime.combine(today - timedelta(days), time(), OSLO))


def _window(readings: tuple[list[int], list[float]], start: int, at: int) -> list[float]:
    times, values = readings
    return values[bisect_left(times, start) : bisect_right(times, at)]


def _mean(values: list[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _newest(values: list[float]) -> float | None:
    return values[-1] if values else None


def _rise(values: list[float]) -> float | None:
    return values[-1] - min(values[:-1]) if len(values) > 1 else None


def _fall(values: list[float]) -> float | None:
    return max(values[:-1]) - values[-1] if len(values) > 1 else None


def _above(value: float | None, limit: float | None) -> Answer:
    if value is None or limit is None:
        return "unknown", value, limit
    return ("fired" if round(value, DIGITS) > round(limit, DIGITS) else "not_fired"), value, limit


def _below(value: float | None, limit: float | None) -> Answer:
    if value is None or limit is None:
        return "unknown", value, limit
    return ("fired" if round(value, DIGITS) < round(limit, DIGITS) else "not_fired"), value, limit


def if_chain(values: Mapping[str, float | None], limits: Mapping[str, float]) -> Answers:
    """What `values.yaml` says, as one would write it down; numbers are compared as they stand."""
    answers: Answers = []
    value, limit = values["body_weight"], limits["body_weight"]
    answers.append(("unknown" if value is None else "fired" if value > limit else "not_fired", value, limit))
    value, limit = values["body_height"], limits["body_height"]
    answers.append(("unknown" if value is None else "fired" if value < limit else "not_fired", value, limit))
    value, limit = values["heart_rate"], limits["heart_rate"]
    answers.append(("unknown" if value is None else "fired" if value > limit else "not_fired", value, limit))
    value, limit = values["oxygen_saturation"], limits["oxygen_saturation"]
    answers.append(("unknown" if value is None else "fired" if value < limit else "not_fired", value, limit))
    value, limit = values["glucose"], limits["glucose"]
    answers.append(("unknown" if value is None else "fired" if value < limit else "not_fired", value, limit))
    value, limit = values["body_temperature"], limits["body_temperature"]
    answers.append(("unknown" if value is None else "fired" if value > limit else "not_fired", value, limit))
    value, limit = values["respiratory_rate"], limits["respiratory_rate"]
    answers.append(("unknown" if value is None else "fired" if value > limit else "not_fired", value, limit))
    value, limit = values["peak_expiratory_flow"], limits["peak_expiratory_flow"]
    answers.append(("unknown" if value is None else "fired" if value < limit else "not_fired", value, limit))
    value, limit = values["inr"], limits["inr"]
    answers.append(("unknown" if value is None else "fired" if value > limit else "not_fired", value, limit))
    value, limit = values["hba1c"], limits["hba1c"]
    answers.append(("unknown" if value is None else "fired" if value > limit else "not_fired", value, limit))
    return answers


def careful_chain(values: Mapping[str, float | None], limits: Mapping[str, float]) -> Answers:
    """The same, with numbers compared at the nearest 1e-9, so that 0.1 + 0.2 is not above 0.3."""
    return [
        _above(values["body_weight"], limits["body_weight"]),
        _below(values["body_height"], limits["body_height"]),
        _above(values["heart_rate"], limits["heart_rate"]),
        _below(values["oxygen_saturation"], limits["oxygen_saturation"]),
        _below(values["glucose"], limits["glucose"]),
        _above(values["body_temperature"], limits["body_temperature"]),
        _above(values["respiratory_rate"], limits["respiratory_rate"]),
        _below(values["peak_expiratory_flow"], limits["peak_expiratory_flow"]),
        _above(values["inr"], limits["inr"]),
        _above(values["hba1c"], limits["hba1c"]),
    ]
