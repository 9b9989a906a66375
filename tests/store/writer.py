"""A process that writes events into a store, batch by batch, and says on standard output how far it is on disk.

python -m tests.store.writer FOLDER NAME FIRST LAST
"""

import sys
from pathlib import Path

from cds.store import Event, SqliteStore, key_from_file

BATCH = 3
PATIENTS = 4


def event(name: str, number: int) -> Event:
    """The event of this number from one writer; every third is the same from everybody."""
    sender = name if number % 3 else "everybody"
    return Event(f"{sender}-{number}", f"p{number % PATIENTS}", "reading", {"value": number, "from": sender})


def main(folder: Path, name: str, first: int, last: int) -> None:
    """Write the events first to last."""
    store = SqliteStore(folder / "events.sqlite", key_from_file(folder / "master.key"), patience=60.0)
    for start in range(first, last + 1, BATCH):
        end = min(start + BATCH, last + 1)
        store.append([event(name, each) for each in range(start, end)])
        print(end - 1, flush=True)  # noqa: T201
    store.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
