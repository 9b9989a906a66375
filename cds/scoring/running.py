"""The job: tables in, findings to a file, block after block."""

import os
import re
import tempfile
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from cds import __version__
from cds.adapters.fhir_bulk.export import is_export
from cds.adapters.fhir_bulk.reading import BulkReading
from cds.adapters.tables.arrow import ArrowTable, pa
from cds.adapters.tables.notes import SCHEMA
from cds.adapters.tables.reading import population_from_tables
from cds.api import Moment, Patient, Ruleset, microseconds
from cds.codes import Concepts
from cds.diagnostics import CdsError, Issue, PatientError
from cds.execute.batch import score
from cds.execute.findings import STATUSES, Findings
from cds.periods import NORWAY, zone
from cds.population import Array, Population, patient_at
from cds.result import Status
from cds.scoring.blocks import Block, Streams, blocks_of, streams_of
from cds.scoring.census import census_of
from cds.scoring.exports import score_export
from cds.scoring.ledger import Ledger
from cds.scoring.memory import Room, room_of
from cds.scoring.pieces import Pieces, pieces_of, rows_of_one
from cds.scoring.source import Source, Supplied, source_of, with_supplied
from cds.scoring.steps import Count, Progress, silent
from cds.scoring.tally import Scored, Tally
from cds.scoring.writing import Writer, check, written

_SAID: Final[tuple[Status, ...]] = ("fired", "unconfirmed", "unknown")
_PLACE: Final = re.compile(r"(\w+)\[(\d+)\]")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def score_tables(
    ruleset: Ruleset,
    source: object,
    *,
    at: Moment,
    out: str | Path,
    issues: str | Path | None = None,
    everything: bool = False,
    supplied: Supplied | None = None,
    memory: str | int | None = None,
    threads: int = 0,
    allow_draft: bool = False,
    progress: Progress = silent,
) -> Scored:
    """Every rule's finding for everybody in the tables of a source, written to a file; needs the extra `batch`.

    source: as for `Ruleset.read_tables`, one file of observations, an OMOP CDM in a folder or a DuckDB file, or the
    folder of a FHIR Bulk Data export. at: without an offset it is clock time in Norway. out, issues: files that are not
    there yet, `.parquet`, `.csv` or `.ndjson`, for the findings and for what could not be used; each appears when it is
    whole. everything: also what did not fire or does not apply. supplied: what was handed over in full, besides what
    the manifest says. memory: what the process may use, such as `2GiB`; half of the machine's, 8 GiB at most, unless
    said. A population that is larger is scored in parts, some of which may have to wait in TMPDIR, else beside `out`;
    that changes no byte of what is written. threads: 0 = one per core.
    CdsError tells what is wrong with the arguments or the tables.
    """
    ruleset.refuse_drafts(allow_draft)
    job = _Job(ruleset, microseconds(at, zone(NORWAY)), everything, threads, progress)
    files = _files(out, issues)
    if threads < 0:
        raise CdsError(f"{threads} threads cannot score anything; 0 stands for one per core")
    room = room_of(memory)
    with _folder(files[0].parent) as folder, ExitStack() as stack:
        if is_export(source):
            reading = BulkReading(str(source), ruleset.concepts, supplied or {}, zone(NORWAY))
            kinds = zip(files, ("cds-findings/1", "cds-issues/1"), strict=False)
            writers = [stack.enter_context(written(file, job.header(kind))) for file, kind in kinds]
            return score_export(reading, room, ruleset.plan, job.found_in, writers, progress)
        opened = source_of(source, concepts=ruleset.concepts, at=job.at, folder=folder, supplied=supplied)
        tables, manifest = pieces_of(opened.tables, folder, progress)
        manifest = with_supplied(manifest, supplied)
        streams = job.streams(tables, folder, room)
        ledger = Ledger(folder if issues else None)
        writer = stack.enter_context(written(files[0], job.header("cds-findings/1")))
        scored = job.score(streams, manifest, opened, writer, ledger)
        if issues is not None:
            _write_issues(
                opened.issues(ledger.tables()), stack.enter_context(written(files[1], job.header("cds-issues/1")))
            )
    return scored


def _files(out: str | Path, issues: str | Path | None) -> list[Path]:
    """The files that are to be written; CdsError when one of them cannot be."""
    files = [Path(each) for each in (out, issues) if each is not None]
    for each in files:
        check(each)
    if len(files) != len({each.absolute() for each in files}):
        raise CdsError(f"`{out}` cannot hold both the findings and the issues; name two files")
    return files


def patient_in_tables(
    source: object, patient: str, *, concepts: Concepts, at: int, supplied: Supplied | None = None
) -> Patient:
    """One patient of the tables of a source, with everything that they say; PatientError when nobody has that id.

    at: the moment that is asked about, microseconds UTC; it is looked at only for an OMOP CDM.
    """
    if is_export(source):
        return Patient(BulkReading(str(source), concepts, supplied or {}, zone(NORWAY)).patient(patient))
    with _folder(Path(tempfile.gettempdir())) as folder:
        opened = source_of(source, concepts=concepts, at=at, folder=folder, supplied=supplied)
        tables, manifest = pieces_of(opened.tables, folder, silent)
        manifest = with_supplied(manifest, supplied)
        found = {name: rows_of_one(table, patient) for name, table in tables.items()}
        theirs = {name: each for name, (each, _) in found.items()}
        population, _ = population_from_tables({**theirs, "manifest": manifest}, concepts=concepts)
    if patient not in population.ids:
        raise PatientError(f"the tables hold nobody with the id `{patient}`")
    facts = patient_at(opened.settled(population), list(population.ids).index(patient))
    rows = {name: numbers for name, (_, numbers) in found.items()}
    return Patient(opened.told(facts, [_in_file(each, rows) for each in facts.issues]))


def _in_file(issue: Issue, rows: Mapping[str, Array]) -> Issue:
    """The issue with the number that its row has in the whole table."""
    found = _PLACE.match(issue.place)
    if found is None:
        return issue
    row = int(rows[found[1]][int(found[2])])
    return replace(issue, place=f"{found[1]}[{row}]{issue.place[found.end() :]}")


@dataclass(frozen=True, slots=True)
class _Job:
    """What is asked. at: microseconds UTC."""

    ruleset: Ruleset
    at: int
    everything: bool
    threads: int
    progress: Progress

    def header(self, kind: str) -> Mapping[str, Any]:
        """What a file says of itself: from what it was made."""
        at = self._moment.isoformat()
        heads = [
            {"id": each.id, "version": each.version, "status": each.status, "hash": each.hash}
            for each in self.ruleset.heads
        ]
        return {
            "format": kind,
            "engine": f"cds {__version__}",
            "at": at,
            "hash": self.ruleset.plan.hash,
            "rulesets": heads,
        }

    @property
    def _moment(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self.at)

    def streams(self, tables: Mapping[str, Pieces], folder: Path, room: Room) -> Streams:
        """The tables, to be taken block by block."""
        census = census_of(tables, folder, self.progress)
        weight = room.weight_each(census, len(self.ruleset.plan.rules) if self.everything else 0)
        blocks = blocks_of(census, weight, room.left(census))
        return streams_of(tables, blocks, folder, room.rows_at_once(census), self.progress)

    def score(self, streams: Streams, manifest: object, source: Source, writer: Writer, ledger: Ledger) -> Scored:
        """Score block after block."""
        tally = Tally(self.ruleset.plan)
        count = Count("score", sum(each.rows for each in streams.tables.values()), self.progress)
        for block in streams:
            rows = sum(map(len, block.rows.values()))
            tally.take(*self._block(block, manifest, source, writer, ledger))
            del block
            pa.default_memory_pool().release_unused()
            count.add(rows)
        patients, blocks = len(streams.blocks.census.ids), streams.blocks.count
        return tally.scored(patients, count.total, blocks, source.counts(ledger.counts()))

    def found_in(self, population: Population) -> tuple[Findings, ArrowTable]:
        """The findings of a population, and their rows."""
        keep = tuple(STATUSES) if self.everything else _SAID
        found = score(self.ruleset.plan, population, self.at, threads=self.threads or None, keep=keep)
        return found, found.table(self.everything)

    def _block(
        self, block: Block, manifest: object, source: Source, writer: Writer, ledger: Ledger
    ) -> tuple[Findings, int]:
        tables = {**block.tables, "manifest": manifest}
        population, issues = self.ruleset.read_tables(tables, at=self._moment, threads=self.threads)
        found, rows = self.found_in(source.settled(population))
        ledger.take(block, issues, _of_limits(found))
        writer.write(rows)
        return found, rows.num_rows


def _of_limits(found: Findings) -> Sequence[tuple[int, Issue]]:
    """What was wrong with patients' own limits when they were used, by position."""
    more = found.issues.more
    return [(position, each) for position in sorted(more) for each in more[position]]


def _write_issues(found: Iterable[ArrowTable], writer: Writer) -> None:
    writer.write(SCHEMA.empty_table())
    for each in found:
        writer.write(each)


@contextmanager
def _folder(beside: Path) -> Generator[Path]:
    """A folder for what has to wait on disk, readable by nobody else, that goes when the job ends, however it ends."""
    with tempfile.TemporaryDirectory(prefix=".cds-", dir=os.environ.get("TMPDIR") or beside) as folder:
        yield Path(folder)
