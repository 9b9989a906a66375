"""The operators and the loops of `cds.execute.kernels` in compiled form."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from cds.compiling import F64, I64, LONG, REAL, SMALL, compiled, line_of, types
from cds.execute import kernels
from cds.operators.series import Now, Series
from cds.population import ROW_TYPES

SMALL_LINES = types.int8[:, ::1]
LEAF = types.int32[::1]
LEAF_LINES = types.int32[:, ::1]
MARKS = types.uint8[::1]
FLAGS = types.boolean[::1]
_ROWS = {name: line_of(kind) for name, kind in ROW_TYPES.items()}
SERIES = types.NamedTuple([_ROWS[name] for name in Series._fields], Series)
CLOCKS = types.NamedTuple([types.int16[::1], LONG, LONG, LONG, LONG], kernels.Clocks)
NOW = types.NamedTuple([I64, I64, I64, LONG, LONG], Now)

OPERATOR = types.Tuple((F64, I64, I64, I64))(SERIES, SERIES, NOW, REAL, MARKS, REAL)
"""The one signature of every operator."""

_VOID = types.void
_KERNELS: Final[dict[str, Any]] = {
    "known_rows": _VOID(
        LONG,
        LONG,
        _ROWS["times"],
        _ROWS["recorded"],
        REAL,
        REAL,
        _ROWS["attribute"],
        _ROWS["quality"],
        _ROWS["quality"],
        I64,
        I64,
        I64,
        MARKS,
        LONG,
        FLAGS,
    ),
    "measure": _VOID(
        types.FunctionType(OPERATOR),
        LONG,
        LONG,
        LONG,
        SERIES,
        SERIES,
        types.boolean,
        I64,
        CLOCKS,
        LONG,
        types.float64[:, ::1],
        SMALL,
        REAL,
        MARKS,
        REAL,
        SMALL,
        LONG,
        LONG,
    ),
    "settle": _VOID(REAL, SMALL),
    "calculate": _VOID(I64, REAL, SMALL, REAL, SMALL, REAL, SMALL),
    "to_steps": _VOID(REAL, SMALL, F64, REAL, SMALL),
    "banded": _VOID(REAL, SMALL, types.float64[:, ::1], REAL, SMALL),
    "add_part": _VOID(REAL, SMALL, REAL, SMALL),
    "choose": _VOID(SMALL, REAL, SMALL, FLAGS, REAL, SMALL),
    "compare_all": _VOID(I64, REAL, SMALL, REAL, SMALL, SMALL),
    "known_all": _VOID(REAL, SMALL, SMALL),
    "truth_all": _VOID(REAL, SMALL, SMALL),
    "match_all": _VOID(REAL, SMALL, F64, SMALL),
    "fires_all": _VOID(SMALL, SMALL, SMALL),
    "negate_all": _VOID(SMALL, SMALL),
    "all_of": _VOID(SMALL_LINES, LEAF_LINES, LEAF, SMALL, LEAF),
    "any_of": _VOID(SMALL_LINES, LEAF_LINES, LEAF, SMALL, LEAF),
    "judge": _VOID(
        SMALL, SMALL_LINES, SMALL_LINES, SMALL_LINES, LEAF_LINES, SMALL_LINES, SMALL, SMALL, SMALL, FLAGS, LEAF
    ),
}


@cache
def kernel(name: str) -> Callable[..., Any]:
    """A loop of `cds.execute.kernels`, compiled."""
    return compiled(getattr(kernels, name), _KERNELS[name])


@cache
def operator(function: Callable[..., Any]) -> Callable[..., Any]:
    """An operator, compiled so that `measure` can be handed it."""
    return compiled(function, OPERATOR)
