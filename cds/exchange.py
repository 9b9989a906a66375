"""A request and its response as JSON: what `cds run --stream` and a service over HTTP share.

::

    bytes ─ read ─▶ Request ─▶ patient ─ evaluate ─▶ result ─▶ answer ─┐
              └───────┴───────────┴────────────────────┴──────▶ refusal ─┴─▶ plain data

Each request stands alone: nothing of one is kept for the next, and whatever is wrong with it ends as a refusal that
says what, where and how to mend it, never as an exception.
"""

import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from cds import __version__
from cds.adapters.cards import cards
from cds.adapters.fhir import patient_from_fhir
from cds.adapters.fhir_out import bundle
from cds.adapters.issues import place_word
from cds.adapters.records_schema import records_schema
from cds.adapters.shapes import as_object, as_text
from cds.adapters.strict_json import JsonCode, read_json
from cds.api import Patient, Ruleset, microseconds
from cds.codes import Concepts
from cds.diagnostics import CdsError, Language, PatientError, closest
from cds.document import ResultDocument, RulesetDocument, document, ruleset_documents
from cds.messages import Audience, MessagesDocument, messages_document
from cds.result import Result

Schema = dict[str, Any]
Name = str | int | None  # of a request; goes back as it came
Format = Literal["result", "cards", "fhir"]
ErrorCode = Literal[
    JsonCode,
    "too_long",
    "not_an_object",
    "field_not_known",
    "field_missing",
    "wrong_shape",
    "fields_clash",
    "time_not_understood",
    "patient_not_read",
    "patient_not_named",
    "internal_error",
]

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_AT: Final = "2026-01-08T08:00"
_EXPECTED: Final[Mapping[str, str]] = {  # kind of pydantic's error, or the field of two kinds -> what belongs there
    "id": "a text or a whole number",
    "string_type": "a text",
    "string_unicode": "a text",
    "dict_type": "an object",
    "list_type": "a list",
    "bool_type": "true or false",
}


class Request(BaseModel):
    """One patient to evaluate at a moment: `at`, and either `patient` or `bundle`.

    A field that is null counts as left out. What is left out of `language`, `explain`, `format` and `audience` is as
    the process was started.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", defer_build=True)

    id: Annotated[Name, Field(description="Any text or whole number; comes back with the answer.")] = None
    at: Annotated[
        str,
        Field(
            description="The moment to evaluate; no clock is read and no fact after it is used. Without an offset it "
            "is clock time in the patient's zone.",
            examples=[_AT, f"{_AT}:00+01:00"],
        ),
    ]
    patient: Annotated[dict[str, Any] | None, Field(description="The patient as plain records.")] = None
    bundle: Annotated[
        dict[str, Any] | None, Field(description="The patient as a FHIR R4 Bundle, in place of `patient`.")
    ] = None
    supplied: Annotated[
        dict[str, Any] | None,
        Field(description="Beside `bundle`: what of it was handed over in full. Records say so themselves."),
    ] = None
    limits: Annotated[
        list[Any] | None, Field(description="The patient's own limits, in addition to those in `patient`.")
    ] = None
    language: Annotated[Language | None, Field(description="Of all texts in the answer.")] = None
    explain: Annotated[
        bool | None, Field(description="Whether to say what every finding rests on; in the result for clinicians.")
    ] = None
    format: Annotated[
        Format | None,
        Field(description="cards: of CDS Hooks 2.0; fhir: an R4 Bundle; result: everything, in the words of cds."),
    ] = None
    audience: Annotated[
        Audience | None, Field(description="patient: only what the ruleset's authors wrote for patients.")
    ] = None


@dataclass(frozen=True, slots=True)
class ErrorDocument:
    """Why there is no answer to a request.

    place: the field (`patient.readings.body_weight[3].unit`), a column of the text, or "". line: number of the line
    in a stream, blank ones counted; null elsewhere. message: what is wrong and how to mend it, without values.
    """

    code: ErrorCode
    place: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """The response to a request that cannot be answered. id: null when it could not be read."""

    id: Name
    error: ErrorDocument


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to a request. id: the request's."""

    id: Name
    result: ResultDocument


@dataclass(frozen=True, slots=True)
class PatientAnswer:
    """The response to a request for the audience `patient`."""

    id: Name
    messages: MessagesDocument


@dataclass(frozen=True, slots=True)
class CardsAnswer:
    """The response to a request in the format `cards`: cards of CDS Hooks 2.0."""

    id: Name
    cards: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class FhirAnswer:
    """The response to a request in the format `fhir`: a FHIR R4 Bundle."""

    id: Name
    fhir: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReadyDocument:
    """What answers requests: the engine, what it gives where a request does not say, and every ruleset.

    hash: of every file used, as in each result. most_bytes: the longest request.
    """

    engine: str
    language: Language
    explain: bool
    format: Format
    audience: Audience
    most_bytes: int
    hash: str
    rulesets: tuple[RulesetDocument, ...]


@dataclass(frozen=True, slots=True)
class Ready:
    """Rulesets were read, checked and compiled; the first line of a stream."""

    ready: ReadyDocument


@dataclass(frozen=True, slots=True)
class Service:
    """Rulesets set up to answer requests; immutable, safe to share between threads.

    language, explain, format, audience: for requests that do not say. DraftNotAllowed when a ruleset is a draft and
    drafts are not allowed.
    """

    ruleset: Ruleset
    language: Language = "en"
    explain: bool = False
    format: Format = "result"
    audience: Audience = "clinician"
    allow_draft: bool = False

    def __post_init__(self) -> None:
        self.ruleset.refuse_drafts(self.allow_draft)

    def ready(self, most_bytes: int) -> dict[str, Any]:
        """What answers here, as plain data."""
        plan = self.ruleset.plan
        rulesets = ruleset_documents(plan.heads, self.language)
        usual = self.language, self.explain, self.format, self.audience
        return asdict(Ready(ReadyDocument(f"cds {__version__}", *usual, most_bytes, plan.hash, rulesets)))

    def answer(self, raw: bytes, line: int | None = None) -> dict[str, Any]:
        """The response to a request in UTF-8 text, as plain data: `{id, result}`, `{id, error}` …; raises nothing.

        line: where the request stands in a stream, for the error.
        """
        return self.answered(raw, line)[0]

    def answered(self, raw: bytes, line: int | None = None) -> tuple[dict[str, Any], Result | None]:
        """The same as `answer`, and the result that it was made of, for a record of it; None with an error."""
        name = None
        try:
            written, fault = read_json(raw)
            name = _id(written)
            if fault:
                raise _Refused(fault.code, fault.place.removeprefix("line 1, "), fault.message)
            request = _request(written)
            result = self._evaluated(request)
            return {"id": name, **self._written(request, result)}, result
        except _Refused as refused:
            return refusal(refused.code, refused.place, str(refused), name, line), None
        except Exception as bug:  # one request must never end the process that answers all the others
            return failure(bug, name, line), None

    def _evaluated(self, request: Request) -> Result:
        patient = _patient(request, self.ruleset.concepts)
        _check_moment(request.at, patient)
        return self.ruleset.evaluate(patient, at=request.at, limits=request.limits or (), allow_draft=self.allow_draft)

    def _written(self, request: Request, result: Result) -> dict[str, Any]:
        """The result as the request wants it, under a name that says which."""
        language, audience = request.language or self.language, request.audience or self.audience
        match request.format or self.format:
            case "cards":
                return cards(result, language, audience=audience)
            case "fhir":
                return {"fhir": _bundle(result, language, audience, self.ruleset.concepts)}
            case "result" if audience == "patient":
                return {"messages": messages_document(result, language)}
            case "result":
                explain = self.explain if request.explain is None else request.explain
                return {"result": document(result, language, explain=explain)}


class _Refused(Exception):
    """Ends the way of one request; never leaves this module."""

    def __init__(self, code: ErrorCode, place: str, message: str) -> None:
        self.code: ErrorCode = code
        self.place = place
        super().__init__(message)


def refusal(code: ErrorCode, place: str, message: str, name: Name = None, line: int | None = None) -> dict[str, Any]:
    """The response that refuses the request of this name, as plain data."""
    return asdict(Refusal(name, ErrorDocument(code, place, message, line)))


def failure(bug: Exception, name: Name = None, line: int | None = None) -> dict[str, Any]:
    """The response when cds itself failed, without the text of the exception: it may hold values of the patient."""
    last = traceback.extract_tb(bug.__traceback__)[-1]
    where = f"{type(bug).__name__} in {last.name}, {Path(last.filename).name} line {last.lineno}"
    says = f"cds itself failed ({where}), and there is no answer; report this to those who look after cds"
    return refusal("internal_error", "", says, name, line)


def _id(written: object) -> Name:
    name = (as_object(written) or {}).get("id")
    return name if isinstance(name, str | int) and not isinstance(name, bool) else None


def _request(written: object) -> Request:
    fields = as_object(written)
    if fields is None:
        raise _Refused("not_an_object", "", "a request is a JSON object; `cds schema request` shows its shape")
    try:
        request = Request.model_validate(fields)
    except ValidationError as wrong:
        raise _shape_refused(wrong) from None
    _check_whole(request)
    return request


def _shape_refused(wrong: ValidationError) -> _Refused:
    """The first fault; a name that is not known before the field that is missing because of it."""
    errors = wrong.errors(include_url=False, include_input=False)
    error = min(errors, key=lambda each: each["type"] != "extra_forbidden")
    field, kind = as_text(error["loc"][0]), error["type"]
    if kind == "extra_forbidden":
        near = closest(field[:60].lower(), Request.model_fields)
        cure = f"did you mean `{near}`?" if near else f"the fields are {', '.join(Request.model_fields)}"
        return _Refused("field_not_known", place_word(field), f"a request has no such field; {cure}")
    if kind == "missing":
        return _Refused("field_missing", field, f"the moment to evaluate is missing; send `{field}`, such as {_AT}")
    expected = _EXPECTED.get("id" if field == "id" else kind) or error["msg"].removeprefix("Input should be ")
    return _Refused("wrong_shape", field, f"{expected} belongs here")


def _check_whole(request: Request) -> None:
    """Faults that show when the fields are seen together."""
    if request.patient is None and request.bundle is None:
        raise _Refused("field_missing", "patient", "the patient is missing; send `patient` or `bundle`")
    if request.patient is not None and request.bundle is not None:
        raise _Refused("fields_clash", "bundle", "the patient is there twice; send either `patient` or `bundle`")
    if request.patient is not None and request.supplied is not None:
        raise _Refused("fields_clash", "supplied", "records say themselves what was supplied; move it into `patient`")
    if request.patient is not None and "resourceType" in request.patient:
        raise _Refused("fields_clash", "patient", "this is FHIR; send it as `bundle`")


def _patient(request: Request, concepts: Concepts) -> Patient:
    try:
        if request.patient is not None:
            return Patient.from_dict(request.patient, concepts=concepts)
        held = request.bundle or {}
        return Patient(patient_from_fhir(held, supplied=request.supplied, concepts=concepts, deepest=None))
    except PatientError as wrong:
        field = "bundle" if request.patient is None else "patient"
        raise _Refused("patient_not_read", field, str(wrong)) from None


def _bundle(result: Result, language: Language, audience: Audience, concepts: Concepts) -> dict[str, Any]:
    try:
        return bundle(result, language, audience=audience, concepts=concepts)
    except CdsError:
        says = "the patient has no id, so no FHIR resource can say whom it is about; state the id"
        raise _Refused("patient_not_named", "format", says) from None


def _check_moment(at: str, patient: Patient) -> None:
    try:
        microseconds(at, patient.facts.zone)
    except CdsError:
        cure = f"write a date with a clock time, {_AT} or {_AT}:00+01:00"
        raise _Refused("time_not_understood", "at", f"this is no moment; {cure}") from None


def request_schema() -> Schema:
    """JSON Schema of a request, with the records of a patient in full.

    >>> request_schema()["required"]
    ['at']
    """
    records = {name: each for name, each in records_schema().items() if name != "$schema"}
    schema = Request.model_json_schema()
    fields = schema["properties"]
    for name, shape in (
        ("patient", records),
        ("limits", records["properties"]["limits"]),
        ("supplied", records["properties"]["supplied"]),
    ):
        shape = {**shape, "description": fields[name]["description"]}
        fields[name] = {"anyOf": [shape, {"type": "null"}], "description": fields[name]["description"]}
    either = [{"required": [name], "properties": {name: {"type": "object"}}} for name in ("patient", "bundle")]
    return {"$schema": _DIALECT, **schema, "title": "cds request", "oneOf": either}


def response_schema() -> Schema:
    """JSON Schema of what comes back: `ready` once, first in a stream, then an answer or a refusal per request.

    >>> {"Ready", "Answer", "Refusal"} <= response_schema()["$defs"].keys()
    True
    """
    return {"$schema": _DIALECT, "title": "cds response", **_responses().json_schema(mode="serialization")}


@cache
def _responses() -> TypeAdapter[Any]:
    return TypeAdapter(Ready | Answer | PatientAnswer | CardsAnswer | FhirAnswer | Refusal)
