"""How long a service takes to answer: CDS Hooks calls and whole bundles, one at a time and sixteen.

    python benchmarks/serving.py [bundle.json.gz]

A process serves some fifty of the rules that come with cds; clients of the standard library ask it over loopback. The
bundle is one of the made-up patients beside this checkout, of middling size. Times are of the client's clock; CPU is
what the service computed for one request, with HTTP and the audit log; the last line says what evaluating alone takes,
in this process. What it prints is for this machine alone.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import parse_qsl

import cds
from cds.exchange import Service

TOP = Path(__file__).resolve().parents[1]
BUNDLES = TOP.parent / "shared" / "data" / "synthea"
RULESETS = (
    "anxiety-gad7",
    "body-temperature",
    "copd-forms",
    "follow-up-silence",
    "glucose-self-measured",
    "heart-failure-weight",
    "home-blood-pressure",
    "inr",
    "medicine-supply",
    "weight-and-nutrition",
)
AT = "2026-11-23T08:00"
ROUNDS = 200
LOADED, TOGETHER = 500, 16
Json = dict[str, Any]


def main() -> None:
    """Start the service, ask, and print the table."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else _middling()
    if path is None:
        print("no bundle beside this checkout; name one")
        return
    bundle = json.loads(gzip.decompress(path.read_bytes()))
    with tempfile.TemporaryDirectory() as folder:
        process, port, rules = _served(Path(folder))
        try:
            call = json.dumps(_call(bundle, _templates(port))).encode()
            whole = json.dumps({"at": AT, "bundle": bundle}).encode()
            print(f"{rules} rules, {path.name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; milliseconds\n")
            print("| what | bytes | at a time | requests | p50 | p99 | CPU |\n|---|---|---|---|---|---|---|")
            asked = (("CDS Hooks call", "/cds-services/cds", call), ("whole bundle", "/evaluate", whole))
            for name, where, body in asked:
                for together, count in ((1, ROUNDS), (TOGETHER, LOADED)):
                    before = _cpu_seconds(process.pid)
                    times = sorted(_ask(port, where, body, together, count))
                    cpu = (_cpu_seconds(process.pid) - before) / count * 1000
                    p50, p99 = (times[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
                    print(f"| {name} | {len(body)} | {together} | {count} | {p50:.1f} | {p99:.1f} | {cpu:.1f} |")
            print(f"\nreading, evaluating and writing one whole bundle: {_alone(whole):.1f} of the processor")
        finally:
            process.terminate()
            process.wait()


def _alone(whole: bytes) -> float:
    """Milliseconds of the processor for one request without HTTP: the median of several."""
    service = Service(cds.load(_rules()), allow_draft=True)
    times: list[float] = []
    for _ in range(ROUNDS // 4):
        before = time.process_time()
        json.dumps(service.answer(whole))
        times.append((time.process_time() - before) * 1000)
    return sorted(times)[len(times) // 2]


def _rules() -> list[Path]:
    return [TOP / "rulesets" / f"{each}.yaml" for each in RULESETS]


def _cpu_seconds(process: int) -> float:
    """What a process has computed so far, which says more than the clock on a machine that does other things too."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _middling() -> Path | None:
    found = sorted(BUNDLES.glob("*.json.gz"), key=lambda each: each.stat().st_size)
    return found[len(found) // 2] if found else None


def _served(folder: Path) -> "tuple[subprocess.Popen[bytes], int, int]":
    """The process, its port, and how many rules it serves."""
    rules = [str(each) for each in _rules()]
    count = len(cds.load(rules).plan.rules)
    log = folder / "log"
    command = [
        sys.executable,
        "-m",
        "cds",
        "serve",
        "--draft",
        "--port",
        "0",
        "--state",
        str(folder),
        "--rules",
    ]
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [*command, *rules], cwd=TOP, stderr=stream, env={**os.environ, "PYTHONPATH": str(TOP)}
        )
    while "\n" not in log.read_text("utf-8"):
        time.sleep(0.05)
        if process.poll() is not None:
            raise SystemExit(log.read_text("utf-8"))
    return process, json.loads(log.read_text("utf-8").splitlines()[0])["port"], count


def _templates(port: int) -> dict[str, str]:
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/cds-services")
    return json.loads(connection.getresponse().read())["services"][0]["prefetch"]


def _call(bundle: Json, templates: dict[str, str]) -> Json:
    """A call in which a server that holds the bundle has answered every template."""
    resources = [each["resource"] for each in bundle["entry"]]
    (person,) = [each for each in resources if each["resourceType"] == "Patient"]
    prefetch = {key: _answer(resources, template) for key, template in templates.items()} | {"patient": person}
    return {"hook": "patient-view", "hookInstance": "1", "context": {"patientId": person["id"]}, "prefetch": prefetch}


def _answer(resources: list[Json], template: str) -> Json:
    kind, _, query = template.partition("?")
    codes = set(dict(parse_qsl(query)).get("code", "").split(",")) - {""}
    found = [
        each
        for each in resources
        if each["resourceType"] == kind and (not codes or codes & {coding["code"] for coding in each["code"]["coding"]})
    ]
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": each} for each in found]}


def _ask(port: int, where: str, body: bytes, together: int, count: int) -> list[float]:
    """Seconds of each of `count` requests, so many at a time, each over a connection that is kept."""
    waiting: SimpleQueue[int] = SimpleQueue()
    for number in range(count):
        waiting.put(number)
    times: list[float] = []

    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", port)
        while True:
            try:
                waiting.get_nowait()
            except Empty:
                return
            began = time.perf_counter()
            connection.request("POST", where, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - began)
            assert 200 == answer.status, answer.status

    clients = [threading.Thread(target=ask) for _ in range(together)]
    for each in clients:
        each.start()
    for each in clients:
        each.join()
    return times


if __name__ == "__main__":
    main()
