"""What a patient's body does from day to day, as a meter at home would show it, in the units of the concepts."""

import numpy as np
from numpy.random import Generator

from cds.population import Array
from cds.synthetic.people import Person


def wander(random: Generator, count: int, step: float, hold: float = 0.97) -> Array:
    """A slow drift around 0: each value is `hold` of the one before and a step."""
    steps = random.normal(0.0, step, count)
    drift = np.zeros(count)
    held = 0.0
    for place in range(count):
        held = hold * held + steps[place]
        drift[place] = held
    return drift


def spells(random: Generator, days: Array, per_year: float, shape: Array) -> Array:
    """Now and then something runs its course: `shape`, one value a day, wherever a spell begins."""
    found = np.zeros(len(days))
    span = int(days[-1] - days[0]) + 1
    for _ in range(int(random.poisson(per_year * span / 365.0))):
        start = int(days[0]) + int(random.integers(0, span))
        place = days - start
        during = (place >= 0) & (place < len(shape))
        found[during] += shape[place[during]]
    return found


def body_weight(person: Person, days: Array) -> Array:
    """Weight that drifts; with heart failure also gains some kilograms within days, and sheds them again."""
    random = person.random
    usual = np.clip(random.normal(72.0 if person.is_female else 84.0, 15.0), 42.0, 160.0)
    course = np.concatenate([np.linspace(0.5, 3.2, 6), np.linspace(2.8, 0.2, 9)]) * random.uniform(0.6, 1.5)
    gains = spells(random, days, 1.6 if "heart_failure" in person.conditions else 0.1, course)
    return usual + wander(random, len(days), 0.12) + gains + random.normal(0.0, 0.35, len(days))


def systolic(person: Person, days: Array) -> Array:
    """Systolic blood pressure, mostly treated."""
    random = person.random
    usual = random.normal(136.0 if "hypertension" in person.conditions else 126.0, 12.0)
    return usual + wander(random, len(days), 1.5) + random.normal(0.0, 7.0, len(days))


def heart_rate(person: Person, days: Array) -> Array:
    """Heart rate at rest; less steady with atrial fibrillation."""
    random = person.random
    is_unsteady = "atrial_fibrillation" in person.conditions
    usual = random.normal(78.0 if is_unsteady else 71.0, 9.0)
    return np.clip(usual + random.normal(0.0, 9.0 if is_unsteady else 4.0, len(days)), 34.0, 190.0)


def oxygen_saturation(person: Person, days: Array) -> Array:
    """Oxygen saturation; with COPD lower, and for some days of an exacerbation lower still."""
    random = person.random
    has_copd = "copd" in person.conditions
    usual = random.normal(92.8, 2.0) if has_copd else random.normal(96.8, 0.9)
    dip = spells(random, days, 1.5 if has_copd else 0.1, np.array([-2.0, -4.0, -5.0, -4.0, -3.0, -2.0, -1.0]))
    return np.clip(usual + dip + random.normal(0.0, 1.0, len(days)), 60.0, 100.0)


def body_temperature(person: Person, days: Array) -> Array:
    """Temperature, with a fever now and then."""
    fever = spells(person.random, days, 1.2, np.array([1.2, 2.3, 2.0, 1.0, 0.4]))
    return person.random.normal(36.6, 0.15) + fever + person.random.normal(0.0, 0.2, len(days))


def glucose(person: Person, days: Array) -> Array:
    """Glucose from a meter: skewed, and seldom low."""
    usual = person.random.normal(8.2, 1.6)
    spread = person.random.uniform(0.18, 0.38)
    return np.clip(max(usual, 5.2) * np.exp(person.random.normal(0.0, spread, len(days))), 1.8, 33.0)


def hba1c(person: Person, days: Array) -> Array:
    """HbA1c, some months apart."""
    return np.clip(person.random.normal(54.0, 10.0) + person.random.normal(0.0, 2.5, len(days)), 30.0, 130.0)


def peak_flow(person: Person, days: Array) -> Array:
    """Peak flow around a share of the patient's best, with bad spells."""
    random = person.random
    best = random.normal(380.0 if person.is_female else 500.0, 70.0)
    worse = spells(random, days, 1.2, np.array([-0.1, -0.2, -0.3, -0.3, -0.2, -0.1]))
    share = np.clip(0.9 + worse + random.normal(0.0, 0.05, len(days)), 0.25, 1.05)
    return np.clip(best, 200.0, 800.0) * share


def inr(person: Person, days: Array) -> Array:
    """INR of somebody on warfarin."""
    drift = wander(person.random, len(days), 0.25, 0.7)
    return np.clip(2.5 + drift + person.random.normal(0.0, 0.3, len(days)), 0.9, 9.0)


def body_height(person: Person, days: Array) -> Array:
    """Height, which does not change."""
    return np.full(len(days), np.clip(person.random.normal(164.0 if person.is_female else 178.0, 7.0), 140.0, 205.0))
