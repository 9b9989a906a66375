"""`cds follow`: events in, one JSON line each; alarm events out, each when what it follows from is on disk."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from cds.adapters.strict_json import read_json
from cds.api import load
from cds.commands.streaming import MOST_BYTES, as_line, lines
from cds.diagnostics import CdsError

if TYPE_CHECKING:
    from cds.follow import Follower


def follow(given: argparse.Namespace) -> int:
    """Follow patients until standard input ends; 0 whatever came. StoreError when the store fails."""
    if not given.rules:
        raise CdsError("name the rulesets to follow with: --rules PATH")
    from cds.follow import Follower, sole_writer  # noqa: PLC0415 - needs the extra `live`
    from cds.store import store_at  # noqa: PLC0415

    ruleset = load(given.rules, concepts=given.concepts)
    ruleset.refuse_drafts(given.draft)
    path = Path(given.store)
    with store_at(path, given.key) as store, sole_writer(path):
        follower = Follower(ruleset, store, allow_draft=given.draft, sessions=given.sessions)
        for line in answers(follower, sys.stdin.buffer):
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
    return 0


def list_alarms(given: argparse.Namespace) -> int:
    """Print the alarms of a store that are not closed, one JSON line each."""
    from cds.follow import listed, standing  # noqa: PLC0415 - needs the extra `live`
    from cds.store import store_at  # noqa: PLC0415

    path = Path(given.store)
    if not path.exists():
        raise CdsError(f"{path.name}: there is no such store; name the file that `cds follow` was given")
    with store_at(path, given.key) as store:
        for each in listed(standing(store).values()):
            sys.stdout.buffer.write(as_line(each))
    return 0


def answers(follower: "Follower", source: BinaryIO, most_bytes: int = MOST_BYTES) -> Iterator[bytes]:
    """For each line of the source that is not blank: a line for each alarm event, then one that ends the answer.

    most_bytes: longest line that is read, without its end; of a longer one no more than that is held in memory.
    """
    for number, raw in enumerate(lines(source, most_bytes), 1):
        if raw is None:
            says = f"the line is longer than {most_bytes} bytes and was passed over; send less at a time"
            yield as_line({"error": {"line": number, "code": "too_long", "message": says}})
        elif raw.strip():
            yield from map(as_line, _answered(follower, raw, number))


def _answered(follower: "Follower", raw: bytes, number: int) -> Iterator[dict[str, Any]]:
    from cds.follow import Rejected, answered, document  # noqa: PLC0415

    value, fault = read_json(raw)
    if fault:
        yield {"error": {"line": number, "code": fault.code, "place": fault.place, "message": fault.message}}
        return
    answer = answered(follower, value)
    if isinstance(answer, Rejected):
        yield {"error": {"line": number, **document(answer)["error"]}}
        return
    yield from ({"alarm": each} for each in answer.alarms)
    yield document(answer)
