"""One patient who is followed: the session and the alarms after a log, and what the next event makes of them.

What a session says follows from its data and its moment alone. So it can be let go at any time and made anew from the
log, and goes on as if it had never been away.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from cds.adapters.following.bundle import BundleChart
from cds.alarms import Advanced, Alarms, Entry, Evaluated, Seen, after, evaluated, moment_text, next_due, read, seen
from cds.alarms.state import START
from cds.alarms.telling import moment
from cds.api import Patient, Ruleset
from cds.diagnostics import Issue
from cds.follow.incoming import FACTS, EventRefused, Incoming
from cds.live import Changes, Chart, Session
from cds.store import Stored
from cds.store.alarm_log import KIND

_MINUTE: Final = 60_000_000
_MOST_LOOKS: Final = 200  # between two events; what changes all the time is not run after for ever


class Moved(NamedTuple):
    """What an event or time has changed. before: the alarms as they are on disk; entries: what goes there now.

    alarms: after the entries. due: when to look again if nothing comes, None = never; told when time went by.
    """

    before: Alarms
    entries: tuple[Entry, ...]
    alarms: Alarms
    due: int | None = None
    issues: tuple[Issue, ...] = ()


class Followed:
    """Session and alarms of one patient. After an exception it is to be let go, for time may have moved."""

    def __init__(self, ruleset: Ruleset, patient: str, log: Sequence[Stored], time: int) -> None:
        """log: the patient's; time: as far as time is known to have gone by, microseconds UTC."""
        self._ruleset = ruleset
        self.alarms = Alarms(patient)
        self._untold: list[Entry] = []
        self._session: Session | None = None
        chart, last = self._read(log)
        self._kept = self.alarms
        if chart is not None:
            self._begin(chart, max(last, time))

    @property
    def patient(self) -> str:
        return self.alarms.patient

    @property
    def zone(self) -> str:
        """Name of the patient's time zone."""
        return self._session.zone if self._session else self.alarms.zone

    def advance(self, to: int) -> Moved:
        """Let time go, and look whenever something was due."""
        if self._session is not None:
            self._look_until(to)
        return self._moved(to)._replace(due=self._due())

    def take(self, event: Incoming, time: int) -> Moved:
        """Take an event that is neither time nor an erasure. EventRefused and PatientError when it cannot be used.

        time: as far as time went by for everybody; an event from before counts from then on.
        """
        at = max(event.moment(self._zone_of(event)), time)
        if self._session is None and event.kind not in FACTS:
            raise EventRefused("nobody with this id is followed; send an event of the kind `patient` first", "patient")
        if self._session is not None:
            at = max(at, moment(self._session.at))
            self._pass(time)
            self._look_until(at)
        if event.kind in FACTS:
            issues = self._take_facts(event, at)
            return self._moved(at)._replace(issues=issues)
        self._pass(at)
        self._keep(event.entry(self.zone))
        return self._moved(at)

    # facts

    def _zone_of(self, event: Incoming) -> str:
        stated = event.content.get("record", {}).get("zone") if event.kind == "patient" else None
        return stated if isinstance(stated, str) else self.zone

    def _take_facts(self, event: Incoming, at: int) -> tuple[Issue, ...]:
        session = self._session
        if session is None or event.kind == "patient":
            before = session.result.issues if session else ()
            chart = _with_facts(self._ruleset, session.chart if session else None, event, self.patient)
            issues = self._begin(chart, at).result.issues
            return tuple(each for each in issues if each not in before)
        changes = session.add(_fact(event, isinstance(session.chart, BundleChart), self.patient), at=self._text(at))
        self._hear(changes, at)
        return changes.issues

    def _begin(self, chart: Chart, at: int) -> Session:
        """A session over all the data, and what it says that the alarms do not know yet."""
        self._session = Session(self._ruleset.plan, chart.facts, chart, at)
        known = [each.seen for each in self.alarms.listed]
        said = evaluated(self._session.result, known)
        self._heard(said.findings, at)
        return self._session

    # time

    def _due(self) -> int | None:
        """When to look again: a whole minute, or when an alarm is due."""
        found = self._session.next_due if self._session else None
        times = [_whole_minute(moment(found)) if found else None, next_due(self.alarms)]
        return min((each for each in times if each is not None), default=None)

    def _look_until(self, at: int) -> None:
        """Look at every whole minute at which something may have changed, in order."""
        assert self._session is not None
        for _ in range(_MOST_LOOKS):
            due = self._session.due_by(self._text(at))
            look = _whole_minute(moment(due)) if due else at + 1
            if look > at:
                return
            self._pass(look)

    def _pass(self, to: int) -> None:
        """Let the session's time go, not backwards."""
        if self._session is not None and to > moment(self._session.at):
            self._hear(self._session.advance(to=self._text(to)), to)

    # alarms

    def _hear(self, changes: Changes, at: int) -> None:
        self._heard([seen(each.after) for each in changes], at)

    def _heard(self, findings: Iterable[Seen], at: int) -> None:
        """Findings that an alarm goes by: of those that fire, or whose alarm stands and was told otherwise."""
        standing = {each.rule: each.seen for each in self.alarms.listed}
        told = tuple(each for each in findings if standing.get(each.rule) != each and _matters(each, standing))
        if told:
            self._keep(Evaluated(at, told, self.zone))

    def _keep(self, entry: Entry) -> None:
        self.alarms = after(self.alarms, entry).alarms
        self._untold.append(entry)

    def _moved(self, at: int) -> Moved:
        """What has come since the last time, with what the alarms do by themselves until then."""
        due = next_due(self.alarms)
        if due is not None and due <= at:
            self._keep(Advanced(at))
        found = Moved(self._kept, tuple(self._untold), self.alarms)
        self._kept, self._untold = self.alarms, []
        return found

    def _text(self, at: int) -> str:
        return moment_text(at, self.zone)

    # the log

    def _read(self, log: Sequence[Stored]) -> tuple[Chart | None, int]:
        """The data after the log, and its last moment."""
        chart: Chart | None = None
        last = START
        for each in log:
            if each.event.kind == KIND:
                entry = read(each.event.content)
                self.alarms = after(self.alarms, entry).alarms
                last = max(last, entry.at)
                continue
            event = _as_it_came(each)
            if event.kind in FACTS:
                chart = _with_facts(self._ruleset, chart, event, self.patient)
            last = max(last, event.moment(chart.facts.zone.name if chart else self.alarms.zone))
        return chart, last


def _with_facts(ruleset: Ruleset, chart: Chart | None, event: Incoming, patient: str) -> Chart:
    if chart is None or event.kind == "patient":
        chart = _started(ruleset, event, patient, chart)
    if event.kind != "patient":
        chart.take(_fact(event, isinstance(chart, BundleChart), patient))
    return chart


def _started(ruleset: Ruleset, event: Incoming, patient: str, before: Chart | None) -> Chart:
    """What is known of a patient when the follow-up begins, or is told anew."""
    made = _patient(ruleset, event, patient, before)
    if made.id != patient:
        raise EventRefused("what was sent is about another patient than `patient` says", event.kind)
    assert made.chart is not None
    return made.chart()


def _patient(ruleset: Ruleset, event: Incoming, patient: str, before: Chart | None) -> Patient:
    if "bundle" in event.content:
        supplied = event.content.get("supplied")
        return Patient.from_fhir(event.content["bundle"], supplied=supplied, concepts=ruleset.concepts)
    if event.kind == "resource":
        nobody = {"resource": {"resourceType": "Patient", "id": patient}}
        bundle = {"resourceType": "Bundle", "type": "collection", "entry": [nobody]}
        return Patient.from_fhir(bundle, concepts=ruleset.concepts)
    if "supplied" in event.content:
        raise EventRefused("a record states itself what is supplied; move `supplied` into the record", "supplied")
    said: Mapping[str, Any] = event.content["record"] if event.kind == "patient" else {}
    known: Mapping[str, Any] = {} if before is None or isinstance(before, BundleChart) else before.written
    return Patient.from_dict({**known, "id": patient, **said}, concepts=ruleset.concepts)


def _fact(event: Incoming, is_fhir: bool, patient: str) -> Mapping[str, Any]:
    """The event as a session takes it."""
    if is_fhir != (event.kind == "resource"):
        other = "FHIR; send events of the kind `resource`" if is_fhir else "records; send events of the kind `record`"
        raise EventRefused(f"this patient is followed by {other}", "kind")
    content: Mapping[str, Any] = event.content[event.kind]
    return content if is_fhir else {"id": patient, **content}


def _as_it_came(stored: Stored) -> Incoming:
    content = dict(stored.event.content)
    return Incoming(stored.event.id, stored.event.patient, content.pop("at"), stored.event.kind, content)


def _matters(finding: Seen, standing: Mapping[str, Seen]) -> bool:
    return finding.is_firing or finding.rule in standing


def _whole_minute(at: int) -> int:
    """The first whole minute from then on: nothing is looked at more often."""
    return -(-at // _MINUTE) * _MINUTE
