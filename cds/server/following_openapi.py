"""Live follow-up in the OpenAPI document of the service."""

from typing import Any, Final

from cds.alarms import ACKNOWLEDGE_REASONS
from cds.alarms.state import AlarmState
from cds.follow import KINDS

Json = dict[str, Any]

_TEXT: Final[Json] = {"type": "string"}
_OBJECT: Final[Json] = {"type": "object"}
_MOMENT: Final[Json] = {"type": "string", "examples": ["2026-01-08T08:00:00+01:00"]}
_OBJECTS: Final = ("record", "bundle", "resource", "supplied")
_MOMENTS: Final = ("at", "since", "until")


def with_following(document: Json) -> Json:
    """The description of a service with what live follow-up adds to it."""
    schemas = {**document["components"]["schemas"], **_schemas()}
    return {
        **document,
        "paths": {**document["paths"], **_paths()},
        "components": {**document["components"], "schemas": schemas},
    }


def _paths() -> Json:
    alarm = {"name": "id", "in": "path", "required": True, "schema": _TEXT}
    asked = [
        {"name": "patient", "in": "query", "schema": _TEXT},
        {"name": "state", "in": "query", "schema": {"enum": list(AlarmState.__args__)}},
    ]
    resume = {"name": "Last-Event-ID", "in": "header", "schema": {"type": "string", "examples": ["17.0"]}}
    events = _operation("take", "Take events, each on disk before the answer", _json("Answers"), _json("Events"))
    events["responses"]["422"] = {"description": "At least one event was not taken", "content": _json("Answers")}
    acknowledge = _operation("acknowledge", "Acknowledge an alarm", _json("Taken"), _json("Acknowledge"))
    stream = {"text/event-stream": {"schema": _TEXT}}
    return {
        "/events": {"post": events},
        "/alarms": {"get": {**_operation("alarms", "Alarms that stand", _json("Alarms")), "parameters": asked}},
        "/alarms/changes": {
            "get": {**_operation("changes", "What happens to alarms, as it happens", stream), "parameters": [resume]}
        },
        "/alarms/{id}/acknowledge": {"parameters": [alarm], "post": acknowledge},
    }


def _operation(name: str, says: str, answer: Json, body: Json | None = None) -> Json:
    refused = {"description": "It was refused", "content": _json("OperationOutcome")}
    made: Json = {"operationId": name, "summary": says}
    if body is not None:
        made["requestBody"] = {"required": True, "content": body}
    return {**made, "responses": {"200": {"description": says, "content": answer}, "default": refused}}


def _json(name: str) -> Json:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}


def _schemas() -> Json:
    event = {"$ref": "#/components/schemas/Event"}
    several = _object({"events": {"type": "array", "items": event, "maxItems": 1000}}, ("events",))
    taken = _object({"taken": _OBJECT, "alarms": {"type": "array", "items": _OBJECT}}, ("taken", "alarms"))
    error = _object({"error": _OBJECT}, ("error",))
    acknowledge = {"id": _TEXT, "at": _MOMENT, "role": _TEXT, "reason": {"enum": list(ACKNOWLEDGE_REASONS)}}
    more = {"until": _MOMENT, "colour": {"enum": ["yellow", "orange", "red"]}, "who": _TEXT}
    return {
        "Event": {"oneOf": [_event(kind) for kind in KINDS]},
        "Events": {"anyOf": [event, several]},
        "Taken": taken,
        "Answers": _object({"answers": {"type": "array", "items": {"oneOf": [taken, error]}}}, ("answers",)),
        "Alarms": _object({"alarms": {"type": "array", "items": _OBJECT}}, ("alarms",)),
        "Acknowledge": _object({**acknowledge, **more}, tuple(acknowledge)),
    }


def _event(kind: str) -> Json:
    heads = ("id", "at") if kind == "time" else ("id", "patient", "at")
    fields = {name: _field(name) for name in (*heads, *KINDS[kind].needs, *KINDS[kind].may)}
    made = _object({"kind": {"const": kind}, **fields}, ("kind", *heads, *KINDS[kind].needs))
    return {"description": KINDS[kind].says, **made}


def _field(name: str) -> Json:
    return _OBJECT if name in _OBJECTS else _MOMENT if name in _MOMENTS else _TEXT


def _object(properties: Json, required: tuple[str, ...]) -> Json:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
