"""The log: one JSON object a line, on standard error, with nothing of any patient in it.

What stands in a line is chosen from a fixed set: which route, which status, how long, how much, whose client. No
address as it was sent, no header, no body, no text of an exception, for each may hold something of a patient.
"""

import json
import logging
import traceback
from pathlib import Path
from typing import IO, Final

from cds.server.clock import Clock

Value = str | int | float
_SERVER_LOGS: Final = ("uvicorn", "uvicorn.error", "uvicorn.access")


class Log:
    """Writes lines. clock: what the time of each is read from."""

    def __init__(self, stream: IO[str], clock: Clock) -> None:
        self._stream, self._clock = stream, clock

    def write(self, event: str, **fields: Value) -> None:
        """Add a line; the whole of it in one call, so that lines of several threads never mix."""
        line = {"time": self._clock().isoformat(timespec="milliseconds"), "event": event, **fields}
        self._stream.write(json.dumps(line, ensure_ascii=True) + "\n")
        self._stream.flush()

    def failure(self, bug: BaseException) -> None:
        """Where the program failed, without what the exception says."""
        last = traceback.extract_tb(bug.__traceback__)[-1:]
        where = f"{Path(last[0].filename).name}:{last[0].lineno} {last[0].name}" if last else ""
        self.write("failure", kind=type(bug).__name__, where=where)

    def take_over_server_logs(self) -> None:
        """What the HTTP server says goes into the same log, in the same form."""
        handler = _Handler(self)
        for name in _SERVER_LOGS:
            logger = logging.getLogger(name)
            logger.handlers, logger.propagate = [handler], False
            logger.setLevel(logging.WARNING)


class _Handler(logging.Handler):
    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Where and how severe; the message is the server's format string, without what would be filled in."""
        self._log.write("server", level=record.levelname.lower(), says=str(record.msg)[:200])
