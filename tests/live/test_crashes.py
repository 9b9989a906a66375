"""`cds follow` killed at random: no event lost, none applied twice, and the same alarms as if nothing had been."""

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from subprocess import PIPE

import pytest

from cds.cli import main
from cds.follow import Follower
from cds.store import StoreError
from tests.live.course import (
    FIRST,
    RULES,
    TOP,
    Json,
    course,
    follower_in,
    in_lines,
    patient,
    ruleset,
    store_in,
    weight,
)
from tests.live.test_follow import logged

KILLS, COUNT = (100, 10_000) if os.environ.get("CDS_PROFILE") == "long" else (3, 300)
FOLLOW = ("follow", "--rules", *RULES, "--draft")
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(TOP)}


def command(folder: Path, *more: str) -> list[str]:
    files = ("--store", str(folder / "events.sqlite"), "--key", str(folder / "master.key"))
    return [sys.executable, "-m", "cds", *FOLLOW, *files, *more]


def followed(folder: Path, text: str, kill_after: float | None, pick: Random) -> list[str]:
    """The whole lines that a process wrote. kill_after: so many lines, and a little later it is killed."""
    source = folder / "input.ndjson"
    source.write_text(text, "utf-8")
    with source.open("rb") as given:
        process = subprocess.Popen(command(folder), stdin=given, stdout=PIPE, cwd=TOP, env=ENVIRONMENT)
    assert process.stdout
    with process.stdout as output:
        lines = []
        while (kill_after is None or len(lines) < kill_after) and (line := output.readline()):
            lines.append(line)
        if kill_after is not None:
            time.sleep(pick.uniform(0.0, 0.02))
            process.kill()
            lines += output.readlines()
    process.wait()
    return [each.decode() for each in lines if each.endswith(b"\n")]


def test_a_process_that_is_killed_loses_nothing_and_does_nothing_twice(tmp_path: Path) -> None:
    """Sent again from the last event that was answered, it tells the same alarm events with the same numbers."""
    pick = Random(20260115)
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    disturbed.mkdir()
    pairs = list(course(follower_in(undisturbed), COUNT))
    done, told = 0, list[Json]()
    for kill in range(KILLS + 1):
        most = None if kill == KILLS else pick.uniform(0, 2.5 * COUNT / KILLS)
        lines = followed(disturbed, in_lines([event for event, _ in pairs[done:]]), most, pick)
        whole = [json.loads(each) for each in lines]
        told += [each["alarm"] for each in whole if "alarm" in each]
        done += sum("alarm" not in each for each in whole)
    assert COUNT == done
    once = {each["id"]: each for each in told}
    assert all(once[each["id"]] == each for each in told)
    assert [each["alarm"] for _, some in pairs for each in some if "alarm" in each] == list(once.values())
    assert logged(undisturbed) == logged(disturbed)


class Here:
    """`cds follow` in this process: exit code, lines out, and what is said about it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capfd = monkeypatch, capfd

    def __call__(self, folder: Path, events: list[Json]) -> tuple[int, list[Json], str]:
        self._monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(in_lines(events).encode())))
        self._monkeypatch.chdir(TOP)
        code = main(command(folder)[3:])
        out, said = self._capfd.readouterr()
        return code, [json.loads(each) for each in out.splitlines()], said


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Here:
    return Here(monkeypatch, capfd)


EVENTS = [patient("p1", FIRST, 0), *(weight("p1", FIRST, each, Random(each)) for each in range(1, 9))]


def test_two_processes_do_not_follow_on_one_store(tmp_path: Path, here: Here) -> None:
    first = subprocess.Popen(command(tmp_path), stdin=PIPE, stdout=PIPE, cwd=TOP, env=ENVIRONMENT, text=True)
    assert first.stdin and first.stdout
    first.stdin.write(in_lines(EVENTS[:1]))
    first.stdin.flush()
    assert "alarm" in first.stdout.readline()
    code, lines, said = here(tmp_path, EVENTS)
    assert (2, []) == (code, lines)
    assert "cds: events.sqlite: another process follows on this store" in said
    first.communicate(in_lines(EVENTS[1:]))
    assert 0 == first.returncode
    assert {each["id"] for each in EVENTS} <= {each.event.id for each in logged(tmp_path)}


def damage(folder: Path) -> None:
    file = folder / "events.sqlite"
    text = bytearray(file.read_bytes())
    text[4096:] = b"\xa5" * (len(text) - 4096)
    file.write_bytes(text)


SPOILED: dict[str, tuple[Callable[[Path], object], str]] = {
    "a damaged file": (damage, "the file is damaged; put back a copy"),
    "no store": (lambda folder: (folder / "events.sqlite").write_text("notes " * 100), "no database that can be used"),
    "another key": (lambda folder: (folder / "master.key").write_bytes(bytes(32)), "this master key is not the one"),
    "a lock that is none": (lambda folder: (folder / "events.sqlite.lock").write_text("notes"), "says who follows"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_store_that_cannot_be_used_ends_in_a_sentence(tmp_path: Path, here: Here, name: str) -> None:
    assert 0 == here(tmp_path, EVENTS)[0]
    spoil, says = SPOILED[name]
    spoil(tmp_path)
    code, lines, said = here(tmp_path, EVENTS)
    assert (2, []) == (code, lines)
    assert said.startswith("cds: ") and says in said and said.count("\n") == 1


def test_a_full_disk_takes_nothing_that_it_cannot_keep(tmp_path: Path, here: Here) -> None:
    """What was answered is there; when there is room again, the rest is sent and all is as it would have been."""
    pairs = list(course(follower_in(tmp_path / "undisturbed"), 120))
    events, disturbed = [event for event, _ in pairs], tmp_path / "disturbed"
    disturbed.mkdir()
    full = subprocess.run(
        ["bash", "-c", 'ulimit -f 150 && exec "$@"', "bash", *command(disturbed)],
        input=in_lines(events),
        capture_output=True,
        text=True,
        cwd=TOP,
        env=ENVIRONMENT,
        check=False,
    )
    assert 2 == full.returncode
    assert full.stderr.startswith("cds: events.sqlite: ") and "nothing of this was stored" in full.stderr
    done = sum("alarm" not in json.loads(each) for each in full.stdout.splitlines())
    assert 0 < done < len(events)
    assert 0 == here(disturbed, events[done:])[0]
    assert logged(tmp_path / "undisturbed") == logged(disturbed)


def test_a_store_that_stays_locked_takes_nothing(tmp_path: Path) -> None:
    store, other = store_in(tmp_path, patience=0.05), store_in(tmp_path)
    follower = Follower(ruleset(), store, allow_draft=True)
    for each in EVENTS[:5]:
        follower.add(each)
    other._database.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="somebody else has kept the store locked"):
        follower.add(EVENTS[5])
    other._database.execute("ROLLBACK")
    answers = [follower.add(each) for each in EVENTS]
    assert [True] * 5 + [False] * 4 == [each.is_repeated for each in answers]
    for each in (store, other):
        each.close()
