"""The files of a FHIR Bulk Data export, and what its manifest says was asked for and answered
(https://hl7.org/fhir/uv/bulkdata/export.html#response---complete-status).

============================== ==================================================================
of the manifest                how it is read
============================== ==================================================================
``output``                     the files that should be there; a kind of which one is missing, or
                               shorter than its `count`, is not handed over in full
``request``                    the address of the server; the kinds asked for (`_type`); with
                               `_since`, `_typeFilter`, `_elements` or paged output nothing is
                               handed over in full
``error``                      files of OperationOutcomes: with a failure among them nothing is
                               handed over in full
``deleted``, ``extension``     not read
============================== ==================================================================
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from cds.adapters.fhir_bulk.lines import COMPRESSED, lines_of, opened
from cds.adapters.shapes import as_list, as_object, as_text
from cds.diagnostics import PatientError

PATTERNS: Final = ("*.ndjson", f"*.ndjson{COMPRESSED}")
_LIMITING: Final = ("_since", "_typeFilter", "_elements", "organizeOutputBy", "_until")
_FAILED: Final = ("fatal", "error")


@dataclass(frozen=True)
class Export:
    """The files of resources, in the order of their names. server: address of the server, "" = not known.

    kinds: of resource that the manifest says were asked for and answered; missing: kinds of which a file is missing,
    with its name; counts: file -> kind, and how many lines it should have; is_part: whether the whole is known to be a
    part of what the server holds.
    """

    files: Sequence[Path]
    server: str = ""
    kinds: frozenset[str] = frozenset()
    missing: Mapping[str, str] = field(default_factory=dict[str, str])
    counts: Mapping[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    is_part: bool = False


def is_export(source: object) -> bool:
    """Whether a source is a folder of files that hold one FHIR resource a line."""
    if not isinstance(source, str | Path) or not Path(source).is_dir():
        return False
    return any(_holds_resources(each) for each in _files(Path(source)))


def open_export(source: str | Path) -> Export:
    """The export in a folder; PatientError when its manifest cannot be read."""
    folder = Path(source)
    files = _files(folder)
    manifest = _manifest(folder)
    return Export(files) if manifest is None else _as_told(files, manifest)


def _files(folder: Path) -> list[Path]:
    return sorted((each for pattern in PATTERNS for each in folder.glob(pattern)), key=lambda each: each.name)


def _holds_resources(file: Path) -> bool:
    """Whether the first line that is not empty is a resource."""
    with opened(file) as read:
        first = next((line for line in read if line.strip()), b"")
    try:
        return "resourceType" in (as_object(json.loads(first)) or {})
    except (ValueError, RecursionError):
        return b'"resourceType"' in first


def _manifest(folder: Path) -> Mapping[str, Any] | None:
    """What the manifest says; None where there is none."""
    for file in sorted(folder.glob("*.json")):
        try:
            written = as_object(json.loads(file.read_text("utf-8")))
        except (ValueError, RecursionError):
            raise PatientError(f"{file.name} is not JSON in UTF-8") from None
        if written and as_list(written.get("output")) is not None:
            return written
    return None


def _as_told(files: Sequence[Path], manifest: Mapping[str, Any]) -> Export:
    request = urlsplit(as_text(manifest.get("request")))
    asked = parse_qs(request.query)
    names = {each.name.removesuffix(COMPRESSED): each for each in files}
    listed = [as_object(each) or {} for each in as_list(manifest["output"]) or ()]
    failures = {_name(each) for each in _objects(manifest, "error")}
    missing = {as_text(each.get("type")): _name(each) for each in listed if _name(each) not in names}
    counts = {
        _name(each): (as_text(each.get("type")), each["count"]) for each in listed if type(each.get("count")) is int
    }
    kinds = {as_text(each.get("type")) for each in listed}
    wanted = {each for value in asked.get("_type", ()) for each in value.split(",")}
    return Export(
        files=[each for name, each in names.items() if name not in failures],
        server=_server(request.scheme, request.netloc, request.path),
        kinds=frozenset(kinds & wanted if wanted else kinds),
        missing=missing,
        counts=counts,
        is_part=any(name in asked for name in _LIMITING) or _has_failed(manifest, names),
    )


def _objects(manifest: Mapping[str, Any], field_name: str) -> Iterator[Mapping[str, Any]]:
    for each in as_list(manifest.get(field_name)) or ():
        yield as_object(each) or {}


def _name(listed: Mapping[str, Any]) -> str:
    """The name of the file that an entry of the manifest lists."""
    name = unquote(urlsplit(as_text(listed.get("url"))).path.rpartition("/")[2]).removesuffix(COMPRESSED)
    return name if name.endswith(".ndjson") else f"{name}.ndjson"


def _server(scheme: str, host: str, path: str) -> str:
    """The address before the operation: `…/$export`, `…/Patient/$export`, `…/Group/7/$export`."""
    parts = path.split("/")
    if "$export" not in parts:
        return ""
    before = parts[: parts.index("$export")]
    if before[-1:] == ["Patient"]:
        before = before[:-1]
    elif before[-2:-1] == ["Group"]:
        before = before[:-2]
    return f"{scheme}://{host}{'/'.join(before)}" if scheme in ("http", "https") else ""


def _has_failed(manifest: Mapping[str, Any], names: Mapping[str, Path]) -> bool:
    """Whether a file of errors is missing, or tells of a failure."""
    for each in _objects(manifest, "error"):
        file = names.get(_name(each))
        if file is None or any(map(_tells_of_failure, lines_of(file))):
            return True
    return False


def _tells_of_failure(line: bytes) -> bool:
    try:
        outcome = as_object(json.loads(line)) or {}
    except (ValueError, RecursionError):
        return bool(line.strip())
    return any(each.get("severity") in _FAILED for each in _objects(outcome, "issue"))
