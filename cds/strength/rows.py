"""The data of an input, as a case writes it, and small changes to it."""

import random
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final, cast

from cds import source
from cds.cases.words import SERIES, read_series
from cds.periods import NORWAY, zone

Row = tuple[str, str]  # time, words

_NUMBER: Final = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?!\d)")
ALL: Final = -1
_DOSES: Final = ("taken", "missed", "unknown", "late 75 min", "late 300 min")


def rows_of(written: source.Plain) -> list[Row] | None:
    """The rows of an input, in the order of their times; None when it is written in a way that is not looked into."""
    blocks = written if isinstance(written, list) else [written]
    found: list[Row] = []
    for block in blocks:
        if block == "none":
            continue
        if not isinstance(block, dict):
            return None
        texts = {name: each for name, each in block.items() if isinstance(each, str)}
        if texts.keys() >= SERIES:
            found += read_series("", {name: texts[name] for name in SERIES}, zone(NORWAY))
        for time, words in block.items():
            if time not in SERIES:
                found += [(time, str(each)) for each in (words if isinstance(words, list) else [words])]
    return sorted(found)


def written(rows: Iterable[Row]) -> source.Plain:
    """Rows as a case writes them."""
    block: dict[str, source.Plain] = {}
    for time, words in rows:
        held = block.get(time)
        if held is None:
            block[time] = words
        elif isinstance(held, list):
            held.append(words)
        else:
            block[time] = [held, words]
    return block or "none"


def shifted(rows: Sequence[Row], by: Decimal, places: Iterable[int], part: int = ALL) -> list[Row]:
    """Rows of which some have every number moved by an amount, or the one of a part alone; never below zero."""
    chosen = set(places)
    return [(time, _add(words, by, part) if place in chosen else words) for place, (time, words) in enumerate(rows)]


def _add(words: str, by: Decimal, part: int) -> str:
    first, *rest = words.split(",")
    for place, match in reversed(list(enumerate(_NUMBER.finditer(first)))):
        if part in (ALL, place):
            first = first[: match.start()] + _shown(max(Decimal(0), Decimal(match[0]) + by)) + first[match.end() :]
    return ",".join([first, *rest])


def _shown(value: Decimal) -> str:
    return f"{value.normalize():f}" if value else "0"


def changed(
    rows: Sequence[Row], numbers: Sequence[Decimal], minutes: Sequence[int], chance: random.Random
) -> list[Row]:
    """Rows with one change drawn at random: a number set, a row left out, moved or repeated, or fewer rows.

    numbers: that a value may come to; minutes: by which a row may be moved.
    """
    if not rows:
        return []
    found = list(rows)
    place = len(rows) - 1 if chance.random() < 0.5 else chance.randrange(len(rows))
    way = chance.choice(("set", "set", "set all", "leave out", "leave out", "move", "move all", "repeat", "keep"))
    time, words = rows[place]
    if way == "set" and any(word in words for word in ("taken", "missed", "late")):
        found[place] = time, chance.choice(_DOSES)
    elif way in ("set", "set all") and numbers:
        number = chance.choice(numbers)
        places = {place} if way == "set" else set(range(len(rows)))
        found = [(at, _put(text, number) if each in places else text) for each, (at, text) in enumerate(rows)]
    elif way == "leave out":
        del found[place]
    elif way == "move":
        found[place] = _later(time, minutes, chance), words
    elif way == "move all":
        by = chance.choice(minutes) * chance.choice((1, -1))
        found = [(_moved(at, by), text) for at, text in rows]
    elif way == "repeat":
        found.append((_later(time, minutes, chance), words))
    elif way == "keep":
        found = found[-chance.randint(1, len(rows)) :] if chance.random() < 0.5 else found[:: chance.randint(2, 3)]
    return sorted(set(found))


def _put(words: str, number: Decimal) -> str:
    first, *rest = words.split(",")
    return ",".join([_NUMBER.sub(_shown(number), first, count=1), *rest])


def _later(time: str, minutes: Sequence[int], chance: random.Random) -> str:
    return _moved(time, chance.choice(minutes) * chance.choice((1, -1)))


def _moved(time: str, minutes: int) -> str:
    if len(time) == len("2026-01-08"):
        return (date.fromisoformat(time) + timedelta(days=round(minutes / 1440))).isoformat()
    at = datetime.fromisoformat(time) + timedelta(minutes=minutes)
    return at.isoformat(sep=" ", timespec="minutes")


def cases_as_written(node: source.Mapping) -> dict[str, dict[str, source.Plain]]:
    """The cases of a file with what each is `like` filled in; places are left behind."""
    block = cast("dict[str, dict[str, source.Plain]]", cast("dict[str, source.Plain]", source.plain(node))["cases"])
    found: dict[str, dict[str, source.Plain]] = {}
    for name, own in block.items():
        filled, like = dict(own), own.get("like")
        while isinstance(like, str):
            filled = {**block[like], **filled}
            like = block[like].get("like")
        found[name] = {field: each for field, each in filled.items() if field != "like"}
    return found
