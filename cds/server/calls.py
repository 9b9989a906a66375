"""The request of a CDS Hooks call (https://cds-hooks.hl7.org/2.0/#http-request_1), as far as it is used."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from cds.adapters.issues import place_word
from cds.adapters.shapes import as_list, as_object, as_text
from cds.adapters.strict_json import read_json
from cds.server.outcomes import Refused

Json = dict[str, Any]

_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.\-]{1,64}$")]
_Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_REFERENCE: Final = re.compile(r"(?:https?://.+/)?Patient/([A-Za-z0-9.\-]{1,64})(?:/_history/[^/]+)?", re.ASCII)
_ABOUT: Final = ("subject", "patient", "for", "beneficiary")


class Part(BaseModel):
    """An object of CDS Hooks: fields in its spelling, those that are not known passed over."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", alias_generator=to_camel)


class Authorization(Part, alias_generator=None):
    """`fhirAuthorization`: the token with which the FHIR server may be asked. It is never logged or stored."""

    access_token: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9\-._~+/]+=*$", max_length=16_000)]
    token_type: Annotated[str, StringConstraints(pattern=r"^Bearer$")]
    expires_in: int
    scope: str
    subject: str

    def __repr__(self) -> str:
        return "<Authorization>"


class Context(Part):
    """`context`, of which the patient is used, the user recorded, and what is being ordered checked."""

    patient_id: _Id
    user_id: Annotated[str, StringConstraints(max_length=200)] = ""


class Call(Part):
    """A call of a service. What is not named here is let pass: later versions of the standard add fields."""

    hook: _Word
    hook_instance: _Word
    context: Context
    fhir_server: str | None = None
    fhir_authorization: Authorization | None = None
    prefetch: Annotated[dict[str, Any], Field(default_factory=dict)]


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that was read. raw: as it came."""

    call: Call
    raw: bytes


def json_object(raw: bytes) -> Json:
    """The JSON object in a body; Refused when it is none, or holds a field twice or nests too deeply."""
    written, fault = read_json(raw)
    if fault:
        raise Refused(400, fault.message, place=fault.place)
    fields = as_object(written)
    if fields is None:
        raise Refused(400, "the body is a JSON object")
    return dict(fields)


def read_call(raw: bytes, hooks: Collection[str]) -> Asked:
    """The call in a body; Refused when it cannot be read, is for another hook, or orders for another patient."""
    fields = json_object(raw)
    try:
        call = Call.model_validate(fields)
    except ValidationError as wrong:
        raise shape_refused(wrong) from None
    if call.hook not in hooks:
        raise Refused(400, f"this service answers the hooks {', '.join(hooks)}", place="hook")
    if call.fhir_authorization and not call.fhir_server:
        raise Refused(400, "fhirServer is required beside fhirAuthorization", place="fhirServer")
    _check_orders(as_object(fields["context"]) or {}, call.context.patient_id)
    return Asked(call, raw)


def shape_refused(wrong: ValidationError) -> Refused:
    """The first fault of a body, by its place, without what stands there."""
    first = wrong.errors(include_url=False, include_input=False)[0]
    place = ".".join(
        each if isinstance(each, str) and each.isidentifier() else place_word(str(each)) for each in first["loc"]
    )
    says = "the field is missing" if first["type"] == "missing" else _plain_fault(first["type"])
    return Refused(400, says, place=place)


def _plain_fault(kind: str) -> str:
    if kind.startswith("string"):
        return "a text of the right form belongs here"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return "an object belongs here"
    return "this is not what belongs here"


def _check_orders(context: Any, patient: str) -> None:
    """What is being ordered or refilled is about the patient; what is not said of anybody is let pass.

    Drafts are no facts of the patient and are not evaluated; one for somebody else means that the client mixes
    patients up, and nothing that it sends can be relied on.
    """
    for name in ("draftOrders", "medications"):
        for entry in as_list((as_object(context.get(name)) or {}).get("entry")) or ():
            resource = as_object((as_object(entry) or {}).get("resource")) or {}
            for field in _ABOUT:
                reference = _REFERENCE.fullmatch(as_text((as_object(resource.get(field)) or {}).get("reference")))
                if reference and reference[1] != patient:
                    raise Refused(422, "this is about another patient than the call", place=f"context.{name}")
