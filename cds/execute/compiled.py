"""The operators and the loops of `cds.execute.kernels` and `cds.execute.writing` in compiled form."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from cds.compiling import F64, I64, LONG, REAL, SMALL, compiled, line_of, types
from cds.execute import kernels, writing
from cds.operators.entries.operator import OperatorFunction
from cds.operators.rows import Wanted
from cds.operators.series import Series
from cds.population import ROW_TYPES

SMALL_LINES = types.int8[:, ::1]
LEAF = types.int32[::1]
LEAF_LINES = types.int32[:, ::1]
MARKS = types.uint8[::1]
FLAGS = types.boolean[::1]
_ROWS = {name: line_of(kind) for name, kind in ROW_TYPES.items()}
SERIES = types.NamedTuple([_ROWS[name] for name in Series._fields], Series)
WANTED = types.NamedUniTuple(I64, len(Wanted._fields), Wanted)
CLOCKS = types.NamedTuple([types.int16[::1], LONG, LONG, LONG, LONG], kernels.Clocks)
_LINES = types.float64[:, ::1]
KINDS = types.NamedTuple([LONG, FLAGS, FLAGS, _LINES, _LINES], kernels.EntryKinds)

_VOID = types.void
KERNELS: Final[dict[str, Any]] = {
    "unlike": _VOID(LONG, LONG, _ROWS["times"], _ROWS["utc_offset"], _ROWS["attribute"], WANTED, FLAGS),
    "marked_rows": _VOID(LONG, LONG, LONG, MARKS, LONG),
    "known_rows": _VOID(
        LONG,
        LONG,
        LONG,
        _ROWS["times"],
        _ROWS["utc_offset"],
        _ROWS["recorded"],
        REAL,
        REAL,
        _ROWS["attribute"],
        _ROWS["quality"],
        _ROWS["quality"],
        I64,
        WANTED,
        MARKS,
        LONG,
        FLAGS,
    ),
    "measure": _VOID(
        LONG,
        LONG,
        LONG,
        SERIES,
        LONG,
        LONG,
        SERIES,
        I64,
        CLOCKS,
        LONG,
        LONG,
        REAL,
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
    "entry_states": _VOID(REAL, LONG, LONG, LEAF, LONG, KINDS, SMALL, REAL),
    "order_kept": _VOID(LONG, REAL, SMALL, REAL, SMALL, FLAGS),
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
    "first_places": I64(SMALL_LINES, FLAGS, LONG),
    "write_rows": _VOID(
        *(I64, I64, FLAGS, SMALL, SMALL, SMALL, FLAGS, LEAF, LEAF, LONG, LONG, FLAGS),
        *(LONG, LEAF, SMALL, SMALL, SMALL, FLAGS, LEAF),
    ),
    "show": _VOID(FLAGS, LONG, I64, REAL, SMALL, LEAF, REAL, SMALL),
    "show_time": _VOID(FLAGS, LONG, LONG, LONG),
    "show_origin": _VOID(FLAGS, LONG, SMALL, SMALL),
    "judge": _VOID(
        SMALL, SMALL_LINES, SMALL_LINES, SMALL_LINES, LEAF_LINES, SMALL_LINES, SMALL, SMALL, SMALL, FLAGS, LEAF
    ),
}


@cache
def kernel(name: str) -> Callable[..., Any]:
    """A loop of `cds.execute.kernels` or `cds.execute.writing`, compiled."""
    return compiled(getattr(kernels, name, None) or getattr(writing, name), KERNELS[name])


@cache
def measure(operator: OperatorFunction) -> Callable[..., Any]:
    """The loop `measure` around an operator, compiled together with it."""
    return compiled(kernels.measure, KERNELS["measure"], operator=operator)
