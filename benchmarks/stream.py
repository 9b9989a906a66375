"""What one warm process saves: requests per second of `cds run --stream` over one `cds run` process per patient.

Both evaluate the same demonstration patient with the same rulesets and give the same JSON. They take turns in rounds,
so that whatever else the machine does falls on both alike; the medians of the rounds are printed.
"""

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

ROUNDS = 7
REQUESTS = 200  # a round of the warm process
PROCESSES = 3  # a round of one process per patient
TOP = Path(__file__).parents[1]
PATIENT = TOP / "cds" / "demo" / "patient.json"
AT = "2026-11-23T08:00"
CDS = [sys.executable, "-m", "cds", "run", "--rules", "rulesets", "--draft"]
SINGLE = [*CDS, "--patient", str(PATIENT), "--at", AT, "--format", "json"]


def warm(process: subprocess.Popen[bytes], request: bytes) -> float:
    """Requests per second, each sent when the one before it was answered."""
    assert process.stdin and process.stdout
    started = perf_counter()
    for _ in range(REQUESTS):
        process.stdin.write(request)
        process.stdin.flush()
        assert b'"result"' in process.stdout.readline()
    return REQUESTS / (perf_counter() - started)


def cold() -> float:
    """Patients per second, each in a process of its own."""
    started = perf_counter()
    for _ in range(PROCESSES):
        subprocess.run(SINGLE, stdout=subprocess.DEVNULL, check=True)
    return PROCESSES / (perf_counter() - started)


def main() -> None:
    """Run both in turn, ROUNDS times, and print the medians and their ratio."""
    os.chdir(TOP)
    request = json.dumps({"at": AT, "patient": json.loads(PATIENT.read_text("utf-8"))}).encode() + b"\n"
    started = perf_counter()
    with subprocess.Popen([*CDS, "--stream"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdout.readline()
        ready = perf_counter() - started
        rounds = [(warm(process, request), cold()) for _ in range(ROUNDS)]
        process.stdin.close()
    stream, single = (statistics.median(each) for each in zip(*rounds, strict=True))
    print(f"{'one warm process':28} {stream:9.1f} requests/s   ready after {ready:.2f} s")
    print(f"{'one process per patient':28} {single:9.1f} patients/s")
    print(f"{'ratio':28} {stream / single:9.1f}")


if __name__ == "__main__":
    main()
