"""The hooks for pre-commit: what they are, which files start them, and what they do."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from cds.shipped import STARTER, STARTER_CASES

TOP = Path(__file__).parents[1]
HOOKS: dict[str, dict[str, Any]] = {
    each["id"]: each for each in yaml.safe_load((TOP / ".pre-commit-hooks.yaml").read_text("utf-8"))
}
KNOWN = {"id", "name", "description", "entry", "language", "files", "args", "pass_filenames"}


def test_there_is_a_hook_for_each_command() -> None:
    assert ["cds-format", "cds-check", "cds-test"] == list(HOOKS)


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_what_pre_commit_needs(name: str) -> None:
    hook = HOOKS[name]
    assert {"id", "name", "entry", "language", "files"} <= hook.keys() <= KNOWN
    assert ("python", name.replace("-", " ")) == (hook["language"], hook["entry"])


@pytest.mark.parametrize(
    ("file", "started"),
    [
        ("rulesets/home-blood-pressure.yaml", {"cds-format", "cds-check", "cds-test"}),
        ("rulesets/local/weight.test.yml", {"cds-format", "cds-check", "cds-test"}),
        ("concepts/own.yaml", {"cds-format"}),
        ("docker-compose.yaml", set[str]()),
        ("docs/rulesets/x.yaml", set[str]()),
        ("rulesets/README.md", set[str]()),
    ],
)
def test_files_that_start_a_hook(file: str, started: set[str]) -> None:
    assert started == {name for name, hook in HOOKS.items() if re.search(hook["files"], file)}


def run(name: str, folder: Path, *changed: str) -> subprocess.CompletedProcess[str]:
    """The hook's command as pre-commit runs it in the top folder of a checkout."""
    hook = HOOKS[name]
    program, *command = shlex.split(hook["entry"])
    assert "cds" == program
    given = [*hook.get("args", ()), *(changed if hook.get("pass_filenames", True) else ())]
    return subprocess.run(
        [sys.executable, "-m", "cds", *command, *given],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(TOP)},
        check=False,
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a ruleset and its cases under `rulesets`."""
    (tmp_path / "rulesets").mkdir()
    (tmp_path / "rulesets" / "mine.yaml").write_bytes(STARTER.read_bytes())
    (tmp_path / "rulesets" / "mine.test.yaml").write_bytes(STARTER_CASES.read_bytes())
    return tmp_path


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_lets_good_files_pass(name: str, checkout: Path) -> None:
    assert 0 == run(name, checkout, "rulesets/mine.test.yaml").returncode


@pytest.mark.parametrize(("name", "wrong"), [("cds-check", "grey"), ("cds-test", "red")])
def test_a_hook_stops_a_commit(name: str, wrong: str, checkout: Path) -> None:
    cases = checkout / "rulesets" / "mine.test.yaml"
    cases.write_text(cases.read_text("utf-8").replace("weight_gain: green", f"weight_gain: {wrong}"), "utf-8")
    ran = run(name, checkout, "rulesets/mine.test.yaml")
    assert (1, "") == (ran.returncode, ran.stderr)
    assert "rulesets/mine.test.yaml:" in ran.stdout


def test_format_writes_the_changed_files_only(checkout: Path) -> None:
    mine, other = checkout / "rulesets" / "mine.yaml", checkout / "rulesets" / "other.yaml"
    untidy = STARTER.read_bytes().replace(b"within: 3 days", b"within:   3 days")
    for each in (mine, other):
        each.write_bytes(untidy)
    assert 0 == run("cds-format", checkout, "rulesets/mine.yaml").returncode
    assert (STARTER.read_bytes(), untidy) == (mine.read_bytes(), other.read_bytes())
