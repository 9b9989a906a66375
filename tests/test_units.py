"""The conversion table: true against pint, exact where the factor is, and nothing guessed."""

from collections import Counter
from fractions import Fraction
from itertools import permutations

import pint
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cds.operators.logic import without_noise
from cds.units import (
    NOT_UNDERSTOOD,
    UNITS,
    Conversion,
    Unit,
    conversion,
    convert,
    dimension,
    ucum_code,
    unit_id,
    unit_name,
    unit_of,
)

GLUCOSE = 180.156

# How pint calls what is compared with it; the others are counts of our own.
PINT = {
    "mmHg": "mmHg",
    "kg": "kilogram",
    "g": "gram",
    "mg": "milligram",
    "µg": "microgram",
    "lb": "pound",
    "°C": "degC",
    "°F": "degF",
    "/min": "1/minute",
    "mmol/L": "mmol/liter",
    "mg/dL": "mg/deciliter",
    "L/min": "liter/minute",
    "L/s": "liter/second",
    "L": "liter",
    "mL": "milliliter",
    "%": "percent",
    "cm": "centimeter",
    "m": "meter",
    "mm": "millimeter",
    "in": "inch",
    "ft": "foot",
    "kg/m2": "kg/m**2",
    "mmol/mol": "mmol/mol",
    "days": "day",
    "weeks": "week",
    "min": "minute",
    "hours": "hour",
    "months": "month",
    "years": "year",
}
COUNTS = {"", "INR", "points", "readings", "doses", "episodes", "medicines", "dispenses", "tablets"}
PER_DAY = {
    "mmHg": "mmHg/day",
    "kg": "kilogram/day",
    "g": "gram/day",
    "°C": "delta_degC/day",
    "/min": "1/minute/day",
    "mmol/L": "mmol/liter/day",
    "mg/dL": "mg/deciliter/day",
    "L/min": "liter/minute/day",
    "L": "liter/day",
    "%": "percent/day",
    "cm": "centimeter/day",
    "mmol/mol": "mmol/mol/day",
}
PINT |= {f"{unit}/day": named for unit, named in PER_DAY.items()}
COUNTS |= {f"{unit}/day" for unit in ("INR", "points", "episodes")}


@pytest.fixture(scope="module")
def registry() -> pint.UnitRegistry:
    return pint.UnitRegistry(autoconvert_offset_to_baseunit=True)


def test_every_unit_is_held_true_or_is_a_count() -> None:
    assert {each.field for each in UNITS} == PINT.keys() | COUNTS


@pytest.mark.parametrize(
    ("source", "target"), [(a.field, b.field) for a, b in permutations(UNITS, 2) if a.dimension == b.dimension]
)
def test_conversions_agree_with_pint(registry: pint.UnitRegistry, source: str, target: str) -> None:
    step = conversion(source, target)
    assert step
    for value in (0.0, 1.0, 36.6, 98.6, 81000.0, 178.57):
        expected = registry.Quantity(value, PINT[source]).to(PINT[target]).magnitude
        assert expected == pytest.approx(convert(value, step), rel=1e-12, abs=1e-9)


@pytest.mark.parametrize(("source", "target"), [("mg/dL", "mmol/L"), ("mmol/L", "mg/dL")])
def test_glucose_agrees_with_pint(registry: pint.UnitRegistry, source: str, target: str) -> None:
    step = conversion(source, target, GLUCOSE)
    assert step
    mass = registry.Quantity(GLUCOSE, "gram/mol")
    for value in (3.9, 54.0, 70.0, 180.0):
        found = registry.Quantity(value, PINT[source]).to(PINT[target], "chemistry", mw=mass).magnitude
        assert found == pytest.approx(convert(value, step), rel=1e-12)


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (81000, "g", "kg", 81.0),
        (49000, "g", "kg", 49.0),
        (83.1, "kg", "g", 83100.0),
        (100, "[lb_av]", "kg", 45.359237),
        (1, "lb", "g", 453.59237),
        (212, "[degF]", "Cel", 100.0),
        (98.6, "°F", "°C", 37.0),
        (-40, "[degF]", "°C", -40.0),
        (1.75, "m", "cm", 175.0),
        (70, "[in_i]", "cm", 177.8),
        (6, "ft", "m", 1.8288),
        (5.5, "L/s", "L/min", 330.0),
        (2, "weeks", "days", 14.0),
        (90, "min", "hours", 1.5),
    ],
)
def test_exact_values(value: float, source: str, target: str, expected: float) -> None:
    step = conversion(source, target)
    assert step
    assert expected == convert(value, step)


@given(
    st.sampled_from([(a.field, b.field) for a, b in permutations(UNITS, 2) if a.dimension == b.dimension]),
    st.decimals(0, 10_000, places=2).map(float),
)
def test_there_and_back(pair: tuple[str, str], value: float) -> None:
    there, back = conversion(*pair), conversion(*reversed(pair))
    assert there and back
    assert without_noise(value) == without_noise(convert(convert(value, there), back))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("kg", "mmHg"),
        ("hours", "days"),
        ("weeks", "months"),
        ("years", "months"),
        ("%", ""),
        ("", "INR"),
        ("readings", "doses"),
        ("mg/dL", "mmol/L"),
        ("mmol/mol", "%"),
        ("kg", "stone"),
        ("C", "°C"),
    ],
)
def test_what_has_no_conversion(source: str, target: str) -> None:
    assert conversion(source, target) is None
    assert conversion(target, source) is None


@pytest.mark.parametrize(("source", "target"), [("kg", "mmol/L"), ("mg/dL", "kg"), ("%", "mmol/L")])
def test_a_molar_mass_joins_only_concentrations(source: str, target: str) -> None:
    assert conversion(source, target, GLUCOSE) is None


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.field)
def test_a_unit_is_itself(unit: Unit) -> None:
    assert conversion(unit.ucum, unit.field) == Conversion(1.0, 1.0, 0.0)
    assert {unit.id} == {unit_id(text) for text in (unit.field, unit.ucum, *unit.aliases)}
    assert unit.field == unit_name(unit.id)
    assert unit.ucum == ucum_code(unit.field)
    assert unit.size > 0 and isinstance(unit.size, Fraction)


def test_no_text_means_two_units() -> None:
    texts = Counter(text for unit in UNITS for text in {unit.field, unit.ucum, *unit.aliases})
    assert [] == [text for text, count in texts.items() if count > 1]


def test_numbers_of_units_never_change() -> None:
    """They stand in stored columns and compiled plans."""
    expected = (
        "1 ,2 mmHg,3 kg,4 g,5 lb,6 °C,7 °F,8 /min,9 mmol/L,10 mg/dL,11 L/min,12 L/s,13 %,14 cm,15 m,16 mm,17 in,"
        "18 ft,19 kg/m2,20 mmol/mol,21 INR,22 points,23 readings,24 doses,25 days,26 weeks,27 min,28 hours,29 months,"
        "30 years,31 episodes,32 medicines,33 dispenses,34 L,35 mL,36 mg,37 µg,38 tablets,"
        "102 mmHg/day,103 kg/day,104 g/day,106 °C/day,108 /min/day,109 mmol/L/day,110 mg/dL/day,"
        "111 L/min/day,113 %/day,114 cm/day,120 mmol/mol/day,121 INR/day,122 points/day,131 episodes/day,134 L/day"
    )
    assert expected == ",".join(f"{each.id} {each.field}" for each in UNITS)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("mm[Hg]", "mmHg"),
        ("mm Hg", "mmHg"),
        ("Cel", "°C"),
        ("bpm", "/min"),
        ("1/min", "/min"),
        ("{beats}/min", "/min"),
        ("mmol/l", "mmol/L"),
        ("mg/dl", "mg/dL"),
        ("kgs", "kg"),
        ("[lb_av]", "lb"),
        ("l/min", "L/min"),
        ("ml", "mL"),
        ("{score}", "points"),
        ("{INR}", "INR"),
        ("d", "days"),
        ("a", "years"),
        ("1", ""),
    ],
)
def test_spellings_in_the_wild(text: str, field: str) -> None:
    assert unit_id(field) == unit_id(text) != NOT_UNDERSTOOD


@pytest.mark.parametrize(
    "text", ["Mg", "C", "F", "c", "M", "MG/DL", "G", "mmol", "kPa", " kg", "kg ", "stones", "°", "?"]
)
def test_nothing_is_guessed(text: str) -> None:
    assert unit_of(text) is None
    assert (NOT_UNDERSTOOD, "", "") == (unit_id(text), ucum_code(text), dimension(text))


@pytest.mark.parametrize(
    ("unit", "en", "nb", "nn"),
    [
        ("mmHg", "pressure", "trykk", "trykk"),
        ("kg", "mass", "masse", "masse"),
        ("min", "elapsed time", "forløpt tid", "tid som har gått"),
        ("hours", "elapsed time", "forløpt tid", "tid som har gått"),
        ("days", "civil days", "kalenderdager", "kalenderdagar"),
        ("weeks", "civil days", "kalenderdager", "kalenderdagar"),
        ("months", "months", "måneder", "månader"),
        ("years", "age in years", "alder i år", "alder i år"),
        ("%", "share", "andel", "del"),
        ("doses", "number of doses", "antall doser", "talet på dosar"),
        ("", "plain number", "tall", "tal"),
    ],
)
def test_dimensions_in_words(unit: str, en: str, nb: str, nn: str) -> None:
    assert (en, nb, nn) == (dimension(unit), dimension(unit, "nb"), dimension(unit, "nn"))


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.field)
def test_every_dimension_has_words(unit: Unit) -> None:
    assert all(dimension(unit.field, language) for language in ("nb", "nn", "en"))
