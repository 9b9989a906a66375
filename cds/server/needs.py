"""What the rulesets read of a patient, as prefetch templates of CDS Hooks.

::

    plan ─▶ column keys ─▶ queries ({key: template}) and inputs (which queries must be answered for which input)

The templates keep to what CDS Hooks 2.0 recommends: reads and searches by type, tokens by equality, one lower bound
of dates, `_count` and `_sort`; the one token is `{{context.patientId}}`.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import quote

from cds.codes import RECORDED, Concept, Concepts
from cds.lookback import days_back
from cds.plan import Limit, Measure, Plan

PATIENT: Final = "patient"
TOKEN: Final = "{{context.patientId}}"
MARGIN_DAYS: Final = 2
"""By how many days more is asked for than is looked at: zones, and a client that asks before midnight."""
_MOST: Final = 1000
_NOT_IN_OBSERVATIONS: Final = frozenset({"urn:cds:questionnaire", "urn:cds:link-id"})
_PRESCRIBED: Final = ("MedicationRequest", "MedicationStatement")  # they also say which doses there should be
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {  # folder of column keys -> all kinds of resource that tell of it
    "conditions": ("Condition",),
    "devices": ("Device", "DeviceUseStatement"),
    "doses": ("MedicationDispense", "MedicationAdministration", "DetectedIssue", *_PRESCRIBED),
    "events": ("DetectedIssue",),
    "medicines": _PRESCRIBED,
    "stays": ("Encounter",),
    "supply": ("MedicationDispense", *_PRESCRIBED),
}
_FACTS: Final = {name: kinds for name, kinds in _KINDS.items() if name != "doses"} | {"supply": ("MedicationDispense",)}
_FORMS: Final = "QuestionnaireResponse"
LIMITS: Final = "limits"
"""The input that stands for the limits of the patient's own plan."""
_PLANS: Final = ("Goal", "CarePlan")
KINDS: Final = frozenset({"Observation", _FORMS, *_PLANS, *(each for kinds in _KINDS.values() for each in kinds)})


@dataclass(frozen=True, slots=True)
class Query:
    """One prefetch template. key: stays the same exactly as long as the question does, so that the answer to an
    earlier question, asked by a client that has not looked at discovery since, is never taken for this one.

    kind: of resource; days: asked for so many days back, None = all there is.
    """

    key: str
    kind: str
    search: str
    days: int | None = None

    def template(self, today: date) -> str:
        """The template as it stands in discovery on this day; on later days the same asks for more than is needed."""
        if self.days is None:
            return self.search
        return f"{self.search}&date=ge{today - timedelta(self.days + MARGIN_DAYS)}"


@dataclass(frozen=True, slots=True)
class Need:
    """One input: name, a word that `supplied` of a patient takes; and the keys of all queries that tell of it.

    is_recorded: it is measured or answered; else `facts` are the keys of the queries of which each answer is a fact of
    this kind, so that no answer at all means that there is none. It is empty for doses: a dispenser of which nothing
    is heard has not given every dose.
    """

    name: str
    queries: tuple[str, ...]
    is_recorded: bool = False
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything that rulesets read. queries: by key, without the read of the patient."""

    queries: Mapping[str, Query]
    inputs: tuple[Need, ...]

    def templates(self, today: date) -> dict[str, str]:
        """`prefetch` of the service in discovery."""
        return {PATIENT: f"Patient/{TOKEN}"} | {key: each.template(today) for key, each in self.queries.items()}


def needs_of(plan: Plan, concepts: Concepts, without: Collection[str] = ()) -> Needs:
    """What a plan reads. without: kinds of resource that the clients do not hold; they are not asked for."""
    by_folder: dict[str, list[Measure]] = {}
    for measure in (each for each in plan.numbers if isinstance(each, Measure)):
        for folder in {key.partition(".")[0] for key in measure.input.keys}:
            by_folder.setdefault(folder, []).append(measure)
    queries: dict[str, Query] = {}
    inputs: list[Need] = []
    for name in sorted(by_folder):
        found = _queries(name, by_folder[name], concepts)
        asked = [each for each in found if each.kind not in without]
        queries |= {each.key: each for each in asked}
        facts = tuple(each.key for each in asked if each.kind in _FACTS.get(name, ()))
        inputs.append(Need(name, tuple(each.key for each in asked), name not in _KINDS, facts))
    if any(isinstance(each, Limit) and not each.fixed for each in plan.numbers):
        plans = [_of_kind(kind) for kind in _PLANS if kind not in without]
        queries |= {each.key: each for each in plans}
        inputs.append(Need(LIMITS, tuple(each.key for each in plans if each.kind == "Goal")))
    return Needs(queries, tuple(inputs))


def _queries(name: str, measures: Iterable[Measure], concepts: Concepts) -> list[Query]:
    if name in _KINDS:
        return [_of_kind(kind) for kind in _KINDS[name]]
    concept = concepts.by_name[name]
    observed = _of_codes(concept, days_back(measures))
    forms = [_of_kind(_FORMS)] if concept.kind == "form" else []
    return [*([observed] if observed else []), *forms]


def _of_kind(kind: str) -> Query:
    state = "&status=active" if kind == "CarePlan" else ""
    return Query(_snake(kind), kind, f"{kind}?patient={TOKEN}{state}&_count={_MOST}")


def _of_codes(concept: Concept, days: int | None) -> Query | None:
    """The Observations that have a code of the concept or of a part; None for a concept without codes."""
    assert concept.kind in RECORDED
    held = [concept, *concept.parts.values()]
    codes = {code for each in held for system, code in each.codes if system not in _NOT_IN_OBSERVATIONS}
    if not codes:
        return None
    listed = ",".join(quote(code, safe="") for code in sorted(codes))
    search = f"Observation?patient={TOKEN}&code={listed}&_sort=-date&_count={_MOST}"
    mark = hashlib.sha256(f"{search} {days}".encode()).hexdigest()[:6]
    return Query(f"{concept.name}-{mark}", "Observation", search, days)


def _snake(kind: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind).lstrip("_")
