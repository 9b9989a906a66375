"""What a host sends: one event as JSON, held against its kind before anything is done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, get_args

from cds.adapters.issues import place_word
from cds.adapters.shapes import as_object
from cds.alarms import ACKNOWLEDGE_REASONS, Entry, moment, read
from cds.alarms.entries import PauseReason
from cds.diagnostics import CdsError, closest
from cds.periods import NORWAY
from cds.result import COLOURS
from cds.store import Event

HOST: Final = "cds:host"
"""Under this name stands in the store what is of no single patient: time that went by, erasures that were done."""
OWN: Final = "cds:"
"""What begins so is named by cds itself."""

_LONGEST: Final = 200
_TIMES: Final = ("since", "until")
_OBJECTS: Final = ("record", "bundle", "resource", "supplied")


class Kind(NamedTuple):
    """A kind of event. needs, may: its fields besides `id`, `patient`, `at` and `kind`."""

    says: str
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()


KINDS: Final[Mapping[str, Kind]] = {
    "patient": Kind(
        "who is followed: a `record`, whose fields take the place of what was known, or a FHIR `bundle`",
        may=("record", "bundle", "supplied"),
    ),
    "record": Kind("one row of facts, as `Session.add` takes it", ("record",)),
    "resource": Kind("one FHIR resource", ("resource",)),
    "acknowledge": Kind("somebody has dealt with an alarm", ("alarm", "who", "role", "reason"), ("until", "colour")),
    "take_in_hand": Kind("somebody works on an alarm", ("alarm", "who"), ("role",)),
    "hand_over": Kind("an alarm goes on to somebody else", ("alarm", "who", "to"), ("role",)),
    "close": Kind("somebody closes an alarm whose rule does not fire", ("alarm", "who"), ("role",)),
    "pause": Kind("alarms are silent for a time", ("since", "until", "reason", "who"), ("role", "rule")),
    "erase": Kind("all that is kept of the patient becomes unreadable"),
    "time": Kind("time went by; all patients who are due move, and no `patient` is named"),
}
FACTS: Final = ("patient", "record", "resource")
_REASONS: Final[Mapping[str, tuple[str, ...]]] = {
    "acknowledge": tuple(ACKNOWLEDGE_REASONS),
    "pause": get_args(PauseReason),
}


class EventRefused(CdsError):
    """An event that cannot be used; nothing of it was kept. place: the field, "" for the whole."""

    def __init__(self, message: str, place: str = "") -> None:
        self.place = place
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One event. patient: `HOST` for time. at: as it was written. content: the fields of its kind."""

    id: str
    patient: str
    at: str
    kind: str
    content: Mapping[str, Any]

    @property
    def kept(self) -> Event:
        """The event as it lies in the store. An erasure leaves nothing there but that it was done."""
        owner = HOST if self.kind == "erase" else self.patient
        return Event(self.id, owner, self.kind, {"at": self.at, **self.content})

    def moment(self, time_zone: str = NORWAY) -> int:
        """When it was, in microseconds UTC; without an offset it is clock time in the zone."""
        return _moment("at", self.at, time_zone)

    def entry(self, time_zone: str) -> Entry:
        """What people did, as the alarm log has it."""
        said = {
            name: _moment(name, value, time_zone) if name in _TIMES else value for name, value in self.content.items()
        }
        try:
            return read({"kind": self.kind, "at": self.moment(time_zone), **said})
        except CdsError as wrong:
            raise EventRefused(str(wrong)) from None


def read_event(given: object) -> Incoming:
    """The event that JSON holds; EventRefused says which field is wrong, and how to mend it."""
    event = as_object(given)
    if event is None:
        raise EventRefused("an event is an object with `id`, `patient`, `at` and `kind`")
    kind = event.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise EventRefused(f"`kind` is to be one of {', '.join(KINDS)}", "kind")
    heads = ("id", "at", "kind") if kind == "time" else ("id", "patient", "at", "kind")
    _check_fields(event, kind, heads)
    for name in (*heads, *KINDS[kind].needs, *KINDS[kind].may):
        if name in event:
            _check_value(name, event[name], kind)
    content = {name: value for name, value in event.items() if name not in heads}
    if kind == "patient" and ("record" in content) == ("bundle" in content):
        raise EventRefused("a patient is either a `record` or a `bundle`", "record")
    return Incoming(event["id"], event.get("patient", HOST), event["at"], kind, content)


def _check_fields(event: Mapping[str, Any], kind: str, heads: tuple[str, ...]) -> None:
    needed, known = (*heads, *KINDS[kind].needs), (*heads, *KINDS[kind].needs, *KINDS[kind].may)
    lacking = [name for name in needed if name not in event]
    if lacking:
        raise EventRefused(f"an event of the kind `{kind}` needs `{lacking[0]}`; state it", lacking[0])
    for name in event:
        if name not in known:
            near = closest(name, known)
            cure = f"did you mean `{near}`?" if near else f"an event of the kind `{kind}` has {', '.join(known)}"
            raise EventRefused(f"there is no such field; {cure}", place_word(name))


def _check_value(name: str, value: object, kind: str) -> None:
    if name in _OBJECTS:
        if as_object(value) is None:
            raise EventRefused(f"`{name}` is an object", name)
        return
    if not isinstance(value, str):
        raise EventRefused(f"`{name}` is a text", name)
    if not value.isprintable() or len(value) > _LONGEST:
        raise EventRefused(f"`{name}` is a text of at most {_LONGEST} characters that can be printed", name)
    if name in ("id", "patient", "alarm", "who") and not value.strip():
        raise EventRefused(f"`{name}` is empty; state it", name)
    if name in ("id", "patient") and value.startswith(OWN):
        raise EventRefused(f"`{name}` begins with `{OWN}`, which only cds itself uses; choose another", name)
    if name == "reason" and value not in _REASONS[kind]:
        raise EventRefused(f"`reason` is one of {', '.join(_REASONS[kind])}", name)
    if name == "colour" and value not in COLOURS:
        raise EventRefused(f"`colour` is one of {', '.join(each for each in COLOURS if each)}", name)
    if name in ("at", *_TIMES):
        _moment(name, value, NORWAY)


def _moment(name: str, text: str, time_zone: str) -> int:
    try:
        return moment(text, time_zone)
    except CdsError:
        says = "is no moment; write for instance 2026-01-08T08:00 or 2026-01-08T08:00:00+01:00"
        raise EventRefused(f"`{name}` {says}", name) from None
