"""Which of two versions of the same row or resource counts, in whatever order they come."""

from collections.abc import Mapping
from typing import Any, Final

from cds.adapters.shapes import as_object, as_text
from cds.operators.series import FIRST_TIME
from cds.periods import instant, zone

ERASED: Final = "entered-in-error"
_RANKS: Final = {"amended": 1, "corrected": 1, ERASED: 2}


def replaces(version: Mapping[str, Any], other: Any) -> bool:
    """Whether a version that comes now takes the place of the one that is here.

    The one that was told later counts, where both say when (`recorded`, or `meta.lastUpdated` of a resource). Else one
    that is erased goes before a corrected one, and that before any other, so that a first version that comes late
    changes nothing; of two alike the one that comes last. The same version again changes nothing.

    >>> replaces({"value": 81, "status": "corrected"}, {"value": 18}), replaces({"value": 18}, {"status": "corrected"})
    (True, False)
    """
    if version == other:
        return False
    before = as_object(other) or {}
    told, told_before = _told(version), _told(before)
    if FIRST_TIME not in (told, told_before) and told != told_before:
        return told > told_before
    return _RANKS.get(as_text(version.get("status")), 0) >= _RANKS.get(as_text(before.get("status")), 0)


def _told(version: Mapping[str, Any]) -> int:
    stated = version.get("recorded") or (as_object(version.get("meta")) or {}).get("lastUpdated")
    read = instant(as_text(stated), zone())
    return read[0] if read else FIRST_TIME
