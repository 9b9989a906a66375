"""The OpenAPI document (https://spec.openapis.org/oas/v3.1.0) of the service."""

from collections.abc import Iterable
from typing import Any, Final

from cds import __version__
from cds.server.calls import Call
from cds.server.feedback import FeedbackList
from cds.server.settings import Settings

Json = dict[str, Any]

_REF: Final = "#/components/schemas/{model}"
_REFUSALS: Final = {
    "400": "The request cannot be read",
    "401": "Whoever asks has not shown who they are",
    "404": "There is nothing there",
    "405": "The method is another one",
    "408": "The body came too slowly",
    "413": "The body is too long",
    "415": "The body is not JSON",
    "422": "The patient cannot be read, or there is more than one",
    "500": "cds itself failed",
    "503": "Too many requests at a time",
    "504": "The evaluation took too long",
}


def openapi(settings: Settings, hooks: Iterable[str], has_feedback: bool) -> Json:
    """The description of everything that is served with these settings at these hooks.

    >>> sorted(openapi(Settings(), ["patient-view"], has_feedback=False)["paths"])
    ['/cds-services', '/cds-services/{id}', '/evaluate', '/health', '/openapi.json']
    """
    paths: Json = {
        "/cds-services": {"get": _operation("discover", "The services and what they ask for", _ref("Services"))},
        "/cds-services/{id}": _posting("call", "Call a service", _ref("Call"), _ref("Cards"), {"412": _NOTHING}),
        "/cds-services/{id}/feedback": _posting("feedback", "Say what became of cards", _ref("FeedbackList"), None),
        "/evaluate": {"post": _operation("evaluate", "Evaluate one patient at a moment", {}, body=_ref("Request"))},
        "/health": {"get": _operation("health", "Whether it answers", _ref("Health"), is_open=True)},
        "/openapi.json": {"get": _operation("describe", "This document", {"type": "object"}, is_open=True)},
    }
    if not has_feedback:
        del paths["/cds-services/{id}/feedback"]
    return {
        "openapi": "3.1.0",
        "info": {"title": settings.title or "cds", "version": __version__},
        "paths": paths,
        "components": {"schemas": _schemas(hooks), "securitySchemes": {"token": _TOKEN}},
        "security": [{"token": []}] if settings.issuers else [],
    }


_NOTHING: Final = "Nothing that the rulesets use was supplied"
_TOKEN: Final = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def _ref(name: str) -> Json:
    return {"$ref": _REF.format(model=name)}


def _posting(name: str, says: str, body: Json, answer: Json | None, more: dict[str, str] | None = None) -> Json:
    service = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {"parameters": [service], "post": _operation(name, says, answer, body=body, more=more)}


def _operation(
    name: str,
    says: str,
    answer: Json | None,
    *,
    body: Json | None = None,
    more: dict[str, str] | None = None,
    is_open: bool = False,
) -> Json:
    refused = {"content": {"application/json": {"schema": _ref("OperationOutcome")}}}
    made: Json = {"operationId": name, "summary": says}
    if body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    content = {} if answer is None else {"content": {"application/json": {"schema": answer}}}
    refusals = {**_REFUSALS, **(more or {})}
    made["responses"] = {
        "200": {"description": says, **content},
        **{status: {"description": text, **refused} for status, text in refusals.items()},
    }
    return made | ({"security": []} if is_open else {})


def _schemas(hooks: Iterable[str]) -> Json:
    made: Json = {}
    for model in (Call, FeedbackList):
        schema = model.model_json_schema(ref_template=_REF)
        made |= schema.pop("$defs", {})
        made[model.__name__] = schema
    made["Call"]["properties"]["hook"] = {"type": "string", "enum": list(hooks)}
    return made | {"Request": _REQUEST, "Services": _SERVICES, "Cards": _CARDS, "OperationOutcome": _OUTCOME} | _HEALTH


_REQUEST: Final[Json] = {
    "type": "object",
    "description": "`cds schema request` prints the schema in full, with the records of a patient",
    "required": ["at"],
    "properties": {
        "id": {"type": ["string", "integer", "null"]},
        "at": {"type": "string", "examples": ["2026-01-08T08:00"]},
        "patient": {"type": ["object", "null"]},
        "bundle": {"type": ["object", "null"]},
        "supplied": {"type": ["object", "null"]},
        "limits": {"type": ["array", "null"]},
        "language": {"enum": ["nb", "nn", "en", None]},
        "explain": {"type": ["boolean", "null"]},
        "format": {"enum": ["result", "cards", "fhir", None]},
        "audience": {"enum": ["clinician", "patient", None]},
    },
    "additionalProperties": False,
}
_SERVICES: Final[Json] = {
    "type": "object",
    "required": ["services"],
    "properties": {
        "services": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["hook", "id", "description"],
                "properties": {
                    "hook": {"type": "string"},
                    "id": {"type": "string"},
                    "title": {"type": "string"},
                    "description": {"type": "string"},
                    "usageRequirements": {"type": "string"},
                    "prefetch": {"type": "object", "additionalProperties": {"type": "string"}},
                },
            },
        }
    },
}
_CARDS: Final[Json] = {
    "type": "object",
    "required": ["cards"],
    "properties": {
        "cards": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["summary", "indicator", "source"],
                "properties": {
                    "uuid": {"type": "string"},
                    "summary": {"type": "string", "maxLength": 139},
                    "detail": {"type": "string"},
                    "indicator": {"enum": ["info", "warning", "critical"]},
                    "source": {"type": "object", "required": ["label"]},
                    "suggestions": {"type": "array"},
                    "selectionBehavior": {"enum": ["at-most-one", "any"]},
                    "overrideReasons": {"type": "array"},
                },
            },
        }
    },
}
_OUTCOME: Final[Json] = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array", "minItems": 1}},
}
_HEALTH: Final[Json] = {
    "Health": {"type": "object", "required": ["status"], "properties": {"status": {"const": "ok"}}},
}
