"""Who there is in an export, and which of them a resource is about."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from cds.adapters.fhir.resource import Json, Resource
from cds.adapters.fhir.subject import FIELD, REFERENCE, Subject, asked_identifier, identifier_of
from cds.adapters.rows import Intake
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import Concepts
from cds.periods import Zone

UNSAID: Final = -1  # it does not say whom it is about
STRANGER: Final = -2  # somebody whom no Patient of the export tells of, or who cannot be told from another
CONTRADICTED: Final = -3  # its reference and its identifier are of different people
ISSUE: Final[Mapping[int, str]] = {
    UNSAID: "ambiguous_subject",
    STRANGER: "subject_not_known",
    CONTRADICTED: "other_patient",
}
_MOST: Final = 500_000  # answers that are remembered

Stated = tuple[str | None, str | None, str | None]  # reference, system and value of the identifier


class People:
    """The patients by position, in the order of their ids. known: what subjects mean, as they are written.

    server: the address before `Patient/1` of the server that gave the export, "" = not known.
    """

    def __init__(self, patients: Iterable[Json], server: str, concepts: Concepts, zone: Zone) -> None:
        numbers: dict[str, list[tuple[str, str]]] = {}
        for each in patients:
            listed = [identifier_of(one) for one in as_list(each.get("identifier")) or ()]
            numbers.setdefault(as_text(each.get("id")), []).extend(one for one in listed if one)
        self.ids: Sequence[str] = sorted(numbers)
        self.server = server
        self._numbers = [numbers[each] for each in self.ids]
        self._by_id = {each: position for position, each in enumerate(self.ids)}
        self._by_small_id: dict[str, list[int]] = {}
        self._by_number: dict[tuple[str, str], set[int]] = {}
        for position, each in enumerate(self.ids):
            self._by_small_id.setdefault(each.lower(), []).append(position)
            for one in self._numbers[position]:
                self._by_number.setdefault(one, set()).add(position)
        self.concepts, self.zone = concepts, zone
        self._known: dict[Stated, int] = {}
        self.known: dict[bytes, int] = {}

    def position_of(self, name: str) -> int | None:
        """The position of the patient with this id; None when there is none."""
        return self._by_id.get(name)

    def full_url(self, kind: str, name: str) -> str:
        """The address that a resource of this id has, where that is known."""
        if self.server:
            return f"{self.server}/{kind}/{name}"
        return f"urn:uuid:{name}" if len(name) == 36 and name.count("-") == 4 else ""

    def of(self, kind: str, content: Json) -> int:
        """The position of the patient that a resource is about, or a key of ISSUE."""
        stated = as_object(content.get(FIELD.get(kind, "subject"))) or {}
        number = as_object(stated.get("identifier")) or {}
        return self.of_stated((_text(stated, "reference"), _text(number, "system"), _text(number, "value")))

    def of_stated(self, stated: Stated) -> int:
        """The same of what stands in the reference to the patient."""
        found = self._known.get(stated)
        if found is None:
            found = self._find(*stated)
            if len(self._known) < _MOST:
                self._known[stated] = found
        return found

    def _find(self, reference: str | None, system: str | None, value: str | None) -> int:
        subject = {"reference": reference, "identifier": {"system": system, "value": value}}
        number = identifier_of(subject["identifier"])
        if not reference and number is None:
            return UNSAID
        meant = self._meant(reference or "", number)
        owners = [each for each in meant if self._owns(each, subject)]
        if len(owners) == 1:
            return owners[0]
        return CONTRADICTED if meant and not owners else STRANGER

    def _meant(self, reference: str, number: tuple[str, str] | None) -> set[int]:
        """Whoever may be meant."""
        match = REFERENCE.fullmatch(reference)
        named = self._by_id.get(match[2]) if match else None
        found: set[int] = set() if named is None else {named}
        found.update(self._by_small_id.get(reference.lower().removeprefix("urn:uuid:"), ()))
        for each in (number, asked_identifier(reference)):
            found |= self._by_number.get(each, set()) if each else set()
        return found

    def _owns(self, position: int, stated: Json) -> bool:
        name = self.ids[position]
        subject = Subject(name, [self.full_url("Patient", name)], [], set(self._numbers[position]))
        resource = Resource("Observation", {"subject": stated}, self.full_url("Observation", "?"), 0)
        return subject.owns(Intake(self.concepts, self.zone), resource) is True


def _text(content: Json, field: str) -> str | None:
    found = content.get(field)
    return found if isinstance(found, str) else None
