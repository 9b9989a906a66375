"""The service as a process of its own on loopback, and an HTTP client of the standard library."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from tests.server.building import TOP, Json

PATIENCE = 60.0


@dataclass
class Running:
    """A service that answers. log: the lines that it has written so far are in this file."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        """Status, and the JSON that came, None for nothing."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        sent = None if body is None else json.dumps(body)
        kind = {} if body is None else {"Content-Type": "application/json"}
        connection.request(method, path, sent, {**kind, **headers})
        answer = connection.getresponse()
        raw = answer.read()
        connection.close()
        return answer.status, json.loads(raw) if raw else None

    def lines(self) -> list[Json]:
        """The log."""
        return [json.loads(each) for each in self.log.read_text("utf-8").splitlines()]

    def stop(self) -> int:
        """End it in peace; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def running(folder: Path, *arguments: str) -> Iterator[Running]:
    """`cds serve` with these arguments, on a free port; the log is in the folder."""
    log = folder / "log.jsonl"
    command = [sys.executable, "-m", "cds", "serve", "--port", "0", *arguments]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=TOP, stderr=stream, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(TOP)}
        )
    try:
        yield Running(_port(process, log), process, log)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        if process.stdout:
            process.stdout.close()


def _port(process: "subprocess.Popen[bytes]", log: Path) -> int:
    """The port that the first line tells; it is written once the socket listens."""
    while process.poll() is None:
        first, end, _ = log.read_text("utf-8").partition("\n")
        if end:
            return json.loads(first)["port"]
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(log.read_text("utf-8"))
