"""A review put into a ruleset file: who approved it, bound to the text as it stands."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from cds import __version__
from cds.approval.blind import Answer
from cds.approval.records import add_record
from cds.diagnostics import CdsError
from cds.formatting import write_in_place
from cds.reading import LoadedFile, review_hash

_HEAD = ("review_by", "owner", "status")


def approve(file: LoadedFile, answers: Sequence[Answer], name: str, role: str, day: date) -> bool:
    """Record a review, and write who approved the file into it when every answer agrees; whether it did.

    CdsError when the reviewer is the owner: four eyes see more than two.
    """
    owner = file.model.owner or ""
    if name.strip().casefold() == owner.strip().casefold():
        raise CdsError(f"{name} is the owner; somebody else must review the ruleset")
    agreed = bool(answers) and all(each.agrees for each in answers)
    record = {
        "name": name,
        "role": role,
        "date": day.isoformat(),
        "hash": file.review_hash,
        "agreed": agreed,
        "answers": [asdict(each) for each in answers],
        "cds": __version__,
    }
    add_record(Path(file.file), "review", record)
    if agreed:
        lines = with_review(file.lines, name, role, day)
        write_in_place(Path(file.file), "\n".join(lines).encode())
    return agreed


def with_review(lines: Sequence[str], name: str, role: str, day: date) -> list[str]:
    """The lines with a `reviewed` block that holds the hash of all the others, in place of one that is there."""
    kept = without_review(lines)
    place = next((place for field in _HEAD for place, line in enumerate(kept) if line.startswith(f"{field}:")), 0) + 1
    block = [
        "reviewed:",
        f"  name: {_quoted(name)}",
        f"  role: {_quoted(role)}",
        f"  date: {day.isoformat()}",
        "  hash: {}",
    ]
    written = [*kept[:place], *block, *kept[place:]]
    written[place + len(block) - 1] = f"  hash: {review_hash(written)}"
    return written


def without_review(lines: Sequence[str]) -> list[str]:
    """The lines without the `reviewed` block."""
    kept: list[str] = []
    inside = False
    for line in lines:
        if line[:1].strip():
            inside = line.startswith("reviewed:")
        if not inside:
            kept.append(line)
    return kept


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
