"""The keys of the clients that may call: JWK Sets (RFC 7517) in files, or at addresses that the settings name."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from cds.adapters.shapes import as_list, as_object
from cds.diagnostics import CdsError
from cds.server.clock import Clock
from cds.server.outcomes import Refused
from cds.server.settings import Issuer

Key = Mapping[str, Any]

_KEEP: Final = timedelta(hours=1)
_ASK_AGAIN: Final = timedelta(seconds=30)  # for a key that is not in the set: the client may have made a new one
_MOST_BYTES: Final = 1_000_000


class Keys:
    """The public keys of one issuer, by their id."""

    def __init__(self, issuer: Issuer, clock: Clock, http: httpx.AsyncClient) -> None:
        self.issuer = issuer
        self._clock, self._http = clock, http
        self._asked: datetime | None = None
        self._keys = _from_file(issuer.keys) if issuer.keys else {}

    async def key(self, name: str) -> Key | None:
        """The key of this id, None when the issuer has none; Refused when its set cannot be had."""
        if self.issuer.keys is None and self._is_due(name in self._keys):
            self._asked = self._clock()
            self._keys = _by_id(await self._set())
        return self._keys.get(name)

    def _is_due(self, is_known: bool) -> bool:
        if self._asked is None:
            return True
        return self._clock() - self._asked > (_KEEP if is_known else _ASK_AGAIN)

    async def _set(self) -> object:
        try:
            response = await self._http.get(self.issuer.jku or "")
            if response.status_code == 200 and len(response.content) <= _MOST_BYTES:
                return json.loads(response.content)
        except (httpx.HTTPError, ValueError):
            pass
        raise Refused(503, "the keys of the issuer cannot be fetched now; try again", headers={"Retry-After": "30"})


def _from_file(path: Path) -> dict[str, Key]:
    try:
        keys = _by_id(json.loads(path.read_bytes()))
    except ValueError:
        raise CdsError(f"{path.name}: not JSON; a JWK Set is expected") from None
    if not keys:
        raise CdsError(f"{path.name}: no key with a kid; a JWK Set with public keys is expected")
    return keys


def _by_id(written: object) -> dict[str, Key]:
    """The public keys of a JWK Set that may verify; a private key has no business there and is passed over."""
    listed = [as_object(each) or {} for each in as_list((as_object(written) or {}).get("keys")) or ()]
    return {
        each["kid"]: each
        for each in listed
        if isinstance(each.get("kid"), str) and each.get("use", "sig") == "sig" and "d" not in each
    }
