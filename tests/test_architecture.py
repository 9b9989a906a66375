"""The floors, the sizes and the names of the package."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from statistics import median

import pytest
from importlinter.cli import lint_imports

import cds

TOP = Path(cds.__file__).parent
FILES = sorted(TOP.rglob("*.py"))
TREES = {file: ast.parse(file.read_text("utf-8")) for file in FILES}
Function = ast.FunctionDef | ast.AsyncFunctionDef

MOST_LINES = 500
LONGEST_FUNCTION = 50
MEDIAN_FUNCTION = 10
NAMES_OF_NOTHING = {"base", "common", "helpers", "misc", "utils"}
OPTIONAL = {
    "matplotlib": {"plots/raster.py"},
    "numba": {"compiling.py"},
    "numpy": {
        *("compiling.py", "population.py", "execute", "adapters/tables", "adapters/omop", "adapters/fhir_bulk"),
        *("scoring", "simulation", "spark", "synthetic", "report", "adherence"),
    },
    "msgspec": {"adapters/fhir_bulk", "adapters/strict_json.py"},
    "pint": {"units.py"},
    "duckdb": {"adapters/omop/database.py"},
    "pyarrow": {"execute/findings.py", "adapters/tables", "population.py", "report", "adherence", "simulation"},
    "pyspark": {"spark/outcome.py", "spark/running.py", "spark/session.py"},
    "fhir": set[str](),
    "starlette": {"server"},
    "uvicorn": {"server"},
    "jwt": {"server"},
    "httpx": {"server"},
    "cryptography": {"audit"},
    "durable": {"execute/live/durable.py"},
}


def name_of(file: Path) -> str:
    return file.relative_to(TOP).as_posix()


def module_of(file: Path) -> str:
    parts = ("cds", *file.relative_to(TOP).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions() -> Iterator[tuple[str, int]]:
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{name_of(file)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_imports_go_down_only(capsys: pytest.CaptureFixture[str]) -> None:
    code = lint_imports(config_filename=str(TOP.parent / "pyproject.toml"), no_cache=True)
    assert code == 0, capsys.readouterr().out


def test_no_file_is_a_god_file() -> None:
    files = [*FILES, *sorted(Path(__file__).parent.rglob("*.py"))]
    lines = {str(file): len(file.read_text("utf-8").splitlines()) for file in files}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_functions_are_short() -> None:
    sizes = dict(functions())
    assert {name: size for name, size in sizes.items() if size > LONGEST_FUNCTION} == {}
    assert median(sizes.values()) <= MEDIAN_FUNCTION


def test_modules_are_named_for_what_they_hold() -> None:
    assert [name_of(file) for file in FILES if NAMES_OF_NOTHING & set(file.with_suffix("").parts)] == []


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_everything_public_has_a_docstring(file: Path) -> None:
    tree = TREES[file]
    public = [each for each in tree.body if isinstance(each, Function | ast.ClassDef) and each.name[0] != "_"]
    without = [each.name for each in public if ast.get_docstring(each) is None]
    assert ast.get_docstring(tree)
    assert without == []


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_optional_packages_are_imported_only_where_they_are_at_home(file: Path) -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(TREES[file])
        for name in (
            [each.name for each in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    for package in imported & OPTIONAL.keys():
        homes = OPTIONAL[package]
        assert any(name_of(file) == home or name_of(file).startswith(f"{home}/") for home in homes), package


@pytest.mark.parametrize("file", FILES, ids=name_of)
def test_imports_stand_at_the_top(file: Path) -> None:
    """Elsewhere only for what is costly or optional, and marked so."""
    lines = file.read_text("utf-8").splitlines()
    inside = [
        node.lineno
        for function in ast.walk(TREES[file])
        if isinstance(function, Function)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and "PLC0415" not in lines[node.lineno - 1]
    ]
    assert inside == []


def test_what_modules_promise_is_there() -> None:
    missing = {
        f"{module}.{name}"
        for module in map(module_of, FILES)
        if module != "cds.__main__"
        for name in getattr(import_module(module), "__all__", ())
        if not hasattr(import_module(module), name)
    }
    assert missing == set()


def test_no_public_name_is_a_module_too() -> None:
    """Importing `cds.load` would put the module where the function was."""
    assert {module_of(file) for file in FILES} & {f"cds.{name}" for name in cds.__all__} == set()


def loaded_after(code: str) -> set[str]:
    """The packages that are in memory after the code has run in a fresh interpreter."""
    script = f"{code}\nimport sys\nprint(*sorted({{each.partition('.')[0] for each in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=TOP.parent)
    return set(run.stdout.split("\n")[-2].split())


def test_import_is_light() -> None:
    heavy = {"numpy", "numba", "pyarrow", "pyspark", "pint", "pydantic", "yaml"}
    assert heavy & loaded_after("import cds") == set()


def test_one_patient_needs_no_optional_package() -> None:
    code = (
        "import cds\n"
        "ruleset = cds.load('cds/templates/ruleset.yaml')\n"
        "patient = cds.Patient.from_dict({'id': '1', 'conditions': ['heart_failure']})\n"
        "ruleset.evaluate(patient, at='2026-01-08T08:00', allow_draft=True)"
    )
    assert {"numpy", "numba", "pyarrow", "pint"} & loaded_after(code) == set()
