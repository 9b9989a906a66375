"""Diagnostics for other programs: JSON, SARIF 2.1.0 (OASIS, 2020) and GitHub's workflow commands."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cds.diagnostics.explain import explanation, parts_of
from cds.diagnostics.report import Code, Diagnostic, Place, render
from cds.diagnostics.words import Language


def as_text(
    diagnostics: Iterable[Diagnostic], lines: Mapping[str, list[str]] | None = None, language: Language = "en"
) -> str:
    """For people: each with its line of source, a blank line between."""
    return "\n\n".join(render(each, lines, language) for each in diagnostics)


def as_json(diagnostics: Iterable[Diagnostic], language: Language = "en") -> str:
    """A JSON list; lines and columns from 1, `end` the column after the last."""
    return json.dumps([as_dict(each, language) for each in diagnostics], ensure_ascii=False, indent=2)


def as_dict(diagnostic: Diagnostic, language: Language = "en") -> dict[str, Any]:
    """One diagnostic as plain data."""
    return {
        "code": diagnostic.code,
        "severity": diagnostic.kind.severity,
        "message": diagnostic.message(language),
        "help": diagnostic.cure(language),
        "place": _place(diagnostic.place),
        "also": _place(diagnostic.also) if diagnostic.also else None,
    }


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column, "end": _end(place)}


def _end(place: Place) -> int:
    return max(place.end, place.column + 1)


def as_sarif(diagnostics: Iterable[Diagnostic], version: str = "", language: Language = "en") -> str:
    """A SARIF log of one run; `version`: that of cds."""
    found = list(diagnostics)
    kinds = sorted({each.kind for each in found}, key=lambda kind: kind.number)
    rules = [_rule(kind) for kind in kinds]
    driver = {"name": "cds", "rules": rules, **({"version": version} if version else {})}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, language) for each in found],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


def _rule(kind: type[Code]) -> dict[str, Any]:
    parts = parts_of(kind)
    return {
        "id": kind.number,
        "shortDescription": {"text": parts.first},
        "fullDescription": {"text": parts.means.strip()},
        "help": {"text": explanation(kind.number)},
        "defaultConfiguration": {"level": kind.severity},
    }


def _result(diagnostic: Diagnostic, language: Language) -> dict[str, Any]:
    also = [_location(diagnostic.also)] if diagnostic.also else []
    sentences = (diagnostic.message(language), diagnostic.cure(language))
    return {
        "ruleId": diagnostic.code,
        "level": diagnostic.kind.severity,
        "message": {"text": "; ".join(each for each in sentences if each)},
        "locations": [_location(diagnostic.place)],
        **({"relatedLocations": also} if also else {}),
    }


def _location(place: Place) -> dict[str, Any]:
    region = {"startLine": place.line, "startColumn": place.column, "endColumn": _end(place)}
    return {"physicalLocation": {"artifactLocation": {"uri": _uri(place.file)}, "region": region}}


def _uri(file: str) -> str:
    """A file's path as a URI reference (RFC 3986): from where the command ran, or of the file itself."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def as_github(diagnostics: Iterable[Diagnostic], language: Language = "en") -> str:
    """One workflow command a line, so that a pull request shows each at its line."""
    return "\n".join(_command(each, language) for each in diagnostics)


def _command(diagnostic: Diagnostic, language: Language) -> str:
    text = "\n".join(each for each in (diagnostic.message(language), diagnostic.cure(language)) if each)
    return workflow_command(diagnostic.kind.severity, diagnostic.place, diagnostic.code, text)


def workflow_command(severity: str, place: Place, title: str, text: str) -> str:
    """A line that GitHub shows at a place in a pull request; severity: error or warning. text: may have lines."""
    where = {"file": place.file, "line": place.line, "col": place.column, "endColumn": _end(place), "title": title}
    properties = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in where.items())
    return f"::{severity} {properties}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    for sign in "%\r\n" + more:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
