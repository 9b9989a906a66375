"""A service in the test's own process, with the test's own clock; and a client that knows nothing of cds."""

import asyncio
import base64
import gzip
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import httpx
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

import cds
from cds.api import Ruleset
from cds.audit import AuditLog
from cds.exchange import Service
from cds.server.answering import answering
from cds.server.app import Desk, application
from cds.server.feedback import FeedbackStore
from cds.server.issuers import Keys
from cds.server.logs import Log
from cds.server.replay import Replay
from cds.server.replies import reasons_offered
from cds.server.settings import Settings
from cds.server.tokens import Callers
from cds.server.work import Work

TOP = Path(cds.__file__).parents[1]
SYNTHEA = sorted((TOP.parent / "shared" / "data" / "synthea").glob("*.json.gz"))
NOW = datetime(2026, 11, 23, 7, 0, 0, tzinfo=UTC)
FAILING = "cds.server.app.discovery"
BASE = "https://cds.example.org"
EPJ = "https://epj.example.org"
Json = dict[str, Any]


class Hands:
    """A clock whose hands the test moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


class Signer:
    """A client's signing key, made here."""

    def __init__(self, name: str = "key-1", kind: str = "EC", curve: ec.EllipticCurve | None = None) -> None:
        self.name = name
        self.private: Any = (
            ec.generate_private_key(curve or ec.SECP384R1())
            if kind == "EC"
            else rsa.generate_private_key(public_exponent=65537, key_size=2048)
        )

    @property
    def jwk(self) -> Json:
        """The public key."""
        numbers = self.private.public_key().public_numbers()
        if isinstance(self.private, rsa.RSAPrivateKey):
            return {"kty": "RSA", "kid": self.name, "n": as_text(number_bytes(numbers.n)), "e": as_text(b"\1\0\1")}
        size = self.private.curve.key_size // 8
        x, y = (as_text(each.to_bytes(size, "big")) for each in (numbers.x, numbers.y))
        return {"kty": "EC", "kid": self.name, "crv": f"P-{self.private.curve.key_size}", "x": x, "y": y}

    def token(self, claims: Json, **head: Any) -> str:
        """A token with these claims; head: fields of its header that differ from the usual, None takes one away."""
        usual = "RS384" if isinstance(self.private, rsa.RSAPrivateKey) else "ES384"
        fields = {"alg": usual, "typ": "JWT", "kid": self.name} | head
        signed = f"{packed({name: each for name, each in fields.items() if each is not None})}.{packed(claims)}"
        return f"{signed}.{as_text(self._signature(signed.encode(), fields['alg']))}"

    def _signature(self, signed: bytes, algorithm: str) -> bytes:
        if algorithm == "none":
            return b""
        if algorithm.startswith("HS"):
            made = hmac.HMAC(json.dumps(self.jwk).encode(), hashes.SHA384())
            made.update(signed)
            return made.finalize()
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(signed, padding.PKCS1v15(), hashes.SHA384())
        r, s = decode_dss_signature(self.private.sign(signed, ec.ECDSA(hashes.SHA384())))
        size = (self.private.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def as_text(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def packed(fields: Json) -> str:
    """A part of a token."""
    return as_text(json.dumps(fields).encode())


def number_bytes(number: int) -> bytes:
    """An unsigned number, big end first."""
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def claims(path: str, jti: str = "1", *, seconds: float | None = None, base: str = BASE, **other: Any) -> Json:
    """The claims of a token for an endpoint. seconds: since 1970, else the usual clock of the tests."""
    issued = int(NOW.timestamp() if seconds is None else seconds)
    return {"iss": EPJ, "aud": f"{base}{path}", "iat": issued, "exp": issued + 120, "jti": jti} | other


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


class Client:
    """An HTTP client of an application in this process."""

    def __init__(self, app: Any) -> None:
        self._runner = asyncio.Runner()
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE)

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request and its answer."""
        return self._runner.run(self._http.request(method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        """A GET."""
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        """A POST."""
        return self.request("POST", path, **more)

    def together(self, requests: list[tuple[str, str, Json]]) -> list[httpx.Response]:
        """Several requests at a time: method, path, and what `httpx` takes besides."""

        async def all_of_them() -> list[httpx.Response]:
            return await asyncio.gather(*(self._http.request(*each[:2], **each[2]) for each in requests))

        return self._runner.run(all_of_them())

    def close(self) -> None:
        """End the event loop."""
        self._runner.close()


@contextmanager
def serving(
    ruleset: Ruleset,
    settings: Settings | None = None,
    *,
    state: Path | None = None,
    clock: Hands | None = None,
    fhir: httpx.MockTransport | None = None,
    log: StringIO | None = None,
) -> Iterator[Client]:
    """A client of a service. fhir: what answers all that the service asks of others; log: where its log goes."""
    clock, settings = clock or Hands(), settings or Settings()
    http = httpx.AsyncClient(transport=fhir or httpx.MockTransport(lambda request: httpx.Response(404)))
    keys = {each.iss: Keys(each, clock, http) for each in settings.issuers}
    desk = Desk(
        answering(Service(ruleset, allow_draft=True), settings, AuditLog(state) if state else None),
        Work(settings.limits),
        clock,
        Log(log or StringIO(), clock),
        http,
        Callers(keys, Replay(state), clock) if keys else None,
        FeedbackStore(state, settings.keep_comments, reasons_offered(ruleset.plan, settings)) if state else None,
    )
    client = Client(application(desk))
    try:
        yield client
    finally:
        client.close()
        desk.work.close()


def call(patient: str = "1", hook: str = "patient-view", **fields: Any) -> Json:
    """The body of a call of CDS Hooks."""
    return {
        "hook": hook,
        "hookInstance": "d1577c69",
        "context": {"patientId": patient, "userId": "Practitioner/9"},
    } | fields


def weight(name: str, kilograms: float, time: str, patient: str = "1") -> Json:
    """An Observation of body weight."""
    return {
        "resourceType": "Observation",
        "id": name,
        "status": "final",
        "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "effectiveDateTime": time,
        "valueQuantity": {"value": kilograms, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    }


def searchset(*resources: Json, **fields: Any) -> Json:
    """What a search answers with."""
    entries = [{"resource": each, "search": {"mode": "match"}} for each in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries} | fields


def templates(client: Client, **more: Any) -> dict[str, str]:
    """The prefetch templates in discovery."""
    return client.get("/cds-services", **more).json()["services"][0]["prefetch"]


def synthea(path: Path) -> Json:
    """A bundle of the made-up patients."""
    return json.loads(gzip.decompress(path.read_bytes()))


def prefetched(bundle: Json, asked: Mapping[str, str]) -> Json:
    """What a FHIR server that holds a bundle answers to templates; it knows the parameters that they use."""
    return {key: answered(bundle, template) for key, template in asked.items()}


def answered(bundle: Json, template: str) -> Json:
    """The answer to one template."""
    kind, _, query = template.partition("?")
    resources = [each["resource"] for each in bundle["entry"]]
    if not query:
        return next(each for each in resources if each["resourceType"] == "Patient")
    found = [each for each in resources if each["resourceType"] == kind]
    for name, value in parse_qsl(query):
        if name == "code":
            found = [each for each in found if codes_of(each) & set(value.split(","))]
        elif name == "date":
            found = [each for each in found if each.get("effectiveDateTime", "")[:10] >= value.removeprefix("ge")]
        elif name == "status":
            found = [each for each in found if each.get("status") == unquote(value)]
        else:
            assert name in ("patient", "_count", "_sort"), name
    return searchset(*found)


def codes_of(resource: Json) -> set[str]:
    """All codes of `code`."""
    return {each.get("code", "") for each in resource.get("code", {}).get("coding", [])}


def later(seconds: float) -> datetime:
    """A moment after the usual one."""
    return NOW + timedelta(seconds=seconds)


def seconds_now() -> int:
    """The machine's own clock, for a service that runs in a process of its own."""
    return int(time.time())
