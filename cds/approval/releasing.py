"""Putting a ruleset into use: what must be in order first, and what is written when it is."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args

from cds import __version__
from cds.approval.records import add_record, records
from cds.approval.reviewing import with_review
from cds.approval.words import WORDS
from cds.cases import CaseFile, run
from cds.diagnostics import CdsError, Language
from cds.formatting import write_in_place
from cds.loading import Checked
from cds.reading import LoadedFile, read_file, review_hash
from cds.sentences import say
from cds.strength import Strength, strength
from cds.verify import verify

Falling = tuple[str, dict[str, object]]  # key of a sentence in WORDS, and what fills its places
_LANGUAGES: Final[Sequence[Language]] = get_args(Language)
_TEXTS: Final = ("summary", "detail", "patient", "suggest", "unconfirmed")


def shortcomings(
    checked: Checked, file: LoadedFile, cases: CaseFile | None, version: str, day: date
) -> tuple[list[Falling], Strength | None]:
    """Everything that stands in the way of a release, and the strength of the cases."""
    found: list[Falling] = [*_head(file, day), *_texts(file), *_review(file)]
    if _numbers(version) < _numbers(file.model.version):
        found.append(("version", {"version": version, "current": file.model.version}))
    measured: Strength | None = None
    if cases is None or not cases.cases:
        found.append(("no_cases", {}))
    else:
        wrong = sum(not each.is_ok for each in run(cases.cases, checked))
        if wrong:
            found.append(("cases", {"count": wrong}))
        else:
            measured = strength(checked, file, cases)
            if measured.unnoticed:
                found.append(("strength", {"count": len(measured.unnoticed)}))
    odd = [each for each in verify(checked, file, cases) if each.is_problem or each.kind == "undecided"]
    if odd:
        found.append(("verify", {"count": len(odd)}))
    return found, measured


def sentences(found: Sequence[Falling], language: Language) -> list[str]:
    """What stands in the way, in words."""
    return [say(key, language, WORDS, **values) for key, values in found]


def release(file: LoadedFile, version: str, day: date, measured: Strength | None, cases: int) -> None:
    """Write version and `status: active` into the file, carry its review over, and keep a record.

    What was reviewed is the text before; that nothing but version and status differs is made sure of here.
    """
    reviewed = file.model.reviewed
    assert reviewed
    lines = [_released(line, version) for line in file.lines]
    bound = with_review(lines, reviewed.name, reviewed.role, reviewed.date)
    text = "\n".join(bound).encode()
    read, wrong = read_file(text, file.file, file.has_cases)
    if not isinstance(read, LoadedFile) or wrong or review_hash(read.lines) != review_hash(lines):
        raise CdsError(f"`{file.file}` could not be released: its head is written in a way that cannot be changed here")
    record: dict[str, Any] = {
        "ruleset": file.model.ruleset,
        "version": version,
        "date": day.isoformat(),
        "reviewed": {"name": reviewed.name, "role": reviewed.role, "date": reviewed.date.isoformat()},
        "reviewed_hash": file.review_hash,
        "hash": hashlib.sha256(text).hexdigest(),
        "cases": cases,
        "small_errors_noticed": measured.noticed if measured else 0,
        "cds": __version__,
    }
    add_record(Path(file.file), "release", record)
    write_in_place(Path(file.file), text)


def _released(line: str, version: str) -> str:
    if line.startswith("version:"):
        return f"version: {version}"
    return "status: active" if line.startswith("status:") else line


def _head(file: LoadedFile, day: date) -> Iterator[Falling]:
    model = file.model
    if not model.owner or model.owner == "to be named":
        yield "owner", {}
    if model.review_by is None or model.review_by <= day:
        yield "review_by", {"date": day.isoformat()}
    for name, source in model.sources.items():
        if source.to_confirm:
            yield "to_confirm", {"source": name, "text": source.to_confirm}


def _texts(file: LoadedFile) -> Iterator[Falling]:
    """Texts that readers of a language would miss."""
    model = file.model
    told = {"title": model.title, "intended_use": model.intended_use}
    told |= {f"limits.{name}.label": limit.label for name, limit in model.limits.items()}
    for block in ("rules", "zones", "missing"):
        for name, rule in getattr(model, block).items():
            texts = {field: getattr(rule, field, {}) for field in _TEXTS}
            told |= {f"{block}.{name}.{field}": text for field, text in texts.items() if text or field == "summary"}
    lacking = {where: [each for each in _LANGUAGES if each not in text] for where, text in told.items()}
    where = [place for place, languages in lacking.items() if languages]
    if where:
        languages = sorted({each for place in where for each in lacking[place]})
        yield "texts", {"languages": ", ".join(languages), "where": ", ".join(where)}


def _review(file: LoadedFile) -> Iterator[Falling]:
    reviewed = file.model.reviewed
    kept = records(Path(file.file), "review")
    agreed = any(each.get("agreed") is True and each.get("hash") == file.review_hash for each in kept)
    if reviewed is None or reviewed.hash != file.review_hash or not agreed:
        yield "review", {}


def _numbers(version: str) -> tuple[int, ...]:
    try:
        return tuple(int(each) for each in version.split("."))
    except ValueError:
        raise CdsError(f"`{version}` is no version; write for instance 1.2.0") from None
