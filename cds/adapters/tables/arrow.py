"""pyarrow, which has no types of its own: its modules, and names for what they make."""

from typing import Any, Final

import pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.compute  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.csv  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet  # pyright: ignore[reportMissingTypeStubs]

pa: Final[Any] = pyarrow
compute: Final[Any] = pyarrow.compute
csv: Final[Any] = pyarrow.csv
parquet: Final[Any] = pyarrow.parquet

ArrowArray = Any  # a pyarrow.Array
ArrowBatch = Any  # a pyarrow.RecordBatch
ArrowTable = Any  # a pyarrow.Table
ArrowType = Any  # a pyarrow.DataType
