"""A table that was opened: its rows in pieces, each read when it is asked for, so that none need be held whole."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from cds.adapters.tables.arrow import ArrowArray, ArrowBatch, pa

ROWS_AT_ONCE: Final = 1 << 17  # few enough that a batch stays in the cache while it is looked at
FEW: Final = 4  # pieces of a table; the batches of so few are shared out among threads one by one

Read = Callable[[Sequence[str]], Iterator[ArrowBatch]]
Part = tuple[int, ArrowBatch]  # the number of the first row, and a batch


@dataclass(frozen=True, slots=True)
class Piece:
    """Consecutive rows of a table, of columns `names`. read: some of these, in batches."""

    rows: int
    names: Sequence[str]
    read: Read


def piece_of(batch: ArrowBatch) -> Piece:
    """Rows that are there already, as one batch."""

    def read(names: Sequence[str]) -> Iterator[ArrowBatch]:
        yield batch if len(names) == batch.num_columns else batch.select(list(names))

    return Piece(int(batch.num_rows), batch.schema.names, read)


@dataclass(frozen=True)
class Opened:
    """A table. pieces: its rows in order. unknown: columns that it has and that are not read."""

    name: str
    pieces: Sequence[Piece]
    unknown: Sequence[str]

    @staticmethod
    def of(name: str, batches: Iterable[ArrowBatch], unknown: Sequence[str]) -> "Opened":
        """A table of batches."""
        return Opened(name, [piece_of(each) for each in batches if each.num_rows], unknown)

    @cached_property
    def batches(self) -> Sequence[ArrowBatch]:
        """The rows in order, all of them held."""
        return [batch for _, batch in self.parts()]

    def parts(self) -> Iterator[Part]:
        """Each batch with the number of its first row."""
        for share in self._by_piece():
            yield from share

    def shares(self) -> Iterable[Iterable[Part]]:
        """The same in shares for threads: each may be taken on another one."""
        return self._by_piece() if len(self.pieces) >= FEW else ([part] for part in self.parts())

    def _by_piece(self) -> Iterator[Iterator[Part]]:
        first = 0
        for piece in self.pieces:
            yield _numbered(first, piece.read(piece.names))
            first += piece.rows

    def column(self, name: str) -> Iterator[ArrowArray]:
        """A column alone; nulls where a piece does not have it."""
        for piece in self.pieces:
            if name in piece.names:
                yield from (batch[name] for batch in piece.read([name]))
            else:
                yield pa.nulls(piece.rows)


def _numbered(first: int, batches: Iterable[ArrowBatch]) -> Iterator[Part]:
    for batch in batches:
        yield first, batch
        first += batch.num_rows
