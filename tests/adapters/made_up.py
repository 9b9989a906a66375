"""Concepts of nobody's: made of the shared ones, with addresses and codes that stand for nothing in the world."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from cds.catalogue import shared_concepts
from cds.codes import Concept, Concepts, system_url

KNOWN_SYSTEM: Final = system_url("ATC")  # any system that is known will do
ADDRESS: Final = "https://example.org/Questionnaire/breath"
SLEEP_ADDRESS: Final = "https://example.org/Questionnaire/sleep"
DEFINITION: Final = "https://example.org/StructureDefinition/breath#cough"

_SHARED: Final = shared_concepts().by_name
_ADDRESSES: Final = system_url("Questionnaire")
_LINKS: Final = system_url("linkId")
_ITEM: Final = _SHARED["gad7"].parts["item1"]  # 0 to 3 points


def _item(*links: str, code: str = "", like: Concept = _ITEM, answers: Mapping[str, float] | None = None) -> Concept:
    coded = ((KNOWN_SYSTEM, code),) if code else ()
    return replace(
        like,
        codes=(*((_LINKS, each) for each in links), *coded),
        answers=answers or {},
        answer_codes=tuple(
            ((KNOWN_SYSTEM, f"TEST-{word.upper()}"), number) for word, number in (answers or {}).items()
        ),
    )


def hosted(name: str, address: str) -> Concept:
    """A shared form as a host would complete it: with its address, and the items' names as linkIds."""
    form = _SHARED[name]
    parts = {part: replace(one, codes=((_LINKS, part),)) for part, one in form.parts.items()}
    return replace(form, codes=((_ADDRESSES, address),), parts=parts)


BREATH: Final = replace(
    _SHARED["gad7"],
    name="breath",
    codes=((_ADDRESSES, ADDRESS), (KNOWN_SYSTEM, "TEST-FORM")),
    parts={
        "cough": _item("q1", DEFINITION, code="TEST-COUGH"),
        "pain": _item("q2", code="TEST-PAIN", answers={"no": 0.0, "yes": 2.0}),
        "weight": _item("q3", like=_SHARED["body_weight"]),
    },
)
SLEEP: Final = replace(
    _SHARED["gad7"],
    name="sleep",
    codes=((_ADDRESSES, SLEEP_ADDRESS),),
    parts={"rest": _item("q1", code="TEST-REST"), "nap": _item(code="TEST-NAP")},
)
AWAKE: Final = replace(
    _SHARED["heart_rate"],
    name="awake",
    unit="points",
    units=_ITEM.units,
    plausible=(0.0, 4.0),
    codes=((KNOWN_SYSTEM, "TEST-AWAKE"),),
    answers={"yes": 0.0, "sleepy": 1.0, "no": 4.0},
    answer_codes=(((KNOWN_SYSTEM, "TEST-YES"), 0.0), ((KNOWN_SYSTEM, "TEST-NO"), 4.0)),
)
PUMP: Final = Concept("pump", "device", codes=((KNOWN_SYSTEM, "TEST-PUMP"),), label={"en": "Pump"})
RESPITE: Final = Concept("respite", "stay", codes=((KNOWN_SYSTEM, "TEST-RESPITE"),), label={"en": "Respite"})


def concepts(*own: Concept) -> Concepts:
    """The shared concepts with these added, each in place of a shared one of its name."""
    return Concepts({**_SHARED, **{each.name: each for each in own}})
