"""Live follow-up over HTTP: events in, alarms out, and a stream of what happens to alarms.

One thread does everything that writes, one event after the other, off the event loop; those who listen are told from
there. What anybody missed is read from the log again, by the place in it that they heard last.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, get_args

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from cds.adapters.shapes import as_list, as_object
from cds.adapters.strict_json import read_json
from cds.alarms import moment
from cds.alarms.state import AlarmState
from cds.api import Ruleset
from cds.diagnostics import CdsError
from cds.follow import Answer, EventRefused, Follower, answered, document, happened_after, place_of, sole_writer
from cds.server.clock import Clock
from cds.server.clock import moment as present
from cds.server.outcomes import Refused
from cds.server.replies import as_bytes
from cds.server.settings import Limits
from cds.server.work import Work
from cds.store import SqliteStore, StoreError, store_at

AHEAD: Final = 300_000_000  # microseconds that the clocks of hosts may be ahead of this one
_MOST_EVENTS: Final = 1000  # in one request
_MOST_LISTENERS: Final = 100
_MOST_WAITING: Final = 10_000  # alarm events that somebody who listens may be behind
_SILENCE: Final = 15.0  # seconds after which an empty line keeps a connection open
_OF_BODY: Final = ("id", "at", "role", "reason", "until", "colour")

Handler = Callable[["Following", Request], Awaitable[bytes | Response]]
Json = dict[str, Any]


@dataclass(eq=False, slots=True)
class _Listener:
    """Somebody who listens: what waits for them, None = it ends here."""

    loop: asyncio.AbstractEventLoop
    waiting: "asyncio.Queue[Json | None]" = field(default_factory=lambda: asyncio.Queue(_MOST_WAITING))

    def tell(self, event: Json | None) -> None:
        """From any thread. Who is too far behind, or goes away, is not waited for: they resume from the log."""
        with suppress(RuntimeError):  # the loop may have ended
            self.loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: Json | None) -> None:
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            event = None
        self.waiting.put_nowait(event)


class Following:
    """The one follower of a service. work: its one thread, and limits; needs_token: people are known by their token."""

    def __init__(self, follower: Follower, store: SqliteStore, work: Work, clock: Clock, needs_token: bool) -> None:
        self._follower, self._store, self.work, self._clock = follower, store, work, clock
        self.needs_token = needs_token
        self._listeners = set[_Listener]()

    def take(self, events: list[Any]) -> list[Json]:
        """Take events in their order, and answer each; StoreError when the store fails, and the rest was not taken."""
        latest = moment(present(self._clock)) + AHEAD
        return [self._answer(each, latest) for each in events]

    def _answer(self, event: Any, latest: int) -> Json:
        answer = answered(self._follower, event, latest=latest)
        if not isinstance(answer, Answer):
            return document(answer)
        if not answer.is_repeated:
            for listener in list(self._listeners):
                for each in answer.alarms:
                    listener.tell(each)
        return {**document(answer), "alarms": list(answer.alarms)}

    def alarms(self, patient: str, state: str) -> list[Json]:
        """As `Follower.alarms`."""
        return self._follower.alarms(patient, state)

    def patient_of(self, alarm: str) -> str:
        """As `Follower.patient_of`."""
        return self._follower.patient_of(alarm)

    def end(self) -> None:
        """Let those who listen go, so that their connections keep nothing from ending."""
        for each in list(self._listeners):
            each.tell(None)

    async def changes(self, heard: tuple[int, int] | None) -> AsyncGenerator[bytes]:
        """What happens to alarms, as server-sent events; heard: the place after which it begins, None = from now."""
        listener = _Listener(asyncio.get_running_loop())
        self._listeners.add(listener)
        try:
            yield b": \n\n"
            if heard is not None:
                for each in await asyncio.to_thread(happened_after, self._store, heard):
                    heard = place_of(each["id"])
                    yield _sent(each)
            while True:
                try:
                    event = await asyncio.wait_for(listener.waiting.get(), _SILENCE)
                except TimeoutError:
                    yield b": \n\n"
                    continue
                if event is None:
                    return
                if heard is None or place_of(event["id"]) > heard:
                    yield _sent(event)
        finally:
            self._listeners.discard(listener)

    def has_room(self) -> bool:
        """Whether one more may listen."""
        return len(self._listeners) < _MOST_LISTENERS


@contextmanager
def following_on(
    path: Path, key: str | None, ruleset: Ruleset, allow_draft: bool, limits: Limits, clock: Clock, needs_token: bool
) -> Generator[Following]:
    """Follow on a store until it ends; StoreError when the store cannot be used or another process follows on it."""
    with store_at(path, key) as store, sole_writer(path):
        follower = Follower(ruleset, store, allow_draft=allow_draft)
        work = Work(limits.model_copy(update={"threads": 1}))
        try:
            yield Following(follower, store, work, clock, needs_token)
        finally:
            work.close()


async def _take_events(following: Following, request: Request) -> Response:
    async with following.work.admitted(), following.work.body(request) as raw:
        given = _json(raw)
        events = as_list((as_object(given) or {}).get("events")) or [given]
        if len(events) > _MOST_EVENTS:
            raise Refused(413, f"at most {_MOST_EVENTS} events at a time; send the rest in another request")
        answers = await _kept(following, partial(following.take, list(events)))
    status = 422 if any("error" in each for each in answers) else 200
    return Response(as_bytes({"answers": answers}), status, _HEADERS, "application/json")


async def _acknowledge(following: Following, request: Request) -> bytes:
    async with following.work.admitted(), following.work.body(request) as raw:
        given = as_object(_json(raw))
        if given is None:
            raise Refused(400, f"send an object with {', '.join(_OF_BODY)}")
        alarm, who = request.path_params["id"], _person(following, request, given)
        try:
            patient = await _kept(following, partial(following.patient_of, alarm))
        except EventRefused as wrong:
            raise Refused(404, str(wrong)) from None
        said = {name: value for name, value in given.items() if name != "who"}
        event = {**said, "kind": "acknowledge", "alarm": alarm, "patient": patient, "who": who}
        (answer,) = await _kept(following, partial(following.take, [event]))
    if "error" in answer:
        raise Refused(422, answer["error"]["message"], place=answer["error"].get("place", ""))
    return as_bytes(answer)


def _person(following: Following, request: Request, given: Any) -> object:
    """Who acts: whom the token names; where no tokens are checked, whom the body names."""
    if not following.needs_token:
        return given.get("who")
    if "who" in given:
        raise Refused(400, "who acts is the subject of the token; leave out `who`", place="who")
    if not request.state.subject:
        raise Refused(401, "the token does not say who acts; state the person in its sub")
    return request.state.subject


async def _list_alarms(following: Following, request: Request) -> bytes:
    asked = request.query_params
    unknown = sorted(set(asked) - {"patient", "state"})
    if unknown or len(asked.multi_items()) > len(asked):
        raise Refused(400, "alarms can be asked for by `patient` and `state`, each once")
    if "state" in asked and asked["state"] not in get_args(AlarmState):
        raise Refused(400, f"`state` is one of {', '.join(get_args(AlarmState))}", place="state")
    async with following.work.admitted():
        found = await _kept(following, partial(following.alarms, asked.get("patient", ""), asked.get("state", "")))
    return as_bytes({"alarms": found})


async def _listen(following: Following, request: Request) -> Response:
    stated = request.headers.get("last-event-id")
    try:
        heard = None if stated is None else place_of(stated)
    except CdsError as wrong:
        raise Refused(400, str(wrong), place="Last-Event-ID") from None
    if not following.has_room():
        raise Refused(503, "too many listen already; try again", headers={"Retry-After": "30"})
    return StreamingResponse(following.changes(heard), 200, _HEADERS, "text/event-stream")


async def _kept(following: Following, function: Callable[[], Any]) -> Any:
    """What the one thread that writes gives; Refused (503) when the store fails."""
    try:
        return await following.work.run(function)
    except StoreError as wrong:
        raise Refused(503, str(wrong), headers={"Retry-After": "5"}) from None


def _json(raw: bytes) -> Any:
    value, fault = read_json(raw)
    if fault:
        raise Refused(400, fault.message, place=fault.place)
    return value


def _sent(event: Json) -> bytes:
    return f"id: {event['id']}\nevent: alarm\ndata: {json.dumps(event)}\n\n".encode()


_HEADERS: Final = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
ROUTES: Final[Iterable[tuple[str, str, Handler]]] = (
    ("/events", "POST", _take_events),
    ("/alarms", "GET", _list_alarms),
    ("/alarms/changes", "GET", _listen),
    ("/alarms/{id}/acknowledge", "POST", _acknowledge),
)
