"""The job for a FHIR Bulk Data export: a block of patients after another, each read from all of its files."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from cds.adapters.fhir_bulk.reading import BulkReading
from cds.adapters.tables.arrow import ArrowTable, pa
from cds.adapters.tables.notes import SCHEMA
from cds.execute.findings import Findings
from cds.plan import Plan
from cds.population import Population
from cds.scoring.memory import Room
from cds.scoring.steps import Progress
from cds.scoring.tally import Scored, Tally
from cds.scoring.writing import Writer

_SHARE: Final = 0.4  # of the memory for the lines of a block; the rest is for what is made of them


def score_export(
    reading: BulkReading,
    room: Room,
    plan: Plan,
    found_in: Callable[[Population], tuple[Findings, ArrowTable]],
    writers: Sequence[Writer],
    progress: Progress,
) -> Scored:
    """Score everybody in an export. found_in: the findings of a block, and their rows. writers: of findings, issues."""
    findings, issues = writers[0], writers[1:]
    tally = Tally(plan)
    codes: Counter[str] = Counter()
    progress("score", 0, 0)
    blocks = 0
    for population, unusable in reading.blocks(room.patients_at_once(reading.bytes_each, _SHARE)):
        found, rows = found_in(population)
        tables = [
            *([] if blocks else [SCHEMA.empty_table(), reading.issues()]),
            unusable,
            _of_limits(population, found),
        ]
        for each in tables:
            codes.update(each["code"].to_pylist())
            for writer in issues:
                writer.write(each)
        findings.write(rows)
        tally.take(found, rows.num_rows)
        blocks += 1
    counts = dict(sorted(codes.items(), key=lambda each: (-each[1], each[0])))
    return tally.scored(len(reading.ids), reading.lines, blocks, counts)


def _of_limits(population: Population, found: Findings) -> ArrowTable:
    """What was wrong with patients' own limits when they were used."""
    more = found.issues.more
    rows = [
        dict(
            zip(
                SCHEMA.names,
                (None, None, "limit", population.ids[place], said.code, said.message, said.norwegian),
                strict=True,
            )
        )
        for place in sorted(more)
        for said in more[place]
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)
