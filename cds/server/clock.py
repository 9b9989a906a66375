"""The one clock of the product: a moment is read here, at the edge, and handed on as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""What gives the present moment, with its offset; tests hand over their own."""


def system_clock() -> datetime:
    """The machine's clock, in UTC."""
    return datetime.now(UTC)


def moment(clock: Clock) -> str:
    """The present moment as ISO 8601 text in UTC, to the second.

    >>> moment(lambda: datetime(2026, 1, 8, 7, 0, 0, 5, tzinfo=UTC))
    '2026-01-08T07:00:00+00:00'
    """
    return clock().astimezone(UTC).isoformat(timespec="seconds")
