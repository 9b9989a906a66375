"""Plain functions in compiled form, kept on disk between runs.

A function is compiled as it is written, with the `cds` functions that it calls compiled in turn. No fast mathematics
and no vector library of approximate functions: the compiled form gives the bits that Python gives. Compiled code
is kept in the folder named by the environment variable CDS_CACHE, else in the user's cache folder, else in a
temporary one; within it, one folder for each state of the compiler, and in that one for each state of a function
and of all that it calls, so that a change makes only that anew which it can change.
"""

import atexit
import builtins
import hashlib
import logging
import os
import shutil
import sys
import tempfile
import threading
import types as python
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")  # numba reads it once, when it is first imported

import numba
import numpy as np
from numba import types
from numba.core import cgutils as llvm
from numba.extending import intrinsic

from cds.diagnostics import CdsError

_CONFIG: Final[Any] = numba.config  # pyright: ignore[reportPrivateImportUsage]
_LLVM: Final[Any] = llvm  # no types either
_LOCK: Final = threading.RLock()
_LOG: Final = logging.getLogger("cds")

I64 = types.int64
F64 = types.float64
LONG = types.int64[::1]
REAL = types.float64[::1]
SMALL = types.int8[::1]  # reasons, states, statuses


def line_of(kind: Any) -> Any:
    """The type of one contiguous line of a NumPy type."""
    return numba.from_dtype(np.dtype(kind))[::1]


@intrinsic
def _uncounted(context: Any, column: Any) -> Any:  # pyright: ignore[reportUnusedParameter]
    """The array without its owner, so that slices of it need no counting of references."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        given = context.make_array(column)(context, builder, arguments[0])
        bare = context.make_array(column)(context, builder)
        for name in ("nitems", "itemsize", "data", "shape", "strides"):
            setattr(bare, name, getattr(given, name))
        bare.meminfo = _LLVM.get_null_value(given.meminfo.type)
        bare.parent = _LLVM.get_null_value(given.parent.type)
        return bare._getvalue()

    return column(column), code


@intrinsic
def _stretch(context: Any, column: Any, start: Any, end: Any) -> Any:  # pyright: ignore[reportUnusedParameter]
    """The array's places from start to end without its owner, neither looked at nor cut to what there is."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        given = context.make_array(column)(context, builder, arguments[0])
        part = context.make_array(column)(context, builder)
        size = builder.sub(arguments[2], arguments[1])
        part.data = builder.gep(given.data, [arguments[1]])
        part.shape = _LLVM.pack_array(builder, [size])
        part.strides, part.itemsize, part.nitems = given.strides, given.itemsize, size
        part.meminfo = _LLVM.get_null_value(given.meminfo.type)
        part.parent = _LLVM.get_null_value(given.parent.type)
        return part._getvalue()

    return column(column, types.intp, types.intp), code


_STAND_INS: Final = {"uncounted": _uncounted, "stretch": _stretch}
"""Functions of which the compiled form is another than what is written, by name."""

_CALLED: Final = {"cache": True, "no_cfunc_wrapper": True}
_INLINED: Final = {"forceinline": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_Meant = tuple[tuple[str, Callable[..., Any]], ...]


def compiled(function: Callable[..., Any], signature: Any = None, **meant: Callable[..., Any]) -> Any:
    """The function compiled for the signature; without one, for whatever types it is first called with.

    The `cds` functions that it names must be imported by name into its module. meant: what a name in the function is
    to mean instead; the code of all that it calls then stands within its own, which takes longer to make and less to
    run.
    """
    if _CONFIG.USING_SVML:
        raise CdsError("numba was loaded with Intel SVML, which changes last digits; set NUMBA_DISABLE_INTEL_SVML=1")
    with _LOCK:
        return _compiled(function, signature, tuple(meant.items()), bool(meant))


@cache
def _compiled(function: python.FunctionType, signature: Any, meant: _Meant, is_whole: bool) -> Any:
    if function.__name__ in _STAND_INS:
        return _STAND_INS[function.__name__]
    needed = {
        name: _compiled(each, None, (), is_whole) if _is_ours(each) or name in dict(meant) else each
        for name, each in _named(function, meant).items()
    }
    scope = {**needed, "__name__": function.__module__, "__builtins__": builtins}
    rebuilt = python.FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
    names = [function.__qualname__, *(each.__name__ for _, each in meant)]
    rebuilt.__module__, rebuilt.__qualname__ = function.__module__, "_".join(names)
    arguments = () if signature is None else (signature,)
    kind = _INLINED if is_whole and signature is None else _CALLED
    with _cache_in(cache_folder() / _state(function, meant)):
        return numba.njit(*arguments, nogil=True, fastmath=False, error_model="python", **kind)(rebuilt)


def _named(function: python.FunctionType, meant: _Meant = ()) -> dict[str, Any]:
    """What the names in a function stand for outside it, by name in order."""
    found = {name: function.__globals__.get(name) for name in sorted(set(function.__code__.co_names))} | dict(meant)
    return {name: each for name, each in found.items() if each is not None}


def _is_ours(thing: object) -> bool:
    return isinstance(thing, python.FunctionType) and thing.__module__.partition(".")[0] == "cds"


@cache
def _state(function: python.FunctionType, meant: _Meant = ()) -> str:
    """A short name for what a function does, with all that it calls; Numba only looks at the function's own file."""
    told = [function.__qualname__, *_instructions(function.__code__), repr(function.__defaults__)]
    for name, each in _named(function, meant).items():
        told += [name, _state(each) if isinstance(each, python.FunctionType) else _constant(each)]
    return _digest(told)


def _constant(each: Any) -> str:
    """What compiled code takes of a thing: its value, or what it is called and made of."""
    called = getattr(each, "__name__", "")
    return f"{called} {getattr(each, '_fields', ())}" if called else repr(each)


def _instructions(code: python.CodeType) -> Iterator[str]:
    yield from (code.co_code.hex(), repr(code.co_names), repr(code.co_varnames))
    for each in code.co_consts:
        yield from _instructions(each) if isinstance(each, python.CodeType) else [repr(each)]


def _digest(told: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


@contextmanager
def _cache_in(folder: Path) -> Generator[None]:
    """Numba takes the folder from a setting of the whole process, when it decorates."""
    before = _CONFIG.CACHE_DIR
    _CONFIG.CACHE_DIR = str(folder)
    try:
        yield
    finally:
        _CONFIG.CACHE_DIR = before


@cache
def cache_folder() -> Path:
    """Where this state of the compiler keeps its code; the folder exists and can be written.

    When it was not there before, the logger `cds` says so: what is asked of it first takes long, once.
    """
    this = Path(__file__).read_text("utf-8")
    state = _digest((this, sys.version, numba.__version__, np.__version__, repr(_CONFIG.BOUNDSCHECK)))
    for parent in _cache_parents():
        folder = parent / state
        is_new = not folder.exists()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError:
            continue
        if is_new:
            _LOG.warning("compiling for this computer, which takes up to a minute, once")
        return folder
    passing = tempfile.mkdtemp(prefix="cds-")
    atexit.register(shutil.rmtree, passing, ignore_errors=True)
    return Path(passing)


def _cache_parents() -> Iterator[Path]:
    named = os.environ.get("CDS_CACHE")
    if named:
        yield Path(named)
        return
    usual = {"win32": "LOCALAPPDATA"}.get(sys.platform, "XDG_CACHE_HOME")
    if os.environ.get(usual):
        yield Path(os.environ[usual]) / "cds"
    else:
        yield Path(os.path.expanduser("~")) / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "cds"
