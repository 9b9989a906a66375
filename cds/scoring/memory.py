"""How much memory there is, and how much of a population it holds."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from cds.diagnostics import CdsError
from cds.population import Array
from cds.scoring.census import Census

UNITS: Final = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30}
MOST_UNASKED: Final = 8 * 2**30
LEAST: Final = 2**30
_ITSELF: Final = 640 * 2**20  # the libraries, the compiled code and what compiling it takes
_PER_ROW: Final = 200  # of readings, from the file to the finding; measured as 160
_PER_STRANGER: Final = 1500  # an issue each
_PER_PATIENT: Final = 400
_PER_FINDING: Final = 250
_LEAST_LEFT: Final = 64 * 2**20
_ROWS_OF: Final = {"observations": 1, "answers": 1, "patients": 4, "limits": 12}  # in rows of readings; others 2
_OTHERS: Final = 2
_SIZE: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*")
_MEMORY: Final = Path("/proc/meminfo")
_GROUP: Final = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, slots=True)
class Room:
    """The memory for a job. limit: bytes that the process may use."""

    limit: int

    def left(self, census: Census) -> float:
        """Bytes for one block of patients and their rows."""
        everybody = 8 * census.ids.nbytes + 8 * len(census.ids) * (len(census.whose) + 3)
        left = 0.95 * self.limit - _ITSELF - everybody
        if left < _LEAST_LEFT:
            raise CdsError(f"{len(census.ids)} patients do not fit into {self.limit // 2**20} MiB; give more memory")
        return left

    def patients_at_once(self, bytes_each: float, share: float) -> int:
        """How many patients may be held of whom each takes so many bytes, in a share of what is left."""
        return max(int((0.95 * self.limit - _ITSELF) * share / max(bytes_each, 1.0)), 1)

    def rows_at_once(self, census: Census) -> int:
        """How many rows may be held while a table is put aside."""
        return int(self.left(census) / _PER_ROW)

    def weight_each(self, census: Census, findings: int) -> Array:
        """Bytes that each patient takes. findings: of each patient, besides what fired."""
        weight = np.full(len(census.ids), float(_PER_PATIENT + _PER_FINDING * findings))
        for name, whose in census.whose.items():
            weight += whose.rows_each * float(_PER_ROW * _ROWS_OF.get(name, _OTHERS))
            weight += whose.strangers * _PER_STRANGER / max(len(weight), 1)
        return weight


def room_of(memory: str | int | None) -> Room:
    """The room that is stated, or the usual; CdsError when it is too little for anything."""
    limit = usual_limit() if memory is None else bytes_of(memory)
    if limit < LEAST:
        raise CdsError(f"`{memory}` is too little memory to score in; give {LEAST // 2**20} MiB or more")
    return Room(limit)


def bytes_of(size: str | int) -> int:
    """A size as people write it, in bytes; CdsError when it is none.

    >>> bytes_of("2GiB") == bytes_of("2048 MiB") == bytes_of(2147483648)
    True
    """
    found = _SIZE.fullmatch(str(size))
    if found is None or found[2].lower() not in UNITS:
        raise CdsError(f"`{size}` is no amount of memory; write for instance 2GiB or 500MB")
    return int(float(found[1]) * UNITS[found[2].lower()])


def usual_limit() -> int:
    """Half of the memory that this process may use, 8 GiB at most; 2 GiB where nobody says how much there is."""
    said = [each for each in (_of_machine(), _of_group()) if each]
    return min(min(said) // 2, MOST_UNASKED) if said else 2 * LEAST


def _of_machine() -> int:
    try:
        found = re.search(r"^MemTotal:\s*(\d+) kB$", _MEMORY.read_text("ascii"), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def _of_group() -> int:
    """What the container allows."""
    try:
        said = _GROUP.read_text("ascii").strip()
    except OSError:
        return 0
    return int(said) if said.isdigit() else 0
