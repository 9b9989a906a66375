"""Diagnostics for other programs: JSON, SARIF 2.1.0 (OASIS, 2020) and GitHub's workflow commands."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from cds.diagnostics.explain import parts_of
from cds.diagnostics.report import Diagnostic, Place, render
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
    rules = [{"id": kind.number, "shortDescription": {"text": parts_of(kind).first}} for kind in kinds]
    driver = {"name": "cds", "rules": rules, **({"version": version} if version else {})}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, language) for each in found],
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2)


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
    return {
        "physicalLocation": {"artifactLocation": {"uri": place.file.replace("\\", "/")}, "region": region},
    }


def as_github(diagnostics: Iterable[Diagnostic], language: Language = "en") -> str:
    """One workflow command a line, so that a pull request shows each at its line."""
    return "\n".join(_command(each, language) for each in diagnostics)


def _command(diagnostic: Diagnostic, language: Language) -> str:
    place = diagnostic.place
    where = {
        "file": place.file,
        "line": place.line,
        "col": place.column,
        "endColumn": _end(place),
        "title": diagnostic.code,
    }
    properties = ",".join(f"{name}={_escaped(str(value), ':,')}" for name, value in where.items())
    text = "\n".join(each for each in (diagnostic.message(language), diagnostic.cure(language)) if each)
    return f"::{diagnostic.kind.severity} {properties}::{_escaped(text)}"


def _escaped(text: str, more: str = "") -> str:
    for sign in "%\r\n" + more:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
