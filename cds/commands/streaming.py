"""`cds run --stream`: requests in, one line each; answers out, one line each, in the same order, from one process.

Lines are JSON in UTF-8, ended by a line feed. The first line out says which rulesets were loaded. Blank lines are
passed over. A line that cannot be answered gives an error on its own line, and the next one is read as if nothing
had been.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

from cds.api import load
from cds.diagnostics import CdsError
from cds.exchange import Format, Service, failure, refusal

MOST_BYTES: Final = 50_000_000
_PIECE: Final = 65_536
_FORMATS: Final[Mapping[str, Format]] = {"text": "result", "json": "result", "cards": "cards", "fhir": "fhir"}
_OF_ONE_PATIENT: Final = ("patient", "at", "limits")


def stream(given: argparse.Namespace) -> int:
    """Answer requests from standard input until it ends; 0 whatever they were."""
    unfit = [f"--{name}" for name in _OF_ONE_PATIENT if getattr(given, name) is not None]
    if unfit:
        raise CdsError(f"{', '.join(unfit)} cannot stand beside --stream; each request has its own")
    written = _FORMATS[given.format]
    ruleset = load(given.rules, concepts=given.concepts)
    service = Service(ruleset, given.lang, given.explain, written, given.audience, given.draft)
    for line in responses(service, sys.stdin.buffer):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    return 0


def responses(service: Service, source: BinaryIO, most_bytes: int = MOST_BYTES) -> Iterator[bytes]:
    """The line that says what answers here, then one line for each line of the source that is not blank.

    most_bytes: longest line that is read, without its end; of a longer one no more than that is held in memory.
    """
    yield as_line(service.ready(most_bytes))
    for number, raw in enumerate(lines(source, most_bytes), 1):
        if raw is None:
            says = f"the line is longer than {most_bytes} bytes and was passed over; send less history at a time"
            yield as_line(refusal("too_long", "", says, line=number))
        elif raw.strip():
            yield _answered(service, raw, number)


def lines(source: BinaryIO, most_bytes: int) -> Iterator[bytes | None]:
    """Each line; None for one that is too long."""
    while raw := source.readline(most_bytes + 1):
        if len(raw) <= most_bytes or raw.endswith(b"\n"):
            yield raw.rstrip(b"\r\n")
        else:
            while raw and not raw.endswith(b"\n"):
                raw = source.readline(_PIECE)
            yield None


def _answered(service: Service, raw: bytes, number: int) -> bytes:
    response = service.answer(raw, number)
    try:
        return as_line(response)
    except ValueError as bug:  # a number that JSON cannot hold; sending it would break the reader
        return as_line(failure(bug, response["id"], number))


def as_line(response: dict[str, Any]) -> bytes:
    """As JSON on one line; half a surrogate pair, which UTF-8 cannot hold, goes back escaped as it came."""
    text = json.dumps(response, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return f"{text}\n".encode("utf-8", "backslashreplace")
