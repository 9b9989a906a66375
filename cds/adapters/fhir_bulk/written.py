"""What is decoded of a line: of an Observation the elements that the short way knows, of others who they are about.

Elements that are not named here are checked to be JSON and skipped. A line that does not have these types goes the
long way, where `cds.adapters.fhir` judges it. What many lines have alike, such as the code, is kept as it is written.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final, Literal, NamedTuple, cast

import msgspec

NOTHING: Final = msgspec.Raw()
"""An element that is not there; compared by identity."""


class Meta(msgspec.Struct, gc=False):
    """What of `meta` may change what a resource says."""

    security: msgspec.Raw = NOTHING


class Observation(msgspec.Struct, gc=False):
    """What is there in most Observations."""

    resourceType: Literal["Observation"]  # noqa: N815
    id: str
    code: msgspec.Raw = NOTHING
    subject: msgspec.Raw = NOTHING
    status: str | None = None
    meta: Meta | None = None
    effectiveDateTime: str | None = None  # noqa: N815
    issued: str | None = None
    valueQuantity: msgspec.Raw = NOTHING  # noqa: N815
    component: msgspec.Raw = NOTHING


class PlainObservation(Observation, gc=False):
    """An Observation without the elements that are there seldom, and may change the meaning."""

    focus: None = None
    modifierExtension: None = None  # noqa: N815
    implicitRules: None = None  # noqa: N815
    interpretation: None = None
    bodySite: None = None  # noqa: N815
    extension: None = None
    device: None = None
    performer: None = None


class AnyObservation(Observation, gc=False):
    """An Observation with all that may change its meaning."""

    focus: msgspec.Raw = NOTHING
    modifierExtension: msgspec.Raw = NOTHING  # noqa: N815
    implicitRules: msgspec.Raw = NOTHING  # noqa: N815
    interpretation: msgspec.Raw = NOTHING
    bodySite: msgspec.Raw = NOTHING  # noqa: N815
    extension: msgspec.Raw = NOTHING
    device: msgspec.Raw = NOTHING
    performer: msgspec.Raw = NOTHING


SELDOM: Final = (
    *("focus", "modifierExtension", "implicitRules", "interpretation"),
    *("bodySite", "extension", "device", "performer"),
)
"""The elements of an Observation that are there seldom, and may change the meaning."""

_plain: Final = attrgetter(
    *("id", "code", "subject", "status", "meta", "effectiveDateTime"),
    *("issued", "valueQuantity", "component"),
)
_seldom: Final = attrgetter(*SELDOM)


class Written(NamedTuple):
    """Observations, one or more, element by element. seldom: as `SELDOM`, only those that one of them has."""

    each: Sequence[Observation]
    ids: Sequence[str]
    codes: Sequence[bytes]
    subjects: Sequence[bytes]
    statuses: Sequence[str | None]
    metas: Sequence[Meta | None]
    times: Sequence[str | None]
    issued: Sequence[str | None]
    quantities: Sequence[bytes]
    components: Sequence[bytes]
    seldom: dict[str, Sequence[msgspec.Raw]]


def in_columns(each: Sequence[Observation]) -> Written:
    """The elements of Observations, one or more, all of them of one type."""
    columns = cast("list[Any]", list(zip(*map(_plain, each), strict=True)))
    ids, codes, subjects, *others, quantities, components = columns
    found: dict[str, Sequence[msgspec.Raw]] = {}
    if isinstance(each[0], AnyObservation):
        seldom = zip(SELDOM, cast("Any", zip(*map(_seldom, each), strict=True)), strict=True)
        found = {name: held for name, held in seldom if held.count(NOTHING) < len(held)}
    known = fragments(codes), fragments(subjects), *others, fragments(quantities), fragments(components)
    return Written._make((each, ids, *known, found))


def fragments(elements: Sequence[msgspec.Raw]) -> list[bytes]:
    """Elements as they are written; several times as fast as one by one."""
    found = b"\n".join(cast("Sequence[bytes]", elements)).split(b"\n")
    return found if len(found) == len(elements) else list(map(bytes, elements))


class Head(msgspec.Struct, gc=False):
    """Any resource: its kind, and whom it is about."""

    resourceType: str  # noqa: N815
    subject: msgspec.Raw = NOTHING
    patient: msgspec.Raw = NOTHING


plain_observations: Final = msgspec.json.Decoder(PlainObservation)
observations: Final = msgspec.json.Decoder(AnyObservation)
heads: Final = msgspec.json.Decoder(Head)
