"""Why a request is not answered, as a FHIR OperationOutcome (https://hl7.org/fhir/R4/operationoutcome.html)."""

from collections.abc import Mapping
from typing import Any, Final

_CODES: Final[Mapping[int, str]] = {  # HTTP status -> issue type
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    408: "timeout",
    412: "incomplete",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    500: "exception",
    503: "throttled",
    504: "timeout",
}


class Refused(Exception):
    """Ends the way of one request with an HTTP status and a sentence. place: the field that is wrong, or ""."""

    def __init__(self, status: int, message: str, *, place: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.place = place
        self.headers = dict(headers or {})
        super().__init__(message)


def outcome(status: int, message: str, place: str = "") -> dict[str, Any]:
    """The body of a response that refuses.

    >>> outcome(404, "there is no such service")["issue"][0]["code"]
    'not-found'
    """
    issue: dict[str, Any] = {
        "severity": "fatal" if status == 500 else "error",
        "code": _CODES.get(status, "processing"),
        "details": {"text": message},
    }
    if place:
        issue["expression"] = [place]
    return {"resourceType": "OperationOutcome", "issue": [issue]}
