"""Live sessions: one patient's findings, kept as events come and as time goes.

A session holds the patient's data and what is found out at its moment. It reads no clock, holds no thread and no lock,
and can be pickled between two events. What it says is what a fresh evaluation of all the data says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cds.adapters.following.bundle import BundleChart
from cds.adapters.following.record import RecordChart
from cds.diagnostics import CdsError, Issue
from cds.execute.explain import iso_time
from cds.execute.live.current import Current
from cds.execute.live.due import next_due
from cds.moments import Moment, microseconds
from cds.operators.series import LAST_TIME
from cds.patient import Patient
from cds.plan import Plan
from cds.result import Finding, Result

Chart = RecordChart | BundleChart


@dataclass(frozen=True, slots=True)
class Change:
    """One rule that says something else than it did. Each finding explains itself as of its own moment."""

    before: Finding
    after: Finding

    @property
    def rule(self) -> str:
        """Id of the rule, `ruleset/rule`."""
        return self.after.id


@dataclass(frozen=True, slots=True)
class Changes:
    """What an event or a step in time has changed.

    at: the session's moment then, ISO 8601 in the patient's zone. findings: rules that say something else, in the
    order of the rules. issues: what could not be used, and was not among the issues before. is_new: whether an event
    said anything that was not known; false for one that came again, and for a version that a later one has replaced.
    """

    at: str
    findings: tuple[Change, ...] = ()
    issues: tuple[Issue, ...] = ()
    is_new: bool = True

    def __bool__(self) -> bool:
        """Whether any finding or issue is other than before."""
        return bool(self.findings or self.issues)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.findings)


class Session:
    """One patient followed by rulesets; made by `Ruleset.session`.

    facts: the patient as it was read when the session began. Not for several threads at a time.
    """

    def __init__(self, plan: Plan, facts: Patient, chart: Chart | None, at: int) -> None:
        self._chart = chart
        self._limits = facts.limits[len(chart.facts.limits) :] if chart else ()
        self._issues = facts.issues[len(chart.facts.issues) :] if chart else ()
        self._current = Current.of(plan, facts, at)
        self._due: int | None = None
        self._is_due_known = False

    def __repr__(self) -> str:
        """When it stands, and nothing of what it says: this ends up in logs."""
        return f"<Session: at {self.at}>"

    @property
    def patient(self) -> str:
        """Id of the patient."""
        return self._current.patient.id

    @property
    def zone(self) -> str:
        """Name of the patient's time zone."""
        return self._current.patient.zone.name

    @property
    def at(self) -> str:
        """The session's moment: ISO 8601 in the patient's zone."""
        return self._text(self._current.at)

    @property
    def chart(self) -> Chart | None:
        """What the data were read from, and takes events; None = not known."""
        return self._chart

    @property
    def written(self) -> Any:
        """All of the patient's data, every event in its place, as `Patient.from_dict` or `from_fhir` reads them."""
        return self._known_chart().written

    @property
    def result(self) -> Result:
        """Every rule's finding, as a fresh evaluation of all the data at this moment gives it."""
        return self._current.result()

    @property
    def next_due(self) -> str | None:
        """The earliest moment at which some finding may change if nothing comes: ISO 8601; None = never.

        Until then no finding changes, but for values that run on with the clock, such as the hours since a reading:
        call `advance(to=session.next_due)` then, and there is nothing to poll for.
        """
        if not self._is_due_known:
            self._due, self._is_due_known = next_due(self._current), True
        return None if self._due is None or self._due >= LAST_TIME else self._text(self._due)

    def due_by(self, moment: Moment) -> str | None:
        """`next_due` where that is not later than a moment, else None: looking no further costs less."""
        until = microseconds(moment, self._current.patient.zone)
        due = self._due if self._is_due_known else next_due(self._current, min(until, LAST_TIME - 1))
        return None if due is None or due > until else self._text(due)

    def add(self, event: Mapping[str, Any], *, at: Moment | None = None) -> Changes:
        """Take one event, late or early, and say what it changes; `Ruleset.session` says how events look.

        at: the moment that the session moves to, not before the one where it stands; None = it stays. PatientError
        when the event is about another patient, does not say about whom, or is no event; the session is then as it
        was.
        """
        time = self._not_earlier(at)
        facts = self._known_chart().take(event)
        if facts is None:
            return replace(self._move(self._current.patient, time, ()), is_new=False)
        made = replace(facts, limits=(*facts.limits, *self._limits), issues=(*facts.issues, *self._issues))
        before = self._current.patient.tables
        touched = [key for key in {*before, *made.tables} if before.get(key) is not made.tables.get(key)]
        return self._move(made, time, [key for key in touched if before.get(key) != made.tables.get(key)])

    def advance(self, *, to: Moment) -> Changes:
        """Let time go, and say what that changes; CdsError when `to` is an earlier moment."""
        return self._move(self._current.patient, self._not_earlier(to), ())

    def _move(self, facts: Patient, at: int, touched: Sequence[str]) -> Changes:
        before = self._current
        self._current, rules = before.moved(facts, at, touched)
        self._is_due_known = False
        now = self._current
        changed = [rule for rule in rules if before.judged(rule) != now.judged(rule)]
        pairs = [Change(before.finding(rule), now.finding(rule)) for rule in changed]
        known = set(before.issues())
        issues = tuple(each for each in self._current.issues() if each not in known)
        return Changes(self.at, tuple(each for each in pairs if each.before != each.after), issues)

    def _not_earlier(self, at: Moment | None) -> int:
        time = self._current.at if at is None else microseconds(at, self._current.patient.zone)
        if time < self._current.at:
            raise CdsError(
                f"the session stands at {self.at}, and time never goes back; begin a new session for an earlier moment"
            )
        return time

    def _known_chart(self) -> Chart:
        if self._chart is None:
            raise CdsError(
                "this patient was not read from records or a FHIR Bundle, so that no event can be set among the data; "
                "make it with Patient.from_dict or Patient.from_fhir"
            )
        return self._chart

    def _text(self, at: int) -> str:
        return iso_time(at, self._current.patient.zone)
