"""What is decoded of a line: of an Observation the elements that the short way knows, of others who they are about.

Elements that are not named here are checked to be JSON and skipped. A line that does not have these types goes the
long way, where `cds.adapters.fhir` judges it. What many lines have alike, such as the code, is kept as it is written.
"""

from typing import Final, Literal

import msgspec

NOTHING: Final = msgspec.Raw()
"""An element that is not there; compared by identity."""


class Meta(msgspec.Struct, gc=False):
    """What of `meta` may change what a resource says."""

    security: msgspec.Raw = NOTHING


class Quantity(msgspec.Struct, gc=False):
    """A Quantity."""

    value: int | float | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None
    comparator: str | None = None


class Component(msgspec.Struct, gc=False):
    """A component that has nothing which may change its meaning."""

    code: msgspec.Raw = NOTHING
    valueQuantity: Quantity | None = None  # noqa: N815
    interpretation: None = None
    modifierExtension: None = None  # noqa: N815
    implicitRules: None = None  # noqa: N815


class Observation(msgspec.Struct, gc=False):
    """An Observation. From `focus` on: what is there seldom, and may change the meaning."""

    resourceType: Literal["Observation"]  # noqa: N815
    id: str
    code: msgspec.Raw = NOTHING
    subject: msgspec.Raw = NOTHING
    status: str | None = None
    meta: Meta | None = None
    effectiveDateTime: str | None = None  # noqa: N815
    issued: str | None = None
    valueQuantity: Quantity | None = None  # noqa: N815
    component: tuple[Component, ...] | None = None
    focus: msgspec.Raw = NOTHING
    modifierExtension: msgspec.Raw = NOTHING  # noqa: N815
    implicitRules: msgspec.Raw = NOTHING  # noqa: N815
    interpretation: msgspec.Raw = NOTHING
    bodySite: msgspec.Raw = NOTHING  # noqa: N815
    extension: msgspec.Raw = NOTHING
    device: msgspec.Raw = NOTHING
    performer: msgspec.Raw = NOTHING


class Head(msgspec.Struct, gc=False):
    """Any resource: its kind, and whom it is about."""

    resourceType: str  # noqa: N815
    subject: msgspec.Raw = NOTHING
    patient: msgspec.Raw = NOTHING


observations: Final = msgspec.json.Decoder(Observation)
heads: Final = msgspec.json.Decoder(Head)
