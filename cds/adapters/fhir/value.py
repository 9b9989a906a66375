"""Values of FHIR elements other than a Quantity with a number → amounts.

====================================== ================================================================
element                                counts as
====================================== ================================================================
``valueCodeableConcept``,              the number of the concept's answer with one of its codes, else
``valueCoding``                        the weight that the coding states (``ordinalValue``,
                                       ``itemWeight``); two numbers: cannot be told
``valueBoolean``, ``valueString``      the number of the answer with this word, ``yes`` or ``no``
``valueString`` HI, LO                 a bound that decides nothing
``valueInteger``, ``valueDecimal``     the number, where the concept counts points
``interpretation`` ``>``, ``<``        off the meter's scale: with a value a bound, without one HI, LO
``interpretation`` HX, LX, H, L …      nothing: they judge the value against a protocol or a reference
``dataAbsentReason`` masked            withheld
as-text                                a reading that cannot be told
not-a-number, an infinity              a reading that no body can have
any other, error and not-performed too no reading
====================================== ================================================================
"""

from collections.abc import Mapping
from typing import Any, Final

from cds.adapters.amounts import MASKED, MISSING, UNTOLD, Amount, amount, answer, finite
from cds.adapters.fhir.extension import value_of
from cds.adapters.fhir.resource import Json, codings, one_of
from cds.adapters.shapes import OBJECT, as_list, as_object, as_text
from cds.codes import Concept, system_url
from cds.operators.reasons import IMPLAUSIBLE_ONLY
from cds.units import unit_of

Weights = Mapping[tuple[str, str], float]  # (system's own address, code) -> what a form's definition says it counts

_UCUM: Final = frozenset({"http://unitsofmeasure.org", "urn:oid:2.16.840.1.113883.6.8", ""})
_CODED: Final = ("valueCoding", "valueCodeableConcept")
_METER: Final = {">": "HI", "<": "LO"}
_INTERPRETATIONS: Final = frozenset(
    {
        "",
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
        "http://hl7.org/fhir/v3/ObservationInterpretation",
        "http://terminology.hl7.org/CodeSystem/v2-0078",
        "http://hl7.org/fhir/v2/0078",
    }
)
_NOT_FINITE: Final = ("not-a-number", "negative-infinity", "positive-infinity")
_WEIGHTS: Final = tuple(f"http://hl7.org/fhir/structuredefinition/{name}" for name in ("ordinalvalue", "itemweight"))
_ABSENT: Final = "http://hl7.org/fhir/structuredefinition/data-absent-reason"


def other_value(concept: Concept, content: Json) -> tuple[Amount, str]:
    """What an Observation or component without a number in a Quantity counts as, and what is wrong with it."""
    reason = content.get("dataAbsentReason")
    if one_of(("masked",), reason):
        return MASKED, "value_withheld"
    field = _value_field(content)
    if field:
        return told(concept, field, content[field])
    sign = off_scale(content)
    if sign:
        return amount(concept, _METER.get(sign, sign), None)
    if one_of(_NOT_FINITE, reason):
        return UNTOLD._replace(quality=IMPLAUSIBLE_ONLY), "value_not_finite"
    return (UNTOLD, "value_not_a_number") if one_of(("as-text",), reason) else (MISSING, "")


def _value_field(content: Json) -> str:
    """The field that holds the value; "" when there is none. A Quantity here has no number, so it is none."""
    fields = {each for each in content if each.startswith("value") and content[each] is not None}
    if isinstance(content.get("valueQuantity"), OBJECT):
        fields.discard("valueQuantity")
    return min(fields, default="")


def told(concept: Concept, field: str, value: object, weights: Weights | None = None) -> tuple[Amount, str]:
    """What a value[x] other than a Quantity counts as, and the code of what is wrong with it ("" = nothing).

    weights: what the form's own definition says that answers count.
    """
    if field in _CODED:
        found, code = _coded(concept, value if field == "valueCodeableConcept" else {"coding": [value]}, weights or {})
    else:
        found, code = amount(concept, value, None)
    return found, "answer_not_known" if code == "value_not_a_number" and concept.answers else code


def _coded(concept: Concept, value: object, weights: Weights) -> tuple[Amount, str]:
    codes = [(system_url(system), code) for system, code in codings(value)]
    listed = [as_object(each) or {} for each in as_list((as_object(value) or {}).get("coding")) or ()]
    numbers = {number for coding, number in concept.answer_codes if coding in codes}
    numbers |= {weights[each] for each in codes if each in weights}
    numbers |= {weight for weight in map(weight_of, listed) if weight is not None}
    if len(numbers) > 1:
        return UNTOLD, "codes_disagree"
    if not numbers:
        return UNTOLD, "value_not_a_number"
    number = numbers.pop()
    word = next((each for each, counted in concept.answers.items() if counted == number), None)
    return answer(concept, word) or amount(concept, number, None)


def weight_of(content: Mapping[str, Any]) -> float | None:
    """The score that an element states of itself; None when it states none, or a different one twice."""
    stated = {finite(value_of(content, address)) for address in _WEIGHTS} - {None}
    return stated.pop() if len(stated) == 1 else None


def off_scale(content: Json) -> str:
    """The sign that a meter showed in place of a number: `>` above its scale, `<` below; "" none, `?` both."""
    found = {
        code
        for concept in as_list(content.get("interpretation")) or ()
        for system, code in codings(concept)
        if code in _METER and system in _INTERPRETATIONS
    }
    return "?" if len(found) > 1 else "".join(found)


def comparator_of(quantity: Json, content: Json) -> object:
    """The sign before a Quantity: its own, or the meter's; `?` when they contradict each other."""
    own, shown = quantity.get("comparator"), off_scale(content)
    if own is None or not shown:
        return shown or own
    return own if as_text(own).startswith(shown) else "?"


def unit_of_quantity(quantity: Json) -> str:
    """The unit of a Quantity: its UCUM code, else its text; "" when they say different things."""
    code, text = quantity.get("code"), quantity.get("unit")
    if isinstance(code, str) and code == text:
        return code
    text = as_text(text)
    code = as_text(code) if as_text(quantity.get("system")) in _UCUM else ""
    if code and text:
        one, other = unit_of(code), unit_of(text)
        if one and other and one.id != other.id:
            return "?"
        return code if one else text
    return code or text


def absent_reason(content: Json, field: str) -> str:
    """Why a field of a primitive type is absent, as its extension says: a code, "" when it does not say."""
    return as_text(value_of(content.get(f"_{field}"), _ABSENT))
