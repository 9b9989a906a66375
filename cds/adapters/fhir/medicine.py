"""Which medicine a FHIR resource is about (https://hl7.org/fhir/R4/medication.html).

================================== =====================================================================
field                              how it is read
================================== =====================================================================
``medicationCodeableConcept``      its ATC codings, each of them: a product may have two
``medicationReference``            the Medication that is contained in the resource or is an entry
``Medication.code``                as a medicationCodeableConcept: the product's own code decides
``Medication.ingredient``          only where the product has no ATC code: the codes of all active parts,
                                   also those of a Medication in it (a combination, a multidose pouch)
other systems (FEST, RxNorm, …)    no class: a medicine without ATC may be of any
text, ``display``                  not read
================================== =====================================================================

Substitution changes nothing here: generic medicines share the ATC code of the one that was prescribed.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from cds.adapters.fhir.reference import References
from cds.adapters.fhir.resource import Json, Resource, codings, has_other_meaning, is_masked
from cds.adapters.rows import Intake, is_of, may_be_of, read_atc
from cds.adapters.shapes import as_list, as_object
from cds.codes import system_url
from cds.operators.series import LAST_TIME

_ATC: Final = system_url("ATC")
_DEEPEST: Final = 5  # a pouch holds products, a product holds substances


class Medicine(NamedTuple):
    """A medicine as a resource names it.

    atc: codes, sorted. is_told: whether every active part has one. content: its Medication, {} when there is none.
    """

    atc: tuple[str, ...]
    is_told: bool
    content: Json

    @property
    def told(self) -> tuple[tuple[str, ...], ...]:
        """Its codes as `state_medicines` takes them: with () where a part has none."""
        return (self.atc,) if self.is_told else (self.atc, ())


class Medicines:
    """Finds the medicines that the resources of a bundle are about."""

    def __init__(self, intake: Intake, references: References) -> None:
        self._intake = intake
        self._references = references
        self._not_here = 0
        self._known: dict[tuple[int, int], Medicine] = {}  # by content, and how many levels are left

    def of(self, resource: Resource) -> Medicine:
        """The medicine of a statement, request, dispense or administration."""
        return self._in(resource.content, "medication", resource, _DEEPEST)

    def finish(self) -> None:
        """Say how many Medications were referred to that the bundle does not hold."""
        if self._not_here:
            self._intake.note("medicine_not_included", "Medication", count=self._not_here)

    def _in(self, content: Json, field: str, owner: Resource, levels: int) -> Medicine:
        """The medicine in `field`CodeableConcept, else that of the Medication in `field`Reference."""
        codes = self._codes(content.get(f"{field}CodeableConcept"), owner)
        reference = content.get(f"{field}Reference")
        if codes or reference is None or not levels:
            return Medicine(codes, bool(codes), {})
        found = self._references.find(reference, owner)
        if found is None or found.kind != "Medication":
            self._not_here += 1
            return Medicine((), False, {})
        key = id(found.content), levels
        if key not in self._known:
            self._known[key] = self._medication(found, owner if found.number == owner.number else found, levels)
        return self._known[key]

    def _medication(self, medication: Resource, holder: Resource, levels: int) -> Medicine:
        """The medicine of a Medication; `holder` has the resources that it refers to within itself."""
        content = medication.content
        if has_other_meaning(content) or content.get("status") == "entered-in-error" or is_masked(content):
            self._intake.note("medicine_not_used", medication.place)
            return Medicine((), False, content)
        codes = self._codes(content.get("code"), medication)
        if codes:
            return Medicine(codes, True, content)
        listed = [as_object(each) or {} for each in as_list(content.get("ingredient")) or ()]
        parts = [self._in(each, "item", holder, levels - 1) for each in listed if each.get("isActive") is not False]
        atc = {code for each in parts for code in each.atc}
        return Medicine(tuple(sorted(atc)), bool(parts) and all(each.is_told for each in parts), content)

    def _codes(self, concept: object, resource: Resource) -> tuple[str, ...]:
        codes = read_atc(code for system, code in codings(concept) if system_url(system) == _ATC)
        if codes is None:
            self._intake.note("medicine_not_read", resource.place)
        return codes or ()


def classes_of(intake: Intake, folder: str, atc: Iterable[str]) -> Iterator[str]:
    """The keys of the classes that a medicine with these codes may be of; without codes, every class."""
    codes = tuple(atc)
    for concept in intake.concepts.of_kind("medicine"):
        if not codes or is_of(concept, codes) or any(may_be_of(concept, code) for code in codes):
            yield f"{folder}.{concept.name}"


def leave_open(intake: Intake, folder: str, atc: Iterable[str]) -> None:
    """A fact about a medicine could not be placed: what it may belong to is not known in full, whoever vouches."""
    keys = (f"{folder}.all", *classes_of(intake, folder, atc))
    intake.supplied.update(dict.fromkeys(keys, LAST_TIME))
    intake.open.update(keys)


def withhold(intake: Intake, folder: str, atc: Iterable[str]) -> None:
    """A masked fact has no place in the rows: what it may belong to is not known in full."""
    intake.withheld.update((f"{folder}.all", *classes_of(intake, folder, atc)))
