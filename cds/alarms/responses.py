"""How fast alarms were answered: from shown to taken in hand to acknowledged."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from cds.alarms.state import AlarmEvent

_TIMES: Final = ("taken_in_hand", "acknowledged", "escalated", "closed")  # kinds of events, and fields of a Response


@dataclass(frozen=True, slots=True)
class Response:
    """What was done about one alarm, and when; microseconds UTC, None = it was not. escalated: it was too late.

    Times are those at which people say they did it, where they told later.
    """

    alarm: str
    rule: str
    shown: int | None = None
    taken_in_hand: int | None = None
    acknowledged: int | None = None
    escalated: int | None = None
    closed: int | None = None

    @property
    def answered_after(self) -> int | None:
        """Microseconds from when it was first shown until somebody took it in hand or acknowledged it."""
        answers = [each for each in (self.taken_in_hand, self.acknowledged) if each is not None]
        return max(min(answers) - self.shown, 0) if answers and self.shown is not None else None


def responses(events: Iterable[AlarmEvent]) -> tuple[Response, ...]:
    """For each alarm, in the order in which they began, the first time of everything."""
    found: dict[str, Response] = {}
    for event in events:
        if event.alarm and event.kind != "refused":
            before = found.get(event.alarm, Response(event.alarm, event.rule))
            found[event.alarm] = _with(before, event)
    return tuple(found.values())


def _with(response: Response, event: AlarmEvent) -> Response:
    time = event.at if event.stated is None else event.stated
    if response.shown is None and event.state == "open":
        response = replace(response, shown=time)
    if event.kind not in _TIMES or getattr(response, event.kind) is not None:
        return response
    return replace(response, **{event.kind: time})
