"""The samples for callers in other languages are compiled and run against the real command."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
SAMPLES = TOP / "docs" / "samples"
PRINTED = (
    "request-1: fired yellow: Vekten har økt 2,6 kg på 3 dager, grensen er 2 kg; cannot be told: 0\n"
    "request-2: no finding; cannot be told: 3\n"
)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Where `cds` is this checkout, and nothing but ASCII is promised."""
    command = tmp_path / "bin" / "cds"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m cds "$@"\n')
    command.chmod(0o755)
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(TOP), "LC_ALL": "C", "CDS_LANG": "en"}


def tool(name: str) -> str:
    """Where a tool stands; the test is skipped when it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def printed(environment: dict[str, str], *command: str) -> str:
    run = subprocess.run(command, capture_output=True, cwd=TOP, env=environment, check=False)
    assert (0, b"") == (run.returncode, run.stderr), run.stderr.decode()
    return run.stdout.decode("utf-8")


def test_java(environment: dict[str, str], tmp_path: Path) -> None:
    java, compiler = tool("java"), tool("javac")
    sample = str(SAMPLES / "java" / "Evaluate.java")
    assert printed(environment, compiler, "-Xlint:all", "-Werror", "-d", str(tmp_path), sample) == ""
    assert PRINTED == printed(environment, java, "-cp", str(tmp_path), "Evaluate")


def test_csharp(environment: dict[str, str], tmp_path: Path) -> None:
    dotnet = tool("dotnet")
    project = tmp_path / "csharp"
    shutil.copytree(SAMPLES / "csharp", project)
    environment |= {"DOTNET_CLI_TELEMETRY_OPTOUT": "1", "DOTNET_NOLOGO": "1", "DOTNET_CLI_HOME": str(tmp_path)}
    version = subprocess.run([dotnet, "--version"], capture_output=True, text=True, env=environment, check=True).stdout
    framework = f"-p:TargetFramework=net{version.split('.')[0]}.0"  # that of the SDK needs nothing to be fetched
    printed(environment, dotnet, "build", str(project), framework, "--output", str(tmp_path / "out"), "-warnaserror")
    assert PRINTED == printed(environment, dotnet, str(tmp_path / "out" / "Evaluate.dll"))


def test_what_the_samples_print_stands_in_their_readme() -> None:
    assert f"```text\n{PRINTED}```" in (SAMPLES / "README.md").read_text("utf-8")
