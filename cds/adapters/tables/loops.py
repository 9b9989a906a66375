"""The loops of `kernels`, `sorting`, `clocks`, `panels` and `columns` in compiled form."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from cds.adapters.tables import (
    clocks,
    columns,
    kernels,
    lookups,
    ordering,
    packing,
    panels,
    ranking,
    sifting,
    sorting,
    unpacking,
)
from cds.compiling import I64, LONG, REAL, compiled, types

_LINES: Final = types.int64[:, ::1]
_REAL_LINES: Final = types.float64[:, ::1]
_SMALL: Final = types.int16[::1]
_VOID: Final = types.void


def _given(kind: Any) -> Any:
    """A column as it came, which is not to be written."""
    return types.Array(kind, 1, "C", readonly=True)


ZONES: Final = types.NamedTuple([_SMALL, LONG, LONG, LONG], clocks.Zones)
MEANINGS: Final = types.NamedTuple([LONG, LONG, REAL, REAL], kernels.Meanings)
MANNERS: Final = types.NamedTuple([LONG, LONG, LONG, LONG, LONG, REAL, REAL, REAL], kernels.Manners)
WORDS: Final = types.NamedTuple([REAL, LONG, LONG, LONG], kernels.Words)
SHAPE: Final = types.NamedUniTuple(I64, len(kernels.Shape._fields), kernels.Shape)
FACTS: Final = types.NamedTuple(
    [
        *(_given(types.int32), _given(types.int16), _given(types.int16), _given(types.int16)),
        *(_given(types.float64), _given(types.int64), _given(types.int8), _given(types.int64)),
        *(_given(types.int32), _given(types.int64), types.uint8[::1]),
    ],
    kernels.Facts,
)
KEPT: Final = types.NamedTuple(
    [
        *(types.int32[::1], _SMALL, _SMALL, _SMALL, REAL, LONG),
        *(LONG, types.int32[::1], LONG),
    ],
    kernels.Kept,
)
WRITTEN: Final = types.NamedTuple(
    [LONG, LONG, _SMALL, LONG, LONG, _SMALL, LONG, types.int32[::1], _SMALL], columns.Written
)
PACKING: Final = types.NamedUniTuple(I64, len(packing.Packing._fields), packing.Packing)
USUAL: Final = types.NamedUniTuple(REAL, len(sifting.Usual._fields), sifting.Usual)
HELD: Final = types.NamedTuple([LONG, I64, types.uint8[:, ::1]], sifting.Held)
KNOWN: Final = types.NamedTuple([MEANINGS, MANNERS, WORDS, USUAL, LONG, LONG, PACKING], packing.Known)
DETAILS: Final = types.NamedUniTuple(LONG, 2, unpacking.Details)
SLOTS: Final = types.NamedUniTuple(LONG, 4, unpacking.Slots)
LAID: Final = types.NamedTuple([LONG, _SMALL, LONG, LONG, LONG, _SMALL, _SMALL, LONG], unpacking.Laid)
ROOM: Final = types.NamedTuple([_LINES, _REAL_LINES, _LINES, _REAL_LINES, LONG, LONG], unpacking.Room)

_SIGNATURES: Final[dict[str, tuple[Callable[..., Any], Any]]] = {
    "count_rows": (kernels.count_rows, _VOID(KEPT, MEANINGS, I64, I64, LONG, types.uint8[::1])),
    "take_rows": (
        kernels.take_rows,
        _VOID(KEPT, MEANINGS, MANNERS, WORDS, I64, SHAPE, I64, LONG, _LINES, _REAL_LINES),
    ),
    "arrange": (
        sorting.arrange,
        _VOID(_LINES, LONG, LONG, I64, I64, I64, _LINES, LONG, LONG, _LINES, _LINES, _LINES),
    ),
    "look_up": (lookups.look_up, None),
    "pair_up": (lookups.pair_up, _VOID(_given(types.int32), _given(types.int32), I64, types.int32[::1])),
    "mark": (lookups.mark, _VOID(_given(types.int64), I64, types.uint8[::1])),
    "place_numbers": (
        lookups.place_numbers,
        _VOID(_given(types.int64), I64, types.int32[::1], types.int32[::1]),
    ),
    "order_rows": (
        ranking.order_rows,
        _VOID(_given(types.int32), LONG, LONG, LONG, _LINES, LONG, types.int32[::1], LONG, types.uint8[::1]),
    ),
    "number_rows": (ranking.number_rows, _VOID(_given(types.int32), LONG)),
    "number_instants": (
        ranking.number_instants,
        _VOID(_given(types.int32), _given(types.int64), _given(types.int32), LONG, LONG),
    ),
    "number_medicines": (
        ranking.number_medicines,
        _VOID(_given(types.int32), _given(types.int32), LONG, LONG),
    ),
    "survey": (packing.survey, _VOID(KEPT, I64, I64, LONG, types.uint8[::1], LONG, LONG)),
    "find_stretches": (packing.find_stretches, _VOID(types.int32[::1], LONG)),
    "sift": (sifting.sift, _VOID(FACTS, MEANINGS, MANNERS, WORDS, USUAL, HELD, KEPT, LONG)),
    "pack_rows": (
        packing.pack_rows,
        _VOID(KEPT, LONG, LONG, KNOWN, I64, LONG, _LINES, _REAL_LINES),
    ),
    "order_block": (ordering.order_block, _VOID(_LINES, LONG, LONG, PACKING, LONG, LONG, _LINES, LONG, _LINES)),
    "count_readings": (
        unpacking.count_readings,
        _VOID(_LINES, LONG, PACKING, DETAILS, LONG, I64, ROOM, _LINES, LONG),
    ),
    "write_block": (
        unpacking.write_block,
        _VOID(_LINES, LONG, PACKING, DETAILS, SLOTS, I64, I64, LONG, _LINES, ZONES, ROOM, LAID),
    ),
    "read_clocks": (clocks.read_clocks, _VOID(_given(types.int64), _given(types.int32), ZONES, LONG)),
    "end_days": (clocks.end_days, _VOID(_given(types.int64), _given(types.int32), ZONES, LONG)),
    "find_offsets": (clocks.find_offsets, _VOID(_given(types.int64), _given(types.int32), ZONES, _SMALL)),
    "write_columns": (columns.write_columns, _VOID(_LINES, SHAPE, I64, I64, LONG, LONG, LONG, ZONES, WRITTEN)),
    "join_parts": (
        panels.join_parts,
        _VOID(_LINES, _REAL_LINES, SHAPE, I64, I64, I64, LONG, LONG, _LINES, _REAL_LINES, LONG, LONG, _LINES),
    ),
    "count_marks": (panels.count_marks, _VOID(_LINES, I64, I64, LONG, LONG, LONG)),
    "uncrowd": (panels.uncrowd, _VOID(_LINES, I64, I64, LONG, LONG, I64, I64, I64, I64)),
}


@cache
def loop(name: str) -> Callable[..., Any]:
    """A loop of this name, compiled."""
    function, signature = _SIGNATURES[name]
    return compiled(function, signature)
