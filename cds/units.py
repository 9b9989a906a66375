"""Units that authors write and units that arrive, and the one table that converts between them.

Authors write field units (`mmHg`, `°C`); data carry UCUM codes (`mm[Hg]`, `Cel`) and a few spellings of them that
can mean only one thing. Text is compared as it stands: `Mg` is never `mg`. Factors are exact: the pound is
0.45359237 kg, the inch 2.54 cm (International yard and pound agreement, 1959).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple

from cds.diagnostics.report import Language

NOT_UNDERSTOOD: Final = 0  # unit id of a unit that is missing or not in the table


class Conversion(NamedTuple):
    """`(value + shift) * numerator / denominator`."""

    numerator: float
    denominator: float
    shift: float


def convert(value: float, conversion: Conversion) -> float:
    """The value in the other unit; every intake uses this one function.

    >>> convert(81000.0, conversion("g", "kg")), convert(98.6, conversion("[degF]", "°C"))
    (81.0, 37.0)
    """
    return (value + conversion.shift) * conversion.numerator / conversion.denominator


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. id: small, never reused. field: as authors write it. size, shift: to the dimension's first unit."""

    id: int
    field: str
    ucum: str
    dimension: str
    size: Fraction = Fraction(1)
    shift: Fraction = Fraction(0)
    aliases: tuple[str, ...] = ()


_PER_MINUTE: Final = (
    "1/min",
    "min-1",
    "bpm",
    "{beats}/min",
    "{Beats}/min",
    "beats/min",
    "beats/minute",
    "{breaths}/min",
    "{Breaths}/min",
    "breaths/min",
    "breaths/minute",
    "slag/min",
    "pust/min",
)

_UNITS: Final = (
    Unit(1, "", "1", "plain number"),
    Unit(2, "mmHg", "mm[Hg]", "pressure", aliases=("mm Hg", "mm(Hg)", "mmhg", "mmHG")),
    Unit(3, "kg", "kg", "mass", aliases=("kgs", "Kg", "KG", "kilogram")),
    Unit(4, "g", "g", "mass", Fraction(1, 1000), aliases=("gram", "grams")),
    Unit(5, "lb", "[lb_av]", "mass", Fraction(45359237, 10**8), aliases=("lbs", "lb_av")),
    Unit(6, "°C", "Cel", "temperature", aliases=("degC", "deg C", "° C", "ºC", "℃")),
    Unit(7, "°F", "[degF]", "temperature", Fraction(5, 9), Fraction(-32), ("degF", "deg F", "° F", "ºF", "℉")),
    Unit(8, "/min", "/min", "rate", aliases=_PER_MINUTE),
    Unit(9, "mmol/L", "mmol/L", "amount concentration", aliases=("mmol/l", "mmol / L", "mmol / l")),
    Unit(10, "mg/dL", "mg/dL", "mass concentration", aliases=("mg/dl", "mg / dL", "mg / dl")),
    Unit(11, "L/min", "L/min", "flow", aliases=("l/min", "L/minute", "l/minutt")),
    Unit(12, "L/s", "L/s", "flow", Fraction(60), aliases=("l/s", "L/sec", "l/sec")),
    Unit(13, "%", "%", "share", aliases=("percent", "prosent", "{percent}")),
    Unit(14, "cm", "cm", "length"),
    Unit(15, "m", "m", "length", Fraction(100)),
    Unit(16, "mm", "mm", "length", Fraction(1, 10)),
    Unit(17, "in", "[in_i]", "length", Fraction(254, 100), aliases=("inch", "inches")),
    Unit(18, "ft", "[ft_i]", "length", Fraction(3048, 100), aliases=("foot", "feet")),
    Unit(19, "kg/m2", "kg/m2", "body mass index", aliases=("kg/m^2", "kg/m²", "kg/m*2", "kg.m-2")),
    Unit(20, "mmol/mol", "mmol/mol", "amount ratio", aliases=("mmol/mol{Hb}",)),
    Unit(21, "INR", "{INR}", "INR", aliases=("[INR]", "{inr}", "inr")),
    Unit(22, "points", "{score}", "points", aliases=("point", "{points}", "score", "poeng")),
    Unit(23, "readings", "{readings}", "number of readings", aliases=("reading", "{reading}")),
    Unit(24, "doses", "{doses}", "number of doses", aliases=("dose", "{dose}")),
    Unit(25, "days", "d", "civil days", aliases=("day",)),
    Unit(26, "weeks", "wk", "civil days", Fraction(7), aliases=("week",)),
    Unit(27, "min", "min", "elapsed time", aliases=("minute", "minutes")),
    Unit(28, "hours", "h", "elapsed time", Fraction(60), aliases=("hour",)),
    Unit(29, "months", "mo", "months", aliases=("month",)),
    Unit(30, "years", "a", "age in years", aliases=("year",)),
    Unit(31, "episodes", "{episodes}", "number of episodes", aliases=("episode", "{episode}")),
    Unit(32, "medicines", "{medicines}", "number of medicines", aliases=("medicine", "{medicine}")),
    Unit(33, "dispenses", "{dispenses}", "number of dispenses", aliases=("dispense", "{dispense}")),
    Unit(34, "L", "L", "volume", aliases=("l", "liter", "litre")),
    Unit(35, "mL", "mL", "volume", Fraction(1, 1000), aliases=("ml", "milliliter", "millilitre")),
    Unit(36, "mg", "mg", "mass", Fraction(1, 10**6), aliases=("milligram",)),
    Unit(37, "µg", "ug", "mass", Fraction(1, 10**9), aliases=("mcg", "microgram", "mikrogram")),
    Unit(38, "tablets", "{tbl}", "number of tablets", aliases=("tablet", "capsule", "capsules", "{cap}", "{capsule}")),
)
_CHANGING: Final = (2, 3, 4, 6, 8, 9, 10, 11, 13, 14, 20, 21, 22, 31, 34)  # units in which things change by the day
_PER_DAY: Final = 100  # added to a unit's id, it is that of the unit per day
UNITS: Final = (
    *_UNITS,
    *(
        Unit(_PER_DAY + unit.id, f"{unit.field}/day", f"{unit.ucum}/d", f"{unit.dimension} per day", unit.size)
        for unit in _UNITS
        if unit.id in _CHANGING
    ),
)

_WORDS: Final[Mapping[str, tuple[str, str]]] = {  # nb, nn
    "plain number": ("tall", "tal"),
    "pressure": ("trykk", "trykk"),
    "mass": ("masse", "masse"),
    "temperature": ("temperatur", "temperatur"),
    "rate": ("antall per minutt", "tal per minutt"),
    "amount concentration": ("stoffmengde per liter", "stoffmengd per liter"),
    "mass concentration": ("masse per desiliter", "masse per desiliter"),
    "flow": ("luftstrøm", "luftstraum"),
    "share": ("andel", "del"),
    "volume": ("volum", "volum"),
    "length": ("lengde", "lengd"),
    "body mass index": ("kroppsmasseindeks", "kroppsmasseindeks"),
    "amount ratio": ("stoffmengdeforhold", "stoffmengdeforhold"),
    "INR": ("INR", "INR"),
    "points": ("poeng", "poeng"),
    "number of readings": ("antall målinger", "talet på målingar"),
    "number of doses": ("antall doser", "talet på dosar"),
    "number of episodes": ("antall episoder", "talet på episodar"),
    "number of medicines": ("antall legemidler", "talet på legemiddel"),
    "number of dispenses": ("antall utleveringer", "talet på utleveringar"),
    "number of tablets": ("antall tabletter", "talet på tablettar"),
    "civil days": ("kalenderdager", "kalenderdagar"),
    "elapsed time": ("forløpt tid", "tid som har gått"),
    "months": ("måneder", "månader"),
    "age in years": ("alder i år", "alder i år"),
}

_BY_TEXT: Final[Mapping[str, Unit]] = {text: unit for unit in UNITS for text in (unit.field, unit.ucum, *unit.aliases)}
_BY_ID: Final[Mapping[int, Unit]] = {unit.id: unit for unit in UNITS}
_SUBSTANCE: Final = ("amount concentration", "mass concentration")


def unit_of(text: str) -> Unit | None:
    """The unit that a field unit, a UCUM code or an accepted spelling of one names."""
    return _BY_TEXT.get(text)


def unit_id(text: str) -> int:
    """The unit's small number, the same in every version; NOT_UNDERSTOOD (0) when the text names no unit.

    >>> unit_id("mg/dL") == unit_id("mg/dl"), unit_id("stones")
    (True, 0)
    """
    unit = _BY_TEXT.get(text)
    return unit.id if unit else NOT_UNDERSTOOD


def unit_name(number: int) -> str:
    """The field unit of a unit id; "" for a plain number and for NOT_UNDERSTOOD."""
    return _BY_ID[number].field if number else ""


def ucum_code(text: str) -> str:
    """The UCUM code of a unit however it is spelled, "" when the text names no unit.

    >>> ucum_code("mmHg"), ucum_code("doses")
    ('mm[Hg]', '{doses}')
    """
    unit = _BY_TEXT.get(text)
    return unit.ucum if unit else ""


def dimension(text: str, language: Language = "en") -> str:
    """What a unit measures, in words; "" when the text names no unit.

    >>> dimension("mmHg"), dimension("weeks"), dimension("hours", "nb")
    ('pressure', 'civil days', 'forløpt tid')
    """
    unit = _BY_TEXT.get(text)
    if unit is None or language == "en":
        return unit.dimension if unit else ""
    words = _WORDS[unit.dimension.removesuffix(" per day")][language == "nn"]
    return f"{words} per dag" if unit.dimension.endswith(" per day") else words


@cache
def conversion(source: str, target: str, molar_mass: float | Fraction | None = None) -> Conversion | None:
    """How to get from one unit to another; None when they measure different things or are not in the table.

    molar_mass: g/mol, needed between mg/dL and mmol/L and used for nothing else.

    >>> conversion("g", "kg")
    Conversion(numerator=1.0, denominator=1000.0, shift=0.0)
    >>> conversion("mg/dL", "mmol/L") is None
    True
    """
    start, end = _BY_TEXT.get(source), _BY_TEXT.get(target)
    if start is None or end is None:
        return None
    size = start.size / end.size
    if start.dimension != end.dimension:
        if molar_mass is None or {start.dimension, end.dimension} != set(_SUBSTANCE):
            return None
        per_litre = 10 / Fraction(str(molar_mass))  # 1 mg/dL is 10 mg/L
        size = per_litre if start.dimension == "mass concentration" else 1 / per_litre
    shift = start.shift - end.shift / size
    return Conversion(float(size.numerator), float(size.denominator), float(shift))
