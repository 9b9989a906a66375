"""The front door: rulesets that evaluate, patients that are read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from cds.adapters.fhir import patient_from_fhir
from cds.adapters.following.bundle import BundleChart
from cds.adapters.following.record import RecordChart
from cds.adapters.records import limits_from_dicts, patient_from_dict
from cds.adapters.shapes import as_object
from cds.catalogue import shared_concepts
from cds.codes import Concepts
from cds.diagnostics import CdsError, Diagnostic, DraftNotAllowed, MissingExtra, PatientError
from cds.execute.explain import evaluate
from cds.execute.limits import with_other_defaults
from cds.execute.live.chain import Chain, Engine
from cds.grammar import Misread, read_quantity
from cds.live import Chart, Session
from cds.loading import Checked, load_plan
from cds.moments import Moment, microseconds
from cds.patient import Patient as Facts
from cds.patient import PatientLimit
from cds.periods import NORWAY, zone
from cds.plan import Head, Measure, Plan
from cds.result import Result

if TYPE_CHECKING:
    from cds.execute.batch import Findings
    from cds.execute.columns import FoundOut
    from cds.population import Population

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Patient:
    """One patient's facts, read once, evaluated as often as wanted. issues: what could not be used.

    chart: gives what the facts were read from, for sessions; None = not known.
    """

    facts: Facts
    chart: "Callable[[], Chart] | None" = field(default=None, repr=False, compare=False)

    def __repr__(self) -> str:
        """How much there is, and nothing of what it says: this ends up in logs."""
        return f"<Patient: inputs {len(self.facts.tables)}, issues {len(self.facts.issues)}>"

    @property
    def id(self) -> str:
        return self.facts.id

    @property
    def issues(self) -> tuple[Any, ...]:
        return self.facts.issues

    @classmethod
    def from_dict(cls, data: Mapping[str, Any], *, concepts: Concepts | None = None) -> "Patient":
        """A patient from plain records; `cds schema patient` prints their schema.

        Rows that cannot be used become `issues`; PatientError only when nothing can be read.
        """
        if "resourceType" in (as_object(data) or ()):
            raise PatientError("this is FHIR; read it with Patient.from_fhir")
        known = concepts or shared_concepts()
        return cls(patient_from_dict(data, concepts=known), partial(RecordChart, data, known))

    @classmethod
    def from_fhir(
        cls,
        bundle: Mapping[str, Any] | str | bytes | Sequence[Mapping[str, Any] | str | bytes],
        *,
        supplied: Mapping[str, bool | str] | None = None,
        time_zone: str = NORWAY,
        concepts: Concepts | None = None,
    ) -> "Patient":
        """A patient from a FHIR R4 Bundle, or from a list of the pages of a search.

        supplied: input key → whether the bundle holds all of it (True), nothing is known about it (False), or all
        of it from a time on; without it, what occurs in the bundle counts as supplied. PatientError when the bundle
        cannot be read or is about more than one patient.
        """
        known = concepts or shared_concepts()
        how = {"supplied": supplied, "zone": time_zone}
        facts = patient_from_fhir(bundle, concepts=known, supplied=supplied, zone=time_zone)
        return cls(facts, partial(BundleChart, bundle, known, how))

    @classmethod
    def from_population(cls, population: "Population", patient: str) -> "Patient":
        """A patient of a population by id: evaluated alone, everything that a finding rests on can be told.

        PatientError when nobody has that id.
        """
        from cds.population import patient_at  # noqa: PLC0415

        if patient not in population.ids:
            raise PatientError(f"the population holds nobody with the id `{patient}`")
        return cls(patient_at(population, list(population.ids).index(patient)))

    def with_limits(self, limits: Sequence[Mapping[str, Any]]) -> "Patient":
        """The same patient with limits of the patient's own plan besides those in the data."""
        if not limits:
            return self
        own, issues = limits_from_dicts(limits)
        facts = replace(self.facts, limits=(*self.facts.limits, *own), issues=(*self.facts.issues, *issues))
        return Patient(facts, self.chart)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One or more checked rulesets. Immutable, picklable, safe to share between threads.

    concepts: those that the rulesets were read with; patients are to be read with the same.
    """

    plan: Plan
    diagnostics: tuple[Diagnostic, ...] = ()
    concepts: Concepts = field(default_factory=shared_concepts, repr=False, compare=False)

    def __repr__(self) -> str:
        return f"<Ruleset: {', '.join(f'{each.id} {each.version} ({each.status})' for each in self.heads)}>"

    @property
    def heads(self) -> tuple[Head, ...]:
        """Id, version, status and hash of each ruleset."""
        return self.plan.heads

    def evaluate(
        self,
        patient: Patient,
        *,
        at: Moment,
        limits: Sequence[Mapping[str, Any]] = (),
        allow_draft: bool = False,
    ) -> Result:
        """Every rule's finding for a patient at a moment; no fact after it is used.

        at: ISO 8601 text or a datetime; without an offset it is clock time in the patient's zone. limits: the
        patient's own, in addition to those in the patient's data. DraftNotAllowed when a ruleset is a draft.
        """
        self.refuse_drafts(allow_draft)
        facts = _patient(patient).with_limits(limits).facts
        return evaluate(self.plan, facts, microseconds(at, facts.zone))

    def session(
        self,
        patient: Patient,
        *,
        at: Moment,
        limits: Sequence[Mapping[str, Any]] = (),
        allow_draft: bool = False,
    ) -> Session:
        """Follow a patient from a moment on, event by event; arguments and errors as of `evaluate`.

        The patient must have been made by `Patient.from_dict` or `from_fhir` to take events; the data must not have
        been changed since. An event is a record with the patient's `id` and one row that has an `id` of its own, or one
        FHIR resource with an id, as the patient was read::

            session = ruleset.session(patient, at="2026-01-08T08:00")
            weight = {"id": "w-31", "time": "2026-01-09T07:30", "value": 83.1, "unit": "kg"}
            for change in session.add({"id": "1", "readings": {"body_weight": [weight]}}, at="2026-01-09T07:31"):
                print(change.rule, change.before.status, change.after.status)
        """
        self.refuse_drafts(allow_draft)
        facts, chart = _patient(patient).with_limits(limits).facts, patient.chart and patient.chart()
        if chart and chart.facts.tables != facts.tables:
            raise CdsError("the data have been changed since the patient was read from them; read the patient again")
        return Session(self.plan, facts, chart, microseconds(at, facts.zone))

    def chain(self, engine: Engine = "own") -> Chain:
        """What findings do to each other, result by result of one patient: which hides, silences or brings about which.

        engine: `durable` lets durable-rules find the same (extra `durable`); CdsError where it cannot be used.
        """
        return Chain(self.plan, engine)

    def score(
        self, population: "Population | Iterable[Patient]", *, at: Moment, threads: int = 0, allow_draft: bool = False
    ) -> "Findings":
        """Every rule's finding for every patient, in columns; needs the extra `batch`.

        at: as in `evaluate`; without an offset it is clock time in Norway. threads: 0 = one per core.
        """
        self.refuse_drafts(allow_draft)
        return _score(self.plan, population, microseconds(at, zone(NORWAY)), threads)

    def prepare(
        self, population: "Population | Iterable[Patient]", *, at: Moment, threads: int = 0, allow_draft: bool = False
    ) -> "Prepared":
        """The population with the numbers of this ruleset at a moment, to be scored again and again.

        As `score`; worth it when more than one score is wanted, such as with several limits::

            prepared = ruleset.prepare(population, at="2026-01-08T08:00")
            now = prepared.score()
            then = prepared.score(ruleset.with_limits({"home-blood-pressure.systolic_high": "140 mmHg"}))
        """
        self.refuse_drafts(allow_draft)
        return _prepare(self, population, microseconds(at, zone(NORWAY)), threads)

    def with_limits(self, limits: Mapping[str, str]) -> "Ruleset":
        """The same rulesets with other limits of their own: name → number with unit, as an adaptation would set them.

        A name is that of the limit, with its ruleset and a dot before it where several rulesets have it. What patients
        have of their own still goes before it. CdsError when there is no such limit, when it is fixed, or when the
        number has a unit that does not fit, lies outside what the ruleset allows, or breaks the order of two limits.
        """
        return replace(self, plan=with_other_defaults(self.plan, [_limit(*each) for each in limits.items()]))

    def read_tables(self, source: object, *, at: Moment | None = None, threads: int = 0) -> "tuple[Population, Any]":
        """Everybody in the tables of a source, as far as these rulesets look, and a table of what could not be used.

        source: a folder with `observations.parquet` (or `.csv`, `.ndjson`) and so on and a `manifest.json`, or a
        mapping of their names to files or to anything with an Arrow stream; `cds schema tables` describes them.
        at: the moment at which they are to be scored, which saves time and memory: readings that cannot matter then are
        looked at, and not held. threads: 0 = one per core. Needs the extra `batch`; PatientError when a table as a
        whole cannot be read.
        """
        return _read_tables(self, source, None if at is None else microseconds(at, zone(NORWAY)), threads)

    def read_omop(self, source: object, *, at: Moment, threads: int = 0) -> "tuple[Population, Any]":
        """Everybody in an OMOP CDM 5.3 or 5.4, to be scored at a moment, and a table of what could not be used.

        source: a folder with `person.parquet` (or `.csv`) and so on, a DuckDB file (needs the extra `omop`), or a
        mapping of the tables' names to files or to anything with an Arrow stream; `docs/omop.md` says what is read and
        how. at: what is absent counts as absent only where this moment lies in an observation period; at a later one
        the population is not scored. threads, errors: as for `read_tables`.
        """
        return _read_omop(self, source, microseconds(at, zone(NORWAY)), threads)

    def read_bulk_fhir(
        self, folder: str | Path, *, supplied: Mapping[str, bool | str] | None = None, time_zone: str = NORWAY
    ) -> "tuple[Population, Any]":
        """Everybody in a FHIR Bulk Data export, and a table of what could not be used: file, line and resource.

        folder: files of one resource a line (`Observation.ndjson`, also `.gz`), with the manifest where there is one.
        Each patient gets what `Patient.from_fhir` gives for a Bundle of the same resources. supplied, time_zone: as
        there; besides, the manifest tells what was asked for. Needs the extra `batch`; PatientError when there is no
        patient, or a file cannot be read to its end.
        """
        return _read_bulk_fhir(self, folder, supplied, time_zone)

    def refuse_drafts(self, allow_draft: bool) -> None:
        """Raise DraftNotAllowed when a ruleset is a draft, unless drafts are allowed."""
        drafts = [each.id for each in self.heads if each.status == "draft"]
        if drafts and not allow_draft:
            raise DraftNotAllowed(
                f"{', '.join(drafts)}: a draft runs only when asked for; pass allow_draft=True (command line: --draft)"
            )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A population with the numbers of a ruleset at one moment: see `Ruleset.prepare`. Safe to share between threads.

    It holds some 25 bytes for each patient and number, and the population.
    """

    ruleset: Ruleset
    population: "Population" = field(repr=False)
    at: int
    found: "FoundOut" = field(repr=False)

    def score(self, ruleset: Ruleset | None = None, *, threads: int = 0, allow_draft: bool = False) -> "Findings":
        """What scoring the population anew gives, in less time.

        ruleset: another than the one that was prepared for, such as the same with other limits or an adaptation of
        it. The patients' data are looked at only for numbers that it alone has, or that depend on limits which it has
        otherwise, such as a count of readings below a limit. threads: 0 = one per core.
        """
        asked = ruleset or self.ruleset
        if ruleset is not None:
            ruleset.refuse_drafts(allow_draft or any(each.status == "draft" for each in self.ruleset.heads))
        from cds.execute.batch import score  # noqa: PLC0415

        return score(asked.plan, self.population, self.at, threads=threads or None, before=self.found)


def load(paths: str | Path | Iterable[str | Path], *, concepts: Iterable[str | Path] = ()) -> Ruleset:
    """Read, check and compile ruleset files and folders; RulesetError holds everything that is wrong with them."""
    return ruleset_of(load_plan(_paths(paths), _paths(concepts)))


def _paths(given: object) -> list[str | Path]:
    """One path or several as a list; CdsError when something else was handed over, such as a ruleset's text."""
    members: Iterable[object] = [given]
    if isinstance(given, Iterable) and not isinstance(given, str):
        members = cast("Iterable[object]", given)
    listed: list[str | Path] = []
    for each in members:
        if not isinstance(each, str | Path) or "\n" in str(each):
            raise CdsError("rulesets and concepts are loaded from paths; write the text to a file first")
        listed.append(each)
    return listed


def ruleset_of(checked: Checked) -> Ruleset:
    """The ruleset of files that were checked without an error."""
    if checked.plan is None:
        raise CdsError("the files have errors")
    return Ruleset(checked.plan, checked.diagnostics, checked.concepts)


def _patient(given: object) -> Patient:
    if isinstance(given, Patient):
        return given
    raise CdsError("this is no Patient; make one with Patient.from_dict, or Patient.from_fhir for a FHIR Bundle")


def _several(given: object) -> Iterable[object]:
    if isinstance(given, Iterable) and not isinstance(given, Mapping):
        return cast("Iterable[object]", given)
    raise CdsError("a population or a list of patients is scored; for one patient use evaluate")


def _keys(plan: Plan) -> frozenset[str]:
    """The column keys that a plan reads."""
    return frozenset(key for each in plan.numbers if isinstance(each, Measure) for key in each.input.keys)


def _read_tables(ruleset: Ruleset, source: object, at: int | None, threads: int) -> "tuple[Population, Any]":
    try:
        from cds.adapters.tables.reading import population_from_tables  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(
            f"reading tables needs the package {missing.name}: pip install 'cds-engine[batch]'"
        ) from missing
    from cds.execute.history import extent_needed  # noqa: PLC0415
    from cds.population import EVERYTHING  # noqa: PLC0415

    extent = EVERYTHING if at is None else extent_needed(ruleset.plan, at)
    wanted = _keys(ruleset.plan)
    return population_from_tables(source, concepts=ruleset.concepts, wanted=wanted, extent=extent, threads=threads)


def _read_omop(ruleset: Ruleset, source: object, at: int, threads: int) -> "tuple[Population, Any]":
    try:
        from cds.adapters.omop.reading import population_from_cdm  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(
            f"reading a CDM needs the package {missing.name}: pip install 'cds-engine[batch]'"
        ) from missing
    from cds.execute.history import extent_needed  # noqa: PLC0415

    extent, wanted = extent_needed(ruleset.plan, at), _keys(ruleset.plan)
    return population_from_cdm(source, concepts=ruleset.concepts, at=at, wanted=wanted, extent=extent, threads=threads)


def _read_bulk_fhir(
    ruleset: Ruleset, folder: str | Path, supplied: Mapping[str, bool | str] | None, time_zone: str
) -> "tuple[Population, Any]":
    try:
        from cds.adapters.fhir_bulk.reading import population_from_export  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(
            f"reading an export needs the package {missing.name}: pip install 'cds-engine[batch]'"
        ) from missing
    wanted = _keys(ruleset.plan)
    return population_from_export(folder, concepts=ruleset.concepts, wanted=wanted, supplied=supplied, zone=time_zone)


def _limit(name: str, text: str) -> PatientLimit:
    """A limit of a ruleset as it is written: `ruleset.limit` or `limit`, and a number with its unit."""
    ruleset, _, limit = name.rpartition(".")
    try:
        amount = read_quantity(text)
    except Misread:
        raise CdsError(f"the limit `{name}`: `{text}` is no number with a unit; write for instance 140 mmHg") from None
    return PatientLimit(limit, amount.number, amount.unit, ruleset)


def _score(plan: Plan, population: Any, at: int, threads: int) -> "Findings":
    batch, everybody = _batch(population)
    return batch.score(plan, everybody, at, threads=threads or None)


def _prepare(ruleset: Ruleset, population: Any, at: int, threads: int) -> Prepared:
    batch, everybody = _batch(population)
    return Prepared(ruleset, everybody, at, batch.found_out(ruleset.plan, everybody, at, threads=threads or None))


def _batch(population: Any) -> "tuple[ModuleType, Population]":
    """The batch executor and a population; the one place that loads it, so that one patient needs neither NumPy nor
    Numba.
    """
    try:
        from cds.execute import batch  # noqa: PLC0415
        from cds.population import Population, population_of  # noqa: PLC0415
    except ImportError as missing:
        raise MissingExtra(
            f"scoring a population needs the package {missing.name}: pip install 'cds-engine[batch]'"
        ) from missing
    if not isinstance(population, Population):
        population = population_of([_patient(each).facts for each in _several(population)])
    return batch, population
