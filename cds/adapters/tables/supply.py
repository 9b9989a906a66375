"""The manifest: the zone where nothing else is said, and what was handed over in full, for everybody."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from cds.adapters.rows import Intake, state_supply
from cds.adapters.shapes import as_object, as_text
from cds.adapters.tables.notes import Notes
from cds.adapters.tables.people import People
from cds.adapters.tables.specification import MANIFEST
from cds.codes import Concepts
from cds.diagnostics import PatientError
from cds.operators.series import FIRST_TIME, LAST_TIME
from cds.periods import NORWAY, Zone, zone
from cds.population import Array

_FIELDS: Final = frozenset({"zone", "supplied"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the manifest says. zone: default of all patients; supplied: as in records, {} = nothing is said."""

    zone: Zone
    supplied: Mapping[str, Any]


@dataclass(frozen=True)
class Supplied:
    """From when each key was handed over in full. stated: of keys that the manifest names, for each patient.

    lost: of keys, positions of patients whose rows may be more than could be read.
    """

    people: People
    stated: Mapping[str, Array]
    lost: dict[str, list[Array]] = field(default_factory=dict[str, "list[Array]"])

    def of(self, key: str, has_rows: Array) -> Array:
        """For each patient; where nothing is said, a key of which the patient has rows counts as handed over."""
        found = self.stated.get(key)
        if found is None:
            found = np.where(has_rows, FIRST_TIME, LAST_TIME)
        found = found.copy()
        found[self.people.nowhere] = LAST_TIME
        for patients in self.lost.get(key, ()):
            found[patients] = LAST_TIME
        return found

    def lose(self, key: str, patients: Array) -> None:
        """The rows of these patients may be more than could be read; a position below 0 is nobody's."""
        if len(patients):
            self.lost.setdefault(key, []).append(patients[patients >= 0])


def manifest_of(written: object) -> Manifest:
    """The manifest; PatientError when it is none."""
    if written is None:
        return Manifest(zone(NORWAY), {})
    found = as_object(written)
    if found is None or not found.keys() <= _FIELDS:
        raise PatientError(f"{MANIFEST} is an object with `zone` and `supplied`, and nothing else")
    supplied = as_object(found.get("supplied", {}))
    if supplied is None:
        raise PatientError(f"{MANIFEST}: `supplied` is an object of keys with true, false or a time")
    return Manifest(zone(as_text(found.get("zone", NORWAY))), supplied)


def supplied_to(people: People, manifest: Manifest, concepts: Concepts, notes: Notes) -> Supplied:
    """What the manifest says, for each patient: a time without an offset is clock time where the patient lives."""
    said: list[Mapping[str, int]] = []
    for number, each in enumerate(people.population.zones or (manifest.zone,)):
        intake = Intake(concepts, each)
        state_supply(intake, manifest.supplied)
        said.append(intake.supplied)
        if number == 0:
            notes.take(MANIFEST, intake.issues)
    keys = {key for each in said for key in each}
    by_zone = {key: np.array([each[key] for each in said], np.int64) for key in sorted(keys)}
    return Supplied(people, {key: each[people.population.zone] for key, each in by_zone.items()})
