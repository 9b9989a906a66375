"""Who runs the loops: plain Python over lists, or the same functions compiled over arrays."""

from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import Any, Final, Literal, Protocol

from cds.diagnostics import CdsError, MissingExtra
from cds.operators.series import Column

ExecutorName = Literal["single", "batch"]
_MANY: Final = 2000  # rows from which on compiling, or loading what was compiled, costs less than it gains


class Executor(Protocol):
    """Makes columns and runs loops over them."""

    name: ExecutorName

    def integers(self, values: Iterable[int] | int) -> Column:
        """A column of whole numbers; of so many zeros where a number is given."""
        ...

    def numbers(self, values: Iterable[float] | int) -> Column:
        """A column of numbers; of so many zeros where a whole number is given."""
        ...

    def take(self, column: Column, places: Column) -> Column:
        """The entries at some places."""
        ...

    def run(self, loop: Callable[..., Any], *arguments: Any) -> Any:
        """Call a loop."""
        ...


class Single:
    """Plain Python over lists: the specification."""

    name: ExecutorName = "single"

    def integers(self, values: Iterable[int] | int) -> Column:
        """A list of whole numbers."""
        return [0] * values if isinstance(values, int) else [int(each) for each in values]

    def numbers(self, values: Iterable[float] | int) -> Column:
        """A list of numbers."""
        return [0.0] * values if isinstance(values, int) else [float(each) for each in values]

    def take(self, column: Column, places: Column) -> Column:
        """The entries at some places."""
        return [column[each] for each in places]

    def run(self, loop: Callable[..., Any], *arguments: Any) -> Any:
        """Call the loop as it is written."""
        return loop(*arguments)


def executor(name: ExecutorName | None, rows: int) -> Executor:
    """The executor of that name; without one, compiled for many rows where the packages are there."""
    if name not in (None, "single", "batch"):
        raise CdsError(f"`{name}` executes nothing; write single or batch")
    if name == "single" or (name is None and (rows < _MANY or not has_batch())):
        return Single()
    if not has_batch():
        raise MissingExtra("compiled measures need numpy, numba and pyarrow; install cds-engine[batch]")
    from cds.adherence.arrays import Batch  # noqa: PLC0415 – optional

    return Batch()


def has_batch() -> bool:
    """Whether the packages of the extra `batch` are installed."""
    return all(find_spec(each) for each in ("numpy", "numba", "pyarrow"))


def has_arrow() -> bool:
    """Whether tables come out as Arrow tables."""
    return find_spec("pyarrow") is not None and find_spec("numpy") is not None
