"""An append-only store of events and alarms, in one file, from which one patient can still be erased.

::

    events ─ append (all or none, on disk) ─▶ record n: number, place of the patient, tag of the id, sealed content
                                                   │    chained: HMAC(record n-1, record n)
                      rebuilt from the log ◀───────┘
    AlarmLog: entries ─▶ Alarms, AlarmEvents       copies (snapshots) only save time

Contents are sealed under a key per patient, the keys under a master key that the host keeps elsewhere. Destroying a
patient's key erases the patient, and the chain verifies as before. `EventStore` is what a database of your own must do.
"""

from cds.diagnostics import MissingExtra

try:
    from cds.store.alarm_log import AlarmLog
    from cds.store.embedded import SqliteStore
    from cds.store.keys import key_from_environment, key_from_file
    from cds.store.opening import store_at
    from cds.store.protocol import (
        Event,
        EventConflict,
        EventStore,
        Received,
        Snapshot,
        StoreBusy,
        Stored,
        StoreError,
    )
except ImportError as missing:
    raise MissingExtra(f"the store needs the package {missing.name}: pip install 'cds-engine[live]'") from missing

__all__ = [
    "AlarmLog",
    "Event",
    "EventConflict",
    "EventStore",
    "Received",
    "Snapshot",
    "SqliteStore",
    "StoreBusy",
    "StoreError",
    "Stored",
    "key_from_environment",
    "key_from_file",
    "store_at",
]
