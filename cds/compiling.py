"""Plain functions in compiled form, kept on disk between runs.

A function is compiled as it is written, with the `cds` functions that it calls compiled in turn. No fast mathematics
and no vector library of approximate functions: the compiled form gives the bits that Python gives. Compiled code
is kept in the folder named by the environment variable CDS_CACHE, else in the user's cache folder, else in a
temporary one; within it, one folder for each state of the sources and of the compiler.
"""

import atexit
import builtins
import hashlib
import importlib.resources
import os
import shutil
import sys
import tempfile
import threading
import types as python
from collections.abc import Callable, Generator, Iterator
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
_SOURCES: Final = (
    ("cds", "units.py"),
    ("cds", "compiling.py"),
    ("cds.operators", ""),
    ("cds.execute", "kernels.py"),
    ("cds.execute", "compiled.py"),
    ("cds.adapters", "amounts.py"),
    ("cds.adapters", "layout.py"),
    ("cds.adapters.tables", ""),
)

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


_STAND_INS: Final = {"uncounted": _uncounted}
"""Functions of which the compiled form is another than what is written, by name."""


def compiled(function: Callable[..., Any], signature: Any = None) -> Any:
    """The function compiled for the signature; without one, for whatever types it is first called with.

    The `cds` functions that it names must be imported by name into its module.
    """
    if _CONFIG.USING_SVML:
        raise CdsError("numba was loaded with Intel SVML, which changes last digits; set NUMBA_DISABLE_INTEL_SVML=1")
    with _LOCK, _cache_in(cache_folder()):
        return _compiled(function, signature)


@cache
def _compiled(function: python.FunctionType, signature: Any) -> Any:
    if function.__name__ in _STAND_INS:
        return _STAND_INS[function.__name__]
    found = {name: function.__globals__.get(name) for name in function.__code__.co_names}
    needed = {name: each for name, each in found.items() if each is not None}
    for name, each in needed.items():
        if isinstance(each, python.FunctionType) and each.__module__.partition(".")[0] == "cds":
            needed[name] = _compiled(each, None)
    scope = {**needed, "__name__": function.__module__, "__builtins__": builtins}
    rebuilt = python.FunctionType(function.__code__, scope, function.__name__, function.__defaults__)
    rebuilt.__module__, rebuilt.__qualname__ = function.__module__, function.__qualname__
    arguments = () if signature is None else (signature,)
    return numba.njit(*arguments, nogil=True, cache=True, fastmath=False, error_model="python")(rebuilt)


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
    """Where this state of the sources and of the compiler keeps its code; the folder exists and can be written."""
    for parent in _cache_parents():
        folder = parent / _state()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError:
            continue
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


def _state() -> str:
    """A short name for everything that compiled code depends on and that Numba does not look at itself."""
    versions = (sys.version, numba.__version__, np.__version__, repr(_CONFIG.BOUNDSCHECK))
    digest = hashlib.sha256("\n".join(versions).encode())
    for package, only in _SOURCES:
        for file in sorted(importlib.resources.files(package).iterdir(), key=lambda each: each.name):
            if file.name == only or (not only and file.name.endswith(".py")):
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]
