"""Coded concepts: what a reading, a diagnosis, a device or a medicine is called in the systems that data come in."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import IntFlag
from functools import cached_property
from types import MappingProxyType
from typing import Final, Literal

from cds.units import Conversion

Kind = Literal["measurement", "panel", "form", "diagnosis", "medicine", "device", "event", "stay"]
RECORDED: Final[tuple[Kind, ...]] = ("measurement", "panel", "form")  # what is read off, reported or answered


class Attribute(IntFlag):
    """What is known of a reading or dose besides its value; the numbers never change meaning."""

    DATE_ONLY = 1  # the clock time is not known
    TYPED = 2
    DEVICE = 4
    RELATIVE = 8  # entered by a relative
    SITTING = 16
    STANDING = 32
    LYING = 64
    LEFT = 128
    RIGHT = 256
    FASTING = 512
    BEFORE_MEAL = 1024
    AFTER_MEAL = 2048
    HOSPITAL_STAY = 4096
    TRAVEL_DOSE = 8192
    PAUSED = 16384
    DELAY_UNKNOWN = 32768  # a dose that was taken, nobody knows when
    REGULAR = 65536  # a medicine to be taken every day ("fast")
    COURSE = 131072  # a medicine for a limited time ("kur")
    AS_NEEDED = 262144
    DERIVED = 524288  # days' supply computed from quantity and dose, not stated
    BY_DEFINED_DOSE = 1048576  # … and from the defined daily dose, as the dose is not stated either
    BY_DATES = 2097152  # … not from a dose, but from the first and the last day for which it was recorded


ATTRIBUTE_WORDS: Final[Mapping[str, Mapping[str, Attribute]]] = MappingProxyType(
    {
        "entered": {"typed": Attribute.TYPED, "device": Attribute.DEVICE, "relative": Attribute.RELATIVE},
        "position": {"sitting": Attribute.SITTING, "standing": Attribute.STANDING, "lying": Attribute.LYING},
        "arm": {"left": Attribute.LEFT, "right": Attribute.RIGHT},
        "meal": {
            "fasting": Attribute.FASTING,
            "before_meal": Attribute.BEFORE_MEAL,
            "after_meal": Attribute.AFTER_MEAL,
        },
        "reason": {
            "hospital_stay": Attribute.HOSPITAL_STAY,
            "travel_dose": Attribute.TRAVEL_DOSE,
            "paused": Attribute.PAUSED,
        },
        "use": {"regular": Attribute.REGULAR, "course": Attribute.COURSE, "as_needed": Attribute.AS_NEEDED},
    }
)
"""What authors and records write, by the field that it stands in."""
WAYS: Final[Mapping[str, Attribute]] = MappingProxyType(
    {word: bit for field in ("position", "arm", "meal") for word, bit in ATTRIBUTE_WORDS[field].items()}
)
"""Ways of measuring, by the words for them."""


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that rules speak of.

    unit: field unit of every value in the columns; units: UCUM code -> conversion from it, for each unit that is
    accepted. decimals: for display. plausible: closed span in `unit`; a value outside it is no reading of a living
    person. codes: (system's own address, code). parts: the parts of a panel, or the items of a form, by name. atc:
    prefixes of a medicine class. label: language -> text. molar_mass: g/mol, where mg/dL and mmol/L both arrive.
    answers: word -> the number that it counts as; answer_codes: (system's own address, code) -> that number. ddd: (ATC
    code, defined daily dose, its unit), where days' supply may be reckoned by it.
    to_confirm: what a clinician has yet to confirm.
    """

    name: str
    kind: Kind
    unit: str = ""
    decimals: int = 0
    plausible: tuple[float, float] | None = None
    units: Mapping[str, Conversion] = field(default_factory=dict[str, Conversion])
    codes: tuple[tuple[str, str], ...] = ()
    parts: Mapping[str, "Concept"] = field(default_factory=dict[str, "Concept"])
    label: Mapping[str, str] = field(default_factory=dict[str, str])
    source: str = ""
    atc: tuple[str, ...] = ()
    molar_mass: float | None = None
    to_confirm: tuple[str, ...] = ()
    answers: Mapping[str, float] = field(default_factory=dict[str, float])
    answer_codes: tuple[tuple[tuple[str, str], float], ...] = ()
    ddd: tuple[tuple[str, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class System:
    """A code system. url: its own address; aliases: other addresses seen in data.

    by_prefix: `I50` holds I50.9. has_check_digit: no two codes differ in one digit only.
    """

    name: str
    url: str
    aliases: tuple[str, ...] = ()
    by_prefix: bool = False
    has_check_digit: bool = False


SYSTEMS: Final = (
    System("LOINC", "http://loinc.org", ("urn:oid:2.16.840.1.113883.6.1",), has_check_digit=True),
    System("SNOMED CT", "http://snomed.info/sct", ("urn:oid:2.16.840.1.113883.6.96",), has_check_digit=True),
    System(
        "ICD-10",
        "http://hl7.org/fhir/sid/icd-10-no",
        ("urn:oid:2.16.578.1.12.4.1.1.7110", "http://hl7.org/fhir/sid/icd-10"),
        by_prefix=True,
    ),
    System(
        "ICPC-2",
        "http://hl7.org/fhir/sid/icpc-2",
        ("urn:oid:2.16.578.1.12.4.1.1.7170", "urn:oid:2.16.840.1.113883.6.139"),
        by_prefix=True,
    ),
    System(
        "NPU",
        "http://helsedir.no/fhir/CodeSystem/no-kodeverk-7280-nlk",
        ("urn:oid:2.16.578.1.12.4.1.1.7280",),
    ),
    System("ATC", "http://www.whocc.no/atc", ("urn:oid:2.16.840.1.113883.6.73", "urn:oid:2.16.578.1.12.4.1.1.7180")),
    System("VKP alert", "http://ehelse.no/fhir/CodeSystem/vkp-alert-code-v090"),
    System("v3-ActCode", "http://terminology.hl7.org/CodeSystem/v3-ActCode", ("http://hl7.org/fhir/v3/ActCode",)),
    System("Questionnaire", "urn:cds:questionnaire"),  # the canonical address of a form
    System("linkId", "urn:cds:link-id"),  # an item within a form
)

_URLS: Final[Mapping[str, str]] = {
    address: each.url for each in SYSTEMS for address in (each.url, each.name, *each.aliases)
}
_PREFIXED: Final = frozenset(each.url for each in SYSTEMS if each.by_prefix)
_CHECKED: Final = frozenset(each.url for each in SYSTEMS if each.has_check_digit)
_SHORTEST_PREFIX: Final = 3  # I50, K77


def system_url(address: str) -> str:
    """The system's own address for any address or name it goes by; what is not known comes back as it is.

    >>> system_url("urn:oid:2.16.578.1.12.4.1.1.7170") == system_url("ICPC-2")
    True
    """
    return _URLS.get(address, address)


_FOLDER: Final[Mapping[str, str]] = {
    "diagnosis": "conditions.",
    "device": "devices.",
    "event": "events.",
    "stay": "stays.",
    "medicine": "doses.",
}
MEDICINE_FOLDERS: Final = ("doses", "medicines", "supply")  # planned doses, use over time, what was handed out


@dataclass(frozen=True)
class Concepts:
    """The concepts in use, by name. hash: of the files they were read from, or of their content."""

    by_name: Mapping[str, Concept]
    hash: str = ""

    def __post_init__(self) -> None:
        if not self.hash:
            object.__setattr__(self, "hash", _content_hash(self.by_name.values()))

    def find(self, system: str, code: str) -> tuple[str, str] | None:
        """(concept, part or "") that a code stands for; None when no concept has it; see `find_all`."""
        return next(iter(self.find_all(system, code)), None)

    def find_all(self, system: str, code: str) -> tuple[tuple[str, str], ...]:
        """Every (concept, part or "") that a code stands for, the closest first.

        ICD-10 and ICPC-2 codes are found by their beginning, with or without the dot: I11.0 is both heart failure
        (I11.0) and hypertension (I11).
        """
        url = _URLS.get(system, system)
        if url not in _PREFIXED:
            return self._by_code.get((url, code), ())
        plain = _plain(code)[: self._longest]
        lengths = range(len(plain), _SHORTEST_PREFIX - 1, -1)
        return tuple(dict.fromkeys(hit for end in lengths for hit in self._by_code.get((url, plain[:end]), ())))

    def one_digit_off(self, system: str, code: str) -> tuple[str, ...]:
        """(concept, known code) of a code that differs from this one in one digit; () when there is none.

        Only in systems with check digits, where such a code is a slip of the pen.
        """
        return self._slips.get((_URLS.get(system, system), code), ())

    def classes(self, atc: str) -> tuple[str, ...]:
        """Names of the medicine classes that hold an ATC code, in alphabetical order."""
        return tuple(name for name, prefixes in self._atc if atc.upper().startswith(prefixes))

    def key(self, name: str, part: str = "") -> str:
        """The column key of a concept: `body_weight`, `blood_pressure.systolic`, `conditions.copd`, `doses.statins`."""
        concept = self.by_name[name]
        return _FOLDER.get(concept.kind, "") + (f"{name}.{part}" if part else name)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every column key that data may fill."""
        single = {self.key(each.name) for each in self.by_name.values() if not each.parts}
        parts = {self.key(each.name, part) for each in self.by_name.values() for part in each.parts}
        classes = ("all", *(each.name for each in self.of_kind("medicine")))
        return frozenset(single | parts | {f"{folder}.{name}" for folder in MEDICINE_FOLDERS for name in classes})

    def of_kind(self, *kinds: Kind) -> tuple[Concept, ...]:
        """The concepts of these kinds, by name."""
        found = self._of_kinds.get(kinds)
        if found is None:
            found = tuple(self.by_name[name] for name in sorted(self.by_name) if self.by_name[name].kind in kinds)
            self._of_kinds[kinds] = found
        return found

    @cached_property
    def _of_kinds(self) -> dict[tuple[Kind, ...], tuple[Concept, ...]]:
        """What `of_kind` has answered: it is asked many times for each patient."""
        return {}

    @cached_property
    def defined_daily_doses(self) -> Mapping[str, tuple[float, str]]:
        """ATC code -> defined daily dose and its unit; nothing where two concepts say different things."""
        said: dict[str, set[tuple[float, str]]] = {}
        for each in self.of_kind("medicine"):
            for code, dose, unit in each.ddd:
                said.setdefault(code, set()).add((dose, unit))
        return {code: min(doses) for code, doses in said.items() if len(doses) == 1}

    @cached_property
    def _by_code(self) -> Mapping[tuple[str, str], tuple[tuple[str, str], ...]]:
        found: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}
        for name in sorted(self.by_name):
            concept = self.by_name[name]
            for part, each in (("", concept), *concept.parts.items()):
                for system, code in each.codes:
                    url = system_url(system)
                    key = url, _plain(code) if url in _PREFIXED else code
                    found[key] = (*found.get(key, ()), (name, part))
        return found

    @cached_property
    def _longest(self) -> int:
        """Length of the longest code; what is longer can only begin with one."""
        return max((len(code) for _, code in self._by_code), default=0)

    @cached_property
    def _slips(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        return {
            (url, f"{code[:place]}{digit}{code[place + 1 :]}"): (hits[0][0], code)
            for (url, code), hits in sorted(self._by_code.items())
            if url in _CHECKED
            for place, written in enumerate(code)
            if written.isdigit()
            for digit in "0123456789"
            if digit != written
        }

    @cached_property
    def _atc(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple((each.name, each.atc) for each in self.of_kind("medicine"))


def _plain(code: str) -> str:
    return code.replace(".", "").strip().upper()


def _content_hash(concepts: Iterable[Concept]) -> str:
    content = [asdict(each) for each in sorted(concepts, key=lambda each: each.name)]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
