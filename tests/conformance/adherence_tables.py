"""Published tables of adherence and ours, row by row: the id of a row, and the numbers and days that it holds.

Settings come from MANIFEST.csv. For the three tables that it does not name, the folder's README says them.
"""

import csv
import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from cds import adherence
from cds.adherence import Carry, Columns, Discontinuation, Sliding, SupplyColumns, SupplyRules, Window
from tests.conformance.truth import PLACE

FOLDER: Final = PLACE / "adherence"
MEASURES: Final = [f"CMA{number}" for number in range(1, 10)]
EVENTS: Final = Columns("PATIENT_ID", "DATE", "DURATION", "CATEGORY", "PERDAY")
SUPPLY: Final = SupplyColumns(
    patient="ID",
    medication=("ATC.CODE", "UNIT", "FORM"),
    dispensed="DATE.DISP",
    total_dose="TOTAL.DOSE",
    prescribed="DATE.PRESC",
    daily_dose="DAILY.DOSE",
    prescribed_days="PRESC.DURATION",
    stay_start="DATE.IN",
    stay_end="DATE.OUT",
)
INF: Final = "infinite"
STOPPED: Final = "stopped"

Cells = tuple[Any, ...]  # numbers, days as text, None = nothing
Settings = Mapping[str, str]


@dataclass(frozen=True)
class Published:
    """A table of the folder. inputs: the files that it was made of."""

    file: str
    function: str
    inputs: tuple[str, ...]
    settings: Settings

    @property
    def name(self) -> str:
        return Path(self.file).stem


@cache
def tables() -> tuple[Published, ...]:
    """Every table that the MANIFEST names, and those of supply where they are there."""
    if not (FOLDER / "MANIFEST.csv").is_file():
        return ()
    named = [
        Published(row["file"], row["fn"], (f"inputs/{row['dataset']}_events.csv",), _settings(row["settings"]))
        for row in _rows("MANIFEST.csv")
    ]
    supply = [
        Published(f"expected/event_durations_{way.replace(' ', '')}.csv", "durations", _DURCOMP, {"in_stay": way})
        for way in ("continue", "carry over", "discard")
    ]
    supply.append(Published("expected/time_to_initiation.csv", "initiation", _DURCOMP[:2], {}))
    return (*named, *(each for each in supply if (FOLDER / each.file).is_file()))


_DURCOMP: Final = tuple(f"inputs/durcomp_{each}.csv" for each in ("prescribing", "dispensing", "hospitalisation"))


def _settings(text: str) -> Settings:
    return dict(each.strip().split("=", 1) for each in text.split(";"))


@cache
def _rows(file: str) -> tuple[dict[str, str], ...]:
    with open(FOLDER / file, encoding="utf-8", newline="") as opened:
        return tuple(csv.DictReader(opened))


def absent(table: Published) -> str:
    """Which file of a table is not there; "" when all are."""
    missing = [each for each in (table.file, *table.inputs) if not (FOLDER / each).is_file()]
    return f"`adherence/{missing[0]}` is not in the folder of published answers" if missing else ""


def digest(table: Published) -> str:
    """What the inputs of a table are, in short."""
    return hashlib.sha256(b"".join((FOLDER / each).read_bytes() for each in table.inputs)).hexdigest()[:12]


def published(table: Published) -> dict[str, Cells]:
    """The rows as they are published, by id."""
    return dict(_READ[table.function](_rows(table.file)))


def _simple(rows: Any) -> Iterator[tuple[str, Cells]]:
    for row in rows:
        for measure in MEASURES:
            yield f"{row['PATIENT_ID']} {measure}", (_number(row[measure]),)


def _gaps(rows: Any) -> Iterator[tuple[str, Cells]]:
    numbers = ("event.interval", "gap.days", "carry_over_from_before")
    days = ("DATE", "obs_start", "obs_end", "fu_start", "fu_end")
    for row in rows:
        yield f"{row['PATIENT_ID']} {row['ROW']}", (*(_number(row[n]) for n in numbers), *(row[day] for day in days))


def _episodes(rows: Any) -> Iterator[tuple[str, Cells]]:
    for row in rows:
        cells = (row["episode.start"], row["episode.end"], _number(row["end.episode.gap.days"]))
        estimate = (_number(row["CMA"]),) if "CMA" in row else ()
        yield f"{row['PATIENT_ID']} {row['episode.ID']}", (*cells, _number(row["episode.duration"]), *estimate)


def _sliding(rows: Any) -> Iterator[tuple[str, Cells]]:
    for row in rows:
        yield f"{row['PATIENT_ID']} {row['window.ID']}", (row["window.start"], row["window.end"], _number(row["CMA"]))


_DURATION: Final = ("TOTAL.DOSE", "DAILY.DOSE", "DURATION")
_OF_STAYS: Final = ("SPECIAL.DURATION", "CARRYOVER.DURATION")
_COUNTS: Final = ("tot.presc.interruptions", "tot.dosage.changes")


def _durations(rows: Any) -> Iterator[tuple[str, Cells]]:
    """By dispense: its parts in order. No day of a stay is 0; what no prescription covers has no number of days."""
    found: dict[str, list[Cells]] = {}
    for row in rows:
        key = " ".join((row["ID"], row["ATC.CODE"], row["UNIT"], row["FORM"], row["DATE.DISP"] or "never"))
        days = tuple(row[name] or None for name in ("DISP.START", "episode.start", "episode.end"))
        counts = tuple(_number(row[name]) for name in _COUNTS)
        stays = tuple(_number(row[name]) or 0.0 for name in _OF_STAYS)
        lasts = tuple(_number(row[name]) for name in _DURATION)
        found.setdefault(key, []).append((*lasts, *days, *stays, *counts))
    for key, parts in found.items():
        yield key, tuple(cell for part in sorted(parts, key=_order) for cell in part)


def _order(part: Cells) -> tuple[Any, ...]:
    """Parts by what was dispensed, then by day; in the published table dispenses of one day are mixed."""
    return (part[0] or 0.0, part[3] or "", part[1] or 0.0)


def _initiation(rows: Any) -> Iterator[tuple[str, Cells]]:
    for row in rows:
        key = " ".join((row["ID"], row["ATC.CODE"], row["UNIT"], row["FORM"], row["episode.start"]))
        yield key, (row["first.disp"] or None, _number(row["time.to.initiation"]))


_READ: Final = {
    "CMA1..CMA9": _simple,
    "compute.event.int.gaps": _gaps,
    "compute.treatment.episodes": _episodes,
    "CMA_per_episode": _episodes,
    "CMA_sliding_window": _sliding,
    "durations": _durations,
    "initiation": _initiation,
}


def _number(text: str) -> Any:
    if text in ("", "NA", "NaN"):
        return None
    if text in ("Inf", "ERROR"):
        return {"Inf": INF, "ERROR": STOPPED}[text]
    return float(text)


def ours(table: Published, executor: Any, compat: bool = False) -> dict[str, Cells]:
    """The rows as we compute them, by id."""
    return dict(_COMPUTE[table.function](table, executor, compat))


@cache
def _columns(file: str) -> dict[str, list[Any]]:
    """An input as columns of texts, as a CSV file holds it."""
    rows = _rows(file)
    return {name: [row[name] or None for row in rows] for name in rows[0]}


def _asked(table: Published, executor: Any, compat: bool, *windows: str) -> dict[str, Any]:
    settings = table.settings
    carry = Carry(
        settings["carry.only.for.same.medication"] == "TRUE", settings["consider.dosage.change"] == "TRUE", compat
    )
    spans = {{"followup": "follow_up"}.get(each, each): _window(settings, each) for each in windows}
    return {"carry": carry, "columns": EVENTS, "executor": executor, **spans}


def _window(settings: Settings, name: str) -> Window:
    start, length = (
        f"{settings[f'{name}.window.{part}']} {settings[f'{name}.window.{part}.unit']}"
        for part in ("start", "duration")
    )
    return Window(start, length)


def _events(table: Published) -> Any:
    return _columns(table.inputs[0])


def _listed(rows: Any) -> list[dict[str, Any]]:
    return rows.to_pylist()


def _our_simple(table: Published, executor: Any, compat: bool) -> Iterator[tuple[str, Cells]]:
    asked = _asked(table, executor, compat, "followup", "observation")
    for row in _listed(adherence.continuous_availability(_events(table), MEASURES, **asked).rows):
        yield f"{row['patient']} {row['measure']}", (_known(row),)


def _known(row: Mapping[str, Any]) -> Any:
    """The value where it is known; a bound never stands for it."""
    return row["value"] if row["reason"] == "known" else None


def _our_gaps(table: Published, executor: Any, compat: bool) -> Iterator[tuple[str, Cells]]:
    within, into = (table.settings[f"carryover.{each}.obs.window"] == "TRUE" for each in ("within", "into"))
    asked = _asked(table, executor, compat, "followup", "observation")
    found = adherence.event_gaps(_events(table), carry_over_within=within, carry_over_into=into, **asked)
    numbers = ("interval", "gap_days", "carried_over")
    days = ("date", "observation_start", "observation_end", "follow_up_start", "follow_up_end")
    for row in _listed(found.rows):
        place = _columns(table.inputs[0])["ROW"][row["row"]]
        yield f"{row['patient']} {place}", (*(row[each] for each in numbers), *(str(row[each]) for each in days))


def _discontinuation(settings: Settings) -> Discontinuation:
    unit = settings["maximum.permissible.gap.unit"]
    flags = (f"{kind}.change.means.new.treatment.episode" for kind in ("medication", "dosage"))
    return Discontinuation(
        f"{settings['maximum.permissible.gap']} {'%' if unit == 'percent' else unit}",
        settings["maximum.permissible.gap.append.to.episode"] == "TRUE",
        *(settings[each] == "TRUE" for each in flags),
    )


def _our_episodes(table: Published, executor: Any, compat: bool) -> Iterator[tuple[str, Cells]]:
    asked = _asked(table, executor, compat, "followup")
    for row in _listed(adherence.treatment_episodes(_events(table), _discontinuation(table.settings), **asked).rows):
        yield _episode(row)


def _episode(row: Mapping[str, Any], *estimate: Any) -> tuple[str, Cells]:
    """The gap is published as a whole number, cut off."""
    gap = float(math.trunc(row["gap_days"]))
    return f"{row['patient']} {row['number']}", (str(row["start"]), str(row["end"]), gap, row["days"], *estimate)


def _our_per_episode(table: Published, executor: Any, compat: bool) -> Iterator[tuple[str, Cells]]:
    settings = table.settings
    asked = _asked(table, executor, compat, "followup", "observation")
    for row in _listed(
        adherence.availability_per_episode(
            _events(table), settings["CMA.to.apply"], _discontinuation(settings), **asked
        ).rows
    ):
        yield _episode(row, _known(row))


def _our_sliding(table: Published, executor: Any, compat: bool) -> Iterator[tuple[str, Cells]]:
    settings = table.settings
    start, length, step = (
        f"{settings[f'sliding.window.{part}']} {settings[f'sliding.window.{unit}.unit']}"
        for part, unit in (("start", "start"), ("duration", "duration"), ("step.duration", "step"))
    )
    steps = settings["sliding.window.no.steps"]
    sliding = Sliding(length, step, start, 0 if steps == "NA" else int(steps))
    asked = _asked(table, executor, compat, "followup", "observation")
    for row in _listed(adherence.sliding_availability(_events(table), settings["CMA.to.apply"], sliding, **asked).rows):
        yield f"{row['patient']} {row['number']}", (str(row["start"]), str(row["end"]), _known(row))


def _our_durations(table: Published, executor: Any, compat: bool) -> Iterator[tuple[str, Cells]]:
    prescribing, dispensing, stays = (_columns(each) for each in table.inputs)
    rules = SupplyRules("continue", table.settings["in_stay"])
    answer = adherence.event_durations(dispensing, prescribing, stays, rules=rules, columns=SUPPLY, executor=executor)
    found: dict[str, list[Cells]] = {}
    for row in _listed(answer.rows):
        key = " ".join((row["patient"], *row["medication"], str(row["dispensed"] or "never")))
        prescribed = row["segment_start"] is not None or row["row"] is None
        days = tuple(str(row[each]) if row[each] else None for each in ("start", "segment_start", "segment_end"))
        if not prescribed and row["interruptions"] is None:
            days = (None, None, None)
        stays_of = (row["days_in_stay"] or 0.0, row["days_waiting"] or 0.0)
        counts = (row["interruptions"], row["dose_changes"])
        lasts = (row["total_dose"], row["daily_dose"], row["days_supply"])
        found.setdefault(key, []).append((*lasts, *days, *stays_of, *counts))
    for key, parts in found.items():
        yield key, tuple(cell for part in sorted(parts, key=_order) for cell in part)


def _our_initiation(table: Published, executor: Any, compat: bool) -> Iterator[tuple[str, Cells]]:
    prescribing, dispensing = (_columns(each) for each in table.inputs)
    for row in _listed(adherence.time_to_initiation(prescribing, dispensing, columns=SUPPLY).rows):
        key = " ".join((row["patient"], *row["medication"], str(row["prescribed"])))
        yield key, (str(row["first_dispense"]) if row["first_dispense"] else None, row["days_to_initiation"])


_COMPUTE: Final = {
    "CMA1..CMA9": _our_simple,
    "compute.event.int.gaps": _our_gaps,
    "compute.treatment.episodes": _our_episodes,
    "CMA_per_episode": _our_per_episode,
    "CMA_sliding_window": _our_sliding,
    "durations": _our_durations,
    "initiation": _our_initiation,
}


def differing(expected: Mapping[str, Cells], found: Mapping[str, Cells]) -> set[str]:
    """Ids of the rows that are not the same within a relative 1e-9, or stand on one side only."""
    return {key for key in expected.keys() | found.keys() if not _same(expected.get(key), found.get(key))}


def _same(expected: Cells | None, found: Cells | None) -> bool:
    if expected is None or found is None or len(expected) != len(found):
        return False
    return all(map(_same_cell, expected, found))


def _same_cell(expected: Any, found: Any) -> bool:
    if not isinstance(expected, float) or not isinstance(found, float):
        return bool(expected == found)
    return math.isclose(expected, found, rel_tol=1e-9, abs_tol=0.0)
