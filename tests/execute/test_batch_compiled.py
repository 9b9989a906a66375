"""Compiled code: where it is kept, when it is made anew, and that it fails where Python fails."""

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import numba
import pytest

from cds.execute import compiled
from cds.operators import OPERATORS

TOP = Path(compiled.__file__).parents[2]


def run(code: str, **environment: str) -> str:
    """Output of code in a fresh interpreter."""
    variables = {**os.environ, "PYTHONPATH": str(TOP), **environment}
    command = [sys.executable, "-W", "error", "-c", dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, env=variables, cwd=TOP, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


FOLDER = "from cds.compiling import cache_folder; print(cache_folder())"


def test_the_folder_is_the_one_that_is_named(tmp_path: Path) -> None:
    assert tmp_path == Path(run(FOLDER, CDS_CACHE=str(tmp_path))).parent


def test_the_usual_folder_belongs_to_the_user(tmp_path: Path) -> None:
    usual = run("import os; os.environ.pop('CDS_CACHE', None)\n" + FOLDER, XDG_CACHE_HOME=str(tmp_path))
    assert sys.platform != "linux" or tmp_path / "cds" == Path(usual).parent


def test_without_a_writable_folder_a_temporary_one_serves(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    folder = Path(run(FOLDER, CDS_CACHE=str(file)))
    assert tmp_path not in folder.parents
    assert not folder.exists(), "it is gone when the process has ended"


def test_bounds_checking_has_code_of_its_own(tmp_path: Path) -> None:
    folders = {run(FOLDER, CDS_CACHE=str(tmp_path), NUMBA_BOUNDSCHECK=flag) for flag in ("0", "1")}
    assert len(folders) == 2


def test_the_second_process_compiles_nothing(tmp_path: Path) -> None:
    code = """
        from cds.execute.compiled import kernel
        print(sum(kernel('negate_all').stats.cache_hits.values()))
    """
    assert ["0", "1"] == [run(code, CDS_CACHE=str(tmp_path)) for _ in range(2)]


def test_it_is_said_once_that_code_is_compiled(tmp_path: Path) -> None:
    code = "import sys; sys.stderr = sys.stdout; from cds.compiling import cache_folder; cache_folder()"
    said = [run(code, CDS_CACHE=str(tmp_path)) for _ in range(2)]
    assert ["compiling for this computer, which takes up to a minute, once", ""] == said


def test_the_setting_of_the_process_is_put_back() -> None:
    before = numba.config.CACHE_DIR
    compiled.kernel("settle")
    assert before == numba.config.CACHE_DIR


def test_no_approximate_functions() -> None:
    assert "False" == run("from cds.compiling import numba; print(numba.config.USING_SVML)")


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_is_compiled_into_the_one_loop(name: str) -> None:
    made = compiled.measure(OPERATORS[name].function)
    assert [compiled.KERNELS["measure"].args] == made.signatures
    assert made.py_func.__name__ == "measure"
    assert name_in_cache(name) == made.py_func.__qualname__


def name_in_cache(name: str) -> str:
    """Each operator's loop has a name of its own, by which its code is kept."""
    return f"measure_{OPERATORS[name].function.__name__}"


CARELESS = """
def careless(series, partner, now, parameters, used, scratch):
    return series.values[len(series.times)], 0, 0, 0
"""


def test_reading_past_the_rows_is_noticed(tmp_path: Path) -> None:
    """An operator is handed over as an address; its error must still reach the caller."""
    (tmp_path / "careless.py").write_text(CARELESS)
    code = """
        from careless import careless
        from cds.execute import columns
        from cds.execute.batch import score
        from cds.operators import Operator
        from cds.operators.series import FIRST_TIME
        from cds.patient import Patient, Table
        from cds.periods import zone
        from cds.plan import Input, Measure, Plan
        from cds.population import population_of

        columns.OPERATORS = {"careless": Operator("careless", careless, frozenset(), "same", {})}
        one = Table([0], [FIRST_TIME], [0], [1.0], [1.0], [0], [0], [0], [0], [])
        people = [Patient(name, zone(), {"key": one}) for name in "ab"]
        plan = Plan((), (Measure("m", "careless", Input("key", "key"), (0.0,)),), (), "")
        try:
            score(plan, population_of(people), 1, watch=True)
        except IndexError:
            print("noticed")
    """
    assert "noticed" == run(
        code, PYTHONPATH=f"{TOP}{os.pathsep}{tmp_path}", CDS_CACHE=str(tmp_path), NUMBA_BOUNDSCHECK="1"
    )


CALLER = """
from callee import callee

def caller(value):
    return callee(value)
"""
CALLEE = """
import sys

sys.modules["cds.callee"] = sys.modules[__name__]

def callee(value):
    return value + {added}

callee.__module__ = "cds.callee"
"""


def test_what_a_function_calls_makes_its_code_anew(tmp_path: Path) -> None:
    """The caller's own file stays as it was, which is all that the compiler's own cache looks at."""
    code = """
        from caller import caller
        from cds.compiling import compiled, types

        made = compiled(caller, types.int64(types.int64))
        print(made(1), sum(made.stats.cache_hits.values()))
    """
    (tmp_path / "caller.py").write_text(CALLER)
    where = {"CDS_CACHE": str(tmp_path / "cache"), "PYTHONPATH": f"{TOP}{os.pathsep}{tmp_path}"}
    found: list[str] = []
    for added in (1, 1, 20):
        (tmp_path / "callee.py").write_text(CALLEE.format(added=added))
        found.append(run(code, **where))
    assert ["2 0", "2 1", "21 0"] == found
