"""`cds run --stream`: one line out for each line in, whatever stands in it, also as a process at the end of a pipe."""

import io
import json
import math
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cds import load
from cds.cli import main
from cds.commands.streaming import MOST_BYTES, responses
from cds.exchange import Service
from cds.shipped import DEMO_AT, DEMO_PATIENT, STARTER, shipped_rulesets

Json = dict[str, Any]

TOP = Path(__file__).parents[2]
RULES = str(shipped_rulesets())
STREAM = ("run", "--stream", "--rules", RULES, "--draft")
DEMO: Json = json.loads(DEMO_PATIENT.read_text("utf-8"))
SERVICE = Service(load(RULES), allow_draft=True)
REQUEST: Json = {"id": "good", "at": DEMO_AT, "patient": DEMO}


def line(**fields: Any) -> bytes:
    return json.dumps(REQUEST | fields, ensure_ascii=False).encode() + b"\n"


def answers(*lines: bytes, most_bytes: int = MOST_BYTES) -> list[Json]:
    """What comes after the line that says what answers."""
    ready, *rest = map(json.loads, responses(SERVICE, io.BytesIO(b"".join(lines)), most_bytes))
    assert set(ready) == {"ready"}
    return rest


# lines in, lines out


def test_lines_are_answered_in_their_order() -> None:
    lines = [line(id=str(number), patient=DEMO | {"id": f"p{number}"}) for number in range(20)]
    found = [(each["id"], each["result"]["patient"]) for each in answers(*lines)]
    assert [(str(number), f"p{number}") for number in range(20)] == found


def test_a_bad_line_has_its_number_and_leaves_the_next_alone() -> None:
    (alone,) = answers(line())
    found = answers(b"{oops\n", line(), b"\n  \r\n", line(at="never"), line(), b'{"id": "last"')
    assert [1, None, 5, None, 7] == [each.get("error", {}).get("line") for each in found]
    assert ["not_json", "time_not_understood", "not_json"] == [
        each["error"]["code"] for each in found if "error" in each
    ]
    assert [alone, alone] == [each for each in found if "result" in each]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_a_line_ends_by_a_line_feed_or_with_the_input(end: bytes) -> None:
    assert answers(line()) == answers(line().rstrip() + end)


def test_a_byte_order_mark_before_the_first_line_is_no_fault() -> None:
    assert answers(line()) == answers(b"\xef\xbb\xbf" + line())


@pytest.mark.parametrize("end", [b"\n", b""])
@pytest.mark.parametrize(("length", "is_read"), [(999, True), (1000, True), (1001, False), (70_000, False)])
def test_a_line_that_is_too_long_is_passed_over(length: int, is_read: bool, end: bytes) -> None:
    long = b'"' + b"x" * (length - 2) + b'"' + end
    found = answers(b"7\n", long, most_bytes=1000) + answers(b"7\n", long.rstrip() + b"\n", b"7\n", most_bytes=1000)
    code = "not_an_object" if is_read else "too_long"
    expected = ["not_an_object", code, "not_an_object", code, "not_an_object"]
    assert expected == [each["error"]["code"] for each in found]
    assert [1, 2, 1, 2, 3] == [each["error"]["line"] for each in found]


class Endless(io.RawIOBase):
    """A line of many bytes, never in memory as a whole, and a short one behind it."""

    def __init__(self, length: int) -> None:
        self.left = length
        self.behind = b"\n7\n"

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = b"x" * min(len(buffer), self.left) or self.behind
        self.behind = b"" if piece is self.behind else self.behind
        self.left -= len(piece) if self.left else 0
        buffer[: len(piece)] = piece
        return len(piece)


def test_a_line_without_end_takes_no_more_memory_than_is_read() -> None:
    stream = responses(SERVICE, io.BufferedReader(Endless(30_000_000)), 100_000)
    next(stream)
    tracemalloc.start()
    found = [json.loads(each)["error"]["code"] for each in stream]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ["too_long", "not_an_object"] == found
    assert peak < 2_000_000


def test_a_number_that_json_cannot_hold_is_never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Service, "answer", lambda *_: {"id": "good", "result": {"margin": math.inf}})
        (found,) = answers(line())
    assert ("good", "internal_error", 1) == (found["id"], found["error"]["code"], found["error"]["line"])
    assert "result" in answers(line())[0]


def test_no_answer_breaks_its_line() -> None:
    odd = "a\nb\r\u2028\u0085\ud800 æ"
    (out,) = list(responses(SERVICE, io.BytesIO(json.dumps(REQUEST | {"id": odd}).encode())))[1:]
    assert (1, odd) == (out.count(b"\n"), json.loads(out)["id"])
    assert "æ".encode() in out


ANY_LINE = st.binary(max_size=200) | st.text(max_size=200).map(str.encode)
ALMOST = st.dictionaries(
    st.sampled_from(["id", "at", "patient", "bundle", "limits", "supplied", "language", "explain", "x"]),
    st.none() | st.booleans() | st.text(max_size=5) | st.just(DEMO_AT) | st.just({}) | st.lists(st.integers()),
).map(lambda each: json.dumps(each).encode())


@given(st.lists(ANY_LINE | ALMOST, max_size=6))
@example([b'{"id": "good", "at"', b"[" * 500, b'{"patient": {"id": "good"}}'])
def test_any_line_gives_one_line_and_changes_no_other(lines: list[bytes]) -> None:
    lines = [each.replace(b"\n", b" ") for each in lines]
    (alone,) = answers(line())
    *found, last = answers(*(each + b"\n" for each in lines), line())
    assert sum(bool(each.strip()) for each in lines) == len(found)
    assert alone == last
    assert found == [each for number, one in enumerate(lines, 1) for each in numbered(answers(one), number)]


def numbered(found: list[Json], number: int) -> list[Json]:
    """As they would be further down the stream."""
    return [each | {"error": each["error"] | {"line": number}} if "error" in each else each for each in found]


PATIENTS: list[Json] = [
    DEMO,
    {},
    {"id": "light", "readings": {"body_weight": [{"time": "2026-11-23T07:00", "value": 51, "unit": "kg"}]}},
    {"id": "own", "zone": "America/New_York", "conditions": ["heart_failure"], "limits": DEMO["limits"]},
    {"id": "broken", "readings": [], "limits": 7},
]


LINES = [line(patient=patient, language="nb") for patient in PATIENTS] + [line(explain=True), b"oops\n"]


@cache
def alone(which: int) -> Json:
    (found,) = answers(LINES[which])
    return found


@given(st.lists(st.integers(0, len(LINES) - 1), min_size=2, max_size=6))
def test_no_answer_depends_on_the_patients_before(asked: list[int]) -> None:
    found = answers(*(LINES[each] for each in asked))
    assert [each for number, which in enumerate(asked, 1) for each in numbered([alone(which)], number)] == found


# the process


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """The real command at the end of pipes; whatever happens, it is gone afterwards."""
    started = subprocess.Popen(
        [sys.executable, "-m", "cds", *(arguments or STREAM)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(TOP), **environment},
    )
    with started:
        try:
            yield started
        finally:
            started.kill()


def pipes(started: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes], IO[bytes]]:
    assert started.stdin and started.stdout and started.stderr
    return started.stdin, started.stdout, started.stderr


def ask(started: subprocess.Popen[bytes], request: bytes) -> bytes:
    """Send one line and wait for its answer, while the input stays open."""
    into, out, _ = pipes(started)
    into.write(request)
    into.flush()
    return out.readline()


def assert_ends_well(started: subprocess.Popen[bytes]) -> None:
    into, out, err = pipes(started)
    into.close()
    assert (b"", b"", 0) == (out.read(), err.read(), started.wait())


def test_one_warm_process_answers_line_by_line() -> None:
    with process() as started:
        ready = json.loads(pipes(started)[1].readline())["ready"]  # before anything was sent
        assert [(each.id, each.hash) for each in SERVICE.ruleset.heads] == [
            (each["id"], each["hash"]) for each in ready["rulesets"]
        ]
        expected = list(responses(SERVICE, io.BytesIO(line(id="æ") + b"oops\n" + line(patient={}))))[1:]
        assert expected == [ask(started, each) for each in (line(id="æ"), b"oops\n", line(patient={}))]
        assert_ends_well(started)


@pytest.mark.parametrize("options", [(), ("--explain",), ("--lang", "nb"), ("--lang", "nn", "--explain")])
def test_the_result_is_that_of_a_single_run_byte_for_byte(
    options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    single = ("run", "--rules", RULES, "--patient", str(DEMO_PATIENT), "--at", DEMO_AT, "--draft", "--format", "json")
    assert main([*single, *options]) == 0
    expected = json.dumps(json.loads(capsys.readouterr().out), ensure_ascii=False, separators=(",", ":"))
    with process(*STREAM, *options, PYTHONHASHSEED="7", TZ="Asia/Tokyo") as started:
        pipes(started)[1].readline()
        assert f'{{"id":"good","result":{expected}}}\n'.encode() == ask(started, line())
        assert_ends_well(started)


@pytest.mark.parametrize(
    ("options", "key"),
    [
        (("--format", "cards"), "cards"),
        (("--format", "fhir", "--audience", "patient"), "fhir"),
        (("--format", "json", "--audience", "patient", "--lang", "nn"), "messages"),
    ],
)
def test_other_formats_are_those_of_a_single_run(
    options: tuple[str, ...], key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "--rules", RULES, "--patient", str(DEMO_PATIENT), "--at", DEMO_AT, "--draft", *options]) == 0
    expected = json.loads(capsys.readouterr().out)
    with process(*STREAM, *options) as started:
        pipes(started)[1].readline()
        assert (expected["cards"] if key == "cards" else expected) == json.loads(ask(started, line()))[key]
        assert_ends_well(started)


def test_a_long_line_leaves_the_process_alive() -> None:
    with process() as started:
        pipes(started)[1].readline()
        refused = json.loads(ask(started, b'"' + b"x" * MOST_BYTES + b'"\n'))
        assert ("too_long", 1) == (refused["error"]["code"], refused["error"]["line"])
        assert "result" in json.loads(ask(started, line()))
        assert_ends_well(started)


def test_lines_are_utf8_also_where_the_locale_is_not() -> None:
    with process(LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0", CDS_LANG="nb") as started:
        assert b"hjertesvikt" in pipes(started)[1].readline().lower()
        assert "ØÅ☃" == json.loads(ask(started, line(id="ØÅ☃")).decode("utf-8"))["id"]
        assert_ends_well(started)


def test_a_reader_that_goes_away_is_no_error() -> None:
    with process() as started:
        into, out, err = pipes(started)
        out.readline()
        out.close()
        into.write(line())
        into.flush()
        assert (b"", 0) == (err.read(), started.wait())


def test_input_that_is_empty_gives_the_first_line_alone() -> None:
    with process() as started:
        into, out, _ = pipes(started)
        into.close()
        assert ["ready"] == [key for each in out for key in json.loads(each)]
        assert 0 == started.wait()


# what ends it before the first line


def refused(*arguments: str) -> tuple[int, bytes, str]:
    with process(*arguments) as started:
        out, err = started.communicate(line())
        return started.returncode, out, err.decode()


def test_rulesets_with_errors_are_said_before_the_first_line(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(STARTER.read_text("utf-8").replace("rise_in: weight", "rise_in: wieght"), "utf-8")
    code, out, err = refused("run", "--stream", "--rules", str(wrong), "--draft")
    assert (2, b"") == (code, out)
    assert "did you mean `weight`?" in err


def test_drafts_answer_only_when_asked_for() -> None:
    code, out, err = refused(*STREAM[:-1])
    assert (2, b"") == (code, out)
    assert "--draft" in err


def test_what_belongs_in_each_request_is_refused_beside_the_stream() -> None:
    code, out, err = refused(*STREAM, "--at", DEMO_AT, "--patient", "p.json", "--limits", "l.json", "--all")
    assert (2, b"") == (code, out)
    assert "--patient, --at, --limits cannot stand beside --stream" in err


def test_a_run_without_a_patient_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert 2 == main(["run", "--rules", RULES])
    assert "--patient and --at" in capsys.readouterr().err
