"""What one patient costs: ten rules by cds, by plain Python written for just these rules, and by two rule engines.

Every side gives the same ten statuses, values and limits from the same facts. The sides of a comparison take turns in
one process, many times, so that whatever else the machine does falls on all alike. A figure is processor time of cds
over that of the other side, round by round: the median, and between which two figures the middle half of the rounds
lies. `--write` puts the table into `single.md`.

ten features: both sides start from thirty readings as lists of times and values, and from the limits, and compute the
features. ten values: each input has one reading, which is what its rule compares. cds takes no bare values: it is given
a patient with ten readings and finds the newest of each, while the others are handed the ten values. Afterwards cds
can explain each finding, without having been told before; zen-engine can with its trace on, the others cannot.
"""

import argparse
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Final

from ten_rules.engines import ENGINES, version_of
from ten_rules.facts import AT, TEN, Answers, Record, Side, own_limits, ten_readings, thirty_readings
from ten_rules.plain import careful_chain, if_chain, plain_features, read, read_limits

import cds

ROUNDS: Final = 101
ROUND: Final = 0.02  # seconds that a side is run for in a round, long enough to be warm again
HERE: Final = Path(__file__).parent
WRITTEN: Final = HERE / "single.md"


# cds


def cds_side(ruleset: cds.Ruleset, patient: cds.Patient) -> Side:
    """One evaluation of a patient that was read before."""

    def answers() -> Answers:
        result = ruleset.evaluate(patient, at=AT, allow_draft=True)
        return [(each.status, each.value, each.limit) for each in result.findings]

    return answers


def explained_side(ruleset: cds.Ruleset, patient: cds.Patient) -> Side:
    """The same, and every finding explained."""

    def answers() -> Answers:
        result = ruleset.evaluate(patient, at=AT, allow_draft=True)
        for each in result.findings:
            each.explain()
        return [(each.status, each.value, each.limit) for each in result.findings]

    return answers


def reading_side(ruleset: cds.Ruleset, record: Record) -> Side:
    """The patient is read from the record each time."""

    def answers() -> Answers:
        return cds_side(ruleset, cds.Patient.from_dict(record))()

    return answers


# comparisons


@dataclass(frozen=True)
class Comparison:
    """Sides that give the same answers; cds is measured in each of the others."""

    facts: str
    cds: Side
    others: Mapping[str, Side]


def of_features(limits: Sequence[Record] = ()) -> Comparison:
    """Thirty readings that were read before; without limits of the patient's own, the ruleset's count."""
    record = {**thirty_readings(), "limits": list(limits)}
    readings, own = read(record), read_limits(limits)
    evaluated = cds_side(cds.load(HERE / "ten_rules" / "features.yaml"), cds.Patient.from_dict(record))
    facts = "ten features of thirty readings" + (", ten limits of the patient's own" if limits else "")
    return Comparison(facts, evaluated, {"plain Python": lambda: plain_features(readings, own)})


def of_records() -> Comparison:
    """The same, as JSON has them, read each time."""
    record = {**thirty_readings(), "limits": own_limits()}
    evaluated = reading_side(cds.load(HERE / "ten_rules" / "features.yaml"), record)
    plain = {"plain Python": lambda: plain_features(read(record), read_limits(record["limits"]))}
    return Comparison("the same, readings and limits read from records each time", evaluated, plain)


def of_explanations() -> Comparison:
    """All ten findings explained, beside none."""
    ruleset, patient = cds.load(HERE / "ten_rules" / "features.yaml"), cds.Patient.from_dict(thirty_readings())
    unexplained = {"cds, no finding explained": cds_side(ruleset, patient)}
    facts = "ten features of thirty readings, every finding explained"
    return Comparison(facts, explained_side(ruleset, patient), unexplained)


def of_values(engines: Sequence[str]) -> Comparison:
    """Ten values; engines: those of ENGINES that are installed."""
    values, limits = {each.input: each.value for each in TEN}, {each.input: each.limit for each in TEN}
    others: dict[str, Side] = {
        "if-chain, numbers compared as they stand": lambda: if_chain(values, limits),
        "if-chain, numbers compared as cds does": lambda: careful_chain(values, limits),
    }
    for each in engines:
        others[ENGINES[each].name] = ENGINES[each].side(values, limits)
    evaluated = cds_side(cds.load(HERE / "ten_rules" / "values.yaml"), cds.Patient.from_dict(ten_readings()))
    return Comparison("ten values", evaluated, others)


def comparisons() -> list[Comparison]:
    """Everything that is compared, with the engines that are installed."""
    installed = [name for name in ENGINES if version_of(name)]
    return [of_features(), of_features(own_limits()), of_records(), of_explanations(), of_values(installed)]


# measuring


@dataclass(frozen=True)
class Row:
    """One figure: processor time of cds over that of the other side."""

    facts: str
    other: str
    low: float
    median: float
    high: float


def rows_of(comparison: Comparison, rounds: int = ROUNDS) -> list[Row]:
    """Run all sides in turn."""
    sides = [comparison.cds, *comparison.others.values()]
    calls = [calls_in(ROUND, side) for side in sides]
    taken: list[list[float]] = []
    for place in range(rounds):
        order = range(len(sides)) if place % 2 else reversed(range(len(sides)))
        seconds = {each: seconds_of(sides[each], calls[each]) for each in order}
        taken.append([seconds[each] for each in range(len(sides))])
    rows: list[Row] = []
    for place, name in enumerate(comparison.others, 1):
        low, median, high = statistics.quantiles([each[0] / each[place] for each in taken], n=4)
        rows.append(Row(comparison.facts, name, low, median, high))
    return rows


def calls_in(seconds: float, side: Side) -> int:
    """How many calls of a side take about so long; at least one."""
    calls = 1
    while seconds_of(side, calls) * calls < seconds / 2:
        calls *= 2
    return calls


def seconds_of(side: Side, calls: int) -> float:
    """Processor time of one call."""
    start = process_time()
    for _ in range(calls):
        side()
    return (process_time() - start) / calls


def table(rows: Sequence[Row]) -> str:
    """The figures in Markdown, with the machine that they are of."""
    python = f"Python {platform.python_version()}"
    packages = [f"{name} {version_of(name)}" for name in ENGINES if version_of(name)]
    lines = [
        "# One patient: cds beside plain Python and two rule engines",
        "",
        "Written by `python benchmarks/single.py --write`; what is measured stands at the top of that file. A figure",
        "is processor time of cds over that of the other side: below 1, cds is faster.",
        "",
        f"Machine: {processor()}, {os.cpu_count()} processors, {platform.system()}; {ROUNDS} rounds in one process.",
        f"{', '.join([python, f'cds {cds.__version__}', *packages])}.",
        "",
        "| facts | beside | cds takes | middle half of the rounds |",
        "|---|---|---:|---:|",
        *(f"| {each.facts} | {each.other} | {each.median:.2f} × | {each.low:.2f} – {each.high:.2f} |" for each in rows),
    ]
    absent = [name for name in ENGINES if not version_of(name)]
    if absent:
        lines += ["", f"Not installed, so not measured: {', '.join(absent)} (the extra `bench`)."]
    return "\n".join(lines) + "\n"


def processor() -> str:
    """What the machine calls its processor."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text("utf-8").splitlines() if described.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def main() -> None:
    """Measure everything, print the table, and write it when asked."""
    parser = argparse.ArgumentParser(description="One patient: cds beside plain Python and two rule engines.")
    parser.add_argument("--write", action="store_true", help=f"put the table into {WRITTEN.name}")
    given = parser.parse_args()
    text = table([row for each in comparisons() for row in rows_of(each)])
    print(text, end="")
    if given.write:
        WRITTEN.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
