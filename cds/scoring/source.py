"""What a job is given: a folder, a mapping, or one file of observations, and the word for what was handed over."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cds.adapters.shapes import as_object
from cds.adapters.tables.specification import MANIFEST
from cds.adapters.tables.supply import manifest_of

Supplied = Mapping[str, bool | str]


def source_of(given: object) -> object:
    """A source of tables; a file alone is the table of observations, with the manifest beside it."""
    if not isinstance(given, str | Path) or not Path(given).is_file():
        return given
    beside = Path(given).parent / MANIFEST
    return {"observations": given, **({"manifest": beside} if beside.is_file() else {})}


def with_supplied(manifest: object, supplied: Supplied | None) -> object:
    """The manifest, with more said of what was handed over; PatientError when it is no manifest."""
    manifest_of(manifest)
    if not supplied:
        return manifest
    written: dict[str, Any] = {**(as_object(manifest) or {})}
    return {**written, "supplied": {**(as_object(written.get("supplied")) or {}), **supplied}}
