"""Asking the client's FHIR server for what a call lacks: only servers that the settings name, only with its token."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from cds.adapters.shapes import as_object
from cds.adapters.strict_json import read_json
from cds.server.calls import Call
from cds.server.needs import TOKEN, Needs
from cds.server.prefetch import Answer, answer_of, next_page
from cds.server.settings import Fetching

_ACCEPT: Final = "application/fhir+json"


def client(settings: Fetching) -> httpx.AsyncClient:
    """A client that follows no redirect and takes no settings from the environment."""
    return httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=settings.seconds)


def may_fetch(call: Call, settings: Fetching) -> bool:
    """Whether the call hands over a token for a server that the settings name."""
    known = {each.rstrip("/") for each in settings.servers}
    return call.fhir_authorization is not None and (call.fhir_server or "").rstrip("/") in known


class FhirServer:
    """One client's FHIR server for the time of one call. read: every byte that came, for the digest of the input."""

    def __init__(self, http: httpx.AsyncClient, call: Call, settings: Fetching) -> None:
        assert call.fhir_authorization is not None
        self._http = http
        self._base = (call.fhir_server or "").rstrip("/")
        self._headers = {"Authorization": f"Bearer {call.fhir_authorization.access_token}", "Accept": _ACCEPT}
        self._patient = call.context.patient_id
        self._settings = settings
        self._left = settings.bytes
        self.read: list[bytes] = []

    async def person(self) -> object:
        """The Patient; None when it cannot be had."""
        return await self._get(f"{self._base}/Patient/{self._patient}")

    async def answers(self, needs: Needs, keys: Iterable[str], today: date) -> Mapping[str, Answer]:
        """The answer to each query, all of its pages."""
        return {key: await self._search(needs, key, today) for key in keys}

    async def _search(self, needs: Needs, key: str, today: date) -> Answer:
        query = needs.queries[key]
        address = f"{self._base}/{query.template(today).replace(TOKEN, self._patient)}"
        entries: list[Any] = []
        for _ in range(self._settings.pages):
            page = as_object(await self._get(address))
            if page is None:
                return Answer(lack="not_fetched")
            more = next_page(page)
            judged = answer_of({name: each for name, each in page.items() if name not in ("link", "total")}, query.kind)
            if judged.lack:
                return judged
            entries += judged.entries
            if not more:
                whole = {**page, "entry": entries}
                return answer_of(whole, query.kind)
            if not self._is_ours(more):
                return Answer(lack="incomplete")
            address = more
        return Answer(lack="incomplete")

    def _is_ours(self, address: str) -> bool:
        """Whether a page is on the same server, so that the token goes nowhere else."""
        one, other = urlsplit(address), urlsplit(self._base)
        inside = one.path == other.path or one.path.startswith(f"{other.path}/")
        return (one.scheme, one.netloc) == (other.scheme, other.netloc) and inside and ".." not in one.path

    async def _get(self, address: str) -> object:
        """The JSON there; None when there is none, or too much of it."""
        try:
            async with self._http.stream("GET", address, headers=self._headers) as response:
                if response.status_code != 200:
                    return None
                raw = await self._body(response)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        if raw is None:
            return None
        self.read.append(raw)
        written, fault = read_json(raw)
        return None if fault else written

    async def _body(self, response: httpx.Response) -> bytes | None:
        pieces: list[bytes] = []
        async for piece in response.aiter_bytes():
            self._left -= len(piece)
            if self._left < 0:
                return None
            pieces.append(piece)
        return b"".join(pieces)
