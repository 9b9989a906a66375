"""How often each rule is expected to fire, in a file beside its ruleset, and rules that leave what is expected.

`NAME.load.json` beside `NAME.yaml` holds for each rule the fewest and the most alerts of a week for 80 patients, from
which data and dates. It is made from whole weeks of a simulation, and may be edited. What it lacks is not judged.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from cds.diagnostics import CdsError
from cds.periods import zone
from cds.plan import Head
from cds.simulation.outcome import RuleLoad, Simulated

FORMAT: Final = "cds-load/1"
SUFFIX: Final = ".load.json"
_LEAST_WEEKS: Final = 2
_DIGITS: Final = 6


class Band(BaseModel):
    """What is expected of one rule: alerts a week for 80 patients; None = too little was seen to expect anything."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
    low: float | None
    high: float | None
    alerts: int
    applies: int


class Bands(BaseModel):
    """A file of bands: of which ruleset, and from which data, days, times of day and assumption."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal["cds-load/1"]
    ruleset: str
    version: str
    hash: str
    data: str
    since: str
    until: str
    times: list[str]
    acknowledge_after: str
    patients: int
    rules: dict[str, Band]


@dataclass(frozen=True, slots=True)
class Off:
    """A rule that is not where it is expected. why: `not_told` = the file lacks it, `gone` = the ruleset lacks it."""

    rule: str
    why: Literal["silent", "below", "above", "not_told", "gone"]
    rate: float
    low: float = 0.0
    high: float = 0.0


def band_file(ruleset: str | Path) -> Path:
    """Where the bands of a ruleset file stand.

    >>> band_file("rules/weight.yaml").name
    'weight.load.json'
    """
    return Path(ruleset).with_suffix(SUFFIX)


def bands_of(simulated: Simulated, data: str) -> Mapping[str, Bands]:
    """The bands of each ruleset: the fewest and the most alerts of its whole weeks. data: what to call the tables.

    CdsError when the period holds fewer than two whole weeks.
    """
    if simulated.period.days // 7 < _LEAST_WEEKS:
        raise CdsError("what is expected is told from two whole weeks or more; state a longer period")
    return {head.id: _bands(simulated, head, data) for head in simulated.plan.heads}


def _bands(simulated: Simulated, head: Head, data: str) -> Bands:
    period = simulated.period
    start = period.start_of(zone())
    rules = {
        rule.name: _band(simulated.loads[place], simulated.weekly(place, start))
        for place, rule in enumerate(simulated.plan.rules)
        if rule.ruleset == head.id
    }
    return Bands(
        format=FORMAT,
        ruleset=head.id,
        version=head.version,
        hash=head.hash,
        data=data,
        since=period.start.isoformat(),
        until=period.end.isoformat(),
        times=list(period.times),
        acknowledge_after=simulated.acknowledge_after,
        patients=simulated.followed,
        rules=rules,
    )


def _band(load: RuleLoad, weekly: list[float]) -> Band:
    low, high = (None, None) if load.is_too_little else (round(min(weekly), _DIGITS), round(max(weekly), _DIGITS))
    return Band(low=low, high=high, alerts=load.alerts, applies=load.applies)


def written(bands: Bands) -> str:
    """The file's text."""
    return json.dumps(bands.model_dump(), ensure_ascii=False, indent=2) + "\n"


def read_bands(path: Path) -> Bands:
    """A file of bands; CdsError when there is none, or it is no such file."""
    try:
        content: Any = json.loads(path.read_text("utf-8"))
        return Bands.model_validate(content)
    except FileNotFoundError:
        raise CdsError(f"{path} is not there; write it with --write-band") from None
    except (ValidationError, ValueError):
        raise CdsError(f"{path} holds no expected numbers of alerts; write it anew with --write-band") from None


def off(simulated: Simulated, bands: Mapping[str, Bands]) -> tuple[Off, ...]:
    """The rules that have gone silent, or lie below or above what is expected of them. bands: by ruleset."""
    found = [each for rule in simulated.loads if (each := _off(rule, bands))]
    return (*found, *_gone(simulated, bands))


def _off(load: RuleLoad, bands: Mapping[str, Bands]) -> Off | None:
    ruleset, _, name = load.rule.partition("/")
    band = bands[ruleset].rules.get(name) if ruleset in bands else None
    if band is None:
        return Off(load.rule, "not_told", load.per_week)
    if band.low is None or band.high is None:
        return None
    if not load.alerts and band.low > 0:
        return Off(load.rule, "silent", 0.0, band.low, band.high)
    if band.low <= load.per_week <= band.high:
        return None
    why = "below" if load.per_week < band.low else "above"
    return Off(load.rule, why, load.per_week, band.low, band.high)


def _gone(simulated: Simulated, bands: Mapping[str, Bands]) -> Iterator[Off]:
    """Rules that something is expected of and that the rulesets do not have any more."""
    there = {each.rule for each in simulated.loads}
    for ruleset, each in bands.items():
        for name, band in each.rules.items():
            if f"{ruleset}/{name}" not in there and band.low is not None and band.high is not None:
                yield Off(f"{ruleset}/{name}", "gone", 0.0, band.low, band.high)
