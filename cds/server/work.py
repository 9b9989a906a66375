"""Limits: how much one request may cost, and how many may run or wait, so that none starves the others."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from starlette.requests import ClientDisconnect, Request

from cds.server.outcomes import Refused
from cds.server.settings import Limits

_T = TypeVar("_T")
_DRAINED: Final = 10  # times the longest body: so much is read and dropped, so that the client hears the answer


class Work:
    """The bounded pool of one process. Evaluations are computations, so they never run on the event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._pool = ThreadPoolExecutor(limits.threads, thread_name_prefix="evaluate")
        self._inside = 0
        self._bytes = 0

    @asynccontextmanager
    async def admitted(self) -> AsyncGenerator[None]:
        """A place among those that run or wait; Refused (503) when all are taken."""
        if self._inside >= self._limits.threads + self._limits.waiting:
            raise _busy()
        self._inside += 1
        try:
            yield
        finally:
            self._inside -= 1

    @asynccontextmanager
    async def body(self, request: Request) -> AsyncGenerator[bytes]:
        """The whole body, counted against what all requests may hold together while it is in use.

        Refused when it is too long (413), too slow (408), or when too much is held already (503).
        """
        pieces: list[bytes] = []
        held = 0
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                async for piece in self._pieces(request):
                    if self._bytes + len(piece) > self._limits.bytes_in_flight:
                        raise _busy()
                    held += len(piece)
                    self._bytes += len(piece)
                    pieces.append(piece)
            yield b"".join(pieces)
        except TimeoutError:
            raise Refused(408, "the body did not arrive in time; send it faster or less of it") from None
        except ClientDisconnect:
            raise Refused(400, "the connection ended before the body did") from None
        finally:
            self._bytes -= held

    async def _pieces(self, request: Request) -> AsyncIterator[bytes]:
        most, count = self._limits.body_bytes, 0
        is_long = _stated_length(request) > most
        async for piece in request.stream():
            count += len(piece)
            is_long |= count > most
            if count > most * _DRAINED:
                break
            if not is_long:
                yield piece
        if is_long:
            raise Refused(413, f"the body is longer than {most} bytes; send less history at a time")

    async def run(self, function: Callable[[], _T]) -> _T:
        """What the function gives, computed in the pool; Refused (504) when it takes too long.

        One that takes too long is computed to its end, and its thread is free only then.
        """
        future = asyncio.get_running_loop().run_in_executor(self._pool, function)
        try:
            return await asyncio.wait_for(asyncio.shield(future), self._limits.answer_seconds)
        except TimeoutError:
            future.add_done_callback(lambda done: done.cancelled() or done.exception())
            raise Refused(504, "the evaluation took too long; send less history at a time") from None

    def close(self) -> None:
        """Let what runs end; start nothing more."""
        self._pool.shutdown(cancel_futures=True)


def _busy() -> Refused:
    return Refused(503, "too many requests at a time; try again", headers={"Retry-After": "1"})


def _stated_length(request: Request) -> int:
    stated = request.headers.get("content-length", "")
    return int(stated) if stated.isdecimal() else 0
