"""Files of lines, read in portions of whole lines, so that little of a large file is in memory at a time."""

import gzip
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple

import numpy as np

from cds.diagnostics import PatientError

COMPRESSED: Final = ".gz"
BYTES_AT_ONCE: Final = 1 << 19  # what is made of them fits the caches of most processors
LONGEST_LINE: Final = 50_000_000
_END: Final = ord("\n")
_MARK: Final = b"\xef\xbb\xbf"


class Portion(NamedTuple):
    """Whole lines. first: the number of the first of them, from 0; lines: how many; text: "" in place of one line that
    is too long to be read."""

    first: int
    lines: int
    text: bytes


@contextmanager
def opened(file: Path) -> Generator[IO[bytes]]:
    """The file as it was before it was compressed; PatientError when it cannot be read."""
    try:
        if file.suffix == COMPRESSED:
            with gzip.open(file) as read:
                yield read  # pyright: ignore[reportReturnType]
        else:
            with file.open("rb", buffering=0) as read:
                yield read
    except (OSError, EOFError, zlib.error) as wrong:
        raise PatientError(f"{file.name} cannot be read to its end; send it again") from wrong


def portions(file: Path) -> Iterator[Portion]:
    """The lines of a file, some thousands at once, without a byte order mark."""
    first, rest, is_too_long = 0, b"", False
    with opened(file) as read:
        while more := read.read(BYTES_AT_ONCE):
            if is_too_long:
                more = more.partition(b"\n")[2]
                is_too_long = not more
            end = more.rfind(b"\n") + 1
            text = b"".join((rest, memoryview(more)[:end])) if end else b""
            rest = more[end:] if end else rest + more
            if end:
                count = _ends_in(text)
                yield Portion(first, count, text if first else text.removeprefix(_MARK))
                first += count
            if len(rest) > LONGEST_LINE:
                yield Portion(first, 1, b"")
                first, rest, is_too_long = first + 1, b"", True
    if rest:
        yield Portion(first, 1, rest if first else rest.removeprefix(_MARK))


def _ends_in(text: bytes) -> int:
    """How many lines end in a text; many times as fast as `bytes.count` where there are many."""
    return int(np.count_nonzero(np.frombuffer(text, np.uint8) == _END))


def lines_of(file: Path) -> Iterator[bytes]:
    """The lines of a file one by one."""
    for portion in portions(file):
        yield from portion.text.splitlines()
