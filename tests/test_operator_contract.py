"""The operator contract: the functions keep to what compiles to the same answer, and do give it, bit for bit."""

import ast
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cds.operators
from cds.operators import OPERATORS
from cds.operators.rows import EVERY_ROW, Wanted, keep_known
from cds.operators.series import FIRST_TIME, SCRATCH_PER_ROW, Now, Series
from tests.operators.strategies import moments, nows, parameters, rows_before

FOLDER = Path(cds.operators.__file__).parent
NOT_COMPILED = {"__init__", "ask"}
FORBIDDEN_CALLS = {
    "sum", "round", "pow", "abs", "min", "max", "sorted", "list", "dict", "set", "tuple", "enumerate", "zip", "map",
    "filter", "any", "all", "print", "isinstance", "getattr", "math.fsum", "math.hypot", "math.pow", "math.prod",
}  # fmt: skip
ALLOWED_CALLS = {"len", "range", "int", "float", "math.floor", "math.sqrt", "math.isfinite", "math.exp", "math.log"}
FORBIDDEN_NODES = (
    ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp, ast.GeneratorExp, ast.Lambda, ast.Raise,
    ast.Try, ast.With, ast.Yield, ast.YieldFrom, ast.Await, ast.Global, ast.Nonlocal, ast.Assert, ast.Slice,
    ast.JoinedStr, ast.Import, ast.ImportFrom, ast.Starred, ast.Delete,
)  # fmt: skip
GUARDED = {
    ("aggregates", "mean_of"): "count 0 returns before",
    ("aggregates", "deviation_of"): "fewer than two numbers return before",
    ("aggregates", "coefficient_of_variation"): "a mean at or below 0 returns before",
    ("aggregates", "_of_day"): "0 when there is none",
    ("baselines", "percent_of_best"): "a best at or below 0 returns before",
    ("baselines", "z_score"): "a spread at or below 0 returns before",
    ("continuous", "ratio"): "a whole at or below 0 returns before",
    ("coverage", "_medicines"): "without rows nothing is looked at",
    ("counts", "percent_of_readings"): "nothing judged returns before",
    ("doses", "share_taken"): "no dose, or none judged, returns before",
    ("episodes", "_mean"): "0 when there is none",
    ("episodes", "_points"): "a step is at least a minute",
    ("episodes", "_written"): "a stretch without points is not written",
    ("episodes", "episodes_per_day"): "0 when no time was recorded",
    ("episodes", "find_episodes"): "a step is at least a minute; of one instant the part is 1",
    ("lines", "_above"): "a level line returns before",
    ("lines", "at_instant"): "only of two rows or more",
    ("dosing", "share"): "nothing judged returns before",
    ("dosing", "mean_lateness"): "no dose, or none whose lateness is known, returns before",
    ("dosing", "_gather_lateness"): "no dose that was not missed returns before",
    ("logic", "arithmetic"): "a right side of 0 returns before",
    ("slots", "percent_received"): "nothing planned returns before",
    ("spacing", "_percent"): "a whole at or below 0 returns before",
    ("spacing", "covered_percent"): "an interval of 0 returns before",
    ("spacing", "worn_percent"): "an interval of 0 returns before",
    ("time_in_range", "percent_of_time"): "a time of 0 returns before",
    ("time_in_range", "_integrate"): "a line without length is not cut",
    ("trends", "_least_squares"): "0 without rows or without spread",
    ("variability", "_swings"): "a middle at or below 0 is passed over",
    ("variability", "diurnal_variability"): "no day returns before",
    ("supply", "percent_of_days_covered"): "fewer than one day returns before",
    ("supply", "lay_out"): "without rows nothing is laid out",
    ("logic", "rounded"): "a step at or below 0 returns before; inverse is at least 1",
}


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """(module, function) of everything that is compiled."""
    for path in sorted(FOLDER.glob("*.py")):
        if path.stem not in NOT_COMPILED:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            yield from ((path.stem, each) for each in tree.body if isinstance(each, ast.FunctionDef))


ALL = {f"{module}.{function.name}": (module, function) for module, function in functions()}
NAMES = {function.name for _, function in ALL.values()}


def body_nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    for statement in function.body:
        yield from ast.walk(statement)


@pytest.mark.parametrize("name", ALL)
def test_only_what_compiles_alike(name: str) -> None:
    _, function = ALL[name]
    assert not function.decorator_list
    for node in body_nodes(function):
        assert not isinstance(node, FORBIDDEN_NODES), ast.unparse(node)
        assert not isinstance(node, ast.FunctionDef | ast.ClassDef), "functions stand at module level"
        assert not isinstance(node, ast.Pow), "powers differ in the last bit"
        if isinstance(node, ast.While):
            assert not isinstance(node.test, ast.Constant), "a loop needs a bound"
        if isinstance(node, ast.Subscript):
            assert not isinstance(node.slice, ast.UnaryOp), "a negative index reads another patient's row"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in FORBIDDEN_CALLS
            assert called in ALLOWED_CALLS or called in NAMES, called
            assert not node.keywords


@pytest.mark.parametrize("name", ALL)
def test_no_division_without_a_guard(name: str) -> None:
    module, function = ALL[name]
    constants = vars(__import__(f"cds.operators.{module}", fromlist=["*"]))
    for node in body_nodes(function):
        divides = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod)
        if not divides or (module, function.name) in GUARDED:
            continue
        divisor = node.right if isinstance(node, ast.BinOp) else node.value
        number = divisor.value if isinstance(divisor, ast.Constant) else constants.get(ast.unparse(divisor))
        assert isinstance(number, int | float) and number != 0, f"unguarded: {ast.unparse(node)}"


def test_every_guarded_division_still_stands() -> None:
    for module, function in GUARDED:
        nodes = body_nodes(ALL[f"{module}.{function}"][1])
        assert any(isinstance(node, ast.Div | ast.FloorDiv | ast.Mod) for node in nodes), f"{module}.{function}"


SIGNATURE = ["series", "partner", "now", "parameters", "used", "scratch"]


@pytest.mark.parametrize("name", OPERATORS)
def test_one_signature(name: str) -> None:
    code = OPERATORS[name].function.__code__
    assert list(code.co_varnames[: code.co_argcount]) == SIGNATURE
    assert OPERATORS[name].function.__doc__
    assert OPERATORS[name].name == name
    assert {"nb", "nn", "en"} == set(OPERATORS[name].phrase)
    assert OPERATORS[name].needs <= OPERATORS[name].options
    assert ("require" in OPERATORS[name].options) == bool(OPERATORS[name].requirements)


Compiled = Callable[..., tuple[float, int, int, int]]


@pytest.fixture(scope="module")
def compiled() -> dict[str, Compiled]:
    """Every operator compiled with bounds checks, with the columns' types of a population."""
    numba = pytest.importorskip("numba")
    whole, number = numba.int64, numba.float64
    series = numba.types.NamedTuple(tuple(getattr(numba, each)[::1] for each in TYPES), Series)
    now = numba.types.NamedTuple((whole, whole, whole, whole[::1], whole[::1], whole), Now)
    answer = numba.types.Tuple((number, whole, whole, whole))
    signature = answer(series, series, now, number[::1], numba.uint8[::1], number[::1])
    made: dict[Any, Any] = {}
    functions = {name: _compile(each.function, made, signature) for name, each in OPERATORS.items()}
    return functions | {"keep_known": _compile(keep_known, made)}


def _compile(function: Any, made: dict[Any, Any], *signature: Any) -> Any:
    """The function compiled, with every function of ours that it calls."""
    import numba

    if function not in made:
        names = dict(function.__globals__)
        for name in function.__code__.co_names:
            called = names.get(name)
            if isinstance(called, FunctionType) and called.__module__.startswith("cds.operators"):
                names[name] = _compile(called, made)
        copy = FunctionType(function.__code__, names, function.__name__)
        made[function] = numba.njit(*signature, boundscheck=True)(copy)
    return made[function]


TYPES = ("int64", "int16", "float64", "float64", "int16", "int64", "int32", "int16")


def in_arrays(series: Series) -> Series:
    import numpy

    return Series(*(numpy.array(column, dtype) for column, dtype in zip(series, TYPES, strict=True)))


def bits(answer: tuple[float, int, int, int]) -> tuple[bytes, int, int, int]:
    value, count, newest, reason = answer
    return struct.pack(">d", value), int(count), int(newest), int(reason)


@pytest.mark.parametrize("name", OPERATORS)
def test_compiled_answers_are_the_same_bit_for_bit(name: str, compiled: dict[str, Compiled]) -> None:
    import numpy

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        at = data.draw(moments())
        values = data.draw(st.sampled_from((None, None, st.floats(-1e6, 1e6), st.sampled_from((0.0, 1.0, 4e18)))))
        series, other = (data.draw(rows_before(at, values=values)) for _ in range(2))
        partner = data.draw(st.sampled_from((series, other)))
        now, vector = data.draw(nows(at)), data.draw(parameters())
        length = len(series.times)
        used = [0] * length if data.draw(st.booleans()) else []
        marked = numpy.zeros(len(used), "uint8")
        plain = OPERATORS[name].function(series, partner, now, vector, used, [0.0] * (SCRATCH_PER_ROW * length))
        array_now = now._replace(
            transitions=numpy.array(now.transitions, "int64"), offsets=numpy.array(now.offsets, "int64")
        )
        scratch = numpy.zeros(SCRATCH_PER_ROW * length)
        arrays = (in_arrays(series), in_arrays(partner), array_now, numpy.array(vector), marked, scratch)
        assert bits(plain) == bits(compiled[name](*arrays))
        assert used == marked.tolist()

    check()


def test_compiled_rows_are_kept_alike(compiled: dict[str, Compiled]) -> None:
    import numpy

    @settings(max_examples=60, deadline=None)
    @given(st.data())
    def check(data: st.DataObject) -> None:
        at = data.draw(moments())
        series = data.draw(rows_before(at))
        length = len(series.times)
        recorded = [data.draw(st.sampled_from((FIRST_TIME, at - 1, at, at + 1))) for _ in range(length)]
        wanted = data.draw(
            st.sampled_from((EVERY_ROW, Wanted(1), Wanted(0, 1), Wanted(0, 0, 240, 720), Wanted(0, 2, 1320, 360)))
        )
        kept = [0] * length
        plain = keep_known(
            series.times, series.utc_offset, recorded, series.values, series.raw, series.attribute, series.quality,
            series.unit, at - 60_000_000, wanted, kept,
        )  # fmt: skip
        arrays = in_arrays(series)
        marked = numpy.zeros(length, "uint8")
        count = compiled["keep_known"](
            arrays.times, arrays.utc_offset, numpy.array(recorded, "int64"), arrays.values, arrays.raw,
            arrays.attribute, arrays.quality, arrays.unit, at - 60_000_000, wanted, marked,
        )  # fmt: skip
        assert (plain, kept) == (count, marked.tolist())
        assert plain == sum(kept)

    check()
