"""Which tokens were used: each may be used once, until it expires by itself."""

import sqlite3
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final

from cds.audit.storage import private_database
from cds.server.outcomes import Refused

DATABASE: Final = "tokens.sqlite"
MOST: Final = 100_000
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS used (iss TEXT, jti TEXT, expires REAL, PRIMARY KEY (iss, jti)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS used_expires ON used (iss, expires);
"""


class Replay:
    """Tokens that were used and have not expired, shared by all processes of a folder; in memory without one.

    most: how many are remembered for one issuer. One that asks more often than that is refused, and no token is
    forgotten before it expires.
    """

    def __init__(self, folder: Path | None, most: int = MOST) -> None:
        if folder is None:
            self._database = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
            self._database.executescript(_TABLE)
        else:
            self._database = private_database(folder / DATABASE, _TABLE)
            self._database.execute("PRAGMA synchronous = NORMAL")
        self._most = most
        self._lock = Lock()

    def use(self, issuer: str, name: str, expires: float, now: datetime) -> bool:
        """Use a token; whether that was the first time. Refused when too many of the issuer's are remembered."""
        with self._lock, self._database:
            self._database.execute("BEGIN IMMEDIATE")
            self._database.execute("DELETE FROM used WHERE iss = ? AND expires < ?", (issuer, now.timestamp()))
            held = self._database.execute("SELECT count(*) FROM used WHERE iss = ?", (issuer,)).fetchone()[0]
            if held >= self._most:
                raise Refused(503, "too many tokens in a short time; try again", headers={"Retry-After": "60"})
            added = self._database.execute("INSERT OR IGNORE INTO used VALUES (?, ?, ?)", (issuer, name, expires))
            return added.rowcount == 1

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()
