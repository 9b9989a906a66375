"""What is kept beside a ruleset: `NAME.review.json`, every review, and `NAME.release.json`, every release.

Both are lists to which entries are added. An entry names the hash of what was reviewed or released, so that it speaks
of that text and no other.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, cast

from cds.diagnostics import CdsError
from cds.formatting import write_in_place

Record = dict[str, Any]
Kind = Literal["review", "release"]


def record_file(ruleset: Path, kind: Kind) -> Path:
    """Where the records of a ruleset stand."""
    return ruleset.with_name(f"{ruleset.stem}.{kind}.json")


def records(ruleset: Path, kind: Kind) -> list[Record]:
    """The records of a ruleset, the oldest first; CdsError when the file is damaged."""
    file = record_file(ruleset, kind)
    if not file.exists():
        return []
    try:
        read = json.loads(file.read_text("utf-8"))
    except ValueError:
        read = None
    if not isinstance(read, list) or not all(isinstance(each, dict) for each in cast("list[object]", read)):
        raise CdsError(f"`{file}` is no list of records; take it from an earlier version, nothing was written")
    return cast("list[Record]", read)


def add_record(ruleset: Path, kind: Kind, record: Mapping[str, Any]) -> None:
    """Add a record; the file is written aside and put in place in one step."""
    file, kept = record_file(ruleset, kind), [*records(ruleset, kind), dict(record)]
    if not file.exists():
        file.write_text("[]\n", "utf-8")
    write_in_place(file, (json.dumps(kept, ensure_ascii=False, indent=2) + "\n").encode())
