"""The service as others meet it: a process on loopback, an HTTP client and tokens that know nothing of cds."""

import json
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.server.building import (
    EPJ,
    TOP,
    Signer,
    bearer,
    call,
    claims,
    searchset,
    seconds_now,
    weight,
)
from tests.server.running import Running, running

RULES = ("--rules", "rulesets/heart-failure-weight.yaml", "--draft")
BASE = "http://127.0.0.1:1"  # what the tokens are held against; clients may reach it by another address
SIGNER = Signer()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("service")
    (folder / "keys.json").write_text(json.dumps({"keys": [SIGNER.jwk]}))
    settings = f'base_url = "{BASE}"\n[[issuers]]\niss = "{EPJ}"\nkeys = "keys.json"\n'
    (folder / "service.toml").write_text(settings)
    state = str(folder / "state")
    with running(folder, *RULES, "--settings", str(folder / "service.toml"), "--state", state, "--workers", "2") as it:
        yield it


def token(path: str, jti: str, **other: Any) -> dict[str, str]:
    return bearer(SIGNER.token(claims(path, jti, base=BASE, seconds=seconds_now(), **other)))


def test_discovery_call_and_feedback(service: Running) -> None:
    path = "/cds-services"
    status, found = service.ask("GET", path, **token(path, "a"))
    assert 200 == status
    (asked,) = {json.dumps(each["prefetch"]) for each in found["services"]}
    sent = dict.fromkeys(json.loads(asked), searchset())
    key = next(each for each in sent if each.startswith("body_weight"))
    sent |= {"patient": {"resourceType": "Patient", "id": "1"}, key: searchset(weight("w", 9000, "2020-01-01"))}
    path = f"/cds-services/{found['services'][0]['id']}"
    status, answer = service.ask("POST", path, call(prefetch=sent), **token(path, "b"))
    assert 200 == status
    assert answer["cards"]
    path += "/feedback"
    card = answer["cards"][0]["uuid"]
    feedback = [{"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-23T08:00:00Z"}]
    assert (200, None) == service.ask("POST", path, {"feedback": feedback}, **token(path, "c"))


def signed(signer: Signer, **head: str) -> dict[str, str]:
    return bearer(signer.token(claims("/cds-services", "other", base=BASE, seconds=seconds_now()), **head))


REFUSED: dict[str, Callable[[], dict[str, str]]] = {
    "no token": dict,
    "a wrong audience": lambda: token("/cds-services/cds", "d"),
    "an expired token": lambda: token("/cds-services", "e", iat=seconds_now() - 400, exp=seconds_now() - 100),
    "none": lambda: signed(SIGNER, alg="none"),
    "hmac": lambda: signed(SIGNER, alg="HS384"),
    "an unknown issuer": lambda: token("/cds-services", "h", iss="https://unknown.example"),
    "another key": lambda: signed(Signer()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_who_may_not_call_is_refused(service: Running, name: str) -> None:
    status, answer = service.ask("GET", "/cds-services", **REFUSED[name]())
    assert (401, "OperationOutcome") == (status, answer["resourceType"])


def test_a_token_used_in_one_process_is_known_in_all(service: Running) -> None:
    once = token("/cds-services", "replayed")
    statuses = [service.ask("GET", "/cds-services", **once)[0] for _ in range(8)]
    assert [200] + [401] * 7 == statuses


def test_it_ends_in_peace_and_what_it_recorded_verifies(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    with running(tmp_path, *RULES, "--state", state) as it:
        body = {"at": "2026-11-23T08:00", "patient": {"id": "1", "readings": {"body_weight": []}}}
        answers: list[int] = []
        asking = [threading.Thread(target=lambda: answers.append(it.ask("POST", "/evaluate", body)[0])) for _ in "1234"]
        for each in asking:
            each.start()
        for each in asking:
            each.join()
        assert 0 == it.stop()
        assert [200] * 4 == answers
        assert "stopped" == it.lines()[-1]["event"]
    verify = [sys.executable, "-m", "cds", "audit", "verify", "--state", state]
    done = subprocess.run(verify, cwd=TOP, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("4 records, 0 of them erased")


def test_it_speaks_tls(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, datetime(2020, 1, 1), datetime(2120, 1, 1))
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    certificate = made.add_extension(names, critical=False).sign(key, SHA256())
    (tmp_path / "cds.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    (tmp_path / "cds.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    (tmp_path / "service.toml").write_text('[tls]\ncertificate = "cds.pem"\nkey = "cds.key"\n')
    trust = ssl.create_default_context(cafile=tmp_path / "cds.pem")
    with running(tmp_path, *RULES, "--settings", str(tmp_path / "service.toml")) as it:
        connection = HTTPSConnection("localhost", it.port, timeout=60, context=trust)
        connection.request("GET", "/health")
        assert {"status": "ok"} == json.loads(connection.getresponse().read())
        connection.close()


def test_what_would_be_open_to_others_is_not_served() -> None:
    command = [sys.executable, "-m", "cds", "serve", *RULES, "--host", "0.0.0.0", "--port", "0"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert (2, "") == (done.returncode, done.stdout)
    assert "[[issuers]]" in done.stderr


def test_a_draft_is_served_only_when_asked_for() -> None:
    command = [sys.executable, "-m", "cds", "serve", *RULES[:2], "--port", "0"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, check=False)
    assert 2 == done.returncode
    assert "draft" in done.stderr
