"""FHIR QuestionnaireResponses → answered forms (https://hl7.org/fhir/R4/questionnaireresponse.html).

====================================== ================================================================
field                                  how it is read
====================================== ================================================================
``questionnaire``                      the form with this address, with or without `|version`; else the
                                       form whose codes the Questionnaire itself has, or all of whose
                                       coded items it has; any other is counted
``item.linkId``, ``item.definition``   the form's item with this linkId; of no other form
``Questionnaire.item.code``            the form's item with this code, where the Questionnaire is in the
                                       bundle or contained; groups and nested items are looked through
``answer.value[x]``                    as in `value`; a Quantity as in Observations
``Questionnaire.item.answerOption``    what an answer counts, where the answer does not say so itself
two answers of one item that differ    that item contradicts itself
no answer                              that item is missing, so that a sum over it is unknown
``status`` completed, amended          used
in-progress, stopped, none             not used
entered-in-error                       not used
``authored``                           when it was answered; when it was stored (``meta.lastUpdated``)
                                       says nothing of when it became known
``source``, ``author`` RelatedPerson   reported by a relative
``modifierExtension``, implicitRules   not used
``meta.security`` masked               withheld: the form, where it is known, else all forms
====================================== ================================================================
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from cds.adapters.amounts import MASKED, MISSING, Amount, accepted_units, amount
from cds.adapters.fhir.reference import refers_to
from cds.adapters.fhir.resource import Json, Resource, codings, has_other_meaning, is_masked
from cds.adapters.fhir.value import Weights, absent_reason, comparator_of, told, unit_of_quantity, weight_of
from cds.adapters.rows import Intake, Reading, keys_meant
from cds.adapters.shapes import OBJECT, as_list, as_object, as_text
from cds.codes import Attribute, Concept, system_url
from cds.operators.reasons import CONFLICT, NO_DATA
from cds.operators.series import FIRST_TIME
from cds.periods import instant

KINDS: Final = ("QuestionnaireResponse", "Questionnaire")
_USED: Final = ("completed", "amended")
_CONTRADICTS: Final = MISSING._replace(quality=CONFLICT)
_ADDRESS: Final = system_url("Questionnaire")
_LINK: Final = system_url("linkId")


def take_forms(intake: Intake, resources: list[Resource]) -> None:
    """Add the patient's answered forms; one that was answered counts as supplied."""
    definitions: dict[tuple[str, str], list[_Definition]] = {}
    for each in resources:
        if each.kind == "Questionnaire":
            address, version = as_text(each.content.get("url")), as_text(each.content.get("version"))
            definition = _Definition(each.content)
            for named in {(address, version), (address, "")}:
                definitions.setdefault(named, []).append(definition)
    unknown = 0
    for each in resources:
        if each.kind == "QuestionnaireResponse":
            unknown += not _Response(intake, each, definitions).take()
    for concept in intake.concepts.of_kind("form"):
        if concept.name in intake.readings:
            intake.supplied.update(dict.fromkeys(keys_meant(intake.concepts, concept.name), FIRST_TIME))
    if unknown:
        intake.note("unknown_form", "QuestionnaireResponse", count=unknown)


class _Definition:
    """What a Questionnaire says of a form. codes: its own; items: by linkId; item_codes: of all its items."""

    def __init__(self, content: Json) -> None:
        content = {} if has_other_meaning(content) else content
        self.codes = _codes(content)
        self.items = {as_text(each.get("linkId")): each for each in _items(content)}
        self.item_codes = {code for each in self.items.values() for code in _codes(each)}


Definitions = Mapping[tuple[str, str], Sequence[_Definition]]  # (address, version or "") -> Questionnaires


class _Response:
    """One answered form."""

    def __init__(self, intake: Intake, resource: Resource, definitions: Definitions) -> None:
        self._intake = intake
        self._content = resource.content
        self._place = resource.place
        self._definition = _definition(resource.content, definitions)
        self._masked = is_masked(resource.content)

    def take(self) -> bool:
        """Add its answers; False when no form is known that it answers."""
        form = self._form()
        if form:
            self._add(form)
        elif self._masked and not self._content.get("questionnaire"):
            self._intake.note("value_withheld", self._place)
            self._withhold(each.name for each in self._intake.concepts.of_kind("form"))
        else:
            return False
        return True

    def _form(self) -> Concept | None:
        """The form that it answers."""
        address = as_text(self._content.get("questionnaire"))
        concepts = self._intake.concepts
        for codes in ([(_ADDRESS, address), (_ADDRESS, _plain(address))], self._definition.codes):
            hits = [name for each in codes for name, part in concepts.find_all(*each) if not part]
            names = {name for name in hits if concepts.by_name[name].kind == "form"}
            if names:
                return self._only(names)
        needed = {each.name: _coded_items(each) for each in concepts.of_kind("form")}
        return self._only({name for name, coded in needed.items() if coded and coded <= self._definition.item_codes})

    def _only(self, names: set[str]) -> Concept | None:
        if len(names) > 1:
            self._intake.note("codes_disagree", self._place)
        return self._intake.concepts.by_name[min(names)] if len(names) == 1 else None

    def _add(self, form: Concept) -> None:
        is_used = self._is_used()
        when = self._when() if is_used else None
        if when is None:  # answers that nobody can place in time may be the newest
            if is_used or (self._masked and self._content.get("status") != "entered-in-error"):
                self._withhold([form.name])
            return
        if self._masked:
            self._intake.note("value_withheld", self._place)
            amounts = dict.fromkeys(form.parts, MASKED)
        else:
            amounts = self._amounts(form)
        reading = self._reading(form, amounts, when)
        if reading is None:
            self._intake.note("value_missing", self._place)
        else:
            self._intake.readings.setdefault(form.name, []).append(reading)

    def _withhold(self, names: Iterable[str]) -> None:
        self._intake.withheld.update(key for name in names for key in keys_meant(self._intake.concepts, name))

    def _is_used(self) -> bool:
        status = self._content.get("status")
        code = ""
        if status == "entered-in-error":
            code = "entered_in_error"
        elif status not in _USED:
            code = "form_not_completed"
        elif any(map(has_other_meaning, (self._content, *_within(self._content)))):
            code = "meaning_changed"
        if code:
            self._intake.note(code, self._place)
        return not code

    def _when(self) -> tuple[int, bool] | None:
        written = self._content.get("authored")
        read = instant(as_text(written), self._intake.zone)
        if read is None:
            self._intake.note("time_missing" if written is None else "time_not_understood", self._place)
        return read

    def _amounts(self, form: Concept) -> dict[str, Amount]:
        """What the answers count, by item of the form."""
        parts = _parts(form)
        found: dict[str, Amount] = {}
        for item in _items(self._content):
            definition = self._definition.items.get(as_text(item.get("linkId")), {})
            meant = {parts[code] for code in _item_codes(item, definition) if code in parts}
            if len(meant) > 1:
                self._intake.note("codes_disagree", self._place)
                found.update(dict.fromkeys(meant, _CONTRADICTS))
                continue
            for part in meant:
                for one in self._answers(form.parts[part], item, definition):
                    if found.setdefault(part, one) != one:
                        self._intake.note("part_twice", self._place)
                        found[part] = _CONTRADICTS
        return found

    def _answers(self, item: Concept, written: Json, definition: Json) -> Iterator[Amount]:
        weights = _weights(definition)
        for each in map(as_object, as_list(written.get("answer")) or ()):
            found, code = _answer(item, each or {}, weights)
            if code:
                self._intake.note(code, self._place, units=accepted_units(item))
            if found.quality != NO_DATA:
                yield found

    def _reading(self, form: Concept, amounts: Mapping[str, Amount], when: tuple[int, bool]) -> Reading | None:
        values, raws, units, qualities = zip(*[amounts.get(part, MISSING) for part in form.parts], strict=True)
        if qualities.count(NO_DATA) == len(qualities):
            return None
        for part, quality in zip(form.parts, qualities, strict=True):
            if quality == NO_DATA:
                self._intake.note("part_missing", f"{self._place}.{part}")
        bits = Attribute.DATE_ONLY if when[1] else 0
        if any(refers_to(self._content.get(field), "RelatedPerson") for field in ("source", "author")):
            bits |= Attribute.RELATIVE
        return Reading(when[0], FIRST_TIME, values, units, raws, qualities, int(bits), self._place)


def _plain(address: str) -> str:
    """The address without its version."""
    return address.partition("|")[0]


def _definition(content: Json, definitions: Definitions) -> _Definition:
    """The Questionnaire that was answered, contained or in the bundle; one that says nothing when it is not here.

    A response that states no version may be of any, so that it is told only where there is one.
    """
    written = as_text(content.get("questionnaire"))
    address, _, version = written.partition("|")
    found = definitions.get((address, version), ()) if address else ()
    if written.startswith("#"):
        held = [as_object(each) or {} for each in as_list(content.get("contained")) or ()]
        found = [_Definition(each) for each in held if each.get("id") == written[1:]]
    return found[0] if len(found) == 1 else _Definition({})


def _items(content: Json) -> Iterator[Json]:
    """Every item, however deep in groups, items or answers."""
    for each in map(as_object, as_list(content.get("item")) or ()):
        if each:
            yield each
            yield from _items(each)
            for answer in map(as_object, as_list(each.get("answer")) or ()):
                yield from _items(answer or {})


def _within(content: Json) -> Iterator[Json]:
    """Every item and every answer."""
    for each in _items(content):
        yield each
        yield from (as_object(answer) or {} for answer in as_list(each.get("answer")) or ())


def _codes(content: Json) -> list[tuple[str, str]]:
    """The codes of a Questionnaire or of one of its items, in their systems' own addresses."""
    return [(system_url(system), code) for system, code in codings({"coding": content.get("code")})]


def _item_codes(item: Json, definition: Json) -> list[tuple[str, str]]:
    """What an item goes by: its linkId, its definition, and the codes that its Questionnaire gives it."""
    return [
        *((_LINK, as_text(item.get(field))) for field in ("linkId", "definition")),
        (_LINK, as_text(definition.get("definition"))),
        *_codes(definition),
    ]


def _parts(form: Concept) -> dict[tuple[str, str], str]:
    return {(system_url(system), code): part for part, one in form.parts.items() for system, code in one.codes}


def _coded_items(form: Concept) -> set[tuple[str, str]]:
    """The codes of a form's items by which it may be told; linkIds mean something within one form only."""
    return {code for code in _parts(form) if code[0] != _LINK}


def _weights(definition: Json) -> Weights:
    """What the answers that a Questionnaire offers count, as far as it says so."""
    found: dict[tuple[str, str], float] = {}
    for option in map(as_object, as_list(definition.get("answerOption")) or ()):
        coding = as_object((option or {}).get("valueCoding")) or {}
        stated = {each for each in map(weight_of, (option or {}, coding)) if each is not None}
        if len(stated) == 1:
            found.update({(system_url(each), code): min(stated) for each, code in codings({"coding": [coding]})})
    return found


def _answer(item: Concept, answer: Json, weights: Weights) -> tuple[Amount, str]:
    field = min((each for each in answer if each.startswith("value") and answer[each] is not None), default="")
    if not field:
        masked = any(absent_reason(answer, each[1:]) == "masked" for each in answer if each.startswith("_value"))
        return (MASKED, "value_withheld") if masked else (MISSING, "")
    value = answer[field]
    if field == "valueQuantity" and isinstance(value, OBJECT):
        if value.get("value") is None:
            return MISSING, ""
        return amount(item, value["value"], unit_of_quantity(value), comparator_of(value, {}))
    return told(item, field, value, weights)
