"""What an export says was handed over in full, by kind of resource."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from cds.adapters.fhir_bulk.export import Export
from cds.adapters.rows import Intake, keys_meant, state_supply
from cds.codes import Concepts
from cds.operators.series import FIRST_TIME, LAST_TIME

_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "Observation": ("measurement", "panel"),
    "QuestionnaireResponse": ("form",),
}
_FOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "Condition": ("conditions",),
    "Encounter": ("stays",),
    "DeviceUseStatement": ("devices",),
    "Device": ("devices",),
    "MedicationStatement": ("medicines",),
    "MedicationRequest": ("medicines", "supply"),
    "MedicationDispense": ("supply", "doses"),
    "MedicationAdministration": ("doses",),
    "DetectedIssue": ("events", "doses"),
    "Medication": ("medicines", "supply", "doses"),
}
"""Kinds of resource -> what cannot be known in full without all of them."""
_STATED: Final = ("Observation", "QuestionnaireResponse", "Condition", "Encounter", "MedicationDispense")
"""The kinds of which the manifest's word is taken: a server that has none of a dispenser's reports, say, answers a
question for them all the same."""


class Supply:
    """States what was handed over of each patient of an export."""

    def __init__(
        self, export: Export, missing: Iterable[str], concepts: Concepts, said: Mapping[str, bool | str]
    ) -> None:
        """missing: kinds of which a part is known to be lacking. said: what the caller says of keys."""
        lacking = set(missing)
        complete = () if export.is_part else export.kinds - lacking
        asked = {
            "MedicationDispense": ("supply",),
            **{kind: keys for kind, keys in _FOLDERS.items() if kind in ("Condition", "Encounter")},
        }
        self._is_part = export.is_part
        self._said = said
        self._stated = {
            key
            for kind in complete
            if kind in _STATED
            for name in (*_names(concepts, kind), *asked.get(kind, ()))
            for key in keys_meant(concepts, name)
        }
        self._lacking = {
            key
            for kind in lacking
            for name in (*_names(concepts, kind), *_FOLDERS.get(kind, ()))
            for key in keys_meant(concepts, name)
        }

    def begin(self, intake: Intake) -> None:
        """State what the export says; what the patient's resources say goes before it."""
        intake.supplied.update(dict.fromkeys(self._stated, FIRST_TIME))

    def finish(self, intake: Intake) -> None:
        """State what is lacking, and what the caller says."""
        if self._is_part:
            intake.supplied = dict.fromkeys(intake.supplied, LAST_TIME)
        state_supply(intake, self._said)
        intake.supplied.update(dict.fromkeys(self._lacking, LAST_TIME))


def _names(concepts: Concepts, kind: str) -> Iterator[str]:
    if kind in _KINDS:
        yield from (each.name for each in concepts.of_kind(*_KINDS[kind]))
