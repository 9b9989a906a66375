"""How often things occur in a made-up population, worked out from its tables as anybody could."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from cds.adapters.tables.arrow import ArrowTable, compute, pa
from cds.population import Array
from cds.result import Status
from cds.synthetic.people import DAY, LAST_DAY, MICROSECONDS

_DAY_LONG: Final = DAY * MICROSECONDS
_STRETCH: Final = 14
"""Days without any reading that count as a missing stretch."""
_OLD: Final = 67
_LATE: Final = 60
_OWN_UNITS: Final = ("kg", "mm[Hg]", "/min", "%", "Cel", "mmol/L", "mmol/mol", "L/min", "INR", "cm")

Marginals = dict[str, float]


def marginals(tables: Mapping[str, Any], statuses: Mapping[str, Mapping[Status, int]]) -> Marginals:
    """Name -> share, or number, of the tables of `population` and of how many patients each rule says what of.

    Rows that were sent otherwise than they should be are left out. A share of nothing is left out too.
    """
    held: dict[str, ArrowTable] = {name: each[0] for name, each in tables.items() if name != "manifest"}
    found: dict[str, float | None] = {
        **_of_readings(held["observations"], held["conditions"]),
        **_of_doses(held["doses"], held["devices"], held["patients"]),
        **_of_limits(held["limits"], len(held["patients"])),
        "stays_per_year": None,
        "statins_covered": _not_fired(statuses.get("medicine-supply/statin_rarely_fetched", {}), held["medications"]),
    }
    days = found["days_followed"]
    if days:
        found["stays_per_year"] = len(held["stays"]) / (len(held["patients"]) * days / 365.0)
    return {name: each for name, each in found.items() if each is not None}


def _share(which: Array) -> float | None:
    return float(np.mean(which)) if len(which) else None


def _days(times: Any) -> Array:
    return np.asarray(times.cast(pa.int64())) // _DAY_LONG


def _of_readings(observations: ArrowTable, conditions: ArrowTable) -> dict[str, float | None]:
    """A reading in parts counts once, however often it was sent."""
    parts = compute.not_equal(observations["code"], "blood_pressure.diastolic")
    readings = observations.filter(parts)
    who, names = _numbered(readings["patient"])
    day = _days(readings["time"])
    instants = np.asarray(readings["time"].cast(pa.int64()))
    codes, _ = _numbered(readings["code"])
    first = np.full(len(names), LAST_DAY, np.int64)
    np.minimum.at(first, who, day)
    followed = LAST_DAY - first + 1
    rows = np.unique(np.stack([who, codes, instants]), axis=1) if len(who) else np.zeros((3, 0), np.int64)
    units = np.asarray(compute.is_in(readings["unit"], value_set=pa.array(_OWN_UNITS)))
    weeks = float(followed.sum()) / 7.0
    return {
        "days_followed": float(followed.mean()) if len(names) else None,
        "readings_per_week": rows.shape[1] / weeks if weeks else None,
        "with_stretches": _share(_longest_gap(who, day, first) >= _STRETCH),
        "sent_twice": 1.0 - rows.shape[1] / len(who) if len(who) else None,
        "other_units": _share(~units),
        "weighs_four_days": _weighs(readings, conditions),
    }


def _numbered(column: Any) -> tuple[Array, Sequence[str]]:
    """Each text as a number, and the texts."""
    coded = column.combine_chunks().dictionary_encode()
    return np.asarray(coded.indices), coded.dictionary.to_pylist()


def _longest_gap(who: Array, day: Array, first: Array) -> Array:
    """Of each patient, the most days in a row without a reading, up to the last day."""
    longest = np.zeros(len(first), np.int64)
    newest = first.copy()
    pairs = np.unique(np.stack([who, day]), axis=1)
    for patient, when in pairs.T.tolist():
        longest[patient] = max(longest[patient], when - newest[patient] - 1)
        newest[patient] = when
    return np.maximum(longest, LAST_DAY - newest)


def _weighs(readings: ArrowTable, conditions: ArrowTable) -> float | None:
    """Share of those with heart failure who weigh themselves that do it on four days of a week or more, on average."""
    ill = conditions.filter(compute.is_in(conditions["code"], value_set=pa.array(["heart_failure", "I50.0"])))
    is_weight = compute.is_in(readings["code"], value_set=pa.array(["body_weight", "29463-7"]))
    weights = readings.filter(compute.and_(is_weight, compute.is_in(readings["patient"], ill["patient"])))
    who, names = _numbered(weights["patient"])
    day = _days(weights["time"])
    pairs = np.unique(np.stack([who, day]), axis=1)
    first = np.full(len(names), LAST_DAY, np.int64)
    np.minimum.at(first, who, day)
    per_week = 7.0 * np.bincount(pairs[0], minlength=len(names)) / (LAST_DAY - first + 1)
    return _share(per_week >= 4.0)


def _of_doses(doses: ArrowTable, devices: ArrowTable, patients: ArrowTable) -> dict[str, float | None]:
    status = np.asarray(doses["status"].to_pylist(), np.object_)
    is_taken = status == "taken"
    delay = np.asarray(doses["taken"].cast(pa.int64()).fill_null(0)) - np.asarray(doses["planned"].cast(pa.int64()))
    late = delay[is_taken] > _LATE * MICROSECONDS
    users = patients.filter(compute.is_in(patients["id"], devices["patient"]))
    born = np.asarray(users["birth_date"].cast(pa.int32()).to_pylist(), np.float64)
    return {
        "doses_taken": _share(is_taken[status != "unknown"]),
        "doses_late": _share(late),
        "doses_unknown": _share(status == "unknown"),
        "dispenser_users_old": _share(LAST_DAY - born >= _OLD * 365.25),
    }


def _of_limits(limits: ArrowTable, patients: int) -> dict[str, float | None]:
    with_own = len(compute.unique(limits["patient"]))
    until = np.asarray(limits["until"].cast(pa.int32()).fill_null(LAST_DAY).to_pylist())
    return {"own_limits": with_own / patients if patients else None, "limits_expired": _share(until < LAST_DAY)}


def _not_fired(statuses: Mapping[Status, int], medications: ArrowTable) -> float | None:
    """Of the users of statins that can be judged, those whose supply lasts long enough."""
    fired = statuses.get("fired", 0)
    lists = medications["atc"].to_pylist()
    users = sum(any(each.startswith("C10AA") for each in held) for held in lists)
    judged = users - statuses.get("unknown", 0)
    return 1.0 - fired / judged if judged > 0 else None
