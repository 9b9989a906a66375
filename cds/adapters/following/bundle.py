"""A patient as a FHIR R4 Bundle, followed resource by resource."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cds.adapters.fhir import patient_from_fhir
from cds.adapters.fhir.resource import is_id
from cds.adapters.following.splice import spliced
from cds.adapters.following.versions import ERASED, replaces
from cds.adapters.shapes import as_list, as_object, as_text
from cds.codes import Concepts
from cds.diagnostics import PatientError
from cds.patient import Patient

Json = Mapping[str, Any]
Written = Json | str | bytes


class BundleChart:
    """The resources of a patient, and the facts that they were read to. how: `supplied` and `zone` of the intake."""

    def __init__(self, written: Written | Sequence[Written], concepts: Concepts, how: Mapping[str, Any]) -> None:
        self._concepts, self._how = concepts, dict(how)
        self.facts: Patient = self._read(written)
        pages: list[Any] = list(written) if isinstance(written, list | tuple) else [written]
        self._pages: list[Json] = [each if isinstance(each, Mapping) else json.loads(each) for each in pages]
        self._places: dict[tuple[str, str], tuple[int, int]] = {}
        self._people: list[Any] = []
        for page, held in enumerate(self._pages):
            for place, entry in enumerate(held.get("entry") or ()):
                content = as_object((as_object(entry) or {}).get("resource")) or {}
                kind, identity = as_text(content.get("resourceType")), as_text(content.get("id"))
                if kind == "Patient":
                    self._people.append(entry)
                if identity:
                    self._places[kind, identity] = page, place

    @property
    def written(self) -> Any:
        """Everything that is written, as `Patient.from_fhir` reads it: a Bundle, or the pages of a search."""
        return self._pages[0] if len(self._pages) == 1 else self._pages

    def take(self, event: Json) -> Patient | None:
        """The facts with one resource; None when they stay as they are, since what is here is the same or newer.

        PatientError when it is about another patient, does not say about whom, or is no resource with an id.
        """
        key = _key_of(event)
        alone = self._alone(event)
        page, place = self._places.get(key, (len(self._pages) - 1, None))
        entries: list[Any] = [*(self._pages[page].get("entry") or ())]
        before = None if place is None else entries[place]["resource"]
        if before is not None and not replaces(event, before):
            return None
        tables = self._spliced(alone, event, before)
        if place is None:
            place = len(entries)
            entries.append({})
        entries[place] = {**entries[place], "resource": event}
        pages = [*self._pages[:page], {**self._pages[page], "entry": entries}, *self._pages[page + 1 :]]
        self.facts = self._read(pages) if tables is None else replace(self.facts, tables=tables)
        self._pages = pages
        self._places[key] = page, place
        return self.facts

    def _read(self, written: Written | Sequence[Written]) -> Patient:
        return patient_from_fhir(written, concepts=self._concepts, **self._how)

    def _alone(self, event: Json) -> Patient:
        """The patient as if the resource were all that is known; PatientError when it is another's."""
        entries = [*self._people, {"resource": event}]
        if event.get("resourceType") == "Patient":
            entries = [{"resource": event}]
        try:
            alone = self._read({"resourceType": "Bundle", "type": "collection", "entry": entries})
        except PatientError as wrong:
            raise PatientError(f"the event cannot be used: {wrong}") from None
        codes = {issue.code for issue in alone.issues}
        if alone.id != self.facts.id or "other_patient" in codes:
            raise PatientError("the event is about another patient than the session; it was not used")
        if "ambiguous_subject" in codes:
            raise PatientError("the event does not say whom it is about; state its subject")
        return alone

    def _spliced(self, alone: Patient, event: Json, before: Json | None) -> Any:
        """The tables with the resource in place of the one before; None when everything is to be read again."""
        if event.get("resourceType") != "Observation" or event.get("status") == ERASED:
            return None
        ones = [alone] if before is None else [self._alone(before), alone]
        if any(not issue.place.startswith("Patient") for each in ones for issue in each.issues):
            return None
        return spliced(self.facts, ones[0] if before is not None else None, alone)


def _key_of(event: Json) -> tuple[str, str]:
    content = as_object(event) or {}
    kind, identity = as_text(content.get("resourceType")), as_text(content.get("id"))
    if not kind:
        raise PatientError("an event of this patient is one FHIR resource; this is none")
    if kind == "Bundle" and as_list(content.get("entry")) is not None:
        raise PatientError("an event is one resource; send those of a Bundle one by one")
    if not is_id(identity) or not identity:
        raise PatientError("the resource has no id, so that it could never be corrected; state it")
    return kind, identity
