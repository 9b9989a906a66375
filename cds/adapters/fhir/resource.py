"""What every FHIR resource has: an identity, an age, security labels, and rules that may change its meaning."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from cds.adapters.rows import Intake
from cds.adapters.shapes import OBJECT, as_list, as_object, as_text
from cds.operators.series import FIRST_TIME
from cds.periods import instant

Json = Mapping[str, Any]

_MASKED: Final = frozenset({"MASKED", "REDACTED"})
_CLOSED: Final = frozenset({"R", "V"})  # restricted, very restricted
_CONFIDENTIALITY: Final = frozenset(
    {"", "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "http://hl7.org/fhir/v3/Confidentiality"}
)


class Resource(NamedTuple):
    """A resource of a bundle. full_url: "" when not stated; number: its place among the entries."""

    kind: str
    content: Json
    full_url: str
    number: int

    @property
    def name(self) -> str:
        """What tells it from the others of its kind."""
        return as_text(self.content.get("id")) or self.full_url or f"entry[{self.number}]"

    @property
    def place(self) -> str:
        """`Observation/42`, or `entry[3]` for one without an id."""
        kind, content, _, number = self
        name = content.get("id")
        return f"{kind}/{name}" if isinstance(name, str) and is_id(name) else f"entry[{number}]"


def is_id(text: str) -> bool:
    """Whether this can be an id: up to 64 of A to Z, a to z, 0 to 9, `-` and `.`; anything else might be a name.

    >>> is_id("blood-pressure.7"), is_id("Kari Nordmann")
    (True, False)
    """
    return len(text) <= 64 and text.isascii() and text.replace("-", "0").replace(".", "0").isalnum()


def each_once(intake: Intake, resources: list[Resource]) -> list[Resource]:
    """The resources without copies: of differing ones the last updated, all of them when that cannot be told."""
    if len({(each.kind, each.name) for each in resources}) == len(resources):
        return resources
    copies: dict[tuple[str, str], list[Resource]] = {}
    for each in resources:
        copies.setdefault((each.kind, each.name), []).append(each)
    return [kept for same in copies.values() for kept in (same if len(same) == 1 else _newest(intake, same))]


def _newest(intake: Intake, same: list[Resource]) -> list[Resource]:
    servers = {each.full_url for each in same}
    if len(servers) > 1 and all(each.startswith(("http://", "https://")) for each in servers):
        groups: dict[str, list[Resource]] = {server: [] for server in sorted(servers)}
        for each in same:
            groups[each.full_url].append(each)
        return [kept for group in groups.values() for kept in _newest(intake, group)]
    different = list({_written(each.content): each for each in reversed(same)}.values())
    if len(different) == 1:
        return different
    updated = [last_updated(intake, each.content) for each in different]
    newest = max(updated)
    if FIRST_TIME in updated or updated.count(newest) > 1:
        retracted = [each for each in different if each.content.get("status") == "entered-in-error"]
        if retracted:
            return retracted[:1]
        intake.note("conflicting_copies", different[0].place)
        return different
    return [different[updated.index(newest)]]


def _written(content: Json) -> str:
    """The content as one text, whatever the order of its fields."""
    try:
        return json.dumps(content, sort_keys=True, default=str)
    except TypeError:  # names that are no texts
        return repr(content)


def last_updated(intake: Intake, content: Json) -> int:
    """When the server last changed the resource, FIRST_TIME when it does not say."""
    read = instant(as_text((as_object(content.get("meta")) or {}).get("lastUpdated")), intake.zone)
    return read[0] if read else FIRST_TIME


def has_other_meaning(content: Json) -> bool:
    """Whether rules that are not known here may change what the resource says."""
    return bool(content.get("modifierExtension")) or content.get("implicitRules") is not None


def is_masked(content: Json) -> bool:
    """Whether security labels close the resource: restricted, very restricted, masked, redacted."""
    meta = content.get("meta")
    if not isinstance(meta, OBJECT) or "security" not in meta:
        return False
    labels = [as_object(each) or {} for each in as_list(meta["security"]) or ()]
    return any(
        each.get("code") in _MASKED or (each.get("code") in _CLOSED and each.get("system", "") in _CONFIDENTIALITY)
        for each in labels
        if isinstance(each.get("code"), str) and isinstance(each.get("system", ""), str)
    )


def codings(concept: Any) -> list[tuple[str, str]]:
    """(system, code) of each coding of a CodeableConcept."""
    listed = concept.get("coding") if isinstance(concept, OBJECT) else None
    found: list[tuple[str, str]] = []
    for each in as_list(listed) or ():
        code = each.get("code") if isinstance(each, OBJECT) else None
        if isinstance(code, str):
            system = each.get("system")
            found.append((system if isinstance(system, str) else "", code))
    return found


def one_of(words: Iterable[str], concept: object) -> str:
    """The first code of a CodeableConcept that is one of the words, else ""."""
    return next((code for _, code in codings(concept) if code in words), "")
